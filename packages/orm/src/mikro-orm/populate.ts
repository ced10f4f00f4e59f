import type { RelationTree } from '@nanook/core';

/**
 * Turns the relations of `authorizer.relationsFor` into the option `populate` of a query. The type of the result fits each entity.
 *
 * @example
 * const populate = mikroOrmPopulate(await authorizer.relationsFor('read', Document));
 * const document = await em.findOne(Document, { id }, { populate });
 */
export const mikroOrmPopulate = (relations: RelationTree): never[] => pathsOf(relations) as never[];

const pathsOf = (relations: RelationTree): string[] =>
  Object.entries(relations).flatMap(([name, inner]) => [
    name,
    ...pathsOf(inner).map((path) => `${name}.${path}`),
  ]);
