import { Authorizer, many, manyThrough, one, typed, type TypesInput } from '@nanook/core';
import type { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { rowLevelSecurity, type RowLevelSecurity, type RowLevelSecurityOptions } from './index.js';
import { emptyPglite } from '../../../../tools/empty-pglite.js';

const ann = '5f0f5c3e-0000-4000-8000-0000000000aa';
const bob = '5f0f5c3e-0000-4000-8000-0000000000bb';

class Clock {
  static now = () => 5;
  static get hour() {
    return 5;
  }
}

const types: TypesInput = {
  User: {
    key: 'id',
    fields: {
      id: String,
      name: String,
      level: 'Float?',
      nickname: 'String?',
      isActive: Boolean,
      since: Date,
      tags: ['String'],
    },
    relations: {
      shares: many('Share', { local: 'id', foreign: 'userId' }),
      notes: many('Note', { local: 'id', foreign: 'ownerId' }),
      teams: manyThrough('Team', {
        through: 'members',
        local: 'id',
        throughLocal: 'user_id',
        throughForeign: 'team_id',
        foreign: 'id',
      }),
    },
  },
  Note: {
    key: 'id',
    fields: {
      id: 'Integer',
      ownerId: 'String?',
      title: String,
      size: 'Float?',
      teamId: 'Integer?',
      createdAt: Date,
      isOpen: Boolean,
    },
    relations: {
      owner: one('User', { local: 'ownerId', foreign: 'id' }),
      shares: many('Share', { local: 'id', foreign: 'noteId' }),
    },
  },
  Share: { fields: { noteId: 'Integer', userId: String } },
  Team: { key: 'id', fields: { id: 'Integer' } },
  Clock: { class: Clock },
};
const uuid = { type: 'uuid' } as const;
const tables: NonNullable<RowLevelSecurityOptions['tables']> = {
  User: { table: 'users', columns: { id: { column: 'id', ...uuid }, isActive: 'is_active' } },
  Note: {
    table: 'notes',
    columns: {
      ownerId: { column: 'owner_id', ...uuid },
      teamId: 'team_id',
      createdAt: 'created_at',
      isOpen: 'is_open',
    },
  },
  Share: { table: 'shares', columns: { noteId: 'note_id', userId: { column: 'user_id', ...uuid } } },
  Team: 'teams',
};

const userOf = (id: string, more: object = {}) =>
  typed('User', {
    id,
    name: 'ann',
    level: null,
    nickname: null,
    isActive: true,
    since: new Date('2026-01-01T00:00:00Z'),
    tags: [],
    ...more,
  });

describe('rowLevelSecurity()', () => {
  let db: PGlite;
  beforeAll(async () => {
    db = await emptyPglite();
    await db.exec('CREATE ROLE application');
  });
  afterAll(() => db.close());
  beforeEach(async () => {
    await db.exec(`
      DROP SCHEMA public CASCADE;
      CREATE SCHEMA public;
      GRANT USAGE ON SCHEMA public TO application;
      CREATE TABLE users (id uuid PRIMARY KEY, name text NOT NULL, is_active boolean NOT NULL);
      CREATE TABLE teams (id integer PRIMARY KEY);
      CREATE TABLE members (user_id uuid NOT NULL, team_id integer NOT NULL);
      CREATE TABLE shares (note_id integer NOT NULL, user_id uuid NOT NULL);
      CREATE TABLE notes (id integer PRIMARY KEY, owner_id uuid, title text NOT NULL, size float8, team_id integer,
        created_at timestamptz NOT NULL DEFAULT '2026-02-01T00:00:00Z', is_open boolean NOT NULL DEFAULT false);
      CREATE INDEX notes_of_owner ON notes (owner_id);
      INSERT INTO users VALUES ('${ann}', 'ann', true), ('${bob}', 'bob', true);
      INSERT INTO teams VALUES (1), (2);
      INSERT INTO members VALUES ('${ann}', 1);
      INSERT INTO shares VALUES (3, '${ann}');
      INSERT INTO notes (id, owner_id, title, size, team_id) VALUES
        (1, '${ann}', 'plan', 1, 1), (2, '${bob}', E'it''s \\\\ "x"', 'NaN', 2), (3, NULL, 'b', NULL, NULL);
      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO application;
    `);
  });

  const load = (policies: string) => Authorizer.load({ policies, types, onWarning: () => {} });
  async function protect(
    policies: string,
    actions: RowLevelSecurityOptions['policies'] = { Note: { select: 'read' } },
  ): Promise<RowLevelSecurity> {
    const security = rowLevelSecurity(await load(policies), { actor: 'User', tables, policies: actions });
    await db.transaction(async (tx) => {
      for (const statement of await security.statements()) await tx.query(statement);
    });
    return security;
  }
  const run = (security: RowLevelSecurity, actor: object, text: string): Promise<Record<string, unknown>[]> =>
    db.transaction(async (tx) => {
      await tx.query('SET LOCAL ROLE application');
      await security.actAs((statement, values) => tx.query(statement, values), actor);
      return (await tx.query<Record<string, unknown>>(text)).rows;
    });
  const seen = async (
    policies: string,
    actor: object = userOf(ann),
    actions?: RowLevelSecurityOptions['policies'],
  ) =>
    (await run(await protect(policies, actions), actor, 'SELECT id FROM notes ORDER BY id')).map(
      ({ id }) => id,
    );

  it('prints statements that replace those of an earlier version', async () => {
    const authorizer = await load('allow(user: User, "read", note: Note) if note.title = user.name;');
    const security = rowLevelSecurity(authorizer, {
      actor: 'User',
      tables,
      policies: { Note: { select: 'read' } },
    });
    const setting = "NULLIF(current_setting('nanook.actor', true), '')::jsonb";
    const name = `(SELECT (${setting} -> 'fields' ->> 'name') WHERE ${setting} ->> 'type' = 'User')`;
    expect((await security.statements())[0]).toMatch(/^DO \$nanook\$ .* END \$nanook\$$/);
    expect((await security.statements()).slice(1, 6)).toEqual([
      'ALTER TABLE "notes" ENABLE ROW LEVEL SECURITY',
      'ALTER TABLE "notes" FORCE ROW LEVEL SECURITY',
      'DROP POLICY IF EXISTS "nanook_select_Note_for_User" ON "notes"',
      'DROP FUNCTION IF EXISTS "nanook_select_Note_for_User"("notes")',
      'CREATE POLICY "nanook_select_Note_for_User" ON "notes" FOR SELECT USING ' +
        "((SELECT nanook_actor ->> 'type' = 'User' AND nanook_actor -> 'fields' ->> 'name' IS NOT NULL " +
        `FROM (SELECT ${setting} AS nanook_actor) AS nanook_setting) AND (` +
        `("notes"."title" = ${name} AND "notes"."title"::text COLLATE "C" = ${name}::text COLLATE "C")))`,
    ]);
  });

  it('shows the rows of the actor of a transaction, and none after it on the same connection', async () => {
    const policy = 'allow(user: User, "read", note: Note) if note.ownerId = user.id;';
    const security = await protect(policy);
    expect(await run(security, userOf(ann), 'SELECT id FROM notes')).toEqual([{ id: 1 }]);
    expect(await run(security, userOf(bob), 'SELECT id FROM notes')).toEqual([{ id: 2 }]);
    await db.query('SET ROLE application');
    expect((await db.query('SELECT id FROM notes')).rows).toEqual([]);
    await db.query('RESET ROLE');
    expect(await seen(policy, userOf(bob))).toEqual([2]);
  });

  it.each([
    ['note.createdAt > user.since', []],
    ['not note.createdAt > user.since', [1]],
    ['note.createdAt != user.since', [1]],
    ['note.createdAt = user.since or note.isOpen', []],
    ['note.createdAt < user.since', [1]],
  ])('shows no row with a date that JavaScript does not have: %s', async (condition, ids) => {
    await db.exec(`
      UPDATE notes SET created_at = CASE id WHEN 1 THEN '2025-01-01Z' WHEN 2 THEN 'infinity' ELSE '-infinity' END::timestamptz;
    `);
    expect(await seen(`allow(user: User, "read", note: Note) if ${condition};`)).toEqual(ids);
  });

  it('compares keys of the type uuid as texts, and with their index', async () => {
    const policy = 'allow(user: User, "read", note: Note) if note.owner = user;';
    expect(await seen(policy)).toEqual([1]);
    expect(await seen(policy, userOf(ann.toUpperCase()))).toEqual([]);
    const security = await protect(policy);
    expect(await run(security, userOf('a'), 'SELECT id FROM notes')).toEqual([]);
    // cspell:ignore seqscan
    await db.query('SET enable_seqscan = off');
    const plan = await run(security, userOf(ann), 'EXPLAIN SELECT id FROM notes');
    expect(plan.map((line) => line['QUERY PLAN']).join('\n')).toContain('notes_of_owner');
  });

  it.each([
    ['share in user.shares and share.noteId = note.id', [3]],
    ['not (share in user.shares and share.noteId = note.id)', [1, 2]],
    ['team in user.teams and team.id = note.teamId', [1]],
    ['note in user.notes', [1]],
    ['note.owner != user', [2, 3]],
    [String.raw`note.title in ["b", "it's \\ \"x\""]`, [2, 3]],
    ['note.size = user.level', [3]],
    // The size of the second row is NaN, which contradicts its declaration.
    ['note.size != user.level', [1]],
    ['note.createdAt > user.since', [1, 2, 3]],
    ['user.nickname = nil and not note.isOpen', [1, 2, 3]],
    ['note.isOpen = user.isActive', []],
    ['note.isOpen != user.isActive', [1, 2, 3]],
  ])('shows the rows for which %s', async (body, ids) => {
    const policy = `allow(user: User, "read", note: Note) if user = user and note = note and ${body};`;
    expect(await seen(policy)).toEqual(ids);
  });

  it('decides by related rows that the actor may not read', async () => {
    const actions = { Note: { select: 'read' }, Share: { select: 'never' }, User: { select: 'never' } };
    const policy = `
      allow(user: User, "read", note: Note) if share in user.shares and share.noteId = note.id;
      allow(user: User, "read", note: Note) if note.owner = user;
      allow(_: User, "read", note: Note) if note.title = "none";`;
    expect(await seen(policy, userOf(ann), actions)).toEqual([1, 3]);
  });

  it('calls the functions of sets also in the function of a row', async () => {
    const policy = `allow(user: User, "read", note: Note) if
      note.shares.length < 2 and share in note.shares and share.userId = user.id;`;
    const actions = { Note: { select: 'read' }, Share: { select: 'never' } };
    expect(await seen(policy, userOf(ann), actions)).toEqual([3]);
    expect(await seen(policy, userOf(bob), actions)).toEqual([]);
  });

  it('calls one function for each set of related rows, once for each statement', async () => {
    const security = await protect(
      `allow(user: User, "read", note: Note) if share in note.shares and share.userId = user.id;
       allow(user: User, "read", note: Note) if note.owner.name = user.name and not note.isOpen;`,
      { Note: { select: 'read' }, Share: { select: 'never' }, User: { select: 'never' } },
    );
    const statements = (await security.statements()).join(';\n');
    expect(statements).not.toContain('nanook_row');
    for (const set of [1, 2])
      expect(statements).toContain(`IN (SELECT "nanook_select_Note_for_User_set_${set}"())`);
    const actor = userOf(ann, { name: 'bob' });
    expect(await run(security, actor, 'SELECT id FROM notes ORDER BY id')).toEqual([{ id: 2 }, { id: 3 }]);
    const plan = await run(security, actor, 'EXPLAIN ANALYZE SELECT id FROM notes');
    const loops = plan
      .map((line) => String(line['QUERY PLAN']))
      .flatMap((line) =>
        /ProjectSet|Function Scan/.test(line) ? (/loops=(\d+)/.exec(line)?.[1] ?? 'none') : [],
      );
    expect(loops).toEqual(['1', '1']);
  });

  it('returns no keys from the function of a set without an actor', async () => {
    const security = await protect(
      'allow(user: User, "read", note: Note) if not (share in note.shares and share.userId = user.id);',
      { Note: { select: 'read' }, Share: { select: 'never' } },
    );
    const keys = 'SELECT "nanook_select_Note_for_User_set_1"() AS key';
    expect(await run(security, userOf(ann), keys)).toEqual([{ key: 3 }]);
    await db.query('SET ROLE application');
    expect((await db.query(keys)).rows).toEqual([]);
    await db.query('RESET ROLE');
  });

  it('drops the functions of the sets of an earlier version', async () => {
    const actions = { Note: { select: 'read' }, Share: { select: 'never' } };
    await protect('allow(u: User, "read", n: Note) if s in n.shares and s.userId = u.id;', actions);
    await protect('allow(_: User, "read", _: Note);', actions);
    // cspell:ignore proname
    const left = await db.query(`SELECT proname FROM pg_proc WHERE starts_with(proname::text, 'nanook_')`);
    expect(left.rows).toEqual([]);
  });

  it('applies the actions of all commands', async () => {
    const security = await protect(
      `allow(_: User, "read", _: Note);
       allow(user: User, "write", note: Note) if note.ownerId = user.id;
       allow(user: User, "create", note: Note) if note.owner = user and note.size < 5;`,
      {
        Note: { select: 'read', update: 'write', delete: 'write', insert: 'create' },
        User: { select: 'never' },
      },
    );
    const runAsAnn = (text: string) => run(security, userOf(ann), text);
    expect(await runAsAnn('UPDATE notes SET size = 2 RETURNING id')).toEqual([{ id: 1 }]);
    await expect(runAsAnn(`UPDATE notes SET owner_id = '${bob}'`)).rejects.toThrow('row-level security');
    const insert = (id: number, owner: string, size: number) =>
      runAsAnn(
        `INSERT INTO notes (id, owner_id, title, size) VALUES (${id}, '${owner}', 't', ${size}) RETURNING id`,
      );
    expect(await insert(4, ann, 1)).toEqual([{ id: 4 }]);
    await expect(insert(5, bob, 1)).rejects.toThrow('row-level security');
    await expect(insert(5, ann, 9)).rejects.toThrow('row-level security');
    expect(await runAsAnn('DELETE FROM notes RETURNING id')).toEqual([{ id: 1 }, { id: 4 }]);
  });

  it('forbids a command without an action, also after it had one', async () => {
    await protect('allow(_: User, "read", _: Note);', { Note: { select: 'read', delete: 'read' } });
    const security = await protect('allow(_: User, "read", _: Note);');
    expect(await run(security, userOf(ann), 'DELETE FROM notes RETURNING id')).toEqual([]);
  });

  it('drops the policies of types that were renamed', async () => {
    await protect('allow(_: User, "read", _: Note);');
    const authorizer = await Authorizer.load({
      policies: 'allow(_: User, "read", memo: Memo) if memo.id = 2;',
      types: { ...types, Memo: types['Note']! },
    });
    const security = rowLevelSecurity(authorizer, {
      actor: 'User',
      tables: { ...tables, Memo: tables['Note']! },
      policies: { Memo: { select: 'read' } },
    });
    for (const statement of await security.statements()) await db.query(statement);
    expect(await run(security, userOf(ann), 'SELECT id FROM notes')).toEqual([{ id: 2 }]);
  });

  it('keeps the policies of two types of actors with different types of keys, also with indexes and long names', async () => {
    const robot = 'RobotThatWritesNotesForItsOwnerInTheBackground';
    const authorizer = await Authorizer.load({
      policies: `
        allow(user: User, "read", note: Note) if note.ownerId = user.id;
        allow(robot: ${robot}, "read", note: Note) if note.teamId = robot.id;
        allow(robot: ${robot}2, "read", note: Note) if note.id = robot.id;`,
      types: {
        ...types,
        [robot]: { key: 'id', fields: { id: 'Integer' } },
        [`${robot}2`]: { key: 'id', fields: { id: 'Integer' } },
      },
    });
    const [forUsers, forRobots, forOthers] = ['User', robot, `${robot}2`].map((actor) =>
      rowLevelSecurity(authorizer, { actor, tables, policies: { Note: { select: 'read' } } }),
    ) as [RowLevelSecurity, RowLevelSecurity, RowLevelSecurity];
    for (const security of [forUsers, forRobots, forOthers])
      for (const statement of await security.statements()) await db.query(statement);
    await db.query('CREATE INDEX ON notes (team_id)');
    await db.query('SET enable_seqscan = off');
    try {
      expect(await run(forUsers, userOf(ann), 'SELECT id FROM notes')).toEqual([{ id: 1 }]);
      expect(await run(forRobots, typed(robot, { id: 2 }), 'SELECT id FROM notes')).toEqual([{ id: 2 }]);
      expect(await run(forOthers, typed(`${robot}2`, { id: 3 }), 'SELECT id FROM notes')).toEqual([
        { id: 3 },
      ]);
    } finally {
      await db.query('SET enable_seqscan = on');
    }
  });

  it('shows no row when the setting lacks a field that a policy reads', async () => {
    await protect(
      'allow(user: User, "read", note: Note) if not (s in note.shares and s.userId = user.nickname);',
    );
    const count = async (fields: object) => {
      const setting = JSON.stringify({ type: 'User', fields });
      return db.transaction(async (tx) => {
        await tx.query('SET LOCAL ROLE application');
        await tx.query(`SELECT set_config('nanook.actor', $1, true)`, [setting]);
        return (await tx.query('SELECT id FROM notes')).rows.length;
      });
    };
    expect(await count({ nickname: null })).toBe(3);
    expect(await count({})).toBe(0);
  });

  it.each([
    ['name', 5],
    ['name', null],
    ['name', 'a\0b'],
    ['name', '\ud800'],
    ['level', '5'],
    ['isActive', undefined],
    ['since', new Date(Number.NaN)],
  ])('throws NANOOK_ORM_RLS_ACTOR_FIELD for the field %s with %j', async (field, value) => {
    const security = await protect(
      'allow(user: User, "read", note: Note) if note.title = user.name and user.level = 1 and user.isActive and user.since < note.createdAt;',
    );
    const actor = userOf(ann, { level: 1, [field]: value });
    await expect(run(security, actor, 'SELECT')).rejects.toMatchObject({
      code: 'NANOOK_ORM_RLS_ACTOR_FIELD',
      data: { type: 'User', field },
    });
  });

  it('throws NANOOK_ORM_RLS_ACTOR for an actor without the type', async () => {
    const security = await protect('allow(_: User, "read", _: Note);');
    await expect(run(security, { id: ann }, 'SELECT')).rejects.toMatchObject({
      code: 'NANOOK_ORM_RLS_ACTOR',
    });
  });

  it.each([
    ['user.isAdmin()', 'the method `isAdmin`'],
    ['note.title in user.tags', 'the field `tags`'],
    ['note.size < Clock.now()', 'the method `now`'],
    ['note.size < Clock.hour', 'a getter'],
  ])('throws POLAR_FILTER_UNTRANSLATABLE for %s', async (body, construct) => {
    const authorizer = await load(
      `allow(user: User, "read", note: Note) if user = user and note = note and ${body};`,
    );
    const security = rowLevelSecurity(authorizer, {
      actor: 'User',
      tables,
      policies: { Note: { select: 'read' } },
    });
    await expect(security.statements()).rejects.toMatchObject({
      code: 'POLAR_FILTER_UNTRANSLATABLE',
      message: expect.stringContaining(construct) as string,
    });
  });

  it.each([
    [{ policies: {} }, 'the option `policies`'],
    [{ policies: { Note: {} } }, 'the option `policies`'],
    [{ policies: { Note: { select: undefined } } }, 'has no action for the command `select` of `Note`'],
    [{ policies: { Note: { merge: 'read' } } }, 'has the command `merge` for `Note`'],
    [{ setting: 'actor' }, "must be two names with a dot, such as 'nanook.actor', got 'actor'"],
    [{ table: {} }, 'the option `table` of the adapter is unknown'],
  ])('throws NANOOK_ORM_INVALID_OPTION for %j', async (options, text) => {
    const authorizer = await load('allow(_: User, "read", _: Note);');
    const given = { actor: 'User', policies: { Note: { select: 'read' } }, ...options };
    expect(() => rowLevelSecurity(authorizer, given as never)).toThrow(
      expect.objectContaining({
        code: 'NANOOK_ORM_INVALID_OPTION',
        message: expect.stringContaining(text) as string,
      }),
    );
  });
});
