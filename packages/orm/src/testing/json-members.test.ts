import { Authorizer, isUndecided, many, nullable, one, oneOf, optional, typed } from '@nanook/core';
import { toClassicFilter } from '@nanook/core/filter';
import { integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { Schema } from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampled } from '../../../../tools/test-scope.js';
import { chroma } from '../chroma/index.js';
import { drizzle } from '../drizzle/index.js';
import { mongooseFilter, mongoosePipeline } from '../mongoose/index.js';
import { qdrant } from '../qdrant/index.js';
import { sql } from '../sql/index.js';
import { mongooseWithoutServer } from './mongoose.fixture.js';
import { databases, type Database } from './databases.fixture.js';
import { Random, texts } from './world.fixture.js';

// The expected rows come from checks of the rows, whose JSON is read with `JSON.parse`.

const types = {
  User: { key: 'id', fields: { id: 'Integer', name: 'String' } },
  Note: {
    key: 'id',
    fields: {
      id: 'Integer',
      level: 'Integer',
      code: 'String?',
      meta: 'Meta',
      extra: 'Meta?',
      parentId: 'Integer?',
    },
    relations: {
      parent: one('Note', { local: 'parentId', foreign: 'id' }),
      children: many('Note', { local: 'id', foreign: 'parentId' }),
    },
  },
  Meta: {
    fields: {
      level: 'Integer',
      size: nullable('Integer'),
      name: optional('String'),
      isOpen: Boolean,
      state: oneOf('draft', 'final'),
      address: 'Address',
      rate: 'Float',
    },
  },
  Address: { fields: { city: optional('String'), code: 'String' } },
} as const;

const conditions = [
  'note.meta.level = 1',
  'note.meta.level != 1',
  'note.meta.level < 2',
  'note.meta.level >= note.level',
  'note.meta.level in [1, 2, "1", nil]',
  'note.meta.level + 1 = note.level',
  'note.meta.size = nil',
  'note.meta.size != 1',
  'note.meta.size < 2',
  'note.meta.size = note.meta.level',
  'note.meta.name = nil',
  'note.meta.name = "a"',
  'note.meta.name = user.name',
  'note.meta.name != note.code',
  'note.meta.name < "b"',
  'note.meta.name.startsWith("a")',
  'note.meta.name.toLowerCase() = "admin"',
  'note.meta.name.length = 1',
  'note.meta.address.city.length < note.meta.address.code.length',
  'note.meta.isOpen',
  'note.meta.isOpen = true',
  'note.meta.isOpen != true',
  'note.meta.state = "draft"',
  'note.meta.state != "draft"',
  'note.meta.address.city = "a"',
  'note.meta.address.city = nil',
  'note.meta.address.code != "x"',
  'note.extra.level = 1',
  'note.extra.level != 1',
  'note.extra.name = nil',
  'note.parent.meta.level = 1',
  'c in note.children and c.meta.level = note.meta.level',
  'm = note.meta and m.level = 1',
  'm = note.meta and (m.level = 1 or note.level = 1)',
];
const bodies = [
  ...conditions,
  ...conditions.map((each) => `not (${each})`),
  'not (note.meta.level < 2 and note.meta.isOpen)',
];

interface Note {
  readonly id: number;
  readonly level: number;
  readonly code: string | null;
  readonly parentId: number | null;
  readonly meta: string | undefined;
  readonly extra: string | undefined;
}

const right: Readonly<Record<string, readonly string[]>> = {
  level: ['0', '1', '2', '-1', '9007199254740991'],
  size: ['1', '2', 'null'],
  name: [...texts.map((text) => JSON.stringify(text)), '"\\u0041"', 'null', ''],
  isOpen: ['true', 'false'],
  state: ['"draft"', '"final"'],
  address: ['{"code":"x"}', '{"code":"y","city":"a"}', '{"code":"x","city":null}'],
};
const others = [
  'null',
  '',
  '"1"',
  '1',
  '1.0',
  '1e2',
  '1.5',
  '1e300',
  '9007199254740993',
  'true',
  '"true"',
  '[1]',
  '{"code":1}',
];

function randomNotes(random: Random): readonly Note[] {
  const json = (): string | undefined => {
    if (random.below(8) === 0)
      return random.of(['null', '1', '"a"', 'true', '[]', '[{"level":1,"isOpen":true}]', '{}', undefined]);
    const members = Object.entries(right).flatMap(([name, values]) => {
      const value = random.of(random.below(5) === 0 ? others : values);
      return value === '' ? [] : [`"${name}": ${value}`];
    });
    return `{${members.join(', ')}}`;
  };
  return Array.from({ length: 80 }, (_, id) => ({
    id,
    level: random.of([0, 1, 2]),
    code: random.of([null, 'a', 'admin']),
    parentId: random.of([null, 0, 1, 2, 3, 4, 99]),
    meta: json(),
    extra: json(),
  }));
}

const parsed = (json: string | undefined): unknown => (json === undefined ? null : JSON.parse(json));

function objectsOf(notes: readonly Note[]): readonly object[] {
  const rows = notes.map((note) => ({
    ...note,
    meta: parsed(note.meta),
    extra: parsed(note.extra),
    parent: null as object | null,
    children: [] as object[],
  }));
  for (const row of rows) {
    row.parent = rows.find(({ id }) => id === row.parentId) ?? null;
    (row.parent as typeof row | null)?.children.push(row);
  }
  return rows;
}

const user = typed('User', { id: 1, name: 'admin' });
const load = (body: string): Promise<Authorizer> =>
  Authorizer.load({
    policies: `allow(user: User, "read", note: Note) if user = user and ${body};`,
    types,
    onWarning: () => {},
  });

const allowedIds = (authorizer: Authorizer, rows: readonly object[]): readonly number[] =>
  rows.flatMap((row) => {
    try {
      return authorizer.canSync(user, 'read', typed('Note', row)) ? [(row as Note).id] : [];
    } catch (error) {
      if (isUndecided(error)) return [];
      throw error;
    }
  });

describe.each(databases)('members of JSON on %s', (_name, open) => {
  let database: Database;
  const notes = randomNotes(new Random(3));
  beforeAll(async () => {
    database = await open({ name: 'json_' });
    const { dialect } = database;
    const json = { postgres: 'jsonb', mysql: 'json', sqlite: 'text' }[dialect];
    const text = dialect === 'mysql' ? 'varchar(100)' : 'text';
    await database.query(
      `CREATE TABLE notes (id integer, level integer, code ${text}, "parentId" integer, meta_data ${json}, extra ${dialect === 'postgres' ? 'json' : json})`.replaceAll(
        '"',
        dialect === 'mysql' ? '`' : '"',
      ),
      [],
    );
    for (const { id, level, code, parentId, meta, extra } of notes) {
      const holes = dialect === 'postgres' ? '$1, $2, $3, $4, $5, $6' : '?, ?, ?, ?, ?, ?';
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await database.query(`INSERT INTO notes VALUES (${holes})`, [
        id,
        level,
        code,
        parentId,
        meta ?? null,
        extra ?? null,
      ]);
    }
  });
  afterAll(() => database.close());

  it('list exactly the rows that a check allows', async () => {
    const rows = objectsOf(notes);
    const print = sql({
      dialect: database.dialect,
      tables: { Note: { table: 'notes', columns: { meta: 'meta_data' } } },
    });
    let telling = 0;
    for (const body of sampled(bodies, 2)) {
      // oxlint-disable-next-line no-await-in-loop -- as above
      const authorizer = await load(body);
      // oxlint-disable-next-line no-await-in-loop -- as above
      const { text, values } = print(await authorizer.where(user, 'read', 'Note'));
      // oxlint-disable-next-line no-await-in-loop -- as above
      const found = await database.query(`SELECT id FROM notes WHERE ${text} ORDER BY id`, values);
      const allowed = allowedIds(authorizer, rows);
      expect([body, found.map(({ id }) => Number(id))]).toEqual([body, allowed]);
      if (allowed.length > 0 && allowed.length < rows.length) telling++;
    }
    expect(telling).toBeGreaterThan(20);
  });
});

describe('members of JSON', () => {
  const conditionOf = async (body: string) => (await load(body)).where(user, 'read', 'Note');

  it('become SQL of PostgreSQL with the test that the column holds an object', async () => {
    const place = (name: string) => `(to_jsonb("Note"."meta") -> '${name}')`;
    const { text } = sql({ dialect: 'postgres' })(await conditionOf('note.meta.name = "a"'));
    expect(text).toBe(
      `((((CASE WHEN jsonb_typeof(to_jsonb("Note"."meta")) = 'object' THEN (to_jsonb("Note"."meta")) END) IS NOT NULL) AND ` +
        `(CASE WHEN jsonb_typeof${place('name')} = 'string' THEN ${place('name')} #>> '{}' END)::text COLLATE "C" = $1::text COLLATE "C"))`,
    );
  });

  it.each([
    ['note.meta.rate > 1', 'the member `meta.rate`, which is not declared as a text'],
    ['note.extra = nil', 'the JSON `extra` as a value'],
    ['note.meta.address != nil', 'the JSON `meta.address` as a value'],
    ['note.meta matches Meta', 'the type of the JSON `meta`'],
    ['"level" in note.meta', '`in` over a value that is not a list'],
    ['note.meta.level.length > 1', '`length` of the column `meta.level`'],
  ])('throw POLAR_FILTER_UNTRANSLATABLE for %s', async (body, construct) => {
    await expect(conditionOf(body)).rejects.toMatchObject({
      code: 'POLAR_FILTER_UNTRANSLATABLE',
      data: { construct: expect.stringContaining(construct) as string },
    });
  });

  it.each([
    'note.meta.level = 1',
    'not note.extra.name = nil',
    'm = note.meta and (m.level = 1 or note.level = 1)',
  ])('are refused by vector stores, MongoDB and the classic form: %s', async (body) => {
    const condition = await conditionOf(body);
    const { Int32 } = Schema.Types;
    const required = { type: Int32, required: true };
    const base = mongooseWithoutServer();
    base.model(
      'Note',
      new Schema(
        {
          id: required,
          level: required,
          code: String,
          parentId: Int32,
          meta: { type: Object, required: true },
        },
        { id: false },
      ),
    );
    for (const print of [qdrant(), chroma(), mongooseFilter(base), mongoosePipeline(base)])
      expect(() => print(condition)).toThrow(/member `(Note\.)?(meta|extra)/);
    expect(() => toClassicFilter(condition, { nan: 'absent' })).toThrow(
      expect.objectContaining({ code: 'POLAR_FILTER_NOT_CLASSIC' }),
    );
  });

  it('need a column of JSON in a schema of Drizzle', async () => {
    const condition = await conditionOf('note.meta.level = 1');
    const printWith = (meta: object) => {
      const table = pgTable('notes', {
        id: integer().notNull(),
        level: integer().notNull(),
        meta: meta as never,
      });
      return drizzle({ Note: table })(condition);
    };
    expect(() => printWith(jsonb().notNull())).not.toThrow();
    expect(() => printWith(text().notNull())).toThrow(
      expect.objectContaining({ code: 'NANOOK_ORM_COLUMN_TYPE' }),
    );
  });
});
