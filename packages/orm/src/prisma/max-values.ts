import { NanookOrmError } from '../errors/nanook-orm-error.js';
import type { PrismaOptions } from './prisma-options.js';
import type { PrismaProvider } from './schema/prisma-schema.js';

// Prisma splits a query with more values than a driver binds: it sends the query once for each part of the longest list, and joins the
// results. For a negated list this returns rows that it should not, and for a list beside alternatives it returns rows twice. The longest
// list is not one of a condition when the condition has at most half of the values. Drivers bind 999, 32,766 and 65,535 values.

const most: Record<PrismaProvider, number> = { sqlite: 450, postgresql: 16_000, mysql: 30_000 };

/** Returns the number of values that a condition may have. */
export const maxValuesOf = ({ schema, maxValues }: Pick<PrismaOptions, 'schema' | 'maxValues'>): number =>
  Math.min(most[schema.provider], maxValues === undefined ? Infinity : Math.floor(maxValues / 2) - 5);

export const tooManyValues = (options: Pick<PrismaOptions, 'schema' | 'maxValues'>): NanookOrmError =>
  new NanookOrmError('NANOOK_ORM_PRISMA_TOO_MANY_VALUES', {
    limit: maxValuesOf(options),
    provider: options.schema.provider,
  });
