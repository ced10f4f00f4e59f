import { EngineValue } from './engine-value.js';

const unbound: unique symbol = Symbol('unbound');

/** A goal to prove again when a variable is bound. Only the machine reads it. */
export interface Watcher {
  readonly watched: readonly Variable[];
}
export interface WatcherList {
  readonly watcher: Watcher;
  readonly next: WatcherList | undefined;
}

let count = 0;

/** Returns the number of variables so far: the `id` of a later variable is not smaller. */
export const variableCount = (): number => count;

/** A logic variable. Only the trail changes it. */
export class Variable extends EngineValue {
  value: unknown = unbound;
  /** Goals that wait for a value, newest first. */
  watchers: WatcherList | undefined = undefined;
  /** Whether the unbound variable was constrained, aliased, or passed to a rule, so that a negation depends on it. */
  isAliased = false;

  /** @param id default: larger than those of all other variables */
  constructor(
    readonly name: string,
    readonly id = count++,
  ) {
    super();
  }

  get isBound(): boolean {
    return this.value !== unbound;
  }
  static readonly unbound: unknown = unbound;
}

/** Follows bindings to a value or an unbound variable. */
export function deref(value: unknown): unknown {
  while (value instanceof Variable && value.value !== unbound) value = value.value;
  return value;
}
