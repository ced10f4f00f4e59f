import { optimizeFilter, withoutTests, type Column, type RowFilter } from '@nanook/core/filter';
import { localFilter } from './local-filter.js';
import type { Models } from './models.js';
import { withOwnKeys } from './own-keys.js';
import type { PrismaOptions } from './prisma-options.js';
import { withoutArithmetic } from './solve-arithmetic.js';

/**
 * Returns an equal filter in the form that the `where` of Prisma can express, with few joins and lists of values.
 *
 * @throws {NanookOrmError} for a recursion, and for arithmetic on other than one column
 */
export function prismaFilter(filter: RowFilter, { schema, nan }: PrismaOptions, models: Models): RowFilter {
  // Prisma reads no row whose values do not have the types of the schema. Only PostgreSQL has NaN, and only SQLite has no dates
  // that Prisma reads as invalid.
  const hasNoNaN = schema.provider !== 'postgresql' || nan === 'absent';
  const isCertain = ({ type, values, member, derived }: Column): boolean =>
    values === undefined &&
    member === undefined &&
    derived === undefined &&
    (schema.provider === 'sqlite' || type !== 'date') &&
    (hasNoNaN || (type !== 'float' && type !== 'decimal'));
  const solved = withoutArithmetic(filter, (column) => models.comparable(column).type === 'Int');
  const local = localFilter(withoutTests(solved, isCertain, () => 'equality'));
  return optimizeFilter(withOwnKeys(optimizeFilter(local, { outerRows: false })), { outerRows: false });
}
