import { Authorizer, type ResourceQuery } from '@nanook/core';
import { withoutTests } from '@nanook/core/filter';
import { describe, expect, it } from 'vitest';
import { RequestAuthorization } from './request-authorization.js';

const queries: ResourceQuery[] = [];
const authorizer = await Authorizer.load({
  policies: 'allow(user: String, "read", note: Note) if note.owner = user;',
  types: { Note: { key: 'id', fields: { id: 'Integer', owner: String } } },
  resources: {
    list: async (query) => {
      queries.push(query);
      return [{ id: 1, owner: 'ann' }];
    },
    count: async () => 1,
  },
});
const authzOf = (user: string | undefined) => new RequestAuthorization(authorizer, { actor: () => user });

describe('RequestAuthorization.list() and .count()', () => {
  it('list and count the rows of the actor of the request', async () => {
    const authz = authzOf('ann');
    const { rows } = await authz.list('read', 'Note', { take: 5 });
    expect(rows).toEqual([{ id: 1, owner: 'ann' }]);
    expect(await authz.can('read', rows[0])).toBe(true);
    const { take, condition } = queries.at(-1)!;
    expect(take).toBe(6);
    expect(
      withoutTests(
        condition.filter,
        () => true,
        () => 'equality',
      ),
    ).toMatchObject({ right: { value: 'ann' } });
    expect(await authz.count('read', 'Note')).toBe(1);
  });

  it('make no decision for the response guard', async () => {
    const authz = authzOf('ann');
    await authz.list('read', 'Note');
    await authz.count('read', 'Note');
    expect(authz.isSettled).toBe(false);
  });

  it('reject an anonymous actor with UnauthenticatedError, without a query', async () => {
    const before = queries.length;
    await expect(authzOf(undefined).list('read', 'Note')).rejects.toMatchObject({ status: 401 });
    await expect(authzOf(undefined).count('read', 'Note')).rejects.toMatchObject({ status: 401 });
    expect(queries).toHaveLength(before);
  });

  it('throw NANOOK_HTTP_NO_ARGUMENT when the type is missing', async () => {
    const authz = authzOf('ann') as unknown as Record<'list' | 'count', (action: string) => Promise<unknown>>;
    for (const method of ['list', 'count'] as const)
      await expect(async () => authz[method]('read')).rejects.toMatchObject({
        code: 'NANOOK_HTTP_NO_ARGUMENT',
        message: expect.stringContaining('the type of the rows') as string,
      });
  });
});
