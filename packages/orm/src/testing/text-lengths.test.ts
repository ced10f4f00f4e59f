import { Authorizer, isUndecided, oneOf, optional, typed } from '@nanook/core';
import { toClassicFilter } from '@nanook/core/filter';
import { Schema } from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chroma } from '../chroma/index.js';
import { mongooseFilter, mongoosePipeline } from '../mongoose/index.js';
import { qdrant } from '../qdrant/index.js';
import { sql } from '../sql/index.js';
import { databases, type Database } from './databases.fixture.js';
import { mongooseWithoutServer } from './mongoose.fixture.js';

/** Texts whose numbers of bytes, code units, code points and visible characters differ. */
const texts: readonly string[] = [
  '',
  ' ',
  'a  ',
  'abc',
  'é',
  'e\u0301',
  'ß',
  '\u{1F600}',
  '\u{1F600}\u{1F601}x',
  '\u{10FFFF}',
  '\uFFFF',
  '\u{1F468}\u200D\u{1F469}\u200D\u{1F467}',
  '"\\\n\t\u0001',
  String.raw`\u0000`,
];
/** PostgreSQL stores no text with NUL. */
const textsWithNul: readonly string[] = ['\0', 'a\0', '\0\0b\0', 'a\0\u{1F600}', '\\\0"', '\\u0000\0'];

const types = {
  User: { fields: { number: 'Integer', name: 'String' } },
  Page: {
    key: 'id',
    fields: { id: 'Integer', title: 'String?', code: optional('String'), size: 'Integer?' },
  },
} as const;

const conditions = [
  'page.title.length = user.number',
  'page.title.length != user.number',
  'page.title.length < user.number',
  'not page.title.length < user.number',
  'page.title.length in [user.number, 2, nil, "1"]',
  'page.title.length * 2 + 1 > user.number',
  'page.title.length = page.size',
  'page.title.length <= page.code.length',
  'user.name.length = page.title.length',
  'page.title.length < "1"',
  'page.title.length > 1.5',
  'length = page.title.length and length > user.number',
];

describe.each(databases)('the length of a text column on %s', (_name, open) => {
  let database: Database;
  let rows: readonly { id: number; title: string | null; code: string | null; size: number | null }[];
  beforeAll(async () => {
    database = await open({ name: 'text_lengths_' });
    const { dialect } = database;
    const text = { postgres: 'varchar(100)', mysql: 'varchar(100)', sqlite: 'text collate nocase' }[dialect];
    await database.query(`CREATE TABLE pages (id integer, title ${text}, code ${text}, size integer)`, []);
    const titles = [null, ...texts, ...(dialect === 'postgres' ? [] : textsWithNul)];
    rows = titles.map((title, id) => ({
      id,
      title,
      code: titles[(id * 5 + 1) % titles.length]!,
      size: id % 7 === 0 ? null : id % 5,
    }));
    const holes = ['?', '?', '?', '?'].map((hole, i) => (dialect === 'postgres' ? `$${i + 1}` : hole));
    for (const row of rows)
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await database.query(`INSERT INTO pages VALUES (${holes.join(', ')})`, Object.values(row));
  });
  afterAll(() => database.close());

  it.each(conditions)('is the one of a check, in code points: %s', async (condition) => {
    const policies = `allow(user: User, "read", page: Page) if user = user and ${condition};`;
    const authorizer = await Authorizer.load({ policies, types, onWarning: () => {} });
    const print = sql({ dialect: database.dialect, tables: { Page: 'pages' } });
    for (const number of [0, 1, 2, 3, 5]) {
      const user = typed('User', { number, name: '\u{1F600}x' });
      const isAllowed = (row: object): boolean => {
        try {
          return authorizer.canSync(user, 'read', typed('Page', row));
        } catch (error) {
          if (isUndecided(error)) return false;
          throw error;
        }
      };
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const { text, values } = print(await authorizer.where(user, 'read', 'Page'));
      // oxlint-disable-next-line no-await-in-loop -- as above
      const found = await database.query(`SELECT id FROM pages WHERE ${text} ORDER BY id`, values);
      const allowed = rows.filter((row) => isAllowed(row)).map(({ id }) => id);
      expect([number, found.map(({ id }) => Number(id))]).toEqual([number, allowed]);
    }
  });

  it('counts each code point once', async () => {
    const policies = 'allow(user: User, "read", page: Page) if page.title.length = user.number;';
    const authorizer = await Authorizer.load({ policies, types });
    const print = sql({ dialect: database.dialect, tables: { Page: 'pages' } });
    const expected = rows.flatMap(({ id, title }) => (title !== null && [...title].length === 3 ? [id] : []));
    const user = typed('User', { number: 3, name: '' });
    const { text, values } = print(await authorizer.where(user, 'read', 'Page'));
    const found = await database.query(`SELECT id FROM pages WHERE ${text} ORDER BY id`, values);
    expect(found.map(({ id }) => Number(id))).toEqual(expected);
    expect(expected.length).toBeGreaterThan(1);
  });
});

it.each(['page.kind.length = 1', 'not page.kind.length + 1 < 2'])(
  'the length of a text is refused by vector stores, MongoDB and the classic form: %s',
  async (condition) => {
    const policies = `allow(_: User, "read", page: Page) if ${condition};`;
    const kinds = {
      User: types.User,
      Page: { fields: { id: 'Integer', kind: oneOf('page', 'post') } },
    } as const;
    const authorizer = await Authorizer.load({ policies, types: kinds });
    const found = await authorizer.where(typed('User', { number: 1, name: '' }), 'read', 'Page');
    const base = mongooseWithoutServer();
    const id = { type: Schema.Types.Int32, required: true };
    base.model('Page', new Schema({ id, kind: { type: String, required: true } }, { id: false }));
    for (const print of [qdrant(), chroma(), mongooseFilter(base), mongoosePipeline(base)])
      expect(() => print(found)).toThrow(/number `(Page\.)?kind.length`|arithmetic on a field/);
    expect(() => toClassicFilter(found, { nan: 'absent' })).toThrow(
      expect.objectContaining({ code: 'POLAR_FILTER_NOT_CLASSIC' }),
    );
  },
);
