// Runs one web application in a separate process. It reports its port, and answers each message with the CPU time that it has used.
import type { AddressInfo } from 'node:net';
import { webFramework, type WebFrameworkId, type WebVariant } from './web-app.ts';

export type ServerReport =
  | { readonly kind: 'listening'; readonly port: number; readonly node: string }
  /** Microseconds, in this process and in the kernel for it. */
  | { readonly kind: 'cpu'; readonly us: number }
  | { readonly kind: 'failed'; readonly message: string };

const report = (message: ServerReport): void => void process.send?.(message);
const [, , framework, variant] = process.argv as [string, string, WebFrameworkId, WebVariant];

try {
  const { apps } = await webFramework(framework);
  const server = await apps[variant]();
  const { node, v8 } = process.versions;
  report({ kind: 'listening', port: (server.address() as AddressInfo).port, node: `${node}, V8 ${v8}` });
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    report({ kind: 'cpu', us: user + system });
  });
} catch (error) {
  report({
    kind: 'failed',
    message: error instanceof Error ? (error.stack ?? error.message) : String(error),
  });
}
