import type { Interface } from 'node:readline';

/** Yields each line, from this call on. The iterator of readline loses lines that arrive before it starts. */
export function linesOf(readline: Interface): AsyncGenerator<string, void, undefined> {
  const waiting: string[] = [];
  let isClosed = false;
  let wake = (): void => {};
  readline.on('line', (line) => {
    waiting.push(line);
    wake();
  });
  readline.on('close', () => {
    isClosed = true;
    wake();
  });
  return iterate();

  async function* iterate(): AsyncGenerator<string, void, undefined> {
    while (true) {
      const line = waiting.shift();
      if (line !== undefined) yield line;
      else if (isClosed) return;
      // oxlint-disable-next-line no-await-in-loop -- the lines come one after the other
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  }
}
