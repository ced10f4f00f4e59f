import { Authorizer, many, type Decision, type RowCondition } from '@nanook/core';
import { expect, it } from 'vitest';
import { rowSource } from '../requirements/row-source.js';
import { RequestAuthorization } from './request-authorization.js';

const usesOwner = ({ filter }: RowCondition): boolean =>
  JSON.stringify(filter, (key, value: unknown) => (key === 'scope' ? undefined : value)).includes('"owner"');
let isOwner = true;
const decisions: Decision[] = [];
const authorizer = await Authorizer.load({
  policies: `
    allow(_: String, "read", note: Note) if note.id > 0;
    allow(user: String, "edit", note: Note) if note.owner = user;
  `,
  types: { Note: { key: 'id', fields: { id: 'Integer', owner: String } } },
  resources: {
    list: async ({ condition }) => (usesOwner(condition) && !isOwner ? [] : [{ id: 1, owner: 'ann' }]),
    count: async () => 1,
  },
  onDecision: (decision) => void decisions.push(decision),
});
const authzOf = (user: string | undefined, route?: string) =>
  new RequestAuthorization(authorizer, { actor: () => user, ...(route && { route: () => route }) });

it('RequestAuthorization.one() returns the row, and is a decision for the response guard', async () => {
  const authz = authzOf('ann');
  expect(await authz.one('edit', 'Note', 1)).toEqual({ id: 1, owner: 'ann' });
  expect(authz.isSettled).toBe(true);
});

it('RequestAuthorization.one() makes a decision with the context of the request', async () => {
  decisions.length = 0;
  const options = { actor: () => 'ann', context: () => ({ requestId: 'r1' }) };
  await new RequestAuthorization(authorizer, options).one('edit', 'Note', 1);
  expect(decisions.map(({ outcome, context }) => [outcome, context])).toEqual([
    ['allowed', { requestId: 'r1' }],
  ]);
});

it('checks after RequestAuthorization.one() and .list() use its decision, also of rows with related rows', async () => {
  const withFields = await Authorizer.load({
    policies: `
      allow(_: String, "read", note: Note) if not (part in note.parts and part.id = 2);
      allow_field(_: String, "read", _: Note, field) if field in ["id", "parts"];`,
    types: {
      Note: {
        key: 'id',
        fields: { id: 'Integer', owner: String },
        relations: { parts: many('Note', { local: 'id', foreign: 'id' }) },
      },
    },
    resources: { list: async () => [{ id: 1, owner: 'ann' }], count: async () => 1 },
    onWarning: () => {},
  });
  const authz = new RequestAuthorization(withFields, { actor: () => 'ann' });
  const options = { include: ['parts'], fields: 'read' };
  const { rows } = await authz.list('read', 'Note', options);
  for (const row of [await authz.one('read', 'Note', 1, options), rows[0]!]) {
    expect(row).toEqual({ id: 1, parts: [{ id: 1 }] });
    // oxlint-disable-next-line no-await-in-loop -- two rows
    expect([await authz.can('read', row), await authz.pick('read', row)]).toEqual([true, row]);
    // oxlint-disable-next-line no-await-in-loop -- two rows
    await expect(authz.can('edit', row)).rejects.toMatchObject({ code: 'POLAR_RUN_RELATED_ROWS' });
  }
});

it('RequestAuthorization.one() throws a refusal with the route, and makes no decision then', async () => {
  isOwner = false;
  const authz = authzOf('bob', 'GET /notes/:id');
  await expect(authz.one('edit', 'Note', 1)).rejects.toMatchObject({ status: 403, route: 'GET /notes/:id' });
  await expect(authz.one('read', 'Note', undefined)).rejects.toMatchObject({ status: 404 });
  await expect(authz.one('read', 'Note', Number('x'))).rejects.toMatchObject({ status: 404 });
  expect(authz.isSettled).toBe(false);
  await expect(authzOf(undefined).one('edit', 'Note', 1)).rejects.toMatchObject({ status: 401 });
  isOwner = true;
});

it('RequestAuthorization.one() throws NANOOK_HTTP_NO_ARGUMENT when the key is missing', async () => {
  const authz = authzOf('ann') as unknown as { one(action: string, type: string): Promise<unknown> };
  await expect(authz.one('read', 'Note')).rejects.toMatchObject({
    code: 'NANOOK_HTTP_NO_ARGUMENT',
    message: expect.stringContaining('the key of the row') as string,
  });
});

it('the source of a row cannot be called', () => {
  expect(() => rowSource('Note', () => 1)()).toThrow("`rowOf('Note', …)` is not a function to call");
});
