import type { Class, UserType } from '../types.js';

const customChecks = new WeakSet<UserType<Class>>();

/** Records that the application decides which values are of a type. */
export const markCustomCheck = (type: UserType<Class>): void => void customChecks.add(type);

/**
 * Returns the check of a type whose values the application recognizes; undefined for other types, whose class decides. The engine asks about
 * more values than oso, so a check may throw for a value that it does not expect: the value is not of the type then.
 */
export function isaCheckOf(type: UserType<Class>): ((value: unknown) => boolean) | undefined {
  if (!customChecks.has(type)) return undefined;
  return (value) => {
    try {
      return type.isaCheck(value);
    } catch {
      return false;
    }
  };
}
