import type { Variable, WatcherList } from '../../host/value.js';

interface Entry {
  readonly variable: Variable;
  readonly value: unknown;
  readonly watchers: WatcherList | undefined;
  readonly touched: boolean;
}

/** The undo log of variables. A mark is a length of the log; undoing to it restores everything changed since. */
export class Trail {
  readonly #log: Entry[] = [];

  mark(): number {
    return this.#log.length;
  }

  bind(variable: Variable, value: unknown): void {
    this.#save(variable);
    variable.value = value;
  }

  touch(variable: Variable): void {
    if (variable.touched) return;
    this.#save(variable);
    variable.touched = true;
  }

  watch(variable: Variable, watchers: WatcherList): void {
    this.#save(variable);
    variable.watchers = watchers;
    variable.touched = true;
  }

  undoTo(mark: number): void {
    while (this.#log.length > mark) {
      const { variable, value, watchers, touched } = this.#log.pop()!;
      variable.value = value;
      variable.watchers = watchers;
      variable.touched = touched;
    }
  }

  /** Each variable changed since the mark, as it was then. */
  changesSince(mark: number): Map<Variable, Entry> {
    const before = new Map<Variable, Entry>();
    for (let i = mark; i < this.#log.length; i++) {
      const entry = this.#log[i]!;
      if (!before.has(entry.variable)) before.set(entry.variable, entry);
    }
    return before;
  }

  #save(variable: Variable): void {
    this.#log.push({
      variable,
      value: variable.value,
      watchers: variable.watchers,
      touched: variable.touched,
    });
  }
}
