import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { commit, load, machine, type Machine } from '../machine.ts';
import { median, spreadOf, type Spread } from '../measure.ts';
import type { Options } from '../options.ts';
import { Random } from '../random.ts';
import { handlerIds, type HandlerId } from './handlers.ts';
import { latenciesAt, rateOf } from './load.ts';
import type { WorkerState } from './worker.ts';

export interface ServerResults {
  readonly at: string;
  readonly quick: boolean;
  readonly rounds: number;
  readonly requests: number;
  readonly machine: Machine;
  readonly build?: string;
  readonly load: readonly [number, number];
  readonly cells: readonly HandlerCell[];
  /** The requests in a second of the decision server, as a part of those of the empty handler in the same round. */
  readonly share: Spread;
  /** Half of the requests in a second of the decision server, at which the times of requests were measured. */
  readonly halfRate: number;
  readonly soak: Soak;
}

export interface HandlerCell {
  readonly handler: HandlerId;
  readonly perSecond: Spread;
  /** Microseconds of CPU for one request. */
  readonly cpuUs: Spread;
  /** The milliseconds in which 99 % of the requests of a round are answered, at half of the rate of the decision server. */
  readonly p99Ms: Spread;
}

/** The memory after a collection, in the first and the last third of a long load. */
interface Soak {
  readonly seconds: number;
  readonly requests: number;
  readonly firstMb: number;
  readonly lastMb: number;
}

/** A process that serves one handler. */
class Worker {
  readonly handler: HandlerId;
  readonly port: number;
  readonly rates: number[] = [];
  readonly cpuUs: number[] = [];
  readonly p99Ms: number[] = [];
  readonly #child: ChildProcess;
  /** It is rejected when the process ends. */
  readonly #end: Promise<never>;

  static async start(handler: HandlerId): Promise<Worker> {
    const file = fileURLToPath(new URL('worker.ts', import.meta.url));
    const child = fork(file, [handler], {
      execArgv: ['--expose-gc', '--disable-warning=ExperimentalWarning'],
      env: { ...process.env, NODE_ENV: 'production' },
    });
    const [port] = (await once(child, 'message')) as [number];
    return new Worker(handler, child, port);
  }

  private constructor(handler: HandlerId, child: ChildProcess, port: number) {
    this.handler = handler;
    this.port = port;
    this.#child = child;
    this.#end = once(child, 'exit').then(([code, signal]) => {
      throw new Error(`the process of the handler ${handler} has ended: ${String(code ?? signal)}`);
    });
    this.#end.catch(() => {});
  }

  async state(): Promise<WorkerState> {
    const answer = once(this.#child, 'message') as Promise<[WorkerState]>;
    this.#child.send('state');
    return (await Promise.race([answer, this.#end]))[0];
  }

  async round(requests: number): Promise<void> {
    const { cpuUs: before } = await this.state();
    this.rates.push(await this.during(rateOf(this.port, requests)));
    this.cpuUs.push(((await this.state()).cpuUs - before) / requests);
  }

  /** Measures the times of requests at a rate. */
  async roundAt(perSecond: number, seconds: number): Promise<void> {
    const times = await this.during(latenciesAt(this.port, perSecond, seconds));
    const sorted = [...times].sort((a, b) => a - b);
    this.p99Ms.push(sorted[Math.floor(sorted.length * 0.99)]!);
  }

  /** Waits for a load of the process, but not longer than the process lives. */
  during<Result>(load: Promise<Result>): Promise<Result> {
    return Promise.race([load, this.#end]);
  }

  stop(): void {
    this.#child.kill('SIGKILL');
  }
}

/** Measures the decision server beside empty handlers. The handlers take turns, so that each round compares them under the same load. */
export async function measureServer(options: Options): Promise<ServerResults> {
  const { quick, rounds, seed } = options;
  const before = load();
  const requests = quick ? 1_000 : 30_000;
  const workers: Worker[] = [];
  try {
    for (const handler of handlerIds) workers.push(await Worker.start(handler));
    process.stderr.write('requests in a second\n');
    for (const { port } of workers) await rateOf(port, requests * 2);
    const random = new Random(seed);
    for (let i = 0; i < rounds; i++)
      for (const worker of random.shuffle([...workers])) await worker.round(requests);
    const server = workers.find(({ handler }) => handler === 'decisions')!;
    const empty = workers.find(({ handler }) => handler === 'empty')!;
    const halfRate = Math.round(median(server.rates) / 2);
    process.stderr.write(`time of requests at ${halfRate} in a second\n`);
    for (let i = 0; i < rounds; i++)
      for (const worker of random.shuffle([...workers])) await worker.roundAt(halfRate, quick ? 0.2 : 3);
    const cells = workers.map(({ handler, rates, cpuUs, p99Ms }) => ({
      handler,
      perSecond: spreadOf(rates),
      cpuUs: spreadOf(cpuUs),
      p99Ms: spreadOf(p99Ms),
    }));
    const soak = await soakOf(server, halfRate, quick ? 6 : 600);
    const build = commit();
    return {
      at: new Date().toISOString(),
      quick,
      rounds,
      requests,
      machine: machine(),
      ...(build === undefined ? {} : { build }),
      load: [before, load()],
      cells,
      share: spreadOf(server.rates.map((rate, i) => rate / empty.rates[i]!)),
      halfRate,
      soak,
    };
  } finally {
    for (const worker of workers) worker.stop();
  }
}

/** Keeps a server at half load, and reads its memory nine times. */
async function soakOf(server: Worker, perSecond: number, seconds: number): Promise<Soak> {
  process.stderr.write(`memory during ${seconds} seconds\n`);
  const parts = 9;
  const sizes: number[] = [];
  let requests = 0;
  for (let i = 0; i < parts; i++) {
    requests += (await server.during(latenciesAt(server.port, perSecond, seconds / parts))).length;
    const size = (await server.state()).memory / 2 ** 20;
    sizes.push(size);
    process.stderr.write(`  ${size.toFixed(2)} MB after ${requests} requests\n`);
  }
  const [firstMb, lastMb] = [median(sizes.slice(0, 3)), median(sizes.slice(-3))];
  return { seconds, requests, firstMb, lastMb };
}
