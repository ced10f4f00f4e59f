import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

const configuration = `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (serviceWorkerScript = embed "worker.js", compatibilityDate = "2026-07-01"))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`;

/** Sends one request to a script that listens to `fetch` in workerd, the runtime of Cloudflare Workers, and returns the text of the response. */
export async function askWorkerd(script: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'nanook-workerd-'));
  writeFileSync(join(folder, 'worker.js'), script);
  writeFileSync(join(folder, 'config.capnp'), configuration);
  const { default: command } = createRequire(import.meta.url)('workerd') as { readonly default: string };
  // The command writes its address to the fourth stream.
  const child = spawn(command, ['serve', join(folder, 'config.capnp'), '--control-fd=3'], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  });
  const ended = once(child, 'exit');
  try {
    const lines = createInterface({ input: child.stdio[3] as Readable });
    const [line] = (await Promise.race([
      once(lines, 'line'),
      ended.then(() => {
        throw new Error('workerd has ended before it listened');
      }),
    ])) as [string];
    const { port } = JSON.parse(line) as { readonly port: number };
    return await (await fetch(`http://127.0.0.1:${port}/`)).text();
  } finally {
    child.kill();
    await ended;
    rmSync(folder, { recursive: true });
  }
}
