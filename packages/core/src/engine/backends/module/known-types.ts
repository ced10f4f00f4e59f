import type { TypeSet, PlainTypeSets } from '../../../host/plain-type-sets.js';
import type { DeclaredType, Field } from '../../../types/declared-type.js';
import type { PlainTypeTable } from '../../../types/plain-type-table.js';

/**
 * Returns all sets of types that values may have: the built-in types, instances of each class, and rows of each type. Each set also occurs
 * with a type that only a predicate or a discriminator recognizes.
 *
 * @param fieldsGiveTypes whether a field can give its type to an instance of a class that is not registered
 */
export function knownTypes(
  types: PlainTypeTable,
  typeSets: PlainTypeSets,
  fieldsGiveTypes: boolean,
): TypeSet[] {
  const registered = [...types.types].filter((type) => !type.builtIn);
  const predicates = registered.filter(({ is, discriminator }) => is ?? discriminator);
  const found = new Set<TypeSet>();
  const add = (own: readonly DeclaredType[], chain: readonly DeclaredType[], isInstance: boolean): void => {
    found.add(typeSets.ofTypes(own, chain, isInstance));
    for (const type of predicates)
      if (!own.includes(type)) found.add(typeSets.ofTypes([...own, type], chain, isInstance));
  };
  for (const { types: own } of typeSets.builtIn) add([...own], [], false);
  // Instances of a class that is not registered.
  add([], [], true);
  for (const type of registered) {
    if (type.class !== undefined) {
      const chain = types.ancestorsOf(type);
      add(chain, chain, true);
    }
    found.add(typeSets.ofRow([type]));
    if (fieldsGiveTypes) add([type], [], true);
    for (const other of predicates) if (other !== type) found.add(typeSets.ofRow([type, other]));
  }
  return [...found];
}

/** Returns whether a declared field or relation leads to a type of the application. */
export const leadsToTypes = (types: PlainTypeTable): boolean =>
  [...types.types].some(({ places }) => [...places.values()].some((field) => leadsToType(field, types)));

const leadsToType = ({ type, element }: Field, types: PlainTypeTable): boolean =>
  element === undefined
    ? type.kind === 'named' && !types.find(type.name)!.builtIn
    : leadsToType(element, types);
