import type { ResourceAdapter } from '@nanook/core';
import type { EntityManager, MikroORM, RawQueryFragment } from '@mikro-orm/core';
import { rowCondition } from '../sql/page-filter.js';
import type { MikroOrmOptions } from './entity-tables.js';
import { mikroOrm, MikroOrmPrinter } from './mikro-orm.js';

const alias = 'nanook_row';

/**
 * Creates the option `resources` of an authorizer. The rows are entities of the current request context of MikroORM, or of a new entity
 * manager outside of one. The filters of an entity also hold for its lists.
 *
 * @throws {NanookOrmError} when the declared types do not agree with the columns, for the first list of a type
 * @example
 * const resources = mikroOrmResources(orm);
 * const authorizer = await Authorizer.load({ policies: 'policy.polar', types: typesFromMikroOrm(orm), resources });
 */
export function mikroOrmResources(orm: MikroORM, options: MikroOrmOptions = {}): ResourceAdapter {
  const list = mikroOrm(orm, options);
  let printer: MikroOrmPrinter | undefined;
  const ready = (): MikroOrmPrinter => (printer ??= new MikroOrmPrinter(orm, options));
  return {
    get nulls() {
      return ready().nulls;
    },
    // An entity has no place for another column, so the microseconds of the last row of a page are read by its key.
    async microseconds(row, column, query) {
      const selected = ready().microseconds(column, alias);
      if (selected === undefined) return undefined;
      const found = await (managerOf(orm) as unknown as QueryManager)
        .createQueryBuilder(ready().entityOf(column.scope.type.name).class, alias)
        .select(selected)
        .where(list(rowCondition(row, query)))
        .execute('get', false);
      return Number(found?.microseconds ?? 0);
    },
    linkValue: (row, { scope, field }) => ready().foreignKey(row, scope.type.name, field),
    async list(page) {
      const { condition, orderBy, take, skip = 0 } = page;
      const order = ready()
        .order(orderBy)
        .map(([expression, direction]) => ({ [expression as unknown as symbol]: direction }));
      const em = managerOf(orm);
      const allowed = await ready().page(page, runBy(em));
      return em.find<object>(ready().entityOf(condition.type).class, list(allowed), {
        orderBy: order as never,
        ...(take !== undefined && { limit: take, offset: skip }),
      });
    },
    async joinedKeys(query) {
      return ready().joinedKeys(query, runBy(managerOf(orm)));
    },
    async count(condition) {
      const { class: entity } = ready().entityOf(condition.type);
      const em = managerOf(orm);
      return em.count<object>(entity, list(await ready().all(condition, runBy(em))));
    },
  };
}

/** An entity manager of an SQL database. */
interface QueryManager {
  execute(query: string, params: readonly unknown[]): Promise<readonly object[]>;
  createQueryBuilder(entity: unknown, alias: string): Query;
}
interface Query {
  select(field: unknown): Query;
  where(condition: object): Query;
  execute(method: 'get', mapResults: boolean): Promise<{ readonly microseconds: unknown } | undefined>;
}

const runBy =
  (em: EntityManager) =>
  ({ sql, params }: RawQueryFragment): Promise<readonly object[]> =>
    (em as unknown as QueryManager).execute(sql, params);

function managerOf({ em }: MikroORM): EntityManager {
  const current = em.getContext(false) as EntityManager;
  return current === em ? em.fork() : current;
}
