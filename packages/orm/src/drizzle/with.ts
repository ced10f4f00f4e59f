import type { RelationTree } from '@nanook/core';

/** The option `with` of a relational query of Drizzle. */
export interface DrizzleWith {
  [relation: string]: true | { with: DrizzleWith };
}

/**
 * Turns the relations of `authorizer.relationsFor` into the option `with` of a relational query.
 *
 * @example
 * const relations = drizzleWith(await authorizer.relationsFor('read', 'documents'));
 * const document = await db.query.documents.findFirst({ where: eq(documents.id, id), with: relations });
 */
export const drizzleWith = (relations: RelationTree): DrizzleWith =>
  Object.fromEntries(
    Object.entries(relations).map(([name, inner]) => [
      name,
      Object.keys(inner).length === 0 ? true : { with: drizzleWith(inner) },
    ]),
  );
