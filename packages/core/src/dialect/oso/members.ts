import { kindOf, show } from '../../internal/descriptions.js';
import { staticMethods } from '../../host/built-in-members.js';
import { MissingValue } from '../../host/missing-value.js';
import type { Class } from '../../types/type-declaration.js';
import type { ForeignMembers, MemberContext } from '../../host/member.js';
import { toApplication } from './to-application.js';

/**
 * Reads and calls members as oso does: own ones and inherited ones of any object, and methods of strings and numbers. Without
 * `unsafeHostAccess`, members that lead to the code of the process are refused, and functions are called only if the application registered
 * their owner.
 */
export const osoMembers: ForeignMembers = {
  read(receiver, name, access) {
    if (receiver === null || receiver === undefined)
      return new MissingValue('POLAR_UNDECIDED_ATTRIBUTE_OF_NIL', { name, value: show(receiver) });
    if (typeof receiver !== 'boolean' && isRefused(receiver, name, access)) return refusal(receiver, name);
    const isObject = typeof receiver === 'object' || typeof receiver === 'function';
    if (isObject && name in receiver) return (receiver as Readonly<Record<string, unknown>>)[name];
    const known = isObject ? Object.keys(receiver).slice(0, 100) : [];
    return new MissingValue(
      'POLAR_UNDECIDED_MISSING_ATTRIBUTE',
      { name, on: kindOf(receiver), known },
      typeof receiver === 'boolean',
    );
  },

  call(receiver, name, args, access) {
    if (receiver === null || receiver === undefined)
      return new MissingValue('POLAR_UNDECIDED_ATTRIBUTE_OF_NIL', {
        name: `${name}()`,
        value: show(receiver),
      });
    // oso looks up nothing on a boolean.
    if (typeof receiver === 'boolean')
      return new MissingValue('POLAR_UNDECIDED_MISSING_METHOD', { name, on: 'a boolean', known: [] }, true);
    if (isRefused(receiver, name, access)) return refusal(receiver, name);
    const self = toApplication(receiver);
    const method = (self as Readonly<Record<string, unknown>>)[name];
    if (typeof method !== 'function')
      return new MissingValue('POLAR_UNDECIDED_MISSING_METHOD', { name, on: kindOf(receiver), known: [] });
    if (typeof receiver === 'function' && !mayCall(receiver as Class, name, access))
      return new MissingValue('POLAR_RUN_UNREGISTERED_METHOD', { name, on: kindOf(receiver) }, true);
    return Reflect.apply(method, self, args.map(toApplication)) as unknown;
  },

  convert: toApplication,
};

function mayCall(value: Class, name: string, { isUnrestricted, isConstant, types }: MemberContext): boolean {
  if (isUnrestricted || isConstant(value) || types.ancestorsOfClass(value).length > 0) return true;
  const type = types.findByClass(value);
  return type?.builtIn === true && staticMethods[type.name]?.has(name) === true;
}

/** Members of every object that only inspect it. */
const harmless = new Set<string>([
  'hasOwnProperty',
  'isPrototypeOf',
  'propertyIsEnumerable',
  'toLocaleString',
  'toString',
  'valueOf',
]);

const refused = new Set<string>([
  ...Object.getOwnPropertyNames(Object.prototype).filter((name) => !harmless.has(name)),
  'prototype',
]);
const refusedOnFunctions = new Set<string>(Object.getOwnPropertyNames(Function.prototype));

function isRefused(receiver: unknown, name: string, { isUnrestricted }: MemberContext): boolean {
  if (isUnrestricted) return false;
  return (
    refused.has(name) ||
    (typeof receiver === 'function' && refusedOnFunctions.has(name) && !Object.hasOwn(receiver, name))
  );
}

const refusal = (receiver: unknown, name: string): MissingValue =>
  new MissingValue('POLAR_RUN_REFUSED_MEMBER', { name, on: kindOf(receiver) }, true);
