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

const namesItself = ({ prototype }: Class): boolean =>
  Object.hasOwn(prototype as object, 'constructor') &&
  ((prototype as object).constructor as { prototype: unknown }).prototype === prototype;

/**
 * The class whose instances are of exactly this type, where their class tells all: no predicate is asked, and nobody has given one
 * of them another type.
 */
export function findExactClass(
  { class: found, builtIn }: DeclaredType,
  typeSets: TypeSets,
): Class | undefined {
  if (found === undefined || builtIn) return undefined;
  const prototype = found.prototype as { then?: unknown };
  const isTold = !typeSets.hasPredicates && !hasTagged(prototype);
  // Instances of a class with `then` stand for what they are awaited to.
  return isTold && prototype.then === undefined ? found : undefined;
}
