import type { TypeSet, PlainTypeSets } from '../../../host/plain-type-sets.js';
import type { DeclaredType, Field } from '../../../types/declared-type.js';
import type { PlainTypeTable } from '../../../types/plain-type-table.js';

/**
 * Returns all sets of types that values may have: the built-in types, instances of each class, and rows of each type. Each set also occurs
 * with a type that only a predicate or a discriminator recognizes, unless a type of the set has another value for the same discriminator.
 * The number of sets is otherwise quadratic, and a row with such types is a mistake, which is refused when it occurs.
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
  const byPredicate = predicates.filter(({ is }) => is !== undefined);
  const found = new Set<TypeSet>();
  const add = (
    own: readonly DeclaredType[],
    chain: readonly DeclaredType[],
    isInstance: boolean,
    recognized = predicates,
  ): void => {
    found.add(typeSets.ofTypes(own, chain, isInstance));
    for (const type of recognized)
      if (!own.includes(type) && !own.some((each) => excludes(each, type)))
        found.add(typeSets.ofTypes([...own, type], chain, isInstance));
  };
  // Only objects have discriminators.
  const objects = [types.find('List'), types.find('Dictionary')];
  for (const { types: own } of typeSets.builtIn) {
    const areObjects = objects.some((type) => own.has(type!));
    add([...own], [], false, areObjects ? predicates : byPredicate);
  }
  // Instances of a class that is not registered.
  add([], [], true);
  for (const type of registered) {
    if (type.class !== undefined) {
      const chain = types.ancestorsOf(type);
      add(chain, chain, true);
    }
    found.add(typeSets.ofRow([type]));
    if (fieldsGiveTypes) add([type], [], true);
    for (const other of predicates)
      if (other !== type && !excludes(type, other)) found.add(typeSets.ofRow([type, other]));
  }
  return [...found];
}

/** Checks that no value can have the discriminators of both types. */
const excludes = ({ discriminator: one }: DeclaredType, { discriminator: other }: DeclaredType): boolean =>
  one !== undefined && other !== undefined && one.field === other.field && one.value !== other.value;

/** Returns whether a declared field or relation leads to a type of the application. */
export const leadsToTypes = (types: PlainTypeTable): boolean =>
  [...types.types].some(({ places }) => [...places.values()].some((field) => leadsToType(field, types)));

const leadsToType = ({ type, element }: Field, types: PlainTypeTable): boolean =>
  element === undefined
    ? type.kind === 'named' && !types.find(type.name)!.builtIn
    : leadsToType(element, types);
