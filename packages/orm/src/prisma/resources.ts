import type { ResourceAdapter, ResourceQuery, SortKey } from '@nanook/core';
import { requireExactText } from './exact-text.js';
import { localFilter } from './local-filter.js';
import { ModelFields } from './model-fields.js';
import { WherePrinter } from './print-where.js';
import type { PrismaOptions } from './prisma-options.js';
import { prisma } from './prisma.js';

interface Model {
  findMany(query: object): Promise<readonly object[]>;
  count(query: object): Promise<number>;
}

/**
 * Creates the option `resources` of an authorizer. The rows are those of `findMany`, without related rows. Texts in a key have the order of
 * the database; to sort by another text field, set the option `text`.
 *
 * @throws {NanookOrmError} for a condition or an order that Prisma cannot express
 * @example
 * const resources = prismaResources({ client: db, provider: 'postgresql' });
 * const authorizer = await Authorizer.load({ policies: 'policy.polar', types, resources });
 */
export function prismaResources(options: PrismaOptions): ResourceAdapter {
  const fields = new ModelFields(options);
  const list = prisma(options);
  const modelOf = (type: string): Model => fields.requireModel(type) as unknown as Model;
  const afterOf = ({ after, condition: { row } }: ResourceQuery): readonly object[] => {
    if (after === undefined) return [];
    const printer = new WherePrinter(options, fields, row.type.key);
    return [printer.where(localFilter(after), row)];
  };
  return {
    async list(page) {
      const { condition, orderBy, take } = page;
      const order = orderBy.map((key) => printKey(key, fields, options));
      return modelOf(condition.type).findMany({
        where: { AND: [list(condition), ...afterOf(page)] },
        orderBy: order,
        ...(take !== undefined && { take }),
      });
    },
    async count(condition) {
      return modelOf(condition.type).count({ where: list(condition) });
    },
  };
}

function printKey(
  { column, direction, nulls }: SortKey,
  fields: ModelFields,
  options: PrismaOptions,
): object {
  const ref = fields.of(column);
  // A database finds texts of a key unique by its own order, so this order is complete too.
  const isKey = column.scope.type.key?.includes(column.field) === true && ref.isEnum !== true;
  if (column.type === 'string' && !isKey) requireExactText(column, ref, '<', options);
  return { [ref.name]: column.nullable ? { sort: direction, nulls } : direction };
}
