import type { TypeSet } from '../host/type-set.js';
import { describeValue } from '../internal/describe-value.js';
import { isObjectOrFunction } from '../internal/is-object.js';
import { TypeToken } from '../types/declared-type.js';

/** Returns the reason why two values cannot be equal: they are of different kinds. Empty for values of one kind, and for objects. */
export function equalityNote(left: unknown, right: unknown): string {
  const [a, b] = [kindOf(left), kindOf(right)];
  return a === undefined || b === undefined || a === b ? '' : `; ${a} is never equal to ${b}`;
}

/** Returns the probable reason why an item is not in a collection. */
export function membershipNote(item: unknown, collection: unknown): string {
  if (typeof collection === 'string') return '; the collection is a string, and not a list';
  const items: readonly unknown[] = Array.isArray(collection) ? collection : [];
  const [first] = items;
  if (first === undefined || kindOf(item) === undefined) return '';
  if (items.every((each) => isObjectOrFunction(each) && !(each instanceof Date)))
    return '; the items are objects, so compare one of their attributes';
  return items.every((each) => kindOf(each) === kindOf(first)) ? equalityNote(item, first) : '';
}

/** Returns the probable reason why a value is not of a type. Empty for an instance of another declared type. */
export function typeNote(value: unknown, types: TypeSet | undefined): string {
  if (value === null) return ': it is null, such as an anonymous actor or a row that was not found';
  if (value === undefined) return ': it is missing';
  if (!isObjectOrFunction(value)) {
    const mayBeId = typeof value === 'number' || typeof value === 'string' || typeof value === 'bigint';
    return mayBeId ? ': it is not an object; load the object if it is an id' : ': it is not an object';
  }
  if (typeof value === 'function' || value instanceof TypeToken)
    return ': it is the type itself, and not an instance';
  if (Array.isArray(value)) return ': it is a list';
  const isDeclared = types === undefined || [...types.types].some(({ builtIn }) => !builtIn);
  return isDeclared ? '' : `: it is ${describeValue(value)} of no declared type`;
}

function kindOf(value: unknown): string | undefined {
  switch (typeof value) {
    case 'number':
    case 'string':
    case 'boolean':
    case 'bigint':
      return `a ${typeof value}`;
    default:
      return value instanceof Date ? 'a Date' : undefined;
  }
}
