// Runs one handler in a separate process, which is started with --expose-gc. It reports its port, and answers each message with its state.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { handlers, type HandlerId } from './handlers.ts';

/** The state of a process: the microseconds of CPU so far, and the bytes of the heap and of buffers after a collection. */
export interface WorkerState {
  readonly cpuUs: number;
  readonly memory: number;
}

// On a busy machine, a connection can be idle for longer than the default of five seconds.
const server = createServer({ keepAliveTimeout: 60_000 }, await handlers[process.argv[2] as HandlerId]());
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  process.send?.({ cpuUs: user + system, memory: heapUsed + external } satisfies WorkerState);
});
