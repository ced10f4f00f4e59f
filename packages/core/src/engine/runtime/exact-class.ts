import { inheritsFromClasses } from '../../host/member.js';
import type { TypeSets } from '../../host/type-set.js';
import type { DeclaredType } from '../../types/declared-type.js';
import type { Class } from '../../types/type-declaration.js';
import type { TypeTable } from '../../types/type-table.js';
import { hasTagged } from '../../types/typed.js';

// An instance is of exactly a class when the class's prototype is its own prototype. Nothing else tells: `constructor` is a property that
// copies carry along and subclasses forget, `instanceof` holds for subclasses too, and a class can redefine it. Arrays and functions are
// never instances, even with the prototype of a class. A proxy is an instance of the class that its `getPrototypeOf` reports. These are
// the rules of `TypeSets.of`; compiled code must ask here, so that every engine finds the same class.

/** Checks that a value is an instance of exactly the class with this prototype. */
export const isExactly = (value: unknown, prototype: object): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.getPrototypeOf(value) === prototype &&
  !Array.isArray(value);

/** The prototypes of the registered classes: instances have types of their own, whatever a field says. */
export function registeredPrototypes(types: TypeTable): Set<object> {
  const registered = new Set<object>();
  for (const { class: c, builtIn } of types.types)
    // Those with `then` stand for what they are awaited to.
    if (c !== undefined && !builtIn && !('then' in (c.prototype as object)))
      registered.add(c.prototype as object);
  return registered;
}

/**
 * The class whose instances are of exactly this type, where their class tells all: no predicate is asked, nobody has given one of
 * them another type, and they inherit nothing but what is their classes'.
 */
export function findExactClass(type: DeclaredType, typeSets: TypeSets): Class | undefined {
  const { class: found, builtIn } = type;
  // Of classes that share a prototype, instances are of the one registered last.
  if (found === undefined || builtIn || typeSets.ofClass(found).chain[0] !== type) return undefined;
  const prototype = found.prototype as { then?: unknown };
  const isTold = !typeSets.hasPredicates && !hasTagged(prototype) && inheritsFromClasses(prototype);
  // Instances of a class with `then` stand for what they are awaited to.
  return isTold && prototype.then === undefined ? found : undefined;
}
