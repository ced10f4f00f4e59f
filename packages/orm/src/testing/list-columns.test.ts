import { Authorizer } from '@nanook/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runsAll, sampled } from '../../../../tools/test-scope.js';
import type { DialectName } from '../sql/dialect.js';
import { rowLevelSecurity } from '../rls/index.js';
import { sql } from '../sql/index.js';
import { databases, type Database } from './databases.fixture.js';
import {
  allowedIds,
  bodies,
  listFields,
  objectsOf,
  randomNotes,
  rightElements,
  types,
  users,
  type ListField,
  type Note,
} from './list-columns.fixture.js';
import { Random } from './world.fixture.js';

// The expected rows come from checks of the rows, whose lists are read with `JSON.parse`.

const arrayTypes: Readonly<Record<ListField, string>> = {
  tags: 'text[]',
  names: 'varchar[]',
  levels: 'bigint[]',
  flags: 'boolean[]',
  states: 'text[]',
};
const jsonTypes: Readonly<Record<DialectName, string>> = { postgres: 'jsonb', mysql: 'json', sqlite: 'text' };

const tables = { Note: { table: 'notes', columns: { parentId: 'parent_id' } } };

const load = (body: string): Promise<Authorizer> =>
  Authorizer.load({
    policies: `allow(user: User, "read", note: Note) if user = user and ${body};`,
    types,
    onWarning: () => {},
  });

/** Returns a literal of an array, whose elements may be arrays themselves. */
const arrayLiteral = (value: unknown): string =>
  Array.isArray(value)
    ? `{${value.map(arrayLiteral).join(',')}}`
    : value === null
      ? 'NULL'
      : `"${String(value as string | number | boolean).replaceAll(/["\\]/g, '\\$&')}"`;

describe.each(databases)('columns of lists on %s', (_name, open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open({ name: 'lists_' });
  });
  afterAll(() => database.close());

  async function fill(notes: readonly Note[], form: 'json' | 'text of json' | 'array'): Promise<void> {
    const { dialect } = database;
    const json = form === 'text of json' ? 'json' : jsonTypes[dialect];
    const typeOf = (field: ListField) => (form === 'array' ? arrayTypes[field] : json);
    const text = dialect === 'mysql' ? 'varchar(100)' : 'text';
    await database.query('DROP TABLE IF EXISTS notes', []);
    await database.query(
      `CREATE TABLE notes (id integer, parent_id integer, code ${text}, level integer, flag boolean, ${listFields.map((field) => `${field} ${typeOf(field)}`).join(', ')})`,
      [],
    );
    for (const { lists, ...columns } of notes) {
      const values = [
        ...Object.values(columns).map((value) =>
          typeof value === 'boolean' && dialect === 'sqlite' ? Number(value) : value,
        ),
        ...listFields.map((field) => {
          const list = lists[field];
          return list === undefined ? null : form === 'array' ? arrayLiteral(JSON.parse(list)) : list;
        }),
      ];
      const casts = ['', '', '', '', '', ...listFields.map((field) => `::text::${typeOf(field)}`)];
      const holes = values.map((_, i) => (dialect === 'postgres' ? `$${i + 1}${casts[i]}` : '?'));
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await database.query(`INSERT INTO notes VALUES (${holes.join(', ')})`, values);
    }
  }

  async function differences(notes: readonly Note[]): Promise<{ failures: unknown[]; telling: number }> {
    const rows = objectsOf(notes);
    const failures: unknown[] = [];
    let telling = 0;
    for (const body of sampled(bodies, 3)) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const authorizer = await load(body);
      const print = sql({ dialect: database.dialect, tables });
      for (const user of users) {
        // oxlint-disable-next-line no-await-in-loop -- as above
        const { text, values } = print(await authorizer.where(user, 'read', 'Note'));
        // oxlint-disable-next-line no-await-in-loop -- as above
        const found = await database.query(`SELECT id FROM notes WHERE ${text} ORDER BY id`, values);
        const [listed, allowed] = [found.map(({ id }) => Number(id)), allowedIds(authorizer, user, rows)];
        if (allowed.length > 0 && allowed.length < rows.length) telling++;
        if (JSON.stringify(listed) !== JSON.stringify(allowed))
          failures.push({ body, user, listed, allowed });
      }
    }
    return { failures, telling };
  }

  it('list exactly the rows for which a check finds an element in JSON', async () => {
    const notes = randomNotes(new Random(3));
    await fill(notes, 'json');
    const { failures, telling } = await differences(notes);
    expect(failures).toEqual([]);
    expect(telling).toBeGreaterThan(runsAll ? 150 : 40);
  }, 120_000);

  it('list exactly the rows for which a check finds an element in an array of PostgreSQL', async (test) => {
    test.skip(database.dialect !== 'postgres');
    const nested = (field: ListField) => rightElements[field].map((each) => `[${each}]`);
    const random = new Random(5);
    const notes = randomNotes(
      random,
      (field) => (random.below(6) === 0 ? nested(field) : [...rightElements[field], 'null']),
      [undefined],
    );
    await fill(notes, 'array');
    const { failures, telling } = await differences(notes);
    expect(failures).toEqual([]);
    expect(telling).toBeGreaterThan(runsAll ? 150 : 40);
  }, 120_000);

  it('show exactly the rows for which a check finds an element with row-level security', async (test) => {
    test.skip(database.dialect !== 'postgres');
    const notes = randomNotes(new Random(7));
    const rows = objectsOf(notes);
    // The type `json` keeps the text, in which a number can have a fraction of zeros.
    await fill(notes, 'text of json');
    const role = `nanook_lists_${process.pid}`;
    const run = (text: string, values: readonly unknown[] = []) => database.query(text, values);
    await run(`CREATE ROLE ${role}`);
    await run(`GRANT SELECT ON notes TO ${role}`);
    const failures: unknown[] = [];
    // The condition is stored for all actors, whose lists are not columns.
    for (const body of bodies.filter((each) => !each.includes('user.tags'))) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const authorizer = await load(body);
      const security = rowLevelSecurity(authorizer, {
        actor: 'User',
        tables,
        policies: { Note: { select: 'read' } },
      });
      for (const user of users.slice(0, 3)) {
        // oxlint-disable-next-line no-await-in-loop -- as above
        await run('BEGIN');
        // oxlint-disable-next-line no-await-in-loop -- as above
        for (const statement of await security.statements()) await run(statement);
        // oxlint-disable-next-line no-await-in-loop -- as above
        await run(`SET LOCAL ROLE ${role}`);
        // oxlint-disable-next-line no-await-in-loop -- as above
        await security.actAs(run, user);
        // oxlint-disable-next-line no-await-in-loop -- as above
        const seen = (await run('SELECT id FROM notes ORDER BY id')).map(({ id }) => Number(id));
        // oxlint-disable-next-line no-await-in-loop -- as above
        await run('ROLLBACK');
        const allowed = allowedIds(authorizer, user, rows);
        if (JSON.stringify(seen) !== JSON.stringify(allowed)) failures.push({ body, user, seen, allowed });
      }
    }
    await run(`DROP OWNED BY ${role}`);
    await run(`DROP ROLE ${role}`);
    expect(failures).toEqual([]);
  }, 120_000);
});
