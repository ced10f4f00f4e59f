import {
  Authorizer,
  isUndecided,
  nullable,
  oneOf,
  optional,
  typed,
  type FieldTypeInput,
  type TypesInput,
} from '@nanook/core';
import { relations } from 'drizzle-orm';
import { int, mysqlTable } from 'drizzle-orm/mysql-core';
import * as pg from 'drizzle-orm/pg-core';
import { drizzle as onPglite } from 'drizzle-orm/pglite';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { drizzle as sqliteProxy } from 'drizzle-orm/sqlite-proxy';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drizzle, typesFromDrizzle } from './index.js';
import { emptyPglite } from '../../../../tools/empty-pglite.js';

const app = pg.pgSchema('app');
const level = app.enum('level', ['open', 'secret']);
const users = app.table('users', {
  id: pg.uuid().primaryKey(),
  name: pg.text().notNull(),
  managerId: pg.uuid().references((): pg.AnyPgColumn => users.id),
});
const documents = app.table('documents', {
  id: pg.integer().primaryKey(),
  ownerId: pg.uuid().references(() => users.id),
  reviewerId: pg.uuid(),
  level: level().notNull(),
  dueOn: pg.date(),
  createdAt: pg.timestamp({ withTimezone: true }).notNull(),
  meta: pg.jsonb(),
  weight: pg.real(),
});
const shares = app.table(
  'shares',
  {
    documentId: pg.integer().notNull(),
    userId: pg.uuid().notNull(),
    until: pg.timestamp(),
  },
  (table) => [pg.primaryKey({ columns: [table.documentId, table.userId] })],
);
const documentRelations = relations(documents, ({ one, many }) => ({
  owner: one(users, { fields: [documents.ownerId], references: [users.id], relationName: 'owner' }),
  reviewer: one(users, { fields: [documents.reviewerId], references: [users.id], relationName: 'reviewer' }),
  shares: many(shares),
}));
const shareRelations = relations(shares, ({ one }) => ({
  document: one(documents, { fields: [shares.documentId], references: [documents.id] }),
}));
const userRelations = relations(users, ({ one, many }) => ({
  owned: many(documents, { relationName: 'owner' }),
  manager: one(users, { fields: [users.managerId], references: [users.id] }),
}));
const tables = { User: users, Document: documents, Share: shares };
const schema = { users, documents, shares, documentRelations, shareRelations, userRelations };

const ann = 'aaaaaaaa-2222-4333-8444-555555555555';
const bob = '99999999-2222-4333-8444-555555555555';

const load = (policies: string, types: TypesInput) =>
  Authorizer.load({ policies, types, onWarning: () => {} });

const conditionOf = async (
  policies: string,
  types: TypesInput,
  type = 'Document',
  actor: object = { id: ann },
) => (await load(policies, types)).where(typed('User', actor), 'read', type);

describe('typesFromDrizzle()', () => {
  const types = typesFromDrizzle(tables, schema);

  it('declares the columns with their types, and those that can be NULL as nullable', () => {
    expect(types.Document.fields).toEqual({
      id: 'Integer',
      ownerId: nullable('String'),
      reviewerId: nullable('String'),
      level: oneOf('open', 'secret'),
      dueOn: nullable('String'),
      createdAt: Date,
      meta: nullable(Object),
      weight: nullable(Object),
    });
  });

  it('declares the primary key', () => {
    expect(types.Document.key).toEqual(['id']);
    expect(types.Share.key).toEqual(['documentId', 'userId']);
  });

  it('declares relations, and takes a foreign key for a guarantee', () => {
    const owner = { kind: 'one', type: 'User', local: ['ownerId'], foreign: ['id'] };
    expect(types.Document.relations).toEqual({
      owner: { ...owner, enforced: true },
      reviewer: { ...owner, local: ['reviewerId'], enforced: false },
      shares: { kind: 'many', type: 'Share', local: ['id'], foreign: ['documentId'] },
    });
    expect(types.User.relations).toMatchObject({
      owned: { kind: 'many', type: 'Document', local: ['id'], foreign: ['ownerId'] },
      manager: { kind: 'one', type: 'User', local: ['managerId'], foreign: ['id'], enforced: true },
    });
  });

  it('leaves out a relation to a table that has no type', () => {
    expect(typesFromDrizzle({ Document: documents }, schema).Document.relations).toEqual({});
  });
});

describe('drizzle() with a schema of PostgreSQL', async () => {
  const derived = typesFromDrizzle(tables, schema);
  const userFields = { ...derived.User.fields, since: optional(Date), until: optional(Date) };
  const types = { ...derived, User: { ...derived.User, fields: userFields } };
  const client = await emptyPglite();
  const db = onPglite(client, { schema, casing: 'snake_case' });
  const list = drizzle(tables, { casing: 'snake_case' });

  beforeAll(async () => {
    await client.exec(`
      CREATE SCHEMA app;
      CREATE TYPE app.level AS ENUM ('open', 'secret');
      CREATE TABLE app.users (id uuid PRIMARY KEY, name text NOT NULL, manager_id uuid REFERENCES app.users);
      CREATE TABLE app.documents (
        id integer PRIMARY KEY, owner_id uuid REFERENCES app.users, reviewer_id uuid, level app.level NOT NULL,
        due_on date, created_at timestamptz NOT NULL, meta jsonb, weight real);
      CREATE TABLE app.shares (document_id integer, user_id uuid, until timestamp, PRIMARY KEY (document_id, user_id));
      INSERT INTO app.users VALUES ('${ann}', 'ann', NULL), ('${bob}', 'bob', '${ann}');
      INSERT INTO app.documents VALUES
        (1, '${ann}', NULL, 'open', '2026-01-01', '2026-01-01T10:00:00.000999Z', NULL, NULL),
        (2, '${bob}', '${ann}', 'secret', NULL, '2026-01-02T10:00:00Z', NULL, NULL),
        (3, NULL, NULL, 'open', '2026-02-01', '2026-01-03T10:00:00Z', NULL, NULL);
      INSERT INTO app.shares VALUES (3, '${ann}', '2030-01-01T00:00:00'), (1, '${bob}', NULL);
    `);
  });
  afterAll(() => client.close());

  const actor = {
    id: ann,
    name: 'ann',
    managerId: null,
    since: new Date('2026-01-01T10:00:00.000Z'),
    until: new Date('2030-01-01T00:00:00.000Z'),
  };
  const policyOf = (condition: string) =>
    `allow(actor: User, "read", document: Document) if actor = actor and ${condition};`;
  const ids = async (condition: string) => {
    const where = list(await conditionOf(policyOf(condition), types, 'Document', actor));
    const rows = await db.select({ id: documents.id }).from(documents).where(where).orderBy(documents.id);
    return rows.map(({ id }) => id);
  };
  /** The ids of the rows, with their relations, that `can` accepts. */
  const allowedIds = async (condition: string) => {
    const authorizer = await load(policyOf(condition), types);
    const rows = await db.query.documents.findMany({
      with: { owner: { with: { manager: true } }, reviewer: true, shares: true },
      orderBy: documents.id,
    });
    const isAllowed = (row: object) =>
      authorizer.can(typed('User', actor), 'read', typed('Document', row)).catch((error: unknown) => {
        if (isUndecided(error)) return false;
        throw error;
      });
    const allowed = await Promise.all(rows.map(isAllowed));
    return rows.filter((_, i) => allowed[i]).map(({ id }) => id);
  };

  it.each([
    ['a UUID', 'document.ownerId = actor.id', [1]],
    ['a text that is not a UUID', 'document.ownerId = "admin"', []],
    ['the absence of a text that is not a UUID', 'document.ownerId != "admin"', [1, 2, 3]],
    ['UUIDs in a list', `document.ownerId in ["${ann}", "x"]`, [1]],
    ['a UUID in capital letters', `document.ownerId = "${ann.toUpperCase()}"`, []],
    ['two UUIDs of a row', 'document.ownerId = document.reviewerId', [3]],
    ['a relation with the actor', 'document.owner = actor', [1]],
    ['a relation of a relation', 'document.owner.manager = actor', [2]],
    ['an enforced relation with nil', 'document.owner = nil', [3]],
    ['a field of an enforced relation', 'not document.owner.name = "ann"', [2]],
    ['two relations', 'document.owner = document.reviewer', [3]],
    ['an enum', 'document.level = "secret"', [2]],
    ['a text that is not in an enum', 'document.level in ["secret", actor.name]', [2]],
    ['a date as text', 'document.dueOn < "2026-01-15"', [1]],
    ['a related row', 'share in document.shares and share.userId = actor.id', [3]],
    ['an instant of whole milliseconds', 'document.createdAt <= actor.since', [1]],
    ['a timestamp without a time zone', 'share in document.shares and share.until = actor.until', [3]],
  ])('compares %s as a check does', async (_case, condition, expected) => {
    expect(await allowedIds(condition)).toEqual(expected);
    expect(await ids(condition)).toEqual(expected);
  });

  it.each([
    ['document.level = "secret"', '='],
    ['document.level in ["secret", "open"]', '= ANY'],
  ])(
    'compares an enum with labels in its own type, so that its index serves: %s',
    async (condition, operator) => {
      const where = list(await conditionOf(policyOf(condition), types, 'Document', actor));
      const query = db.select({ id: documents.id }).from(documents).where(where).toSQL();
      await client.exec(
        'CREATE INDEX IF NOT EXISTS levels ON app.documents (level); SET enable_seqscan = off',
      );
      const plan = await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${query.sql}`, query.params);
      await client.exec('RESET enable_seqscan');
      const lines = plan.rows.map((row) => row['QUERY PLAN'].trim());
      expect(lines.find((line) => line.startsWith('Index Cond: '))).toContain(`(level ${operator}`);
    },
  );

  it.each(['document.meta = 1', 'document.weight = 1.5'])(
    'refuses %s, which SQL would compare differently',
    async (condition) => {
      await expect(ids(condition)).rejects.toMatchObject({ code: 'POLAR_FILTER_UNTRANSLATABLE' });
    },
  );

  it('refuses to compare a timestamp with a time zone and one without', async () => {
    const condition = 'share in document.shares and share.until < document.createdAt';
    await expect(ids(condition)).rejects.toMatchObject({ code: 'NANOOK_ORM_MIXED_DATES' });
  });

  it('filters relational queries, beside their own relations', async () => {
    const policy = `allow(actor: User, "read", document: Document) if
      document.owner = actor or (share in document.shares and share.userId = actor.id);`;
    const found = await db.query.documents.findMany({
      columns: { id: true },
      where: list(await conditionOf(policy, types)),
      orderBy: documents.id,
      limit: 2,
      with: { shares: { columns: { userId: true } } },
    });
    expect(found).toEqual([
      { id: 1, shares: [{ userId: bob }] },
      { id: 3, shares: [{ userId: ann }] },
    ]);
  });
});

describe('drizzle() with dates in SQLite', () => {
  const events = sqliteTable('events', {
    id: integer().primaryKey(),
    startsAt: integer({ mode: 'timestamp' }).notNull(),
    endsAt: integer({ mode: 'timestamp_ms' }).notNull(),
  });
  const types = { User: {}, ...typesFromDrizzle({ Event: events }) };
  const sqlite = new DatabaseSync(':memory:');
  sqlite.exec(`
    CREATE TABLE events (id integer PRIMARY KEY, startsAt integer NOT NULL, endsAt integer NOT NULL);
    INSERT INTO events VALUES (1, 10, 10400), (2, 11, 11000)`);
  const db = sqliteProxy(async (text, values) => ({
    rows: sqlite
      .prepare(text)
      .all(...(values as never[]))
      .map((row) => Object.values(row)),
  }));
  const ids = async (condition: string) => {
    const policy = `allow(actor: User, "read", event: Event) if actor = actor and ${condition};`;
    const where = await conditionOf(policy, types, 'Event', { id: 1, now: new Date(10_400) });
    const rows = await db
      .select({ id: events.id })
      .from(events)
      .where(drizzle({ Event: events })(where));
    return rows.map(({ id }) => id);
  };

  it.each([
    ['event.startsAt < actor.now', [1]],
    ['event.startsAt = actor.now', []],
    ['event.startsAt != actor.now', [1, 2]],
    ['event.endsAt = actor.now', [1]],
    ['event.endsAt > actor.now', [2]],
  ])('finds the rows for which %s', async (condition, expected) => {
    expect(await ids(condition)).toEqual(expected);
  });

  it('refuses to compare a date in seconds with a date in milliseconds', async () => {
    await expect(ids('event.startsAt < event.endsAt')).rejects.toMatchObject({
      code: 'NANOOK_ORM_MIXED_DATES',
    });
  });
});

describe('drizzle()', () => {
  const notes = sqliteTable('notes', { id: integer().primaryKey(), title: text() });
  const policy = 'allow(_: User, "read", note: Note) if not note.title = nil;';
  const where = (fields: Record<string, string>) =>
    conditionOf(policy, { User: {}, Note: { key: 'id', fields: { id: 'Integer', ...fields } } }, 'Note');

  it('throws when a column can be NULL and its field is not declared so', async () => {
    const list = drizzle({ Note: notes });
    const condition = await where({ title: 'String' });
    expect(() => list(condition)).toThrow(
      expect.objectContaining({ code: 'NANOOK_ORM_NULLABLE_COLUMN', name: 'NanookOrmError' }),
    );
    expect(() => list(condition)).toThrow(/`Note.title` in the table `notes` can be NULL/);
  });

  it('throws at once when it knows the types, and a column can be NULL that is not declared so', () => {
    const declared = (title: FieldTypeInput) => ({ Note: { fields: { id: 'Integer', title } } });
    expect(() => drizzle({ Note: notes }, { types: declared(String) })).toThrow(
      expect.objectContaining({ code: 'NANOOK_ORM_NULLABLE_COLUMN' }),
    );
    for (const title of ['String?', optional(String)])
      expect(() => drizzle({ Note: notes }, { types: declared(title) })).not.toThrow();
  });

  it('throws when a field is declared with another type than its column', async () => {
    const condition = await where({ title: 'Integer?' });
    expect(() => drizzle({ Note: notes })(condition)).toThrow(
      expect.objectContaining({ code: 'NANOOK_ORM_COLUMN_TYPE' }),
    );
  });

  it('throws when a type has no table', async () => {
    const condition = await where({ title: 'String?' });
    expect(() => drizzle({ Document: notes })(condition)).toThrow(
      expect.objectContaining({ code: 'NANOOK_ORM_UNKNOWN_TYPE' }),
    );
  });

  it('throws when a filtered field has no column', async () => {
    const condition = await where({ title: 'String?' });
    const other = sqliteTable('notes', { id: integer().primaryKey() });
    expect(() => drizzle({ Note: other })(condition)).toThrow(
      expect.objectContaining({ code: 'NANOOK_ORM_UNKNOWN_COLUMN' }),
    );
  });

  it('throws when a condition is for another table than the given one', async () => {
    const condition = await where({ title: 'String?' });
    const other = sqliteTable('others', { id: integer().primaryKey(), title: text() });
    expect(() => drizzle({ Note: notes })(condition, { table: other })).toThrow(
      expect.objectContaining({ code: 'NANOOK_ORM_OTHER_TABLE' }),
    );
  });

  it('throws when the tables belong to several databases', () => {
    const others = mysqlTable('others', { id: int() });
    expect(() => drizzle({ Note: notes, Other: others })).toThrow(
      expect.objectContaining({ code: 'NANOOK_ORM_TABLES' }),
    );
    expect(() => drizzle({})).toThrow(expect.objectContaining({ code: 'NANOOK_ORM_TABLES' }));
  });
});
