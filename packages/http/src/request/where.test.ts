import { Authorizer } from '@nanook/core';
import { withoutTests } from '@nanook/core/filter';
import { describe, expect, it } from 'vitest';
import { RequestAuthorization } from './request-authorization.js';

const authorizer = await Authorizer.load({
  policies: 'allow(user: String, "read", note: Note) if note.owner = user;',
  types: { Note: { fields: { id: 'Integer', owner: String } } },
});
const authzOf = (user: string | undefined) => new RequestAuthorization(authorizer, { actor: () => user });

describe('RequestAuthorization.where()', () => {
  it('returns the condition of the actor of the request', async () => {
    const condition = await authzOf('ann').where('read', 'Note');
    expect(condition.type).toBe('Note');
    // A database that stores texts only in columns of texts needs no test of the stored value.
    expect(
      withoutTests(
        condition.filter,
        () => true,
        () => 'equality',
      ),
    ).toMatchObject({
      kind: 'compare',
      operator: '=',
      left: { field: 'owner' },
      right: { value: 'ann' },
    });
  });

  it('makes no decision for the response guard', async () => {
    const authz = authzOf('ann');
    await authz.where('read', 'Note');
    expect(authz.isSettled).toBe(false);
  });

  it('rejects an anonymous actor with UnauthenticatedError', async () => {
    await expect(authzOf(undefined).where('read', 'Note')).rejects.toMatchObject({ status: 401 });
  });

  it('throws NANOOK_HTTP_NO_ARGUMENT when the type is missing', async () => {
    const authz = authzOf('ann') as unknown as { where(action: string): Promise<unknown> };
    await expect(async () => authz.where('read')).rejects.toMatchObject({
      code: 'NANOOK_HTTP_NO_ARGUMENT',
      message: expect.stringContaining('the type of the rows'),
    });
  });
});
