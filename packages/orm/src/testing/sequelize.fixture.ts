import { DataTypes, Sequelize, type ModelAttributes, type ModelStatic, type Model } from 'sequelize';
import type { Database } from './databases.fixture.js';
import { camel, columns, kindOf, tableOf, type ColumnKind } from './world.fixture.js';

const dataTypes = {
  integer: DataTypes.INTEGER,
  float: DataTypes.DOUBLE,
  text: DataTypes.TEXT,
  boolean: DataTypes.BOOLEAN,
} as const;

const attributesOf = (table: keyof typeof columns): ModelAttributes =>
  Object.fromEntries(
    Object.entries(columns[table] as Readonly<Record<string, ColumnKind>>).map(([field, kind]) => [
      camel(field),
      {
        field,
        type: dataTypes[kind.replace('?', '') as keyof typeof dataTypes],
        allowNull: kind.endsWith('?'),
        primaryKey: field === 'id',
      },
    ]),
  );

const flags = new Set(
  Object.values(columns).flatMap((table) =>
    Object.entries(table).flatMap(([name, kind]) => (kindOf(kind) === 'boolean' ? [camel(name)] : [])),
  ),
);

/** Returns a row with booleans, as the drivers that Sequelize configures return them. */
const withBooleans = (row: Readonly<Record<string, unknown>>): object =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      flags.has(name) && typeof value === 'number' ? value !== 0 : value,
    ]),
  );

type Done = (error: unknown, result?: unknown) => void;

/** Answers the calls that Sequelize makes to a connection of each driver. */
function connectionTo({ dialect, query }: Pick<Database, 'dialect' | 'query'>, queries: string[]): object {
  const run = (sql: string, answer: (rows: readonly unknown[]) => unknown, done: Done) => {
    queries.push(sql);
    query(sql, []).then(
      (rows) => done(null, answer(rows.map((row) => withBooleans(row)))),
      (error: unknown) => done(error),
    );
    return { setMaxListeners: () => {} };
  };
  if (dialect === 'sqlite')
    return {
      serialize: (work: () => void) => work(),
      all: (sql: string, ...rest: [...unknown[], Done]) => {
        const done = (rest.at(-1) as Done).bind({});
        return sql.startsWith('PRAGMA') ? done(null, []) : run(sql, (rows) => rows, done);
      },
    };
  return {
    query: (sql: string | { sql: string }, done: Done) =>
      typeof sql === 'string'
        ? run(sql, (rows) => ({ rows, rowCount: rows.length }), done)
        : run(sql.sql, (rows) => rows, done),
  };
}

/** An instance of Sequelize with the models of the world, whose queries run on a database of the tests. */
export function sequelizeOn(
  database: Pick<Database, 'dialect' | 'query'>,
): Sequelize & { readonly queries: string[] } {
  const queries: string[] = [];
  const db = new Sequelize({
    dialect: database.dialect,
    logging: false,
    databaseVersion: '14.0.0',
    // The driver of SQLite is not installed, because it must be compiled.
    ...(database.dialect === 'sqlite' && { dialectModule: {} }),
  } as never);
  // Only the connection is replaced: the dialect prints the queries and their values.
  const connection = connectionTo(database, queries);
  Object.assign((db as unknown as { connectionManager: object }).connectionManager, {
    getConnection: async () => connection,
    releaseConnection: () => {},
  });
  const models = Object.fromEntries(
    Object.entries(tableOf).map(([type, tableName]) => [
      type,
      db.define(type, attributesOf(tableName), { tableName, timestamps: false }),
    ]),
  ) as Record<string, ModelStatic<Model>>;
  const { User, Folder, Document, Comment, Tag } = models as Record<string, ModelStatic<Model>> & {
    [Type in 'User' | 'Folder' | 'Document' | 'Comment' | 'Tag']: ModelStatic<Model>;
  };
  const constraints = false;
  User.hasMany(Document, { as: 'documents', foreignKey: 'ownerId', constraints });
  Folder.belongsTo(User, { as: 'owner', foreignKey: 'ownerId', constraints });
  Folder.belongsTo(Folder, { as: 'parent', foreignKey: 'parentId', constraints });
  Folder.hasMany(Document, { as: 'documents', foreignKey: 'folderId', constraints });
  Document.belongsTo(User, { as: 'owner', foreignKey: 'ownerId', constraints });
  Document.belongsTo(User, { as: 'reviewer', foreignKey: 'reviewerId', constraints });
  Document.belongsTo(Folder, { as: 'folder', foreignKey: 'folderId', constraints });
  Document.hasMany(Comment, { as: 'comments', foreignKey: 'documentId', constraints });
  Document.belongsToMany(Tag, {
    as: 'tags',
    through: 'document_tags',
    foreignKey: 'document_id',
    otherKey: 'tag_id',
    timestamps: false,
    constraints,
  });
  Comment.belongsTo(Document, { as: 'document', foreignKey: 'documentId', constraints });
  Comment.belongsTo(User, { as: 'author', foreignKey: 'authorId', constraints });
  return Object.assign(db, { queries });
}
