import type { ResourceAdapter, ResourceQuery, SortKey } from '@nanook/core';
import { requireSortable } from './exact-text.js';
import { Models } from './models.js';
import { WherePrinter } from './print-where.js';
import { prismaFilter } from './prisma-filter.js';
import type { PrismaOptions } from './prisma-options.js';
import { prisma } from './prisma.js';

interface Model {
  findMany(query: object): Promise<readonly object[]>;
  count(query: object): Promise<number>;
}

/**
 * Creates the option `resources` of an authorizer. The rows are those of `findMany`, without related rows.
 *
 * @throws {NanookOrmError} for a condition or an order that Prisma cannot express
 * @example
 * const resources = prismaResources({ client: db, schema });
 * const authorizer = await Authorizer.load({ policies: 'policy.polar', types, resources });
 */
export function prismaResources(options: PrismaOptions): ResourceAdapter {
  const models = new Models(options);
  const list = prisma(options);
  const modelOf = (type: string): Model => models.methodsOf(type) as Model;
  const afterOf = ({ after, condition: { row } }: ResourceQuery): readonly object[] => {
    if (after === undefined) return [];
    const printer = new WherePrinter(options, models);
    return [printer.where(prismaFilter(after, options, models), row)];
  };
  const nulls = options.schema.provider === 'postgresql' ? 'high' : 'low';
  return {
    nulls,
    async list(page) {
      const { condition, orderBy, take, skip = 0 } = page;
      const order = orderBy.map((key) => printKey(key, models, nulls));
      return modelOf(condition.type).findMany({
        where: { AND: [list(condition), ...afterOf(page)] },
        orderBy: order,
        ...(take !== undefined && { take }),
        ...(skip > 0 && { skip }),
      });
    },
    async joinedKeys({ step: { from, relation }, condition }) {
      const { name, local, foreign } = relation;
      const selected = (fields: readonly string[]) =>
        Object.fromEntries(fields.map((field) => [field, true]));
      const rows = (await modelOf(from.type.name).findMany({
        where: list(condition),
        select: { ...selected(local), [name]: { select: selected(foreign) } },
      })) as readonly Readonly<Record<string, unknown>>[];
      return rows.flatMap((row) =>
        (row[name] as readonly Readonly<Record<string, unknown>>[]).map((related) => ({
          local: local.map((field) => row[field]),
          foreign: foreign.map((field) => related[field]),
        })),
      );
    },
    async count(condition) {
      return modelOf(condition.type).count({ where: list(condition) });
    },
  };
}

function printKey({ column, direction, nulls }: SortKey, models: Models, place: 'low' | 'high'): object {
  requireSortable(column, models.comparable(column));
  const isUsual = (nulls === 'first') === ((place === 'low') === (direction === 'asc'));
  return { [column.field]: column.nullable && !isUsual ? { sort: direction, nulls } : direction };
}
