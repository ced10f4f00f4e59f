import type { PGlite } from '@electric-sql/pglite';
import { Authorizer, many, one, typed, type TypesInput } from '@nanook/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { rowLevelSecurity, type RowLevelSecurity, type RowLevelSecurityOptions } from './index.js';
import { emptyPglite } from '../../../../tools/empty-pglite.js';

const person = { key: 'id', fields: { id: 'Integer' } } as const;
const types: TypesInput = {
  User: person,
  Account: person,
  Guest: { fields: {} },
  Note: {
    key: 'id',
    fields: { id: 'Integer', ownerId: 'Integer?', isOpen: Boolean, parentId: 'Integer?' },
    relations: {
      parent: one('Note', { local: 'parentId', foreign: 'id' }),
      links: many('Link', { local: 'id', foreign: 'noteId' }),
    },
  },
  Link: { key: 'id', fields: { id: 'Integer', noteId: 'Integer' } },
};
const tables = { Note: 'notes', Link: 'links' };
const policies = `
  allow(_, "read", note: Note) if note.isOpen;
  allow(user: User, "read", note: Note) if note.ownerId = user.id;
  allow(user: Account, "read", note: Note) if note.ownerId = user.id;
  allow(user: User, "read", note: Note) if note.parent.ownerId = user.id;
  allow(user: User, "read", link: Link) if link.id = user.id;`;
const user = typed('User', { id: 1 });

describe('rowLevelSecurity()', () => {
  let db: PGlite;
  let authorizer: Authorizer;
  beforeAll(async () => {
    db = await emptyPglite();
    await db.exec('CREATE ROLE application');
    authorizer = await Authorizer.load({ policies, types, onWarning: () => {} });
  });
  afterAll(() => db.close());
  beforeEach(() =>
    db.exec(`
      DROP SCHEMA public CASCADE;
      CREATE SCHEMA public;
      GRANT USAGE ON SCHEMA public TO application;
      CREATE TABLE notes (id integer PRIMARY KEY, "ownerId" integer, "isOpen" boolean NOT NULL, "parentId" integer);
      CREATE TABLE links (id integer PRIMARY KEY, "noteId" integer NOT NULL);
      INSERT INTO notes VALUES (1, 1, false, NULL), (2, 2, true, NULL), (3, 2, false, NULL);
      INSERT INTO links VALUES (1, 1), (2, 2);
      GRANT SELECT ON ALL TABLES IN SCHEMA public TO application;`),
  );

  async function protect(options: Omit<RowLevelSecurityOptions, 'tables'>): Promise<RowLevelSecurity> {
    const security = rowLevelSecurity(authorizer, { ...options, tables });
    for (const statement of await security.statements()) await db.exec(statement);
    return security;
  }
  const seen = (security: RowLevelSecurity | undefined, actor: object, table = 'notes') =>
    db.transaction(async (tx) => {
      await tx.exec('SET LOCAL ROLE application');
      await security?.actAs((text, values) => tx.query(text, values), actor);
      const { rows } = await tx.query<{ id: number }>(`SELECT id FROM ${table} ORDER BY id`);
      return rows.map(({ id }) => id);
    });
  // cspell:ignore polname
  const policyNames = async () =>
    (await db.query<{ name: string }>('SELECT polname AS name FROM pg_policy ORDER BY 1')).rows.map(
      ({ name }) => name,
    );

  it('drops the policies of earlier names of the actors', async () => {
    const former = await protect({ actor: 'Account', policies: { Note: { select: 'read' } } });
    expect(await seen(former, typed('Account', { id: 1 }))).toEqual([1, 2]);
    const security = await protect({
      actor: 'User',
      policies: { Note: { select: 'read' } },
      formerActors: ['Account'],
    });
    expect(await policyNames()).toEqual(['nanook_select_Note_for_User']);
    expect(await seen(security, user)).toEqual([1, 2]);
    expect(await seen(former, typed('Account', { id: 1 }))).toEqual([]);
  });

  it('ends the protection of a type that was removed, unless other actors have policies on its table', async () => {
    const both = { Note: { select: 'read' }, Link: { select: 'read' } };
    const first = await protect({ actor: 'User', policies: both });
    expect(await seen(first, user, 'links')).toEqual([1]);
    await protect({ actor: 'Account', policies: { Link: { select: 'read' } } });
    const rest = { actor: 'User', policies: { Note: { select: 'read' } }, unprotected: ['Link'] };
    const security = await protect(rest);
    expect(await seen(security, user, 'links')).toEqual([]);
    expect(await policyNames()).toEqual(['nanook_select_Link_for_Account', 'nanook_select_Note_for_User']);
    await protect({ ...rest, formerActors: ['Account'] });
    expect(await policyNames()).toEqual(['nanook_select_Note_for_User']);
    expect(await seen(undefined, user, 'links')).toEqual([1, 2]);
    expect(await seen(security, user)).toEqual([1, 2]);
  });

  it('refuses to protect a type and to end its protection', () => {
    expect(() =>
      rowLevelSecurity(authorizer, {
        actor: 'User',
        policies: { Note: { select: 'read' } },
        unprotected: ['Note'],
      }),
    ).toThrow('the option `unprotected` of the adapter names `Note`, which `policies` protects');
  });

  it('shows anonymous visitors the rows of rules for any actor, beside the rows of users', async () => {
    const security = await protect({ actor: 'User', policies: { Note: { select: 'read' } } });
    const guests = await protect({ actor: 'Guest', policies: { Note: { select: 'read' } } });
    expect(await seen(guests, typed('Guest', {}))).toEqual([2]);
    expect(await seen(security, user)).toEqual([1, 2]);
    expect(await seen(undefined, user)).toEqual([]);
  });

  it('grants the right to execute its functions where a database grants it to nobody by default', async () => {
    await db.exec('ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC');
    try {
      const security = await protect({ actor: 'User', policies: { Note: { select: 'read' } } });
      expect(await seen(security, user)).toEqual([1, 2]);
    } finally {
      await db.exec('ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO PUBLIC');
    }
  });
});
