import type { ResourceAdapter, ResourceQuery } from '@nanook/core';
import type { RowCondition } from '@nanook/core/filter';
import type { DataSource, EntityManager, SelectQueryBuilder, ObjectLiteral } from 'typeorm';
import { Microseconds } from '../sql/microseconds.js';
import { maskedRows, nameOfMask } from '../sql/field-columns.js';
import type { TypeormOptions } from './entity-tables.js';
import { typeorm, TypeormPrinter } from './typeorm.js';

const alias = 'nanook_row';

/**
 * Creates the option `resources` of an authorizer. The rows are entities, without the related rows, and without rows that are deleted
 * softly.
 *
 * @param source the data source, which may be initialized after this call; or the entity manager of a transaction
 * @throws {NanookOrmError} when the declared types do not agree with the columns, for the first list of a type
 * @example
 * const resources = typeormResources(dataSource);
 * const authorizer = await Authorizer.load({ policies: 'policy.polar', types: typesFromTypeorm(dataSource), resources });
 */
export function typeormResources(
  source: DataSource | EntityManager,
  options: TypeormOptions = {},
): ResourceAdapter {
  // Version 0.3 has no other property for the data source of an entity manager.
  const dataSource = 'manager' in source ? source : (source as Pick<EntityManager, 'connection'>).connection;
  const list = typeorm(dataSource, options);
  let printer: TypeormPrinter | undefined;
  const ready = (): TypeormPrinter => (printer ??= new TypeormPrinter(dataSource, options));
  const select = (condition: RowCondition): SelectQueryBuilder<ObjectLiteral> =>
    source
      .getRepository(ready().entityOf(condition.type).target)
      .createQueryBuilder(alias)
      .where(list(condition));
  const microseconds = new Microseconds();
  /** The foreign keys of listed entities that have no property, by the names of their fields. */
  const foreignKeys = new WeakMap<object, ReadonlyMap<string, unknown>>();
  const pageOf = async (page: ResourceQuery): Promise<SelectQueryBuilder<ObjectLiteral>> => {
    const query = select(await ready().page(page, source))
      .limit(page.take)
      .offset(page.skip);
    const order = ready().order(page.orderBy, dataSource.driver.escape(alias));
    for (const { text, direction, nulls } of order) query.addOrderBy(text, direction, nulls);
    return query;
  };
  /** Returns the entities of a query, each with its row, which is one row without joined entities. */
  const entitiesOf = async (
    query: SelectQueryBuilder<ObjectLiteral>,
    page: ResourceQuery,
  ): Promise<ReadonlyMap<object, Readonly<Record<string, unknown>>>> => {
    const columns = ready().microseconds(page, dataSource.driver.escape(alias));
    for (const { text, alias: name } of columns) query.addSelect(text, name);
    const keys = ready().foreignKeys(page.condition.type);
    for (const { databaseName, name } of keys) query.addSelect(`${alias}.${databaseName}`, name);
    const { entities, raw } = await query.getRawAndEntities<Record<string, unknown>>();
    microseconds.take(entities, raw, columns);
    for (const [i, entity] of entities.entries())
      foreignKeys.set(entity, new Map(keys.map(({ field, name, read }) => [field, read(raw[i]![name])])));
    return new Map(entities.map((entity, i) => [entity, raw[i]!]));
  };
  return {
    get nulls() {
      return ready().nulls;
    },
    microseconds: (row, column) => microseconds.of(row, column),
    linkValue: (row, { field }) => foreignKeys.get(row)?.get(field),
    async list(page) {
      return [...(await entitiesOf(await pageOf(page), page)).keys()];
    },
    async listFields(page) {
      const { condition, masks } = page;
      const query = await pageOf(page);
      for (const [i, { filter }] of masks.entries()) {
        const { text, parameters } = ready().print({ ...condition, filter }, dataSource.driver.escape(alias));
        query.addSelect(`CASE WHEN ${text} THEN 1 ELSE 0 END`, nameOfMask(i)).setParameters(parameters);
      }
      const found = await entitiesOf(query, page);
      return maskedRows([...found.keys()], page, (entity, name) => found.get(entity)![name]);
    },
    async joinedKeys(query) {
      return ready().joinedKeys(query, source);
    },
    async count(condition) {
      return select(await ready().all(condition, source)).getCount();
    },
  };
}
