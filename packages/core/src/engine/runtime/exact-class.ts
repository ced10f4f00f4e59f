import { inheritsFromClasses } from '../../host/member.js';
import type { PlainTypeSets } from '../../host/plain-type-sets.js';
import type { TypeSets } from '../../host/type-set.js';
import type { DeclaredType } from '../../types/declared-type.js';
import type { Class } from '../../types/type-declaration.js';
import type { PlainTypeTable } from '../../types/plain-type-table.js';
import { findTag, hasTagged } from '../../types/typed.js';
import { gettersOf } from './getters.js';

// A value is an instance of exactly a class if its prototype is the prototype of the class. No other property is reliable: `constructor`
// is copied with other properties and forgotten by subclasses; `instanceof` also holds for subclasses, and a class can redefine it. Arrays
// and functions are never instances, even with the prototype of a class. A proxy is an instance of the class that its `getPrototypeOf`
// reports. An instance with the value of a discriminator also has another type, so that it is not exactly of its class. `TypeSets.of` has
// the same rules. Compiled code uses these functions, so that every engine finds the same class.

/** Checks that a value is an instance of exactly the class with this prototype. */
export const isExactly = (value: unknown, prototype: object, typeSets: TypeSets): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.getPrototypeOf(value) === prototype &&
  !Array.isArray(value) &&
  isUnmarked(value, typeSets);

/** Checks that nothing but its prototype gives an object a type: no discriminator, and no attribute `constructor` of its own. */
export const isUnmarked = (value: object, typeSets: PlainTypeSets): boolean =>
  (typeSets.discriminators === undefined || typeSets.discriminators.matchNone(value)) &&
  !typeSets.hasOwnClass(value);

/** Checks that a value is a plain object without a tag and without a discriminator, so that only fields give it a type. */
export const isUnmarkedRow = (value: unknown, typeSets: TypeSets): value is object =>
  isExactly(value, Object.prototype, typeSets) && findTag(value as object) === undefined;

/** Returns the prototypes of the registered classes. Their instances never get a type from a field. */
export function registeredPrototypes(types: PlainTypeTable): Set<object> {
  const registered = new Set<object>();
  for (const { class: c, builtIn } of types.types)
    // An instance of a class with `then` is awaited like a promise.
    if (c !== undefined && !builtIn && !('then' in (c.prototype as object)))
      registered.add(c.prototype as object);
  return registered;
}

/**
 * Returns the class whose instances have exactly this type, if the class alone determines it: no type has a predicate, no instance has
 * another type from `typed`, and the instances inherit only from classes.
 */
export function findExactClass(type: DeclaredType, typeSets: TypeSets): Class | undefined {
  const { class: found, builtIn } = type;
  // Several classes may share a prototype. Its instances belong to the class that was registered last.
  if (found === undefined || builtIn || typeSets.ofClass(found).chain[0] !== type) return undefined;
  const prototype = found.prototype as { then?: unknown };
  const isDetermined = !typeSets.hasPredicates && !hasTagged(prototype) && inheritsFromClasses(prototype);
  // A discriminator that is a member of the class cannot be read without care.
  if (typeSets.discriminators?.fields.some(({ name }) => name in prototype) === true) return undefined;
  // An instance of a class with `then` is awaited like a promise.
  return isDetermined && prototype.then === undefined ? found : undefined;
}

/**
 * Returns the class of an instance if compiled code may treat it like an exact class with the same types: the class itself, or a class that
 * extends it without being registered, and that changes nothing on which the code relies.
 *
 * @param isGetter returns whether the code expects a getter of this name
 */
export function classLike(
  exact: Class,
  instance: object,
  typeSets: TypeSets,
  isGetter: (name: string) => boolean,
): Class | undefined {
  if (typeSets.hasOwnClass(instance)) return undefined;
  const { discriminators } = typeSets;
  const prototype = Object.getPrototypeOf(instance) as { then?: unknown } | null;
  if (prototype === exact.prototype) return exact;
  const isLike =
    prototype !== null &&
    !hasTagged(prototype) &&
    inheritsFromClasses(prototype) &&
    !('then' in prototype) &&
    prototype.valueOf === (exact.prototype as object).valueOf &&
    discriminators?.fields.some(({ name }) => name in prototype) !== true &&
    gettersOf(prototype).every(isGetter);
  return isLike ? (prototype.constructor as Class) : undefined;
}

/** Checks that `instanceof` compares prototypes and does nothing else. */
export const hasDefaultInstanceof = (type: Class): boolean =>
  (type as unknown as { [Symbol.hasInstance]: unknown })[Symbol.hasInstance] ===
  Function.prototype[Symbol.hasInstance];
