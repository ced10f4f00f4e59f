import type { Dialect } from '../dialect/dialect.js';
import { handleRejections } from '../host/handle-rejections.js';
import { hasMember } from '../host/member.js';
import { hasEquality, type TypeSet, type PlainTypeSets } from '../host/plain-type-sets.js';
import { isPlainObject, isPolicyDictionary, isThenable, primitiveOf } from '../host/value.js';
import { compareKeys, compareRows, isRow } from './compare-rows.js';
import { EngineValue } from '../terms/engine-value.js';
import { isList, isPartial, PartialDictionary, type PartialList } from '../terms/partial.js';
import { isObjectOrFunction } from '../internal/is-object.js';
import { compareCodePoints } from '../internal/code-points.js';
import type { DeclaredType } from '../types/declared-type.js';
import type { Meter } from '../host/meter.js';

/** The way in which instances of the application are compared. Other values are always compared in the same way. */
export type Equality = 'identity' | 'deep' | ((left: unknown, right: unknown) => boolean);

/** Returns the keys of a dictionary in the order in which policies read them. A key whose value is `undefined` is missing. */
export function keysOf(dictionary: object, { hasUndefined }: Dialect): readonly string[] {
  if (dictionary instanceof PartialDictionary) return dictionary.keys;
  return Object.keys(dictionary)
    .filter((key) => hasUndefined || (dictionary as Record<string, unknown>)[key] !== undefined)
    .sort(compareCodePoints);
}

export const isDictionary = (value: unknown, { plainObjectsAreInstances }: Dialect): value is object =>
  value instanceof PartialDictionary ||
  (isPlainObject(value) && !isPartial(value) && (!plainObjectsAreInstances || isPolicyDictionary(value)));

export function dictionaryValue(dictionary: object, key: string): unknown {
  if (dictionary instanceof PartialDictionary) return dictionary.values[dictionary.keys.indexOf(key)];
  return (dictionary as Record<string, unknown>)[key];
}

/** Returns the value of the key at a position in the order of the keys. */
const valueAt = (dictionary: object, i: number, key: string): unknown =>
  dictionary instanceof PartialDictionary
    ? dictionary.values[i]
    : (dictionary as Record<string, unknown>)[key];

/** The result of a comparison: `waits` when a promise must be awaited first, `open` when pairs with unbound variables remain. */
export type Compared =
  | { readonly kind: 'equal' }
  | { readonly kind: 'unequal' }
  | { readonly kind: 'waits'; readonly on: PromiseLike<unknown> }
  | { readonly kind: 'open'; readonly pairs: readonly (readonly [unknown, unknown])[] };

export const equal: Compared = { kind: 'equal' };
export const unequal: Compared = { kind: 'unequal' };

/** Compares values that contain variables. Compiled code has no variables, so that it does not need this code. */
export interface LogicTerms {
  /** Follows bindings to a value or an unbound variable. */
  readonly deref: (value: unknown) => unknown;
  readonly isVariable: (value: unknown) => boolean;
  /** Pushes the items pairwise. Returns `false` when the lists cannot be equal. */
  readonly pushListPairs: (
    left: readonly unknown[] | PartialList,
    right: readonly unknown[] | PartialList,
    stack: unknown[],
    budget: Meter,
  ) => boolean;
}

/** The operators of another dialect. */
export interface ForeignOperators {
  /**
   * 1, 4: decides a comparison of two values that are not variables. Returns undefined when it is not defined for them.
   *
   * @param equals compares two values of which one belongs to the application
   */
  readonly compare: (
    operator: string,
    left: unknown,
    right: unknown,
    equals: (left: unknown, right: unknown) => boolean,
  ) => boolean | undefined;
  /** 2, 5: computes a number, or returns the reason why there is none. */
  readonly compute: (
    operator: string,
    left: unknown,
    right: unknown,
  ) => number | object | bigint | 'no number' | 'division by zero' | 'unsafe integer';
  /** 3: compares two values for `=`. */
  readonly unify: (left: unknown, right: unknown, context: EqualityContext) => Compared;
  /** 3: compares two values of the application in depth. */
  readonly equal: (left: unknown, right: unknown) => boolean;
}

/** The parts of the program and of the query on which a comparison depends. */
export interface EqualityContext {
  readonly equality: Equality;
  /** Undefined for the operators of Nanook. */
  readonly operators: ForeignOperators | undefined;
  typeOf(value: unknown): TypeSet;
  readonly typeSets: PlainTypeSets;
  readonly budget: Meter;
  /** Undefined where no value contains a variable. */
  readonly terms: LogicTerms | undefined;
  /** Returns the value of a promise that was awaited, or the value itself. */
  settled(value: unknown): unknown;
}

/**
 * Compares two values. A stack takes the place of recursion, which overflows on deep data. Pairs that contain an unbound variable are
 * returned, so that `=` can bind the variable and `==` can wait for it.
 */
export function compareValues(left: unknown, right: unknown, context: EqualityContext): Compared {
  const { dialect } = context.typeSets.types;
  if (context.operators !== undefined) return context.operators.unify(left, right, context);
  if (areDistinct(left, right, context)) return unequal;
  const areEqual = compareAsRows(left, right, context);
  if (areEqual !== undefined) return areEqual ? equal : unequal;
  const { terms } = context;
  const valueOf = (value: unknown): unknown =>
    unboxed(context.settled(terms === undefined ? value : terms.deref(value)));
  const stack: unknown[] = [left, right];
  let open: (readonly [unknown, unknown])[] | undefined;
  while (stack.length > 0) {
    const b = valueOf(stack.pop());
    const a = valueOf(stack.pop());
    if (a === b) {
      if (typeof a === 'number' && Number.isNaN(a)) return unequal;
      continue;
    }
    if (terms !== undefined && (terms.isVariable(a) || terms.isVariable(b))) {
      (open ??= []).push([a, b]);
      continue;
    }
    if (!isObjectOrFunction(a) && !isObjectOrFunction(b)) return unequal;
    const areEqualRows = compareAsRows(a, b, context);
    if (areEqualRows !== undefined) {
      if (areEqualRows) continue;
      return unequal;
    }
    if (isThenable(a) || isThenable(b)) {
      handleRejections(left);
      handleRejections(right);
      return { kind: 'waits', on: isThenable(a) ? a : (b as PromiseLike<unknown>) };
    }
    context.budget.step();
    if (isList(a) && isList(b)) {
      const push = terms?.pushListPairs ?? pushItems;
      if (!push(a as readonly unknown[], b as readonly unknown[], stack, context.budget)) return unequal;
      continue;
    }
    if (!isObjectOrFunction(a) || !isObjectOrFunction(b) || isList(a) || isList(b)) {
      // Only a custom equality function can make a primitive or a list equal to an instance.
      if (typeof context.equality !== 'function' || isInstance(a, dialect) === isInstance(b, dialect))
        return unequal;
      const areEqual = context.equality(a, b);
      context.budget.called();
      if (areEqual) continue;
      return unequal;
    }
    const instances = equalInstances(a, b, context, stack);
    context.budget.called();
    if (instances === undefined) {
      if (!pushDictionaryPairs(a, b, stack, context)) return unequal;
    } else if (!instances) return unequal;
  }
  return open === undefined ? equal : { kind: 'open', pairs: open };
}

/**
 * Returns whether two values are different instances that only identity could make equal. This is the most frequent comparison of objects,
 * and the slower ways to be equal need not be tried for it.
 */
export function areDistinct(a: unknown, b: unknown, context: EqualityContext): boolean {
  if (context.equality !== 'identity' || a === b) return false;
  if (!isOrdinaryInstance(a) || !isOrdinaryInstance(b)) return false;
  if (context.settled(a) !== a || context.settled(b) !== b) return false;
  if (context.typeSets.haveEquality && context.typeOf(a).declared.length > 0) return false;
  context.budget.step();
  return true;
}

/** Compares two rows as long as primitives decide. Returns undefined for other values, and where primitives do not decide. */
export function compareAsRows(a: unknown, b: unknown, context: EqualityContext): boolean | undefined {
  const { typeSets, budget } = context;
  if (typeof context.equality === 'function' || !isRow(a) || !isRow(b)) return undefined;
  if (context.operators !== undefined) return undefined;
  if (a === b) return true;
  if (!typeSets.haveEquality) return compareRows(a, b, budget);
  const { commonKey } = typeSets;
  // Different keys suffice: rows of one type are different then, and rows of different types have different attributes.
  if (commonKey !== undefined && compareKeys(a, b, commonKey) === false) {
    budget.step();
    return false;
  }
  if (typeSets.hasPredicates) return undefined;
  const type = sharedType(a, b, context);
  if (type === undefined) return compareRows(a, b, budget);
  if (type.key?.length !== 1) return undefined;
  budget.step();
  return compareKeys(a, b, type.key[0]!);
}

/** Returns whether a value is an instance without a `valueOf` of a class, so neither a Date nor a boxed number, and not a promise. */
export function isOrdinaryInstance(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || value instanceof EngineValue || Array.isArray(value))
    return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  return (
    prototype !== Object.prototype &&
    prototype !== null &&
    (value as { valueOf?: unknown }).valueOf === Object.prototype.valueOf &&
    typeof (value as { then?: unknown }).then !== 'function'
  );
}

export const isPrimitive = (value: unknown): boolean => !isObjectOrFunction(value);

const isInstance = (value: unknown, dialect: Dialect): boolean =>
  isObjectOrFunction(value) && !isList(value) && !isDictionary(value, dialect);

/** Pushes the items of lists without variables pairwise. Returns `false` when the lists cannot be equal. */
function pushItems(a: readonly unknown[], b: readonly unknown[], stack: unknown[], budget: Meter): boolean {
  budget.spend(Math.min(a.length, b.length));
  if (a.length !== b.length) return false;
  // The first pair is on top of the stack.
  for (let i = a.length - 1; i >= 0; i--) stack.push(a[i], b[i]);
  return true;
}

/** Pushes the values of the same keys pairwise. Returns `false` when the dictionaries have different keys. */
export function pushDictionaryPairs(
  a: object,
  b: object,
  stack: unknown[],
  { typeSets, budget }: EqualityContext,
): boolean {
  const { dialect } = typeSets.types;
  const keys = keysOf(a, dialect);
  const others = keysOf(b, dialect);
  budget.spend(keys.length);
  if (keys.length !== others.length) return false;
  for (let i = keys.length - 1; i >= 0; i--) {
    const key = keys[i]!;
    if (key !== others[i]) return false;
    stack.push(valueAt(a, i, key), valueAt(b, i, key));
  }
  return true;
}

/** Returns whether two different instances are equal; undefined when they must be compared as dictionaries. */
function equalInstances(
  a: object,
  b: object,
  context: EqualityContext,
  stack: unknown[],
): boolean | undefined {
  const { equality } = context;
  const { dialect } = context.typeSets.types;
  const plain = isDictionary(a, dialect) && isDictionary(b, dialect);
  if (typeof equality === 'function') return plain ? undefined : equality(a, b);
  if (typeof a === 'function' || typeof b === 'function') return false;
  const declared = sharedType(a, b, context);
  if (declared?.equals !== undefined) return declared.equals(a, b);
  if (declared?.key !== undefined) {
    for (const key of declared.key)
      stack.push((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]);
    // A row whose key is not loaded equals only itself.
    return declared.key.every((key) => hasKey(a, key, context) && hasKey(b, key, context));
  }
  if (plain) return undefined;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  const x = primitiveOf(a);
  const y = primitiveOf(b);
  if (x !== a && y !== b) return x === y;
  return equality === 'deep' ? deepEqual(a, b, stack, context) : false;
}

const hasKey = (row: object, key: string, context: EqualityContext): boolean => {
  if (!hasMember(row, key)) return false;
  const value = context.settled((row as Record<string, unknown>)[key]);
  return value !== undefined && value !== null;
};

function sharedType(a: object, b: object, context: EqualityContext): DeclaredType | undefined {
  if (!context.typeSets.haveEquality) return undefined;
  const left = context.typeOf(a);
  if (left.comparedBy === undefined) return undefined;
  const right = context.typeOf(b);
  if (left === right || right.types.has(left.comparedBy)) return left.comparedBy;
  return left.declared.find((type) => right.types.has(type) && hasEquality(type));
}

/** Returns the primitive of a boxed value: `new Number(1)` equals 1. */
const unboxed = (value: unknown): unknown =>
  value instanceof Number || value instanceof String || value instanceof Boolean ? value.valueOf() : value;

/** Compares the fields of two instances of one class, for the option `equality: 'deep'`. */
function deepEqual(a: object, b: object, stack: unknown[], context: EqualityContext): boolean {
  if (a instanceof Map || a instanceof Set) {
    context.budget.grow(a.size + (b as Set<unknown>).size);
    stack.push([...(a as Iterable<unknown>)], [...(b as Iterable<unknown>)]);
    return true;
  }
  return pushDictionaryPairs(a, b, stack, context);
}
