import { typeText } from '../host/declared-value.js';
import { fieldOf } from '../host/reference.js';
import type { Field } from '../types/declared-type.js';

const sameList = new Set(['reverse', 'slice', 'sort', 'toReversed', 'toSorted']);

/**
 * Returns the field whose type the result of a method of a declared list has.
 *
 * @param list the reference to the list
 */
export function fieldOfResult(
  list: unknown,
  method: string,
  args: readonly unknown[],
  result: unknown,
): Field | undefined {
  const field = fieldOf(list);
  if (field?.element === undefined || result === undefined) return undefined;
  if (sameList.has(method)) return field;
  if (method === 'at') return result === null ? undefined : field.element;
  if (method === 'flat')
    return args.length > 0 ? undefined : ((field.element.element && field.element) ?? field);
  if (method !== 'concat') return undefined;
  const parts = [list, ...args].filter((part) => !Array.isArray(part) || part.length > 0).map(fieldOf);
  const [first, ...others] = parts;
  const isSame =
    first !== undefined && others.every((part) => part && typeText(part.type) === typeText(first.type));
  return isSame ? first : undefined;
}
