import { EngineValue } from '../terms/engine-value.js';
import { keyKind } from './key-kind.js';
import { hasEquality, type PlainTypeSets } from './plain-type-sets.js';

/**
 * Returns the attribute that compares instances with this prototype, if nothing else does: the only key of their class, of a kind whose values
 * are compared at once. The class has no getter of this name.
 */
export function keyOfInstances(prototype: object, typeSets: PlainTypeSets): string | undefined {
  let key = typeSets.instanceKeys.get(prototype);
  if (key === undefined) typeSets.instanceKeys.set(prototype, (key = findKey(prototype, typeSets) ?? false));
  return key === false ? undefined : key;
}

function findKey(prototype: object, typeSets: PlainTypeSets): string | undefined {
  if (typeSets.hasPredicates || typeSets.discriminators !== undefined) return undefined;
  // A variable without a value could have any type, so the type sets must not know the one of its prototype.
  if (prototype instanceof EngineValue) return undefined;
  const { chain, comparedBy } = typeSets.ofPrototype(prototype);
  const [key, ...more] = comparedBy?.key ?? [];
  const isUsual = chain.length > 0 && prototype.valueOf === Object.prototype.valueOf;
  if (!isUsual || key === undefined || more.length > 0 || key in prototype) return undefined;
  return keyKind(comparedBy!, key) && key;
}

/** Checks that instances with two prototypes, of which each has a key, cannot be equal, because no type of both compares them. */
export function areDistinct(prototype: object, other: object | null, typeSets: PlainTypeSets): boolean {
  if (other === null || keyOfInstances(other, typeSets) === undefined) return false;
  const { types } = typeSets.ofPrototype(other);
  return !typeSets.ofPrototype(prototype).declared.some((type) => hasEquality(type) && types.has(type));
}
