import type { NanookOrmErrorCode } from './nanook-orm-error.js';

/**
 * An example that causes a code, and the corrected one. Those about Prisma run with a generated `client` and its `schema`, and those about
 * row-level security with a database `db`.
 */
export interface OrmExample {
  readonly wrong: string;
  readonly fix: string;
  /** The database of the Prisma schema. Default: SQLite. */
  readonly provider?: 'sqlite' | 'postgresql';
}

const load = (condition = 'note.size < 5', fields = "size: 'Integer'"): string =>
  `const authorizer = await Authorizer.load({
  policies: 'allow(_: User, "read", note: Note) if ${condition};',
  types: { User: {}, Note: { fields: { ${fields} } } },
});`;
const where = `const condition = await authorizer.where(typed('User', { id: 1 }), 'read', 'Note');`;

const sql = (dialect: string): string => `import { sql } from '@nanook/orm/sql';

${load()}
${where}
const { text, values } = sql({ dialect: '${dialect}' })(condition);`;

const chroma = (condition: string, fields: string): string => `import { chroma } from '@nanook/orm/chroma';

${load(condition, fields)}
${where}
chroma()(condition);`;

const decimal = (literal: string): string => `import { sql } from '@nanook/orm/sql';

${load(`note.price < ${literal}`, "price: 'Decimal'")}
${where}
const { text, values } = sql({ dialect: 'sqlite' })(condition);`;

/** The condition for notes is printed for a table of Drizzle. */
const drizzle = (columns: string, print: string): string => `import { drizzle } from '@nanook/orm/drizzle';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

const notes = sqliteTable('notes', { ${columns} });
${load()}
${where}
${print}`;
const size = 'size: integer().notNull()';

const dates = (mode: string): string => `import { drizzle } from '@nanook/orm/drizzle';
import { integer, sqliteTable } from 'drizzle-orm/sqlite-core';

const notes = sqliteTable('notes', {
  createdAt: integer({ mode: 'timestamp' }).notNull(),
  dueOn: integer({ mode: '${mode}' }).notNull(),
});
${load('note.createdAt < note.dueOn', 'createdAt: Date, dueOn: Date')}
${where}
drizzle({ Note: notes })(condition);`;

const prisma = (
  condition: string,
  options = '',
): string => `import { prisma, typesFromPrisma } from '@nanook/orm/prisma';

const authorizer = await Authorizer.load({
  policies: \`allow(_: User, "read", document: Document) if ${condition};\`,
  types: typesFromPrisma(schema),
});
const condition = await authorizer.where(typed('User', { id: 1 }), 'read', 'Document');
const where = prisma({ client, schema${options} })(condition);`;

const extension = (
  actor: string,
  query: string,
): string => `import { nanook, typesFromPrisma } from '@nanook/orm/prisma';

const authorizer = await Authorizer.load({
  policies: 'allow(_: User, "read", document: Document) if document.isPublic;',
  types: typesFromPrisma(schema),
});
const scoped = client.$extends(nanook({ authorizer, schema, actor: ${actor} }));
await ${query};`;
const ann = "typed('User', { id: 1 })";

const mongoose = (schema: string, condition: string, print: string): string =>
  `import { ${print.slice(0, print.indexOf('('))}, typesFromMongoose } from '@nanook/orm/mongoose';
import { Mongoose, Schema } from 'mongoose';

const base = new Mongoose();
base.model('User', new Schema({ name: { type: String, required: true } }));
base.model('Note', new Schema(${schema}));
const authorizer = await Authorizer.load({
  policies: 'allow(_: User, "read", note: Note) if ${condition};',
  types: typesFromMongoose(base),
});
const condition = await authorizer.where(typed('User', { id: 1 }), 'read', 'Note');
${print}(condition);`;
const owned = "{ owner: { type: Schema.Types.ObjectId, ref: 'User' } }";
const withAuthors = `{
  authors: [new Schema({ name: { type: String, required: true } })],
  owner: { type: Schema.Types.ObjectId, ref: 'User' },
}`;
const english = "{ title: { type: String, required: true } }, { collation: { locale: 'en' } }";

const rls = (actor: string): string => `import { rowLevelSecurity } from '@nanook/orm/rls';

const authorizer = await Authorizer.load({
  policies: 'allow(user: User, "read", note: Note) if note.ownerId = user.id;',
  types: { User: { key: 'id', fields: { id: 'Integer' } }, Note: { fields: { ownerId: 'Integer' } } },
});
const security = rowLevelSecurity(authorizer, {
  actor: 'User',
  tables: { User: 'users', Note: 'notes' },
  policies: { Note: { select: 'read' } },
});
await security.statements();
await db.transaction((tx) => security.actAs((text, values) => tx.query(text, values), ${actor}));`;

/** The examples of the codes of this package. */
export const ormExamples: { readonly [C in NanookOrmErrorCode]: OrmExample } = {
  NANOOK_ORM_INVALID_OPTION: { wrong: sql('oracle'), fix: sql('postgres') },
  NANOOK_ORM_NO_CONDITION: {
    wrong: sql('postgres').replace('await authorizer', 'authorizer'),
    fix: sql('postgres'),
  },
  NANOOK_ORM_UNKNOWN_TYPE: {
    wrong: drizzle(size, 'drizzle({ Notes: notes })(condition);'),
    fix: drizzle(size, 'drizzle({ Note: notes })(condition);'),
  },
  NANOOK_ORM_UNKNOWN_COLUMN: {
    wrong: drizzle('id: integer().notNull()', 'drizzle({ Note: notes })(condition);'),
    fix: drizzle(`id: integer().notNull(), ${size}`, 'drizzle({ Note: notes })(condition);'),
  },
  NANOOK_ORM_NULLABLE_COLUMN: {
    wrong: drizzle('size: integer()', 'drizzle({ Note: notes })(condition);'),
    fix: drizzle(size, 'drizzle({ Note: notes })(condition);'),
  },
  NANOOK_ORM_COLUMN_TYPE: {
    wrong: drizzle('size: text().notNull()', 'drizzle({ Note: notes })(condition);'),
    fix: drizzle(size, 'drizzle({ Note: notes })(condition);'),
  },
  NANOOK_ORM_OTHER_TABLE: {
    wrong: drizzle(
      size,
      `const drafts = sqliteTable('drafts', { ${size} });\ndrizzle({ Note: notes })(condition, { table: drafts });`,
    ),
    fix: drizzle(size, 'drizzle({ Note: notes })(condition, { table: notes });'),
  },
  NANOOK_ORM_TABLES: {
    wrong: `import { drizzle } from '@nanook/orm/drizzle';
import { int, mysqlTable } from 'drizzle-orm/mysql-core';
import { integer, sqliteTable } from 'drizzle-orm/sqlite-core';

drizzle({ Note: sqliteTable('notes', { id: integer() }), Draft: mysqlTable('drafts', { id: int() }) });`,
    fix: `import { drizzle } from '@nanook/orm/drizzle';
import { integer, sqliteTable } from 'drizzle-orm/sqlite-core';

drizzle({ Note: sqliteTable('notes', { id: integer() }), Draft: sqliteTable('drafts', { id: integer() }) });`,
  },
  NANOOK_ORM_MIXED_DATES: { wrong: dates('timestamp_ms'), fix: dates('timestamp') },

  NANOOK_ORM_PRISMA_UNKNOWN_MODEL: {
    wrong: prisma('document.isPublic', ", models: { Document: 'Page' }"),
    fix: prisma('document.isPublic', ", models: { Document: 'Document' }"),
  },
  NANOOK_ORM_SQL_INEXPRESSIBLE: {
    wrong: decimal('1234567890.1234567'),
    fix: decimal('1234567890.12345'),
  },
  NANOOK_ORM_PRISMA_INEXPRESSIBLE: {
    wrong: prisma('comment in document.comments and comment.rank < document.priority'),
    fix: prisma('comment in document.comments and comment.rank < 5'),
  },
  NANOOK_ORM_PRISMA_TEXT: {
    wrong: prisma('document.title = "plan"'),
    fix: prisma('document.title = "plan"', ", text: 'binary'"),
  },
  NANOOK_ORM_PRISMA_NAN: {
    wrong: prisma('document.score < 3'),
    fix: prisma('document.score < 3', ", nan: 'absent'"),
    provider: 'postgresql',
  },
  NANOOK_ORM_PRISMA_TOO_MANY_VALUES: {
    // oxlint-disable-next-line no-template-curly-in-string -- the text of the example
    wrong: prisma('document.id in [${Array.from({ length: 500 }, (_, id) => id)}]'),
    // oxlint-disable-next-line no-template-curly-in-string -- the text of the example
    fix: prisma('document.id in [${Array.from({ length: 100 }, (_, id) => id)}]'),
  },
  NANOOK_ORM_PRISMA_NO_ACTOR: {
    wrong: extension('() => undefined', 'scoped.document.findMany()'),
    fix: extension(ann, 'scoped.document.findMany()'),
  },
  NANOOK_ORM_PRISMA_UNSCOPED: {
    wrong: extension(ann, "scoped.$queryRawUnsafe('SELECT count(*) FROM documents')"),
    fix: extension(ann, 'scoped.document.count()'),
  },

  NANOOK_ORM_MONGOOSE_PIPELINE: {
    wrong: mongoose(owned, 'note.owner.name = "ann"', 'mongooseFilter(base)'),
    fix: mongoose(owned, 'note.owner.name = "ann"', 'mongoosePipeline(base)'),
  },
  NANOOK_ORM_MONGOOSE_INEXPRESSIBLE: {
    wrong: mongoose(
      withAuthors,
      'author in note.authors and note.owner.name = author.name',
      'mongoosePipeline(base)',
    ),
    fix: mongoose(withAuthors, 'author in note.authors and author.name = "ann"', 'mongoosePipeline(base)'),
  },
  NANOOK_ORM_MONGOOSE_COLLATION: {
    wrong: mongoose(english, 'note.title = "plan"', 'mongooseFilter(base)'),
    fix: mongoose(english, 'note.title = "plan"', "mongooseFilter(base, { text: 'binary' })"),
  },
  NANOOK_ORM_MONGOOSE_CAST: {
    wrong: mongoose(
      '{ title: { type: String, lowercase: true } }',
      'note.title = "Plan"',
      'mongooseFilter(base)',
    ),
    fix: mongoose(
      '{ title: { type: String, lowercase: true } }',
      'note.title = "plan"',
      'mongooseFilter(base)',
    ),
  },

  NANOOK_ORM_VECTOR_INEXPRESSIBLE: {
    wrong: chroma('note.title < "m"', "title: 'String'"),
    fix: chroma('note.title = "plan"', "title: 'String'"),
  },

  NANOOK_ORM_RLS_ACTOR: { wrong: rls('{ id: 1 }'), fix: rls("typed('User', { id: 1 })") },
  NANOOK_ORM_RLS_ACTOR_FIELD: {
    wrong: rls("typed('User', { id: '1' })"),
    fix: rls("typed('User', { id: 1 })"),
  },
};
