import type { Condition, Scope } from '../filter/condition.js';
import { withOtherRows } from '../filter/with-other-rows.js';
import type { Predicate } from '../ir/goal.js';
import { isUnknown, ReferenceValue, RowValue, TypedRowValue } from './unknown.js';

/** A call whose condition is known. */
export interface KnownCall {
  readonly args: readonly unknown[];
  readonly condition: Condition;
  /** The number of parts that the evaluation of the condition has made. */
  readonly parts: number;
  /** The calls that the evaluation has made, each as its rule and the types of its rows. */
  readonly made: ReadonlySet<string>;
}

/** The calls of an evaluation whose conditions are known. An equal call about other rows has the same condition about these rows. */
export class CallTable {
  readonly #calls = new Map<unknown, unknown>();

  /** Returns whether the condition of a call with these arguments depends on nothing else. A list can contain variables. */
  static canHold(args: readonly unknown[]): boolean {
    return args.every((arg) => !isUnknown(arg) || arg instanceof RowValue || arg instanceof ReferenceValue);
  }

  find(predicate: Predicate, args: readonly unknown[]): KnownCall | undefined {
    let found: unknown = this.#calls.get(predicate);
    for (const arg of args) found = (found as Map<unknown, unknown> | undefined)?.get(keyOf(arg));
    return (found as Map<unknown, unknown> | undefined)?.get(end) as KnownCall | undefined;
  }

  add(predicate: Predicate, call: KnownCall): void {
    let place = this.#calls;
    for (const key of [predicate, ...call.args.map(keyOf)]) {
      let next = place.get(key) as Map<unknown, unknown> | undefined;
      if (next === undefined) place.set(key, (next = new Map()));
      place = next;
    }
    place.set(end, call);
  }
}

/**
 * Returns the condition of a known call for other arguments, or undefined if two rows are one in only one of the calls.
 *
 * @param create returns a new row in place of one
 */
export function conditionFor(
  { args, condition }: KnownCall,
  others: readonly unknown[],
  create: (row: Scope) => Scope,
): Condition | undefined {
  const rows = new Map<Scope, Scope>();
  for (const [i, arg] of args.entries()) {
    const other = others[i];
    const row = rowOf(arg);
    if (row === undefined) {
      // A `Map` finds 0 for -0.
      if (!Object.is(arg, other)) return undefined;
      continue;
    }
    const otherRow = rowOf(other)!;
    if ((rows.get(row) ?? otherRow) !== otherRow) return undefined;
    rows.set(row, otherRow);
  }
  return new Set(rows.values()).size === rows.size ? withOtherRows(condition, rows, create) : undefined;
}

const end = Symbol('end');

/** Returns the row that an argument is about. */
const rowOf = (arg: unknown): Scope | undefined =>
  arg instanceof RowValue ? arg.scope : arg instanceof ReferenceValue ? arg.from : undefined;

/** Returns the key of an argument. Rows that are reached by one relation, or that have one type, have one key. */
function keyOf(arg: unknown): unknown {
  if (arg instanceof ReferenceValue) return arg.relation;
  // A row that certainly is of its type is the listed row, or the actor.
  return arg instanceof RowValue && !(arg instanceof TypedRowValue) ? arg.scope.type : arg;
}
