import type { TypeSet, PlainTypeSets } from '../../../host/plain-type-sets.js';
import type { DeclaredType, Field } from '../../../types/declared-type.js';
import type { PlainTypeTable } from '../../../types/plain-type-table.js';

/**
 * Returns the usual sets of types that values have: the built-in types, instances of each class, and rows of each type. Where predicates and
 * discriminators recognize types, a value may have several of them. Functions that test each rule serve all other sets.
 *
 * @param fieldsGiveTypes whether a field can give its type to an instance of a class that is not registered
 */
export function knownTypes(
  types: PlainTypeTable,
  typeSets: PlainTypeSets,
  fieldsGiveTypes: boolean,
): TypeSet[] {
  const found = new Set<TypeSet>(typeSets.builtIn);
  // Instances of a class that is not registered.
  found.add(typeSets.ofTypes([], [], true));
  for (const type of types.types) {
    if (type.builtIn) continue;
    if (type.class !== undefined) {
      const chain = types.ancestorsOf(type);
      found.add(typeSets.ofTypes(chain, chain, true));
    }
    found.add(typeSets.ofRow([type]));
    if (fieldsGiveTypes) found.add(typeSets.ofTypes([type], [], true));
  }
  return [...found];
}

/** Returns the set of all types. It orders the rules for a value with several types: subtypes first, then types in the order of their declaration. */
export function everyType(types: PlainTypeTable, typeSets: PlainTypeSets): TypeSet {
  const all = [...types.types];
  const rank = (type: DeclaredType): number => (type.builtIn ? 0 : types.ancestorsOf(type).length);
  const chain = all.sort((a, b) => rank(b) - rank(a) || a.id - b.id);
  return typeSets.ofTypes(chain, chain, true);
}

/** Returns whether a declared field or relation leads to a type of the application. */
export const leadsToTypes = (types: PlainTypeTable): boolean =>
  [...types.types].some(({ places }) => [...places.values()].some((field) => leadsToType(field, types)));

const leadsToType = ({ type, element }: Field, types: PlainTypeTable): boolean =>
  element === undefined
    ? type.kind === 'named' && !types.find(type.name)!.builtIn
    : leadsToType(element, types);
