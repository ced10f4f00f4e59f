import type { Interface } from 'node:readline';

/** Yields each line. The iterator of readline loses lines that arrive before it starts. */
export async function* linesOf(readline: Interface): AsyncGenerator<string, void, undefined> {
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
  while (true) {
    const line = waiting.shift();
    if (line !== undefined) yield line;
    else if (isClosed) return;
    else await new Promise<void>((resolve) => (wake = resolve));
  }
}
