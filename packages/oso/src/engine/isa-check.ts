import { isThenable } from '@nanook/core/internal';
import type { Class, HostTypes, UserType } from '../types.js';
import { engineError } from './named-error.js';

const customChecks = new WeakSet<UserType<Class>>();

/** Records that the application decides which values are of a type. */
export const markCustomCheck = (type: UserType<Class>): void => void customChecks.add(type);

const errors = new WeakSet<object>();

/** Returns whether an `isaCheck` threw an error. oso throws it unchanged. */
export const isFromIsaCheck = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && errors.has(error);

/** The classes of values that are not instances of a registered class, such as `1` and `{}`. */
const classesOfPlainValues = new Set<unknown>([
  Array,
  BigInt,
  Boolean,
  Function,
  Number,
  Object,
  String,
  Symbol,
]);

/**
 * Returns the check of a type whose values its class alone does not decide: a type with an `isaCheck` of the application, one for plain
 * values, and one whose class has a later name. The engine asks about more values than oso. An error counts only when a policy tests the type.
 *
 * @param refusesPromises whether a promise is an error. Otherwise the engine awaits it, as oso
 */
export function isaCheckOf(
  type: UserType<Class>,
  types: HostTypes,
  refusesPromises: boolean,
): ((value: unknown) => boolean) | undefined {
  const isRecognized =
    customChecks.has(type) || classesOfPlainValues.has(type.cls) || types.get(type.cls) !== type;
  if (!isRecognized) return undefined;
  const fail = (error: unknown): never => {
    if (typeof error === 'object' && error !== null) errors.add(error);
    throw error;
  };
  return (value) => {
    try {
      const result: unknown = type.isaCheck(asPlainList(value));
      if (!isThenable(result)) return isTrue(result);
      const promise = Promise.resolve(result).then(isTrue, fail);
      if (!refusesPromises) return promise as unknown as boolean;
      promise.catch(() => {});
      throw promised(type.name);
    } catch (error) {
      return fail(error);
    }
  };
}

/** Returns a list without what makes it more than its elements, as oso passes it on. Other values are returned unchanged. */
const asPlainList = (value: unknown): unknown =>
  Array.isArray(value) &&
  (Object.getPrototypeOf(value) !== Array.prototype || Object.hasOwn(value, 'constructor'))
    ? Array.from(value as unknown[])
    : value;

/** Returns what oso makes of the result of an `isaCheck`: true if it is a whole number other than 0 after conversion. */
const isTrue = (result: unknown): boolean => ((result as number) | 0) !== 0;

const promised = (name: string): Error =>
  engineError(
    'TypeError',
    `The isaCheck of ${name} returned a promise. Expected true or false. Make the isaCheck synchronous.`,
  );
