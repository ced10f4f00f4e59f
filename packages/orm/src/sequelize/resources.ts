import type { ResourceAdapter, ResourceQuery } from '@nanook/core';
import {
  literal,
  type FindOptions,
  type Model,
  type ProjectionAlias,
  type Sequelize,
  type Transaction,
} from 'sequelize';
import { maskedRows, nameOfMask } from '../sql/field-columns.js';
import { rowCondition } from '../sql/page-filter.js';
import type { SequelizeOptions } from './entity-tables.js';
import { sequelize, SequelizePrinter } from './sequelize.js';

export interface SequelizeResourcesOptions extends SequelizeOptions {
  /** The transaction in which the queries run. Default: none. */
  readonly transaction?: Transaction;
}

/**
 * Creates the option `resources` of an authorizer. The rows are instances of the models, without the associated rows. The default scope of
 * a model also holds for its lists.
 *
 * @param db an instance of Sequelize; its models may be defined after this call
 * @throws {NanookOrmError} when the declared types do not agree with the columns, for the first list of a type
 * @example
 * const resources = sequelizeResources(db);
 * const authorizer = await Authorizer.load({ policies: 'policy.polar', types: typesFromSequelize(db), resources });
 */
export function sequelizeResources(
  db: Sequelize,
  { transaction, ...options }: SequelizeResourcesOptions = {},
): ResourceAdapter {
  const within = transaction === undefined ? {} : { transaction };
  const list = sequelize(db, options);
  let printer: SequelizePrinter | undefined;
  const ready = (): SequelizePrinter => (printer ??= new SequelizePrinter(db, options, within));
  const find = async (
    page: ResourceQuery,
    selection: Pick<FindOptions, 'attributes'> = {},
  ): Promise<Model[]> => {
    const { condition, orderBy, take, skip = 0 } = page;
    const order = literal(ready().order(orderBy, condition.type));
    const limit = take === undefined ? {} : { limit: take, offset: skip };
    return ready()
      .modelOf(condition.type)
      .findAll({ where: list(await ready().page(page)), order, ...limit, ...selection, ...within });
  };
  return {
    get nulls() {
      return ready().nulls;
    },
    // A scope of the model may say which columns a row has, so the microseconds of the last row of a page are read by its key.
    async microseconds(row, column, query) {
      const selected = ready().microseconds(column);
      if (selected === undefined) return undefined;
      const found: unknown = await ready()
        .modelOf(column.scope.type.name)
        .unscoped()
        .findOne({
          attributes: [[literal(selected), 'microseconds']],
          where: list(rowCondition(row, query)),
          raw: true,
          ...within,
        });
      return Number((found as { readonly microseconds: unknown } | null)?.microseconds ?? 0);
    },
    async list(page) {
      return find(page);
    },
    async listFields(page) {
      const { condition, fields, masks } = page;
      const flags = masks.map(({ filter }, i): ProjectionAlias => [
        literal(`CASE WHEN ${ready().print({ ...condition, filter }, undefined)} THEN 1 ELSE 0 END`),
        nameOfMask(i),
      ]);
      const selected = [...fields, ...masks.flatMap((mask) => mask.fields), ...flags];
      return maskedRows(await find(page, { attributes: selected }), page, (row, name) =>
        (row as Model).get(name),
      );
    },
    async joinedKeys(query) {
      return ready().joinedKeys(query);
    },
    async count(condition) {
      return ready()
        .modelOf(condition.type)
        .count({ where: list(await ready().all(condition)), ...within });
    },
  };
}
