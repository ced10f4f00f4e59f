import { pushDictionaryPairs, type EqualityContext } from './equality.js';

/** Compares the fields of two instances of one class, for the option `equality: 'deep'`. */
export function deepEqual(a: object, b: object, stack: unknown[], context: EqualityContext): boolean {
  if (a instanceof Map || a instanceof Set) {
    context.budget.grow(a.size + (b as Set<unknown>).size);
    stack.push([...(a as Iterable<unknown>)], [...(b as Iterable<unknown>)]);
    return true;
  }
  return pushDictionaryPairs(a, b, stack, context);
}
