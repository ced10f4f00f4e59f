import type { Class } from '../types/type-declaration.js';
import {
  booleanMethods,
  dateMethods,
  listMethods,
  mapMethods,
  numberMethods,
  setMethods,
  staticMethods,
  stringMethods,
} from './built-in-members.js';
import { wrongArgument } from './built-in-arguments.js';
import { callBuiltIn, countStatic } from './built-in-calls.js';
import { kindOf, show } from '../internal/descriptions.js';
import { hasMember, isRefused, type MemberContext, parentOf, refusal } from './member.js';
import { gettersOf } from './known-members.js';
import type { Meter } from './meter.js';
import { MissingValue } from './missing-value.js';
import type { Method, TypeSet } from './type-set.js';

/** Calls a method. Errors of the application are thrown unchanged. */
export function callMethod(
  receiver: unknown,
  name: string,
  args: readonly unknown[],
  types: TypeSet,
  context: MemberContext,
  meter: Meter,
): unknown {
  if (context.foreign !== undefined) return context.foreign.call(receiver, name, args, context);
  if (receiver === null || receiver === undefined) {
    return new MissingValue('POLAR_UNDECIDED_ATTRIBUTE_OF_NIL', { name: `${name}()`, value: show(receiver) });
  }
  // Most calls repeat an earlier one.
  const known = types.methods.get(name);
  if (known !== undefined && (receiver as Record<string, unknown>)[name] === known) {
    if (types.isRegistered || context.isConstant(receiver as object))
      return args.length === 0 ? known.call(receiver) : known.apply(receiver, args as unknown[]);
  }
  const builtIn = builtInMethods(receiver, types);
  if (builtIn?.has(name)) return callBuiltIn(receiver, name, args, meter);
  if (isRefused(receiver, name) && !(name === 'call' && typeof receiver === 'object'))
    return refusal(receiver, name);
  if (typeof receiver === 'function') return callStatic(receiver, name, args, types, context, meter);
  if (builtIn !== undefined || typeof receiver !== 'object') return missingMethod(receiver, name, builtIn);
  if (!hasMember(receiver, name)) return missingMethod(receiver, name, builtIn);
  const method = (receiver as Record<string, unknown>)[name];
  if (typeof method !== 'function') return missingMethod(receiver, name, builtIn);
  const isRegistered = types.isRegistered || context.isConstant(receiver);
  // A class that extends a built-in one may have methods, and inherits the documented methods of the built-in class.
  const owner = ownerOf(receiver, name);
  const isForeign = isIntrinsic(owner) && !inheritedMethods(receiver)?.has(name);
  if (!isRegistered || isForeign)
    return new MissingValue('POLAR_RUN_UNREGISTERED_METHOD', { name, on: kindOf(receiver) }, true);
  if (isSettled(owner, name, method)) types.methods.set(name, method as Method);
  return Reflect.apply(method, receiver, args);
}

function callStatic(
  receiver: object,
  name: string,
  args: readonly unknown[],
  types: TypeSet,
  context: MemberContext,
  meter: Meter,
): unknown {
  const type = context.types.findByClass(receiver as Class);
  if (type?.builtIn && !staticMethods[type.name]?.has(name))
    return missingMethod(receiver, name, staticMethods[type.name]);
  if (!hasMember(receiver, name)) return missingMethod(receiver, name, undefined);
  const method = (receiver as unknown as Record<string, unknown>)[name];
  if (typeof method !== 'function') return missingMethod(receiver, name, undefined);
  const isRegistered =
    type !== undefined ||
    context.types.ancestorsOfClass(receiver as Class).length > 0 ||
    context.isConstant(receiver);
  const isForeign = type?.builtIn !== true && isIntrinsic(ownerOf(receiver, name));
  if (!isRegistered || isForeign)
    return new MissingValue('POLAR_RUN_UNREGISTERED_METHOD', { name, on: kindOf(receiver) }, true);
  if (type?.builtIn === true) {
    const wrong = wrongArgument(receiver, name, args);
    if (wrong !== undefined) return wrong;
    countStatic(name, args, meter);
  }
  return Reflect.apply(method, receiver, args);
}

/** Returns whether a method belongs to the application and is not the result of a getter, which may return another one next time. */
const isSettled = (owner: object | null, name: string, method: object): boolean =>
  owner !== null && !isNative(method) && Object.getOwnPropertyDescriptor(owner, name)?.value === method;

/** Returns the object on the prototype chain that has the member. */
function ownerOf(receiver: object, name: string): object | null {
  let owner: object | null = receiver;
  while (owner !== null && !Object.hasOwn(owner, name)) owner = parentOf(owner);
  return owner;
}

/** Returns whether a prototype or a class belongs to JavaScript. */
function isIntrinsic(owner: object | null): boolean {
  if (owner === null) return true;
  const constructor: unknown =
    typeof owner === 'function' ? owner : Object.hasOwn(owner, 'constructor') ? owner.constructor : undefined;
  return typeof constructor === 'function' && isNative(constructor);
}

/** Whether functions are native. The text of a function never changes, and reading it takes longer than most calls. */
const natives = new WeakMap<object, boolean>();

function isNative(code: object): boolean {
  let known = natives.get(code);
  if (known === undefined) {
    known = /\{\s*\[native code\]\s*\}$/.test(Function.prototype.toString.call(code));
    natives.set(code, known);
  }
  return known;
}

function inheritedMethods(receiver: object): ReadonlySet<string> | undefined {
  if (receiver instanceof Date) return dateMethods;
  if (receiver instanceof Map) return mapMethods;
  return receiver instanceof Set ? setMethods : undefined;
}

function builtInMethods(receiver: unknown, types: TypeSet): ReadonlySet<string> | undefined {
  switch (typeof receiver) {
    case 'string':
      return stringMethods;
    case 'number':
      return numberMethods;
    case 'boolean':
      return booleanMethods;
    default:
      if (Array.isArray(receiver)) return listMethods;
      // A class of the application that extends a built-in one decides for itself.
      if (types.chain.length > 0) return undefined;
      if (receiver instanceof Date) return dateMethods;
      if (receiver instanceof Map) return mapMethods;
      return receiver instanceof Set ? setMethods : undefined;
  }
}

function missingMethod(
  receiver: unknown,
  name: string,
  builtIn: ReadonlySet<string> | undefined,
): MissingValue {
  const known = builtIn
    ? [...builtIn]
    : typeof receiver === 'object' && receiver !== null
      ? gettersOf(receiver)
      : [];
  return new MissingValue('POLAR_UNDECIDED_MISSING_METHOD', { name, on: kindOf(receiver), known });
}
