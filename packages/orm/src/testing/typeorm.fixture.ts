import { DataSource, EntitySchema, QueryResult, type EntitySchemaRelationOptions } from 'typeorm';
import type { Database } from './databases.fixture.js';
import { camel, columns, tableOf, type ColumnKind } from './world.fixture.js';

const toOne = (target: string, column: string): EntitySchemaRelationOptions => ({
  type: 'many-to-one',
  target,
  nullable: true,
  joinColumn: { name: column, referencedColumnName: 'id' },
  createForeignKeyConstraints: false,
});
const toMany = (target: string, inverseSide: string): EntitySchemaRelationOptions => ({
  type: 'one-to-many',
  target,
  inverseSide,
});
const relations: Readonly<Record<string, Record<string, EntitySchemaRelationOptions>>> = {
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
      type: 'many-to-many',
      target: 'Tag',
      joinTable: {
        name: 'document_tags',
        joinColumn: { name: 'document_id' },
        inverseJoinColumn: { name: 'tag_id' },
      },
    },
  },
  Comment: { document: toOne('Document', 'document_id'), author: toOne('User', 'author_id') },
  Tag: {},
};

const sqlTypes = { integer: 'int', float: 'double precision', text: 'text', boolean: 'boolean' } as const;

/** The entities of the world, by the names of their types. */
export const typeormEntities = Object.entries(tableOf).map(
  ([name, table]) =>
    new EntitySchema<Record<string, unknown>>({
      name,
      tableName: table,
      columns: Object.fromEntries(
        Object.entries(columns[table] as Readonly<Record<string, ColumnKind>>).map(([column, kind]) => [
          camel(column),
          {
            name: column,
            type: sqlTypes[kind.replace('?', '') as keyof typeof sqlTypes],
            nullable: kind.endsWith('?'),
            primary: column === 'id',
          },
        ]),
      ),
      relations: relations[name]!,
    }),
);

const typeOf = { postgres: 'postgres', mysql: 'mysql', sqlite: 'better-sqlite3' } as const;

/** A data source whose queries run on a database of the tests. */
export async function typeormOn(
  database: Pick<Database, 'dialect' | 'query'>,
  entities: readonly EntitySchema<never>[] = typeormEntities as never,
): Promise<DataSource & { readonly queries: string[] }> {
  const queries: string[] = [];
  const type = typeOf[database.dialect];
  const dataSource = new DataSource({
    type,
    // MySQL demands the name of a database.
    database: 'test',
    entities: [...entities],
    ...(type === 'better-sqlite3' && { driver: class {} }),
  } as never);
  // Only the connection is replaced: the driver of the dialect prints the queries and prepares their values.
  dataSource.driver.connect = dataSource.driver.afterConnect = dataSource.driver.disconnect = async () => {};
  dataSource.createQueryRunner = () => {
    const runner = dataSource.driver.createQueryRunner('master');
    runner.release = async () => {};
    runner.query = (async (text: string, values: unknown[] = [], isStructured?: boolean) => {
      queries.push(text);
      const rows = await database.query(text, values);
      return isStructured === true ? Object.assign(new QueryResult(), { raw: rows, records: rows }) : rows;
    }) as typeof runner.query;
    return runner;
  };
  await dataSource.initialize();
  return Object.assign(dataSource, { queries });
}
