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
  /** The colors of results. They change nothing where the output is not a terminal. */
  readonly colors: Colors;
}

const wantsColor = (stream: NodeJS.WriteStream): boolean =>
  !process.env['NO_COLOR'] &&
  process.env['FORCE_COLOR'] !== '0' &&
  (Boolean(process.env['FORCE_COLOR']) || stream.isTTY === true);

/** Writes to the streams of the process. */
export function processIo(): Io {
  return {
    out: (text) => void process.stdout.write(`${text}\n`),
    write: (text) => void process.stdout.write(text),
    input: process.stdin,
    err: (text) => void process.stderr.write(`${text}\n`),
    endAfterwards: () => endAfterwards(process),
    colors: createColors(wantsColor(process.stdout)),
  };
}
