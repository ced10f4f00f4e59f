import type { RelationTree } from '@nanook/core';
import type { FindOptionsRelations } from 'typeorm';

/**
 * Turns the relations of `authorizer.relationsFor` into the option `relations` of a query.
 *
 * @example
 * const relations = typeormRelations<Document>(await authorizer.relationsFor('read', Document));
 * const document = await repository.findOne({ where: { id }, relations });
 */
export function typeormRelations<Entity>(relations: RelationTree): FindOptionsRelations<Entity> {
  const names = Object.entries(relations).map(([name, inner]) => [
    name,
    Object.keys(inner).length === 0 ? true : typeormRelations(inner),
  ]);
  return Object.fromEntries(names) as FindOptionsRelations<Entity>;
}
