import { Change as OtherChange, Entry, Trail } from '../engine/machine/state/trail.js';
import type { Variable } from '../terms/variable.js';
import { PastValues } from './past-values.js';

/** A change of a variable, or of a slot, with the value before it. */
interface Change {
  readonly target: Variable | unknown[];
  readonly slot: number;
  readonly before: unknown;
}

/** The trail, with a record of all changes, also of those that backtracking undoes. Earlier values can be read from it. */
export class RecordedTrail extends Trail {
  #changes: Change[] = [];
  /** Number of changes that are no longer recorded. */
  #dropped = 0;

  /** The number of changes so far: a time at which values can be read. */
  get time(): number {
    return this.#dropped + this.#changes.length;
  }

  override setSlot(slots: unknown[], slot: number, value: unknown): void {
    this.#changes.push({ target: slots, slot, before: slots[slot] });
    super.setSlot(slots, slot, value);
  }

  override bind(variable: Variable, value: unknown): void {
    this.#changes.push({ target: variable, slot: 0, before: variable.value });
    super.bind(variable, value);
  }

  override undoTo(mark: number): void {
    const { log } = this;
    for (let i = log.length - 1; i >= mark; i--) {
      const last = log[i];
      if (last instanceof Entry) {
        const { variable } = last;
        if (last.value !== variable.value)
          this.#changes.push({ target: variable, slot: 0, before: variable.value });
      } else if (!(last instanceof OtherChange)) {
        const slots = log[--i] as unknown[];
        this.#changes.push({ target: slots, slot: last as number, before: slots[last as number] });
      }
    }
    super.undoTo(mark);
  }

  /** Returns the values at an earlier time. */
  valuesAt(time: number): PastValues {
    const values = new PastValues();
    for (let i = this.#changes.length - 1; i >= time - this.#dropped; i--) {
      const { target, slot, before } = this.#changes[i]!;
      if (Array.isArray(target)) values.setSlot(target, slot, before);
      else values.setVariable(target, before);
    }
    return values;
  }

  /** Drops the changes before a time, at which values can still be read. */
  dropBefore(time: number): void {
    this.#changes = this.#changes.slice(time - this.#dropped);
    this.#dropped = time;
  }
}
