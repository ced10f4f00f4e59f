import type { PlainTypeTable } from '../../types/plain-type-table.js';

/** Checks whether reading an attribute of a value runs a getter. */
export function runsGetter(base: unknown, name: string): boolean {
  try {
    for (let p = base; typeof p === 'object' && p !== null; p = Object.getPrototypeOf(p)) {
      const property = Object.getOwnPropertyDescriptor(p, name);
      if (property !== undefined) return property.get !== undefined;
    }
  } catch {
    // A proxy may refuse to describe its properties.
    return true;
  }
  return false;
}

/** Returns the names of the getters that an object has or inherits. */
export function gettersOf(start: object): string[] {
  const found: string[] = [];
  for (
    let p: object | null = start;
    p !== null && p !== Object.prototype;
    p = Object.getPrototypeOf(p) as object | null
  )
    for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(p)))
      if (property.get !== undefined) found.push(name);
  return found;
}

/** Returns the names of the getters of all registered classes. */
export const registeredGetters = (types: PlainTypeTable): ReadonlySet<string> =>
  new Set(
    [...types.types].flatMap(({ class: c, builtIn }) =>
      c === undefined || builtIn ? [] : gettersOf(c.prototype as object),
    ),
  );
