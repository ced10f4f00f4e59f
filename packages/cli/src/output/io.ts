import { createColors } from 'picocolors';
import { endAfterwards } from './end-afterwards.js';

export type Colors = ReturnType<typeof createColors>;

/** The terminal, or another place to which a command writes. */
export interface Io {
  /** Writes a result, with a line break at its end. */
  out(text: string): void;
  /** Writes a result as it is. */
  write(text: string): void;
  /** Writes a message that is not part of the result. */
  err(text: string): void;
  /** The input of commands that read one while they run. */
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  /** Lets the process end after the command, also if an application that the command has loaded still works. */
  readonly endAfterwards?: () => void;
  /** Shows a line about long work, which the next one replaces; an empty text removes it. Only a person at a terminal sees it. */
  progress(text: string): void;
  /** The number of columns of the terminal that shows results; undefined for another place. */
  readonly columns?: number | undefined;
  /** Whether a CI system runs the command. */
  readonly isCi: boolean;
  /** The colors of results. They change nothing where the output is not a terminal. */
  readonly colors: Colors;
}

const wantsColor = (stream: NodeJS.WriteStream): boolean =>
  !process.env['NO_COLOR'] &&
  process.env['FORCE_COLOR'] !== '0' &&
  (Boolean(process.env['FORCE_COLOR']) || stream.isTTY === true);

/** Writes to the streams of the process. */
export function processIo(): Io {
  const { stdout, stderr } = process;
  const isCi = Boolean(process.env['CI']);
  const showsProgress = stderr.isTTY === true && !isCi;
  return {
    out: (text) => void stdout.write(`${text}\n`),
    write: (text) => void stdout.write(text),
    input: process.stdin,
    err: (text) => void stderr.write(`${text}\n`),
    progress: (text) => {
      // Goes to the beginning of the line, and erases it.
      if (showsProgress) stderr.write(`\r\u001B[2K${text.slice(0, (stderr.columns ?? 80) - 1)}`);
    },
    endAfterwards: () => endAfterwards(process),
    get columns() {
      // Without a size, as in some containers, a terminal has 0 columns.
      return stdout.isTTY && stdout.columns > 0 ? stdout.columns : undefined;
    },
    isCi,
    colors: createColors(wantsColor(stdout)),
  };
}
