import { describe, expect, it } from 'vitest';
import { Authorizer, renderExplanation, secret, typed, withSecrets, type TypesInput } from '../index.js';

const types = {
  User: { key: 'id', fields: { id: 'Integer', email: 'String?', roles: ['String'] } },
  Shop: {},
} as const satisfies TypesInput;

describe('withSecrets()', () => {
  it('makes fields of declarations secret, and leaves the others as they are', async () => {
    const declared = withSecrets(types, { User: ['email'] });
    expect(declared).toEqual({
      ...types,
      User: { ...types.User, fields: { ...types.User.fields, email: secret('String?') } },
    });
    const policies = 'allow(user: User, "read", _: Shop) if user.email = "x" and user.roles = [];';
    const authorizer = await Authorizer.load({ policies, types: declared, onWarning: () => {} });
    const user = typed('User', { id: 1, email: 'ann@example.org', roles: [] });
    expect(renderExplanation(await authorizer.explain(user, 'read', typed('Shop', {})))).toContain(
      '*** is not "x"',
    );
    const unknown = typed('User', { id: 1, email: null, roles: [] });
    expect(await authorizer.isAllowed(unknown, 'read', typed('Shop', {}))).toBe(false);
  });

  it.each([
    [{ Usr: ['email'] }, 'the type `Usr` in `withSecrets` must be declared; did you mean `User`?'],
    [{ User: ['mail'] }, 'the field `mail` in `withSecrets` must be declared; did you mean `email`?'],
    [{ Shop: ['name'] }, 'the field `name` in `withSecrets` must be declared'],
  ])('throws when %j names a type or a field that is not declared', (secrets, message) => {
    expect(() => withSecrets(types as TypesInput, secrets)).toThrow(message);
  });

  it.each([secret(undefined as never), { secret: 7 }, [secret('Nothing')]])(
    'refuses the declaration %j, which has no type',
    async (input) => {
      const load = Authorizer.load({ policies: '', types: { User: { fields: { email: input as never } } } });
      await expect(load).rejects.toMatchObject({ code: expect.stringMatching(/^POLAR_TYPE_/) });
    },
  );
});
