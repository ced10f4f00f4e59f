import { DecimalValue } from '../types/decimal-value.js';
import type { PlainTypeTable } from '../types/plain-type-table.js';
import { hidesField } from '../types/masked-row.js';
import { charactersPerStep, spendOn, type Meter } from './meter.js';
import { MissingValue } from './missing-value.js';
import { describe, kindOf, show } from '../internal/descriptions.js';
import type { TypeSet } from './plain-type-sets.js';
import { isPolicyDictionary } from './value.js';

export { MissingValue };

// The only code that reads members of application values for a policy: own members and those of classes, never those that every object
// inherits.

/** The parts of the program on which look-ups depend. */
export interface MemberContext {
  readonly types: PlainTypeTable;
  /** Returns whether the application registered this value as a constant, so that its functions may be called. */
  readonly isConstant: (value: object) => boolean;
  /** The access of another dialect to members; undefined for that of Nanook. */
  readonly foreign: ForeignMembers | undefined;
  /** Whether policies may read all members and call all methods. */
  readonly isUnrestricted: boolean;
}

/** Reads and calls members of values in another dialect. Each function returns a `MissingValue` where there is no value. */
export interface ForeignMembers {
  readonly read: (receiver: unknown, name: string, context: MemberContext) => unknown;
  readonly call: (
    receiver: unknown,
    name: string,
    args: readonly unknown[],
    context: MemberContext,
  ) => unknown;
  /** Converts a value of the policy for the application. */
  readonly convert: (value: unknown) => unknown;
}

/** @param isUnrestricted whether policies may read all members and call all methods */
export function memberContext(
  types: PlainTypeTable,
  foreign?: ForeignMembers,
  isUnrestricted = false,
): MemberContext {
  const constants = new Set<unknown>(types.constantNames.map((name) => types.constant(name)));
  return { types, isConstant: (value) => constants.has(value), foreign, isUnrestricted };
}

const refused = /* @__PURE__ */ new Set<string>([
  ...Object.getOwnPropertyNames(Object.prototype).filter((name) => name !== 'toString' && name !== 'valueOf'),
  'prototype',
]);
const refusedOnFunctions = /* @__PURE__ */ new Set<string>([
  ...Object.getOwnPropertyNames(Function.prototype),
  'prototype',
]);

export const isRefused = (receiver: unknown, name: string): boolean =>
  refused.has(name) ||
  (typeof receiver === 'function' && refusedOnFunctions.has(name)) ||
  ((name === 'toString' || name === 'valueOf') && typeof receiver === 'object');

export const refusal = (receiver: unknown, name: string) =>
  new MissingValue('POLAR_RUN_REFUSED_MEMBER', { name, on: kindOf(receiver) }, true);

/**
 * Returns the value of an attribute, which may be a promise, or the reason why there is none. Errors of getters are thrown unchanged.
 */
export function readAttribute(
  receiver: unknown,
  name: string,
  types: TypeSet,
  context: MemberContext,
  meter: Meter,
): unknown {
  const [own] = types.chain;
  const load = own?.loads?.get(name);
  // In oso, a class does not inherit what its base class loads.
  const isOwn = () => context.foreign === undefined || (receiver as object).constructor === own?.class;
  if (load !== undefined && isOwn()) return load(receiver as never);
  if (context.foreign !== undefined) return context.foreign.read(receiver, name, context);
  if (receiver === null || receiver === undefined) {
    return new MissingValue('POLAR_UNDECIDED_ATTRIBUTE_OF_NIL', { name, value: show(receiver) });
  }
  if (isRefused(receiver, name)) return refusal(receiver, name);
  if (typeof receiver === 'string' && name === 'length') {
    spendOn(receiver.length, charactersPerStep, meter);
    return countCodePoints(receiver);
  }
  if (Array.isArray(receiver) && name === 'length') return receiver.length;
  if (typeof receiver !== 'object' && typeof receiver !== 'function') return missing(receiver, name, types);
  if ((receiver instanceof Map || receiver instanceof Set) && name === 'size') return receiver.size;
  // A number has no attributes.
  if (receiver instanceof DecimalValue) return missing(receiver, name, types);
  const value = isReachable(receiver, name) ? (receiver as Record<string, unknown>)[name] : undefined;
  return value === undefined ? readMissing(receiver, name, types, Object.hasOwn(receiver, name)) : value;
}

/**
 * Returns whether policies may read the member that a look-up finds. When all inherited members belong to classes, they may: the object
 * itself is not read then, because a proxy may have attributes that it does not list.
 */
export function isReachable(receiver: object, name: string): boolean {
  if (typeof receiver === 'object' && !Array.isArray(receiver)) {
    const prototype = parentOf(receiver);
    if (prototype !== null && !(name in Object.prototype) && inheritsFromClasses(prototype)) return true;
  }
  return hasMember(receiver, name);
}

/** Returns whether all inherited members belong to classes, and not to an object that was set as a prototype. */
export function inheritsFromClasses(prototype: object): boolean {
  for (
    let p: object | null = prototype;
    p !== Object.prototype;
    p = Object.getPrototypeOf(p) as object | null
  ) {
    if (p === null) return false;
    const { constructor } = p as { constructor?: unknown };
    if (!Object.hasOwn(p, 'constructor') || typeof constructor !== 'function' || constructor.prototype !== p)
      return false;
  }
  return true;
}

/**
 * Returns the value of an attribute that is missing or `undefined`: `nil` for a field that is declared optional, unless a list has hidden it.
 * The two are the same, because a class with fields holds `undefined` for a column that was not loaded.
 *
 * @param isUndefined whether the attribute exists
 */
export const readMissing = (
  receiver: unknown,
  name: string,
  types: TypeSet,
  isUndefined: boolean,
): MissingValue | null =>
  isOptionalField(types, name) && !hidesField(receiver as object, name)
    ? null
    : missing(receiver, name, types, isUndefined);

/**
 * Returns whether an object has a member that is its own or inherited from a class. Members of Object, of Function, and of a plain object
 * that polluted input set as a prototype do not count. Objects between an instance and its class count as the class: Express creates its
 * request in this way.
 */
export function hasMember(receiver: object, name: string): boolean {
  if (Object.hasOwn(receiver, name)) return true;
  let isFound = false;
  for (let p = parentOf(receiver); p !== null && p !== Object.prototype; p = parentOf(p)) {
    if (p === Function.prototype) return false;
    isFound ||= Object.hasOwn(p, name);
    if (isFound && (typeof p === 'function' || isClassPrototype(p))) return true;
  }
  return false;
}

export const parentOf = (value: object): object | null => Object.getPrototypeOf(value) as object | null;

function isClassPrototype(p: object): boolean {
  const constructor: unknown = Object.hasOwn(p, 'constructor') ? p.constructor : undefined;
  // The last prototype is the Object.prototype of a realm.
  return typeof constructor === 'function' && constructor.prototype === p && parentOf(p) !== null;
}

function countCodePoints(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    const isSecondHalf = unit >= 0xdc00 && unit <= 0xdfff && i > 0 && isFirstHalf(text.charCodeAt(i - 1));
    if (!isSecondHalf) count++;
  }
  return count;
}

const isFirstHalf = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;

function isOptionalField(types: TypeSet, name: string): boolean {
  for (const type of types.declared) if (type.places.get(name)?.optional) return true;
  return false;
}

function missing(receiver: unknown, name: string, types: TypeSet, isUndefined = false): MissingValue {
  const on = named(receiver, types);
  if (isUndefined)
    return new MissingValue('POLAR_UNDECIDED_MISSING_ATTRIBUTE', { name, on, known: [], isUndefined });
  if (typeof receiver === 'object' && receiver !== null && isPolicyDictionary(receiver)) {
    return new MissingValue(
      'POLAR_UNDECIDED_MISSING_ATTRIBUTE',
      { name, on: kindOf(receiver), known: [] },
      false,
      true,
    );
  }
  const known = describe().knownMembers(receiver, types);
  return new MissingValue('POLAR_UNDECIDED_MISSING_ATTRIBUTE', { name, on, known });
}

const named = (receiver: unknown, types: TypeSet): string => {
  const [type] = types.chain;
  return type === undefined || type.builtIn ? kindOf(receiver) : `a ${type.name}`;
};
