import type { ResourceAdapter, ResourceQuery, SortKey } from '@nanook/core';
import type { RowCondition } from '@nanook/core/filter';
import type { PipelineStage, Schema, SortOrder, Types } from 'mongoose';
import { isNanookOrmError } from '../errors/nanook-orm-error.js';
import { pageCondition } from '../sql/page-filter.js';
import type { AnyModel, MongooseConnection, MongooseOptions } from './collections.js';
import { inexpressible } from './errors.js';
import { queriesOf, type MongooseFilter, type Queries } from './mongoose.js';
import { ExpressionPrinter } from './print-expression.js';
import type { Stage } from './print-filter.js';
import { unselectedPaths } from './unselected-paths.js';

// Another collation of a collection would compare texts by a language.
const collation = { locale: 'simple' };

/**
 * Creates the option `resources` of an authorizer. The rows are documents of the models, without populated documents. A list is one `find`,
 * or one aggregation when the condition reads documents of other collections.
 *
 * @param connection Mongoose itself, or a connection with its own models; models may be defined after this call
 * @throws {NanookOrmError} for a condition that no query expresses
 * @example
 * const resources = mongooseResources(mongoose);
 * const authorizer = await Authorizer.load({ policies: 'policy.polar', types: typesFromMongoose(mongoose), resources });
 */
export function mongooseResources(
  connection: MongooseConnection,
  options: MongooseOptions = {},
): ResourceAdapter {
  const ready = queriesOf(connection, { ...options, text: 'binary' });
  return {
    linkValue(row, { scope, field }, { name: relation, type }) {
      if (ready().documents.of(scope.type.name).embedded.has(relation))
        throw inexpressible(
          `a list that includes \`${relation}\`, because \`${type}\` is a part of the document`,
        );
      const { name, form, isList } = ready().documents.field(scope.type, field);
      if (name === field && !isList) return undefined;
      const value: unknown = (row as AnyDocument).get(name);
      // Mongoose adds the text of `_id` as `id`.
      const read = (each: unknown) =>
        form === 'object-id' && each ? String(each as Types.ObjectId) : (each ?? null);
      return Array.isArray(value) ? value.filter((each) => each !== null).map(read) : read(value);
    },
    async list(page) {
      const queries = ready();
      const { orderBy, take, skip = 0 } = page;
      const condition = pageCondition(page);
      const model = queries.modelOf(condition.type);
      const unselected = unselectedPaths(model.schema as Schema);
      requireSelected(queries, orderBy, unselected);
      const filter = filterOf(queries, condition);
      const order = plainOrder(queries, orderBy);
      if (filter !== undefined && order !== undefined) {
        const query = model.find(filter).sort(order).collation(collation);
        return take === undefined ? query.exec() : query.skip(skip).limit(take).exec();
      }
      const stages = [...queries.pipeline(condition), ...orderStages(queries, page, unselected)];
      return (await aggregate(model, stages)).map((each) => model.hydrate(each) as object);
    },
    async count(condition) {
      const queries = ready();
      const model = queries.modelOf(condition.type);
      const filter = filterOf(queries, condition);
      if (filter !== undefined) return model.countDocuments(filter).collation(collation).exec();
      const [row] = await aggregate(model, [...queries.pipeline(condition), { $count: 'total' }]);
      return (row as { readonly total: number } | undefined)?.total ?? 0;
    },
  };
}

interface AnyDocument {
  get(path: string): unknown;
}

const aggregate = (model: AnyModel, stages: readonly Stage[]): Promise<object[]> =>
  model
    .aggregate<object>(stages as unknown as PipelineStage[])
    .collation(collation)
    .exec();

/** Returns the filter of a condition, if it needs no aggregation. */
function filterOf(queries: Queries, condition: RowCondition): MongooseFilter | undefined {
  try {
    return queries.filter(condition);
  } catch (error) {
    const needsStages =
      isNanookOrmError(error) &&
      (error.code === 'NANOOK_ORM_MONGOOSE_PIPELINE' || error.code === 'NANOOK_ORM_MONGOOSE_CAST');
    if (needsStages) return undefined;
    throw error;
  }
}

/** Returns the order of paths, if MongoDB sorts absent values as the list does: before all others. */
function plainOrder({ documents }: Queries, keys: readonly SortKey[]): [string, SortOrder][] | undefined {
  const order: [string, SortOrder][] = [];
  for (const { column, direction, nulls } of keys) {
    const { name, missing } = documents.column(column);
    const isNatural = !column.nullable || nulls === (direction === 'asc' ? 'first' : 'last');
    if (!isNatural || missing !== undefined) return undefined;
    order.push([name, direction]);
  }
  return order;
}

/** Checks that the rows have the values of an order, because the next page begins after those of the last row. */
function requireSelected(
  { documents }: Queries,
  keys: readonly SortKey[],
  unselected: readonly string[],
): void {
  for (const { column } of keys) {
    const { name } = documents.column(column);
    if (unselected.includes(name))
      throw inexpressible(`an order by \`${name}\`, which has \`select: false\``);
  }
}

/** Sorts by the values that documents show, and keeps a page without the unselected paths. */
function orderStages(
  queries: Queries,
  { condition, orderBy, take, skip = 0 }: ResourceQuery,
  unselected: readonly string[],
): readonly Stage[] {
  const printer = queries.printer(condition.type);
  const level = printer.level(condition.row);
  const expressions = new ExpressionPrinter(printer.values, level);
  const computed: Record<string, unknown> = {};
  const sort: Record<string, 1 | -1> = {};
  for (const { column, direction, nulls } of orderBy) {
    const [absent, value] = [`_${printer.names.next()}`, `_${printer.names.next()}`];
    const isAbsent = expressions.print({ kind: 'null', column });
    computed[absent] = { $cond: [isAbsent, nulls === 'first' ? 0 : 1, nulls === 'first' ? 1 : 0] };
    computed[value] = level.value(column);
    sort[absent] = 1;
    sort[value] = direction === 'asc' ? 1 : -1;
  }
  return [
    { $set: computed },
    { $sort: sort },
    ...(skip > 0 ? [{ $skip: skip }] : []),
    ...(take === undefined ? [] : [{ $limit: take }]),
    { $unset: [...Object.keys(computed), ...unselected] },
  ];
}
