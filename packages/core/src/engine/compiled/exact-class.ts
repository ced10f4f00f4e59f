import type { TypeSets } from '../../host/type-set.js';
import type { DeclaredType } from '../../types/declared-type.js';
import type { Class } from '../../types/type-declaration.js';
import type { TypeTable } from '../../types/type-table.js';
import { hasTagged } from '../../types/typed.js';

/** The prototypes of the registered classes: instances have types of their own, whatever a field says. */
export function registeredPrototypes(types: TypeTable): Set<object> {
  const registered = new Set<object>();
  for (const { class: c, builtIn } of types.types)
    // Those with `then` stand for what they are awaited to.
    if (c !== undefined && !builtIn && !('then' in (c.prototype as object)))
      registered.add(c.prototype as object);
  return registered;
}

/** Whether `constructor` of an instance of any registered class tells its class. */
export const haveSafeConstructors = (types: TypeTable): boolean =>
  [...types.types].every((type) => type.class === undefined || type.builtIn || namesItself(type.class));

/** Whether all that an instance inherits is a class's, and so an attribute: not that of an object that was set as a prototype. */
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

const namesItself = ({ prototype }: Class): boolean =>
  Object.hasOwn(prototype as object, 'constructor') &&
  ((prototype as object).constructor as { prototype: unknown }).prototype === prototype;

/**
 * The class whose instances are of exactly this type, where their class tells all: no predicate is asked, nobody has given one of
 * them another type, and they inherit nothing but what is their classes'.
 */
export function findExactClass(
  { class: found, builtIn }: DeclaredType,
  typeSets: TypeSets,
): Class | undefined {
  if (found === undefined || builtIn) return undefined;
  const prototype = found.prototype as { then?: unknown };
  const isTold = !typeSets.hasPredicates && !hasTagged(prototype) && inheritsFromClasses(prototype);
  // Instances of a class with `then` stand for what they are awaited to.
  return isTold && prototype.then === undefined ? found : undefined;
}
