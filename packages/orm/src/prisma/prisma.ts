import type { RowCondition } from '@nanook/core/filter';
import { requireCondition } from '../errors/require-condition.js';
import { Models } from './models.js';
import { WherePrinter } from './print-where.js';
import { prismaFilter } from './prisma-filter.js';
import type { PrismaOptions } from './prisma-options.js';

/**
 * A `where` for any model. A condition that no row satisfies is a comparison too: Prisma drops an empty `OR` within an `AND`, and an empty
 * object accepts every row.
 */
export interface PrismaWhere {
  // A generated client has another type for each model.
  // eslint-disable-next-line typescript/no-explicit-any
  AND: any[];
}

/**
 * Makes a function that turns conditions of `authorizer.where` into the `where` of Prisma. The fields and relations of the declared types
 * have the names that the Prisma schema gives them.
 *
 * The function throws a {@link NanookOrmError} for a condition that Prisma cannot express; `sql()` prints it for `$queryRawUnsafe`.
 *
 * @throws {NanookOrmError} when the declared types do not agree with the schema
 * @example
 * const list = prisma({ client: db, schema });
 * const condition = await authorizer.where(user, 'read', 'Document');
 * await db.document.findMany({ where: { AND: [list(condition), { folderId }] }, orderBy: { id: 'asc' }, take: 20 });
 */
export function prisma(options: PrismaOptions): (condition: RowCondition) => PrismaWhere {
  const models = new Models(options);
  models.checkNullability(options.types ?? {});
  return (condition) => {
    const { filter, row } = requireCondition(condition);
    models.check(row.type);
    return { AND: [new WherePrinter(options, models).where(prismaFilter(filter, options, models), row)] };
  };
}
