import type { RelationTree } from '@nanook/core';

/** The option `include` of a query of Prisma. */
export interface PrismaInclude {
  [relation: string]: true | { include: PrismaInclude };
}

/**
 * Turns the relations of `authorizer.relationsFor` into the option `include` of a query.
 *
 * @example
 * const include = prismaInclude(await authorizer.relationsFor('read', 'Document'));
 * const document = await client.document.findUnique({ where: { id }, include });
 */
export const prismaInclude = (relations: RelationTree): PrismaInclude =>
  Object.fromEntries(
    Object.entries(relations).map(([name, inner]) => [
      name,
      Object.keys(inner).length === 0 ? true : { include: prismaInclude(inner) },
    ]),
  );
