import { Authorizer } from '@nanook/core';
import { drizzleResources, typesFromDrizzle } from '@nanook/orm/drizzle';
import { integer, pgTable, text } from 'drizzle-orm/pg-core';
import { drizzle } from 'drizzle-orm/pglite';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { emptyPglite } from '../../../../tools/empty-pglite.js';
import { decisionServer, type IntegerEntityOptions } from '../index.js';
import { answerOf } from '../testing/certification.fixture.js';

const documents = pgTable('documents', {
  id: integer('id').primaryKey(),
  owner: text('owner').notNull(),
  status: text('status').notNull(),
});
const database = await emptyPglite();
afterAll(() => database.close());
await database.exec(`
  create table documents (id integer primary key, owner text not null, status text not null);
  insert into documents select i, case when i % 2 = 0 then 'ann' else 'ben' end, 'open' from generate_series(1, 20) i;
`);
const queries: string[] = [];
const db = drizzle(database, { logger: { logQuery: (query) => queries.push(query) } });
const tables = { Document: documents };
const authorizer = await Authorizer.load({
  policies: `
    allow(user: User, action, document: Document) if
      action in ["read", "write"] and document.owner = user.id and document.status = "open";
  `,
  types: { User: { fields: { id: 'String' } }, ...typesFromDrizzle(tables, { documents }) },
  resources: drizzleResources(db, tables),
  denialWarnings: false,
});
const serverWith = (document: Partial<IntegerEntityOptions> = {}) =>
  decisionServer({
    authorizer,
    baseUrl: 'https://pdp.example.com',
    callers: { anyone: { reason: 'a test', scopes: ['evaluate', 'search'] } },
    entities: {
      user: { type: 'User', all: () => ['ann', 'ben'].map((id) => ({ id })) },
      document: { type: 'Document', resources: true, key: 'integer', ...document },
    },
  });
const server = serverWith();
const subject = { type: 'user', id: 'ann' };
const action = { name: 'read' };
const evaluate = (id: string, properties = {}, of = server) =>
  answerOf(of, '/access/v1/evaluation', { subject, action, resource: { type: 'document', id, properties } });
beforeEach(() => void queries.splice(0));

describe('an entity of a database', () => {
  it('needs one query for an allowed check, and two for a denied one', async () => {
    expect(await evaluate('2')).toEqual({ decision: true });
    expect(queries.splice(0)).toHaveLength(1);
    expect(await evaluate('3')).toEqual({ decision: false });
    expect(await evaluate('99')).toEqual({ decision: false });
    expect(queries.splice(0)).toHaveLength(4);
    expect(await evaluate('02')).toEqual({ decision: false });
    expect(queries).toEqual([]);
  });

  it('ignores properties that are not given', async () => {
    expect(await evaluate('3', { owner: 'ann' })).toEqual({ decision: false });
  });

  it('needs `find` when the request replaces a stored field', async () => {
    const find = async (id: number) => (await db.select().from(documents)).find((row) => row.id === id);
    const of = serverWith({ find, given: ['status'] });
    expect(await evaluate('2', { status: 'closed' }, of)).toEqual({ decision: false });
    expect(await evaluate('2', { status: 'open' }, of)).toEqual({ decision: true });
    expect(await evaluate('2', {}, of)).toEqual({ decision: true });
  });

  it('needs one query for each page of a search', async () => {
    const search = (page: object) =>
      answerOf(server, '/access/v1/search/resource', {
        subject,
        action,
        resource: { type: 'document' },
        page,
      });
    interface Page {
      readonly results: readonly { readonly id: string }[];
      readonly page: { readonly next_token: string };
    }
    const first = (await search({ limit: 6 })) as Page;
    const second = (await search({ token: first.page.next_token })) as Page;
    expect([first, second].map(({ results }) => results.map(({ id }) => id))).toEqual([
      ['2', '4', '6', '8', '10', '12'],
      ['14', '16', '18', '20'],
    ]);
    expect(second.page.next_token).toBe('');
    expect(queries).toHaveLength(2);
  });

  it('has its subjects and actions in searches', async () => {
    const resource = { type: 'document', id: '2' };
    const subjects = { subject: { type: 'user' }, action, resource };
    expect(await answerOf(server, '/access/v1/search/subject', subjects)).toEqual({
      results: [{ type: 'user', id: 'ann' }],
    });
    expect(await answerOf(server, '/access/v1/search/action', { subject, resource })).toEqual({
      results: [{ name: 'read' }, { name: 'write' }],
    });
  });
});
