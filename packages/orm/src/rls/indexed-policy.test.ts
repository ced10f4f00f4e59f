import type { PGlite } from '@electric-sql/pglite';
import { Authorizer, many, one, typed, type TypesInput } from '@nanook/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emptyPglite } from '../../../../tools/empty-pglite.js';
import { rowLevelSecurity, type RowLevelSecurity } from './index.js';

const types: TypesInput = {
  User: { key: 'id', fields: { id: 'Integer', teamId: 'Integer' } },
  Note: {
    key: 'id',
    fields: { id: 'Integer', teamId: 'Integer', folderId: 'Integer', title: 'String' },
    relations: {
      folder: one('Folder', { local: 'folderId', foreign: 'id' }),
      links: many('Link', { local: 'id', foreign: 'noteId' }),
    },
  },
  Folder: {
    key: 'id',
    fields: { id: 'Integer', parentId: 'Integer?', ownerId: 'Integer?' },
    relations: { parent: one('Folder', { local: 'parentId', foreign: 'id' }) },
  },
  Link: { fields: { noteId: 'Integer', userId: 'Integer' } },
};
const tables = { Note: 'notes', Folder: 'folders', Link: 'links' };
const users = { narrow: 1, wide: 2, empty: 3 } as const;
type Kind = keyof typeof users;
const userOf = (kind: Kind) => typed('User', { id: users[kind], teamId: users[kind] });

/** Rules of a policy, with the condition that a person would write for them. */
const conditions = [
  {
    name: 'the team',
    rules: 'allow(u: User, "read", n: Note) if n.teamId = u.teamId and n.id > 5;',
    sql: 'team_id = $1 AND id > 5',
  },
  {
    name: 'links or a folder',
    rules: `allow(u: User, "read", n: Note) if l in n.links and l.userId = u.id;
      allow(u: User, "read", n: Note) if n.folder.ownerId = u.id;`,
    sql: `id IN (SELECT note_id FROM links WHERE user_id = $1) OR folder_id IN (SELECT id FROM folders WHERE owner_id = $1)`,
  },
  {
    name: 'links that are compared with the note',
    rules: 'allow(u: User, "read", n: Note) if l in n.links and l.userId = u.id and l.userId <= n.teamId;',
    sql: 'EXISTS (SELECT FROM links WHERE note_id = notes.id AND user_id = $1 AND user_id <= team_id)',
  },
  {
    name: 'folders above the folder',
    rules: `allow(u: User, "read", n: Note) if holds(u, n.folder);
      holds(u: User, f: Folder) if f.ownerId = u.id;
      holds(u: User, f: Folder) if holds(u, f.parent);`,
    sql: `folder_id IN (WITH RECURSIVE t(k) AS (SELECT id FROM folders WHERE owner_id = $1
      UNION SELECT f.id FROM folders f, t WHERE f.parent_id = t.k) SELECT k FROM t)`,
  },
] as const;

describe('a policy that starts from indexes', () => {
  let db: PGlite;
  beforeAll(async () => {
    db = await emptyPglite();
    await db.exec(`
      CREATE ROLE application;
      CREATE TABLE notes (id integer PRIMARY KEY, team_id integer NOT NULL, folder_id integer NOT NULL);
      CREATE TABLE folders (id integer PRIMARY KEY, parent_id integer, owner_id integer);
      CREATE TABLE links (note_id integer NOT NULL, user_id integer NOT NULL);
      INSERT INTO notes SELECT n, CASE WHEN n % 1000 = 0 THEN 1 WHEN n % 2 = 0 THEN 2 ELSE 4 END, n FROM generate_series(1, 20000) n;
      INSERT INTO folders SELECT n, NULLIF(n / 2, 0), CASE n WHEN 2 THEN 2 WHEN 15000 THEN 1 END FROM generate_series(1, 20000) n;
      INSERT INTO links SELECT n, CASE WHEN n % 2000 = 0 THEN 1 WHEN n % 3 = 0 THEN 2 ELSE 4 END FROM generate_series(1, 20000) n;
      CREATE INDEX ON notes (team_id);
      CREATE INDEX ON notes (folder_id);
      CREATE INDEX ON folders (parent_id);
      CREATE INDEX ON folders (owner_id);
      CREATE INDEX ON links (note_id);
      CREATE INDEX ON links (user_id);
      ANALYZE;
      GRANT SELECT ON ALL TABLES IN SCHEMA public TO application;`);
  }, 120_000);
  afterAll(() => db.close());

  /** Protects the notes in a transaction that ends with the work. */
  async function protectedBy(rules: string, work: (security: RowLevelSecurity) => Promise<void>) {
    const authorizer = await Authorizer.load({ policies: rules, types });
    const columnName = (field: string) => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    const policies = { Note: { select: 'read' } };
    const security = rowLevelSecurity(authorizer, { actor: 'User', tables, columnName, policies });
    await db.exec('BEGIN');
    try {
      for (const statement of await security.statements()) await db.exec(statement);
      await db.exec('SET LOCAL ROLE application');
      await work(security);
    } finally {
      await db.exec('ROLLBACK');
    }
  }
  const actAs = (security: RowLevelSecurity, kind: Kind) =>
    security.actAs((text, values) => db.query(text, values), userOf(kind));
  const idsOf = async (text: string, values?: unknown[]) =>
    (await db.query<{ id: number }>(text, values)).rows.map(({ id }) => id);
  const planOf = async (text: string) =>
    (await db.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`)).rows
      .map((row) => row['QUERY PLAN'])
      .join('\n');
  const all = 'SELECT id FROM notes ORDER BY id';
  const page = `${all} LIMIT 20`;

  it.each(conditions)('shows the rows of each kind of user, for $name', async ({ rules, sql }) => {
    const expected: Record<string, number[]> = {};
    for (const kind of ['narrow', 'wide', 'empty'] as const)
      expected[kind] = await idsOf(`SELECT id FROM notes WHERE ${sql} ORDER BY id`, [users[kind]]);
    expect(Object.values(expected).map(({ length }) => Math.sign(length))).toEqual([1, 1, 0]);
    await protectedBy(rules, async (security) => {
      for (const kind of ['narrow', 'wide', 'empty'] as const) {
        await actAs(security, kind);
        expect(await idsOf(all)).toEqual(expected[kind]);
        expect(await idsOf(page)).toEqual(expected[kind]!.slice(0, 20));
      }
      // The estimate of a prepared statement is that of the user of its first run.
      await actAs(security, 'empty');
      await db.exec(`SET LOCAL plan_cache_mode = force_generic_plan; PREPARE notes_of_user AS ${page}`);
      for (const kind of ['empty', 'wide', 'narrow', 'empty'] as const) {
        await actAs(security, kind);
        expect(await idsOf('EXECUTE notes_of_user')).toEqual(expected[kind]!.slice(0, 20));
      }
      await db.exec('DEALLOCATE notes_of_user');
    });
  });

  it.each(conditions)(
    'reads a page of few rows by an index, and of many rows in its order, for $name',
    async ({ rules }) => {
      await protectedBy(rules, async (security) => {
        const inOrder = 'Index Scan using notes_pkey';
        await actAs(security, 'wide');
        expect(await planOf(page)).toContain(inOrder);
        for (const kind of ['narrow', 'empty'] as const) {
          await actAs(security, kind);
          const plan = await planOf(page);
          expect(plan).toContain('Sort Key: notes.id');
          expect(plan).not.toContain('Seq Scan on notes');
        }
      });
    },
  );

  it('reads the actor by the names of PostgreSQL, whatever the path of the session names first', async () => {
    await protectedBy(conditions[0].rules, async (security) => {
      await db.exec(`RESET ROLE; CREATE SCHEMA other; GRANT USAGE ON SCHEMA other TO application;
        CREATE FUNCTION other.current_setting(text, boolean) RETURNS text LANGUAGE sql
          AS $$ SELECT '{"type":"User","fields":{"teamId":"2"}}' $$; SET LOCAL ROLE application`);
      await actAs(security, 'narrow');
      const expected = await idsOf(page);
      expect(expected).toContain(1000);
      await db.exec('SET LOCAL search_path = other, pg_catalog, public');
      expect(await idsOf(page)).toEqual(expected);
    });
  });

  it('shows no row of another team in a cursor that is read on as another actor', async () => {
    await protectedBy(conditions[0].rules, async (security) => {
      await actAs(security, 'wide');
      await db.exec(`DECLARE c CURSOR FOR ${all}`);
      expect(await idsOf('FETCH 2 FROM c')).toEqual([6, 8]);
      await actAs(security, 'narrow');
      expect((await idsOf('FETCH ALL FROM c')).filter((id) => id % 1000 === 0)).toEqual([]);
    });
  });

  it('keeps a constant of the policy that looks like the end of a quote', async () => {
    await db.exec(`ALTER TABLE notes ADD COLUMN title text NOT NULL DEFAULT '$nanook$ ''$$'`);
    try {
      const rules = `allow(u: User, "read", n: Note) if n.teamId = u.teamId and n.title = "$nanook$ '$$";`;
      await protectedBy(rules, async (security) => {
        await actAs(security, 'narrow');
        expect(await planOf(page)).toContain('Index');
        expect(await idsOf(all)).toHaveLength(20);
      });
    } finally {
      await db.exec('ALTER TABLE notes DROP COLUMN title');
    }
  });

  it('shows no row of a link that was deleted in the same transaction', async () => {
    await protectedBy(conditions[1].rules, async (security) => {
      await actAs(security, 'narrow');
      const [first] = await idsOf(page);
      await db.exec(`RESET ROLE; DELETE FROM links WHERE note_id = ${first}; SET LOCAL ROLE application`);
      expect(await idsOf(page)).not.toContain(first);
    });
  });

  it('calls no function of keys where a column has no index', async () => {
    await db.exec('BEGIN; DROP INDEX links_user_id_idx; COMMIT');
    try {
      await protectedBy(conditions[1].rules, async (security) => {
        await actAs(security, 'narrow');
        expect(await planOf(page)).not.toContain('_first_1');
        expect(await idsOf(page)).toEqual([
          2000, 4000, 6000, 8000, 10_000, 12_000, 14_000, 15_000, 16_000, 18_000, 20_000,
        ]);
      });
    } finally {
      await db.exec('CREATE INDEX ON links (user_id)');
    }
  });
});
