import { afterEach } from 'vitest';
import { runProgram } from '../program.js';
import { recordedIo, type Run } from './run.fixture.js';

/** A line that `nanook serve` writes. */
export interface Line {
  readonly event: string;
  readonly [field: string]: unknown;
}

const running: Promise<unknown>[] = [];
afterEach(async () => {
  process.emit('SIGTERM');
  await Promise.all(running.splice(0));
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
  running.push(
    runProgram(['serve', '--port', '0', '--drain', '0', ...args], io).then((code) => {
      run = { code, ...io.texts };
    }),
  );
  while (!lines().some(({ event }) => event === 'listening')) {
    if (run !== undefined) throw new Error(run.err || run.out);
    // oxlint-disable-next-line no-await-in-loop -- waits for the line
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const { url } = lines().find(({ event }) => event === 'listening')!;
  return { url: String(url), lines, ended: async () => (await Promise.all(running), run!) };
}
