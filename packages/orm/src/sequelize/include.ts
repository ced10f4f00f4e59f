import type { RelationTree } from '@nanook/core';

/** An association in the option `include` of a query of Sequelize. */
export interface SequelizeInclude {
  association: string;
  include: SequelizeInclude[];
}

/**
 * Turns the relations of `authorizer.relationsFor` into the option `include` of a query.
 *
 * @example
 * const include = sequelizeInclude(await authorizer.relationsFor('read', Document));
 * const document = await Document.findByPk(id, { include });
 */
export const sequelizeInclude = (relations: RelationTree): SequelizeInclude[] =>
  Object.entries(relations).map(([association, inner]) => ({
    association,
    include: sequelizeInclude(inner),
  }));
