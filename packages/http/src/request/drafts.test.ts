import { Authorizer } from '@nanook/core';
import { expect, it } from 'vitest';
import { problemOf } from '../refusals/problem.js';
import { RequestAuthorization } from './request-authorization.js';

const authorizer = await Authorizer.load({
  policies: `
    allow(_: String, "read", note: Note) if note.id = 1;
    allow(user: String, action, note: Note) if action in ["create", "update"] and note.owner = user;
  `,
  types: { Note: { key: 'id', fields: { id: 'Integer', owner: String } } },
  resources: { list: async () => [{ id: 1, owner: 'ann' }], count: async () => 1 },
});
const authzOf = (user: string | undefined) =>
  new RequestAuthorization(authorizer, { actor: () => user, route: () => 'POST /notes' });

it('RequestAuthorization.authorizeNew() and .authorizeChange() return the values, and are decisions for the response guard', async () => {
  const creates = authzOf('ann');
  expect(await creates.authorizeNew('create', 'Note', { owner: 'ann' })).toEqual({ owner: 'ann' });
  expect(creates.isSettled).toBe(true);
  const changes = authzOf('ann');
  expect(await changes.authorizeChange('update', 'Note', 1, { owner: 'ann' })).toEqual({ owner: 'ann' });
  expect(changes.isSettled).toBe(true);
});

it('RequestAuthorization.authorizeNew() and .authorizeChange() throw refusals with the route, and make no decision then', async () => {
  const authz = authzOf('ann');
  const refusal = { status: 403, route: 'POST /notes' };
  await expect(authz.authorizeNew('create', 'Note', { owner: 'bob' })).rejects.toMatchObject(refusal);
  await expect(authz.authorizeChange('update', 'Note', 1, { owner: 'bob' })).rejects.toMatchObject(refusal);
  await expect(authz.authorizeChange('update', 'Note', Number.NaN, {})).rejects.toMatchObject({
    status: 404,
  });
  expect(authz.isSettled).toBe(false);
  const anonymous = authzOf(undefined).authorizeNew('create', 'Note', { owner: 'ann' });
  await expect(anonymous).rejects.toMatchObject({ status: 401 });
});

it('the response to invalid values of a new row is a 400', async () => {
  const authz = authzOf('ann');
  for (const values of [{ owner: 5 }, { owner: 'ann', id: 1 }, { owners: 'ann' }]) {
    // oxlint-disable-next-line no-await-in-loop -- a few values
    const error: unknown = await authz
      .authorizeNew('create', 'Note', values)
      .catch((thrown: unknown) => thrown);
    expect(problemOf(error)).toMatchObject({ status: 400, title: 'Bad Request' });
    expect(JSON.stringify(problemOf(error))).not.toContain('owner');
  }
});

it('RequestAuthorization.authorizeChange() throws NANOOK_HTTP_NO_ARGUMENT when the changes are missing', async () => {
  const authz = authzOf('ann') as unknown as { authorizeChange(...given: unknown[]): Promise<unknown> };
  await expect(authz.authorizeChange('update', 'Note', 1)).rejects.toMatchObject({
    code: 'NANOOK_HTTP_NO_ARGUMENT',
    message: expect.stringContaining('an object with the values to write') as string,
  });
});
