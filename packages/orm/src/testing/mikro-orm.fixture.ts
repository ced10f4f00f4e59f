import { EntitySchema, type MikroORM } from '@mikro-orm/core';
import { MikroORM as MariaDbOrm } from '@mikro-orm/mariadb';
import { MikroORM as PostgresOrm } from '@mikro-orm/postgresql';
import { MikroORM as SqlOrm, SqliteDriver } from '@mikro-orm/sql';
import type { Database } from './databases.fixture.js';
import { kyselyDialect } from './kysely.fixture.js';
import { camel, columns, kindOf, tableOf, type ColumnKind } from './world.fixture.js';

type Properties = Readonly<Record<string, object>>;

// The row has the key as a property of its own, so the relation does not write it.
const toOne = (target: string, column: string) => ({
  kind: 'm:1',
  entity: () => mikroOrmEntities[target],
  fieldName: column,
  persist: false,
  nullable: true,
  createForeignKeyConstraint: false,
});
const toMany = (target: string, mappedBy: string) => ({
  kind: '1:m',
  entity: () => mikroOrmEntities[target],
  mappedBy,
});
const relations: Readonly<Record<string, Properties>> = {
  User: { documents: toMany('Document', 'owner') },
  Folder: {
    owner: toOne('User', 'owner_id'),
    parent: toOne('Folder', 'parent_id'),
    documents: toMany('Document', 'folder'),
  },
  Document: {
    owner: toOne('User', 'owner_id'),
    reviewer: toOne('User', 'reviewer_id'),
    folder: toOne('Folder', 'folder_id'),
    comments: toMany('Comment', 'document'),
    tags: {
      kind: 'm:n',
      entity: () => mikroOrmEntities['Tag'],
      pivotTable: 'document_tags',
      joinColumn: 'document_id',
      inverseJoinColumn: 'tag_id',
    },
  },
  Comment: { document: toOne('Document', 'document_id'), author: toOne('User', 'author_id') },
  Tag: {},
};

const types = { integer: 'integer', float: 'double', text: 'text', boolean: 'boolean' } as const;

/** The entities of the world, by the names of their types. */
export const mikroOrmEntities: Readonly<Record<string, EntitySchema<{ id: number }>>> = Object.fromEntries(
  Object.entries(tableOf).map(([name, table]) => [
    name,
    new EntitySchema<{ id: number }>({
      name,
      tableName: table,
      properties: {
        ...Object.fromEntries(
          Object.entries(columns[table] as Readonly<Record<string, ColumnKind>>).map(([column, kind]) => [
            camel(column),
            {
              type: types[kindOf(kind)],
              fieldName: column,
              nullable: kind.endsWith('?'),
              primary: column === 'id',
            },
          ]),
        ),
        ...relations[name],
      } as never,
    }),
  ]),
);

/** An instance of MikroORM whose queries run on a database of the tests. */
export async function mikroOrmOn(
  database: Pick<Database, 'dialect' | 'query'>,
  entities: readonly unknown[] = Object.values(mikroOrmEntities),
): Promise<MikroORM & { readonly queries: string[] }> {
  const queries: string[] = [];
  const options = {
    dbName: 'test',
    entities: [...entities],
    driverOptions: isMikroOrm6 ? {} : kyselyDialect(database, queries),
  };
  const orm = open(database, options);
  if (isMikroOrm6) answerQueries(orm, database, queries);
  else await orm.connect();
  queries.length = 0;
  return Object.assign(orm, { queries });
}

/** MikroORM 6 sends its queries through Knex, which gets them with their values in the text. */
export const isMikroOrm6 = process.env['NANOOK_TEST_ORMS'] !== undefined;

interface KnexConnection {
  ensureConnection(): Promise<void>;
  execute(query: string | KnexQuery, values?: unknown[], method?: string): Promise<unknown>;
}
interface KnexQuery {
  toSQL(): { readonly sql: string; readonly bindings: unknown[] };
}

function answerQueries(orm: MikroORM, database: Pick<Database, 'query'>, queries: string[]): void {
  const connection = orm.em.getConnection() as unknown as KnexConnection;
  const platform = orm.em.getPlatform() as unknown as {
    formatQuery(text: string, values: readonly unknown[]): string;
  };
  connection.ensureConnection = async () => {};
  connection.execute = async (query, values = [], method) => {
    const { sql, bindings } = typeof query === 'string' ? { sql: query, bindings: values } : query.toSQL();
    const text = platform.formatQuery(sql, bindings);
    queries.push(text);
    const rows = await database.query(text, []);
    return method === 'get' ? rows[0] : rows;
  };
}

interface OrmClass {
  new (options: object): MikroORM;
  /** MikroORM 6 has it in place of the constructor. */
  initSync(options: object): MikroORM;
}

function open({ dialect }: Pick<Database, 'dialect'>, options: object): MikroORM {
  const Orm = { postgres: PostgresOrm, mysql: MariaDbOrm, sqlite: SqlOrm }[dialect] as unknown as OrmClass;
  const all = { ...options, ...(dialect === 'sqlite' && { driver: SqliteDriver }) };
  return isMikroOrm6 ? Orm.initSync(all) : new Orm(all);
}
