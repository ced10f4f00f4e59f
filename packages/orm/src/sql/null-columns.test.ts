import { Authorizer, isUndecided, one, oneOf, typed } from '@nanook/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampled } from '../../../../tools/test-scope.js';
import { databases, type Database } from '../testing/databases.fixture.js';
import { sql } from './index.js';

// A column that is declared without nil may hold NULL, because SQL of an application knows no constraints. A check of such a row is undecided,
// so no list contains the row.

const types = {
  User: { fields: { id: 'Integer' } },
  Item: {
    key: 'id',
    fields: {
      id: 'Integer',
      title: 'String',
      size: 'Integer',
      score: 'Float',
      done: 'Boolean',
      at: Date,
      price: 'Decimal',
      state: oneOf('draft', 'final'),
      noteId: 'Integer',
    },
    relations: { note: one('Note', { local: 'noteId', foreign: 'id' }) },
  },
  Note: { key: 'id', fields: { id: 'Integer', text: 'String' } },
} as const;

const columns = {
  postgres:
    'title text, size integer, score double precision, done boolean, at timestamptz, price numeric(9, 2), state text, note_id integer',
  mysql:
    'title varchar(9), size integer, score double, done boolean, at datetime(6), price decimal(9, 2), state varchar(9), note_id integer',
  sqlite:
    'title text, size integer, score real, done integer, at integer, price real, state text, note_id integer',
};
const at = new Date('2026-01-02T03:04:05.006Z');
const full = { title: 'a', size: 3, score: 1.5, done: true, at, price: '2.50', state: 'draft', noteId: 1 };
const rows: readonly Readonly<Record<string, unknown>>[] = [
  full,
  { ...full, title: 'b', size: 4, score: 2.5, done: false, price: '3.50', state: 'final', noteId: 2 },
  ...Object.keys(full).map((name) => ({ ...full, [name]: null })),
  Object.fromEntries(Object.keys(full).map((name) => [name, null])),
].map((row, id) => ({ id, ...row }));
const notes = [
  { id: 1, text: 'x' },
  { id: 2, text: null },
];

const atoms = [
  'item.title != nil',
  'item.title = nil',
  'item.title = "a"',
  'item.title != "a"',
  'item.title < "b"',
  'item.title in ["a", "c"]',
  'item.size != nil',
  'item.size = 3',
  'item.size <= 3',
  'item.size in [3, 5]',
  'item.score != nil',
  'item.score > 2',
  'item.score < 1e400',
  'item.done',
  'item.done = false',
  'item.done != nil',
  'item.at != nil',
  'item.price != nil',
  'item.price = 2.5',
  'item.state = "draft"',
  'item.state != "draft"',
  'item.state != nil',
  'item.note.text = "x"',
  'item.note.text != nil',
  'item.note != nil',
  'item.title = item.state',
  'item.size < item.score',
];
const conditions = [
  ...atoms,
  ...atoms.map((atom) => `not ${atom}`),
  ...atoms.map((atom, i) => `(${atom} or ${atoms[(i * 7 + 3) % atoms.length]!})`),
  ...atoms.map((atom, i) => `(${atom} and not ${atoms[(i * 5 + 2) % atoms.length]!})`),
  ...atoms.map((atom, i) => `not (${atom} and ${atoms[(i * 11 + 4) % atoms.length]!})`),
  ...atoms.map((atom, i) => `not (${atom} or ${atoms[(i * 4 + 9) % atoms.length]!})`),
];

describe.each(databases)('columns with NULL that are declared without nil on %s', (_name, open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open({ name: 'nulls' });
    const { dialect } = database;
    const literal = (value: unknown): string => {
      if (value === null) return 'NULL';
      if (value instanceof Date)
        return dialect === 'sqlite' ? String(value.getTime()) : `'${value.toISOString().slice(0, -1)}'`;
      if (typeof value === 'boolean' && dialect === 'sqlite') return value ? '1' : '0';
      return typeof value === 'string' ? `'${value}'` : String(value as number | boolean);
    };
    await database.execute(`CREATE TABLE items (id integer, ${columns[dialect]})`, []);
    await database.execute('CREATE TABLE notes (id integer, text varchar(9))', []);
    const tuples = (all: readonly object[]) =>
      all.map((row) => `(${Object.values(row).map(literal).join(', ')})`).join(', ');
    await database.execute(`INSERT INTO items VALUES ${tuples(rows)}`, []);
    await database.execute(`INSERT INTO notes VALUES ${tuples(notes)}`, []);
  });
  afterAll(() => database.close());

  it('appear in no list', async () => {
    const print = sql({
      dialect: database.dialect,
      tables: { Item: { table: 'items', columns: { noteId: 'note_id' } }, Note: 'notes' },
      ...(database.dialect === 'sqlite' && { date: Number }),
    });
    const authorizer = await Authorizer.load({
      policies: conditions
        .map((condition, i) => `allow(_: User, "${i}", item: Item) if ${condition};`)
        .join('\n'),
      types,
      onWarning: () => {},
    });
    const user = typed('User', { id: 1 });
    const noteOf = (id: unknown) => notes.find((note) => note.id === id);
    const objects = rows.map((row) => {
      const note = noteOf(row['noteId']);
      return typed('Item', { ...row, note: note === undefined ? null : typed('Note', note) });
    });
    const wrong: unknown[] = [];
    for (const [i, condition] of sampled([...conditions.entries()], 4)) {
      const allowed = objects.filter((object) => {
        try {
          return authorizer.canSync(user, `${i}`, object);
        } catch (error) {
          if (isUndecided(error)) return false;
          throw error;
        }
      });
      // oxlint-disable-next-line no-await-in-loop -- one query after the other
      const { text, values } = print(await authorizer.where(user, `${i}`, 'Item'));
      // oxlint-disable-next-line no-await-in-loop -- as above
      const found = await database.query(`SELECT id FROM items WHERE ${text} ORDER BY id`, values);
      const [listed, expected] = [
        found.map(({ id }) => id),
        allowed.map((row) => (row as { readonly id?: unknown }).id),
      ];
      if (String(listed) !== String(expected)) wrong.push([condition, listed, expected, text]);
    }
    expect(wrong).toEqual([]);
  });
});
