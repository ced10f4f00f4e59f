import { isThenable } from '../../internal/promise.js';
import { isDictionary } from '../../engine/dictionary.js';
import {
  equal,
  pushDictionaryPairs,
  unequal,
  type Compared,
  type EqualityContext,
} from '../../engine/equality.js';
import { logicTerms } from '../../engine/logic-terms.js';
import { handleRejections } from '../../host/handle-rejections.js';
import { isList } from '../../terms/partial.js';
import { isOfApplication } from './comparison.js';
import { deepEqual } from './deep-equality.js';
import { toApplication } from './to-application.js';
import { isNumeric, plainNumber } from '../whole-float.js';

/**
 * Compares two values for `=` as oso does: lists and dictionaries by their parts, and a value of the application with any other value by the
 * equality function. Pairs that contain an unbound variable are returned.
 */
export function unify(left: unknown, right: unknown, context: EqualityContext): Compared {
  const { equality, terms, typeSets, budget } = context;
  const equals = typeof equality === 'function' ? equality : deepEqual;
  // The most frequent case.
  if (terms === undefined && isInstance(left) && isInstance(right)) {
    budget.step();
    const areEqual = left === right || equals(left, right);
    budget.called();
    return areEqual ? equal : unequal;
  }
  const { dialect } = typeSets.types;
  const valueOf = (value: unknown): unknown =>
    context.settled(terms === undefined ? value : terms.deref(value));
  const stack: unknown[] = [left, right];
  let open: (readonly [unknown, unknown])[] | undefined;
  while (stack.length > 0) {
    const b = valueOf(stack.pop());
    const a = valueOf(stack.pop());
    if (terms !== undefined && (terms.isVariable(a) || terms.isVariable(b))) {
      if (a !== b) (open ??= []).push([a, b]);
      continue;
    }
    if (isThenable(a) || isThenable(b)) {
      if (a === b) continue;
      handleRejections(left);
      handleRejections(right);
      return { kind: 'waits', on: isThenable(a) ? a : (b as PromiseLike<unknown>) };
    }
    budget.step();
    let areEqual = true;
    if (isList(a) && isList(b)) areEqual = logicTerms.pushListPairs(a, b, stack, budget);
    else if (isDictionary(a, dialect) && isDictionary(b, dialect))
      areEqual = pushDictionaryPairs(a, b, stack, context);
    else {
      areEqual = areEqualValues(a, b, equals);
      budget.called();
    }
    if (!areEqual) return unequal;
  }
  return open === undefined ? equal : { kind: 'open', pairs: open };
}

/** Returns whether a value is an object of the application, and not a promise. */
const isInstance = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && isOfApplication(value) && !isThenable(value);

/** Compares two values that are neither both lists nor both dictionaries. A boolean is not a number. */
function areEqualValues(
  left: unknown,
  right: unknown,
  equals: (left: unknown, right: unknown) => boolean,
): boolean {
  // oxlint-disable-next-line eqeqeq -- a number equals a bigint of the same value
  if (isNumeric(left) && isNumeric(right)) return plainNumber(left) == plainNumber(right);
  const isLeft = isOfApplication(left);
  const isRight = isOfApplication(right);
  if (isLeft && isRight) return left === right || equals(left, right);
  if (!isLeft && !isRight) return left === right;
  return equals(toApplication(left), toApplication(right));
}
