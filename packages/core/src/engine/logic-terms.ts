import type { Meter } from '../host/meter.js';
import { ListCursor } from '../terms/list-cursor.js';
import { isList, PartialList } from '../terms/partial.js';
import { deref, Variable } from '../terms/variable.js';
import { isDictionary, keysOf, valueAt } from './dictionary.js';
import type { LogicTerms } from './equality.js';

/** The terms of the machine, whose values may contain variables. */
export const logicTerms: LogicTerms = {
  deref,
  isVariable: (value) => value instanceof Variable,
  isList,
  isDictionary,
  keysOf,
  valueAt,
  listOf: (items) => new PartialList(items, 0, undefined, true),
  pushListPairs,
};

/** Pushes the items pairwise, and an open end with the remainder of the other list. Returns `false` when the lists cannot be equal. */
function pushListPairs(
  left: readonly unknown[] | PartialList,
  right: readonly unknown[] | PartialList,
  stack: unknown[],
  budget: Meter,
): boolean {
  const a = new ListCursor(left);
  const b = new ListCursor(right);
  const pairs: unknown[] = [];
  for (;;) {
    const moreA = a.hasNext();
    const moreB = b.hasNext();
    if (moreA && moreB) {
      budget.step();
      pairs.push(b.next(), a.next());
      continue;
    }
    if (!moreA && !moreB && a.open === undefined && b.open === undefined) break;
    if (!moreA && a.open === undefined) {
      if (moreB || b.open === undefined) return false;
      pairs.push(b.open, []);
      break;
    }
    if (!moreB && b.open === undefined) {
      if (moreA || a.open === undefined) return false;
      pairs.push([], a.open);
      break;
    }
    pairs.push(b.remainder(), a.remainder());
    break;
  }
  // The first pair is on top of the stack.
  for (let i = pairs.length - 1; i >= 0; i--) stack.push(pairs[i]);
  return true;
}
