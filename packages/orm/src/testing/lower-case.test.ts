import { Authorizer, typed } from '@nanook/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampled } from '../../../../tools/test-scope.js';
import { sql } from '../sql/index.js';
import { databases, type Database } from './databases.fixture.js';

/** Each character that has another case, and each one of ASCII that PostgreSQL stores. */
const characters = Array.from({ length: 0x110000 }, (_, point) => point)
  .filter((point) => point > 0 && (point < 0xd800 || point > 0xdfff))
  .map((point) => String.fromCodePoint(point))
  .filter((each) => each < '\u0080' || each !== each.toLowerCase() || each !== each.toUpperCase());
const texts: readonly string[] = [
  ...sampled(characters, 4),
  ...sampled(characters, 4)
    .filter((each) => each > '\u007f')
    .map((each) => `k${each}`),
  'Kelvin',
  '\u212aelvin',
  'KELVIN ',
  'ANN@Example.org',
  'ann@example.ORG',
  'A\u0130',
  'ai',
  '',
  '%',
];

const types = {
  User: { fields: { name: 'String' } },
  Person: { key: 'id', fields: { id: 'Integer', name: 'String?' } },
} as const;

describe('toLowerCase()', () => {
  it('makes ASCII of ASCII and the sign of Kelvin only', () => {
    const others: string[] = [];
    for (let point = 0x80; point < 0x110000; point++) {
      const lower = String.fromCodePoint(point).toLowerCase();
      if (/^[\0-\x7f]*$/.test(lower)) others.push(String.fromCodePoint(point));
    }
    expect(others).toEqual(['\u212a']);
  });
});

describe.each(databases)('toLowerCase() of a column on %s', (_name, open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open({ name: 'lower_case_' });
    const { dialect } = database;
    const type = { postgres: 'text', mysql: 'varchar(100)', sqlite: 'text collate nocase' }[dialect];
    await database.query(`CREATE TABLE people (id integer, name ${type})`, []);
    for (let start = 0; start < texts.length; start += 1000) {
      const part = texts.slice(start, start + 1000);
      const holes = part.map((_, i) => `(${start + i}, ${dialect === 'postgres' ? `$${i + 1}` : '?'})`);
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await database.query(`INSERT INTO people VALUES ${holes.join(', ')}`, part);
    }
    await database.query('INSERT INTO people VALUES (-1, NULL)', []);
  });
  afterAll(() => database.close());

  it('equals a text for exactly the rows for which it does in a check', async () => {
    const authorizer = await Authorizer.load({
      policies: `
        allow(user: User, "same", person: Person) if person.name.toLowerCase() = user.name.toLowerCase();
        allow(user: User, "other", person: Person) if person.name.toLowerCase() != user.name.toLowerCase();
        allow(user: User, "given", person: Person) if person.name.toLowerCase() = user.name;
        allow(_: User, "listed", person: Person) if not person.name.toLowerCase() in ["k", "ki", "A"];`,
      types,
      onWarning: () => {},
    });
    const print = sql({ dialect: database.dialect, tables: { Person: 'people' } });
    const letters = [...'abcdefghijklmnopqrstuvwxyz'];
    const names = [
      ...letters,
      ...letters.map((each) => `k${each}`),
      'K',
      'KELVIN',
      'ann@example.org',
      '',
      '%',
    ];
    for (const name of names)
      for (const action of ['same', 'other', 'given', 'listed']) {
        const user = typed('User', { name });
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        const { text, values } = print(await authorizer.where(user, action, 'Person'));
        // oxlint-disable-next-line no-await-in-loop -- as above
        const found = await database.query(`SELECT id FROM people WHERE ${text} ORDER BY id`, values);
        const allowed = texts.flatMap((each, id) => (holds(action, each.toLowerCase(), name) ? [id] : []));
        expect([name, action, found.map(({ id }) => Number(id))]).toEqual([name, action, allowed]);
      }
  });
});

function holds(action: string, lower: string, name: string): boolean {
  switch (action) {
    case 'same':
      return lower === name.toLowerCase();
    case 'other':
      return lower !== name.toLowerCase();
    case 'given':
      return lower === name;
    default:
      return !['k', 'ki', 'A'].includes(lower);
  }
}
