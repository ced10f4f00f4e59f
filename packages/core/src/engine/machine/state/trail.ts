import type { Variable, WatcherList } from '../../../terms/variable.js';
import type { Meter } from '../../../host/meter.js';
import { emptySlot } from './term-value.js';

/** The state of a variable before a change. */
export class Entry {
  constructor(
    readonly variable: Variable,
    readonly value: unknown,
    readonly watchers: WatcherList | undefined,
    readonly wasAliased: boolean,
  ) {}
}

/** A change of other state, which backtracking undoes, too. */
export abstract class Change {
  abstract undo(): void;
}

/** The undo log of variables. A mark is a length of the log: to undo to a mark restores all changes since. */
export class Trail {
  /** An entry for a variable; for a slot that was empty, the slots and then its number; another change. */
  protected readonly log: unknown[] = [];

  mark(): number {
    return this.log.length;
  }

  /** Sets an empty slot: it needs no variable. */
  setSlot(slots: unknown[], slot: number, value: unknown): void {
    this.log.push(slots, slot);
    slots[slot] = value;
  }

  /** Adds a change that was made. */
  add(change: Change): void {
    this.log.push(change);
  }

  bind(variable: Variable, value: unknown): void {
    this.#save(variable);
    variable.value = value;
  }

  markAliased(variable: Variable): void {
    if (variable.isAliased) return;
    this.#save(variable);
    variable.isAliased = true;
  }

  watch(variable: Variable, watchers: WatcherList): void {
    this.#save(variable);
    variable.watchers = watchers;
    variable.isAliased = true;
  }

  undoTo(mark: number): void {
    const log = this.log;
    while (log.length > mark) {
      const last = log.pop();
      if (typeof last === 'number') {
        (log.pop() as unknown[])[last] = emptySlot;
        continue;
      }
      if (last instanceof Change) {
        last.undo();
        continue;
      }
      const { variable, value, watchers, wasAliased } = last as Entry;
      variable.value = value;
      variable.watchers = watchers;
      variable.isAliased = wasAliased;
    }
  }

  /** Returns the variables that were changed since the mark, each with its state at the mark. */
  changesSince(mark: number, meter: Meter): Map<Variable, Entry> {
    meter.spend(this.log.length - mark);
    const before = new Map<Variable, Entry>();
    for (let i = mark; i < this.log.length; i++) {
      const entry = this.log[i];
      if (entry instanceof Entry && !before.has(entry.variable)) before.set(entry.variable, entry);
    }
    return before;
  }

  #save(variable: Variable): void {
    this.log.push(new Entry(variable, variable.value, variable.watchers, variable.isAliased));
  }
}
