import { count } from '../output/count.js';
import type { Io } from '../output/io.js';
import type { DamagedLine } from './read-records.js';

/** Counts the lines of a log that are not records, and reports them once at the end. */
export class DamagedLines {
  #first: DamagedLine | undefined;
  #number = 0;

  readonly add = (place: DamagedLine): void => {
    this.#first ??= place;
    this.#number++;
  };

  report(io: Pick<Io, 'err'>): void {
    if (this.#first === undefined) return;
    const { file, line } = this.#first;
    io.err(
      `${count(this.#number, 'line')} skipped, not a record of the decision log; the first is ${file}:${line}`,
    );
  }
}
