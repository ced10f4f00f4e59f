import { afterEach } from 'vitest';
import { runProgram } from '../program.js';
import { recordedIo, type Run } from './run.fixture.js';

/** A line that `nanook serve` writes. */
export interface Line {
  readonly event: string;
  readonly [field: string]: unknown;
}

const running = new Set<Promise<unknown>>();
afterEach(async () => {
  // A module of another test may listen, too, and ends the process when it is the only listener.
  if (running.size > 0) process.emit('SIGTERM');
  await Promise.all(running);
});

/** Starts the command, and returns its lines when it listens. */
export async function serve(...args: readonly string[]) {
  const io = recordedIo();
  const lines = (): Line[] =>
    io.texts.out
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Line);
  let run: Run | undefined;
  const ending: Promise<void> = runProgram(['serve', '--port', '0', '--drain', '0', ...args], io).then(
    (code) => {
      run = { code, ...io.texts };
      running.delete(ending);
    },
  );
  running.add(ending);
  while (!lines().some(({ event }) => event === 'listening')) {
    if (run !== undefined) throw new Error(run.err || run.out);
    // oxlint-disable-next-line no-await-in-loop -- waits for the line
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const { url } = lines().find(({ event }) => event === 'listening')!;
  return { url: String(url), lines, ended: async () => (await ending, run!) };
}
