import { isThenable } from '../internal/promise.js';
import type { Dialect } from '../dialect/dialect.js';
import { acceptDeclared } from '../host/declared-value.js';
import { handleRejections } from '../host/handle-rejections.js';
import type { Meter } from '../host/meter.js';
import { MissingValue } from '../host/missing-value.js';
import type { TypeSet, PlainTypeSets } from '../host/plain-type-sets.js';
import { primitiveOf } from '../host/value.js';
import { isObjectOrFunction } from '../internal/is-object.js';
import { DecimalValue } from '../types/decimal-value.js';
import { EngineValue } from '../terms/engine-value.js';
import type { PartialList } from '../terms/partial.js';
import { fieldOf, raw, Reference } from '../host/reference.js';
import { compareRows, isRow, type Row } from './compare-rows.js';
import { orderOf } from './order.js';
import { definedKeys, isPlainDictionary } from './plain-dictionary.js';

type Keyed = Readonly<Record<string, unknown>>;

/** The way in which instances of the application are compared. Other values are always compared in the same way. */
export type Equality = 'identity' | 'deep' | ((left: unknown, right: unknown) => boolean);

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
  readonly isList: (value: unknown) => value is readonly unknown[] | PartialList;
  readonly isDictionary: (value: unknown, dialect: Dialect) => value is object;
  /** Returns the keys of a dictionary in the order in which policies read them. */
  readonly keysOf: (dictionary: object, dialect: Dialect) => readonly string[];
  /** Returns the value of the key at a position in the order of the keys. */
  readonly valueAt: (dictionary: object, i: number, key: string) => unknown;
  /** Returns a list of items that contain no variables. */
  readonly listOf: (items: readonly unknown[]) => PartialList;
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

/** Compares values whose types declare a key or `equals`. */
export interface DeclaredEquality {
  /**
   * Compares two rows as long as primitives decide. Returns undefined where they do not.
   *
   * @param left the first row, or a reference to it
   * @param right the second row, or a reference to it
   */
  readonly compareRows: (
    a: Row,
    b: Row,
    left: unknown,
    right: unknown,
    context: EqualityContext,
  ) => boolean | undefined;
  /** Compares two instances of registered classes with a key, as long as their classes and primitives decide. */
  readonly compareInstances: (a: unknown, b: unknown, context: EqualityContext) => boolean | undefined;
  /** Compares two instances or rows, or pushes what must be compared. Returns undefined if no type says how. They can be references. */
  readonly compare: (
    left: unknown,
    right: unknown,
    context: EqualityContext,
    stack: unknown[],
  ) => boolean | undefined;
}

/** The ways of comparing that not every program needs. */
export interface EqualityRules {
  /** Needed where `haveEquality` is true. */
  readonly declaredEquality?: DeclaredEquality;
  /** Needed with the option `equality: 'deep'`: compares two instances of one class, or pushes what must be compared. */
  readonly deepEqual?: (a: object, b: object, stack: unknown[], context: EqualityContext) => boolean;
}

/** The parts of the program and of the query on which a comparison depends. */
export interface EqualityContext {
  readonly equality: Equality;
  readonly rules: EqualityRules;
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
 * Compares two values, which can be references. Values that have types, and none in common, are never equal, even as one object. A stack
 * takes the place of recursion, which overflows on deep data. Pairs that contain an unbound variable are
 * returned, so that `=` can bind the variable and `==` can wait for it.
 */
export function compareValues(left: unknown, right: unknown, context: EqualityContext): Compared {
  if (context.operators !== undefined) return context.operators.unify(left, right, context);
  const areEqual = compareAsRows(left, right, context);
  if (areEqual !== undefined) return areEqual ? equal : unequal;
  if (areDistinct(left, right, context)) return unequal;
  const { terms } = context;
  const isList = terms?.isList ?? Array.isArray;
  const valueOf = (value: unknown): unknown =>
    unboxed(decided(context.settled(terms === undefined ? value : terms.deref(value))));
  const stack: unknown[] = [left, right];
  let open: (readonly [unknown, unknown])[] | undefined;
  while (stack.length > 0) {
    const y = valueOf(stack.pop());
    const x = valueOf(stack.pop());
    const a = raw(x);
    const b = raw(y);
    if (a === b) {
      if ((typeof a === 'number' && Number.isNaN(a)) || haveOtherTypes(x, y, context)) return unequal;
      if (!Array.isArray(a) || isSameList(x, y)) continue;
    }
    if (terms !== undefined && (terms.isVariable(a) || terms.isVariable(b))) {
      (open ??= []).push([x, y]);
      continue;
    }
    if (!isObjectOrFunction(a) && !isObjectOrFunction(b)) return unequal;
    const areEqualRows = compareAsRows(x, y, context);
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
    if (a instanceof DecimalValue || b instanceof DecimalValue) {
      if (orderOf(a, b, context.budget) === 0) continue;
      return unequal;
    }
    if (isList(a) && isList(b)) {
      const push = terms?.pushListPairs ?? pushItems;
      const [left, right] = [itemsOf(x, context), itemsOf(y, context)];
      if (!push(left as readonly unknown[], right as readonly unknown[], stack, context.budget))
        return unequal;
      continue;
    }
    if (!isObjectOrFunction(a) || !isObjectOrFunction(b) || isList(a) || isList(b)) {
      // Only a custom equality function can make a primitive or a list equal to an instance.
      const isInstance = (value: unknown): boolean =>
        isObjectOrFunction(value) && !isList(value) && !isDictionary(value, context);
      if (typeof context.equality !== 'function' || isInstance(a) === isInstance(b)) return unequal;
      const areEqual = context.equality(a, b);
      context.budget.called();
      if (areEqual) continue;
      return unequal;
    }
    const instances = haveOtherTypes(x, y, context) ? false : equalInstances(x, y, context, stack);
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

/**
 * Compares two rows, or two instances of a class with a key, as long as primitives decide. Returns undefined for other values, and where
 * primitives do not decide.
 */
export function compareAsRows(left: unknown, right: unknown, context: EqualityContext): boolean | undefined {
  if (typeof context.equality === 'function' || context.operators !== undefined) return undefined;
  const declared = context.typeSets.haveEquality ? context.rules.declaredEquality! : undefined;
  const [a, b] = [raw(left), raw(right)];
  if (!isRow(a) || !isRow(b)) return declared?.compareInstances(a, b, context);
  const areEqual =
    a === b ||
    (declared === undefined
      ? compareRows(a, b, context.budget)
      : declared.compareRows(a, b, left, right, context));
  return areEqual !== false && haveOtherTypes(left, right, context) ? false : areEqual;
}

/** Returns whether two values have types of the application, but none in common. */
function haveOtherTypes(left: unknown, right: unknown, context: EqualityContext): boolean {
  if (typeof context.equality === 'function' || left === right) return false;
  const areReferences = left instanceof Reference && right instanceof Reference;
  // One object without a reference has the types that it had when it was read for the other side.
  if (!areReferences && raw(left) === raw(right)) return false;
  if (!mayHaveOtherType(left, context) || !mayHaveOtherType(right, context)) return false;
  const { isRegistered, types } = context.typeOf(left);
  if (!isRegistered) return false;
  const others = context.typeOf(right);
  return others.isRegistered && ![...types].some((type) => !type.builtIn && others.types.has(type));
}

/** Returns whether something else than its class can give a value a type. */
const mayHaveOtherType = (value: unknown, { typeSets }: EqualityContext): boolean =>
  value instanceof Reference || isRow(value) || typeSets.hasPredicates;

/**
 * Returns whether two values are one list that was read with one declaration of its elements. Such a list equals itself, even if an element
 * contradicts the declaration.
 */
export const isSameList = (left: unknown, right: unknown): boolean =>
  Array.isArray(raw(left)) && raw(left) === raw(right) && fieldOf(left)?.element === fieldOf(right)?.element;

/**
 * Returns the list itself, or for a reference the elements as values of their declared type.
 *
 * @throws {MissingValue} for an element that contradicts its declaration
 */
function itemsOf(list: unknown, context: EqualityContext): unknown {
  const field = fieldOf(list)?.element;
  const items = raw(list);
  if (field === undefined || !Array.isArray(items)) return items;
  const accepted = items.map((item) => {
    const value = context.settled(item);
    if (isThenable(value)) return item as unknown;
    const found = acceptDeclared(value, field, context.typeSets);
    if (found instanceof MissingValue) throw found;
    return found;
  });
  return context.terms === undefined ? accepted : context.terms.listOf(accepted);
}

/** Returns whether a value is an instance without a `valueOf` of a class, so neither a Date nor a number, and not a promise. */
export function isOrdinaryInstance(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || value instanceof EngineValue || Array.isArray(value))
    return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  return (
    prototype !== Object.prototype &&
    prototype !== null &&
    prototype !== DecimalValue.prototype &&
    (value as { valueOf?: unknown }).valueOf === Object.prototype.valueOf &&
    typeof (value as { then?: unknown }).then !== 'function'
  );
}

export const isPrimitive = (value: unknown): boolean => !isObjectOrFunction(value);

const isDictionary = (value: unknown, { terms, typeSets }: EqualityContext): value is object =>
  (terms?.isDictionary ?? isPlainDictionary)(value, typeSets.types.dialect);

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
  { typeSets, budget, terms }: EqualityContext,
): boolean {
  const { dialect } = typeSets.types;
  // Any order of the keys will do, if it is the same in both.
  const keysOf = terms?.keysOf ?? sortedKeys;
  const keys = keysOf(a, dialect);
  const others = keysOf(b, dialect);
  budget.spend(keys.length);
  if (keys.length !== others.length) return false;
  for (let i = keys.length - 1; i >= 0; i--) {
    const key = keys[i]!;
    if (key !== others[i]) return false;
    if (terms === undefined) stack.push((a as Keyed)[key], (b as Keyed)[key]);
    else stack.push(terms.valueAt(a, i, key), terms.valueAt(b, i, key));
  }
  return true;
}

const sortedKeys = (dictionary: object, dialect: Dialect): readonly string[] =>
  definedKeys(dictionary, dialect).sort();

/** Returns whether two different instances are equal; undefined when they must be compared as dictionaries. */
function equalInstances(
  left: unknown,
  right: unknown,
  context: EqualityContext,
  stack: unknown[],
): boolean | undefined {
  const { equality, rules, typeSets } = context;
  const [a, b] = [raw(left), raw(right)] as [object, object];
  const plain = isDictionary(a, context) && isDictionary(b, context);
  if (typeof equality === 'function') return plain ? undefined : equality(a, b);
  if (typeof a === 'function' || typeof b === 'function') return false;
  if (typeSets.haveEquality) {
    const areEqual = rules.declaredEquality!.compare(left, right, context, stack);
    if (areEqual !== undefined) return areEqual;
  }
  if (plain) return undefined;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  const x = primitiveOf(a);
  const y = primitiveOf(b);
  if (x !== a && y !== b) return x === y;
  return equality === 'deep' && rules.deepEqual!(a, b, stack, context);
}

/** Returns a value. A promised element of a list was fulfilled with a contradiction, which is thrown. */
export function decided(settled: unknown): unknown {
  if (settled instanceof MissingValue) throw settled;
  return settled;
}

/** Returns the primitive of a boxed value: `new Number(1)` equals 1. */
const unboxed = (value: unknown): unknown =>
  value instanceof Number || value instanceof String || value instanceof Boolean ? value.valueOf() : value;
