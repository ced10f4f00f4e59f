import { describe, expect, it } from 'vitest';
import {
  Authorizer,
  nullable,
  oneOf,
  renderExplanation,
  secret,
  typed,
  withSecrets,
  type TypesInput,
} from '../index.js';

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
    expect(await authorizer.can(unknown, 'read', typed('Shop', {}))).toBe(false);
  });

  it.each([
    [{ Usr: ['email'] }, 'the type `Usr` in `withSecrets` must be declared; did you mean `User`?'],
    [{ User: ['mail'] }, 'the field `mail` in `withSecrets` must be declared; did you mean `email`?'],
    [{ Shop: ['name'] }, 'the field `name` in `withSecrets` must be declared'],
  ])('throws when %j names a type or a field that is not declared', (secrets, message) => {
    expect(() => withSecrets(types as TypesInput, secrets)).toThrow(message);
  });

  it.each(['email', [3], 3, { email: true }])('throws when the names are %j', (names) => {
    const call = () => withSecrets(types, { User: names as never });
    expect(call).toThrow(/`withSecrets` needs a list of names of fields, such as \['email'\], got /);
  });

  it.each([
    [secret('Integer'), 'marker', 'a string', 'Integer'],
    [nullable(secret('Boolean')), 7391, 'a number', 'Boolean'],
    [[secret('Integer')], ['marker'], 'a string', 'Integer'],
    [secret(oneOf('a', 'b')), 'marker', 'a string', "oneOf('a', 'b')"],
  ])('the error about %j names only the kind of another value', async (field, value, kind, expected) => {
    const authorizer = await Authorizer.load({
      policies: 'allow(user: User, "read", _) if user.code = "a" or "a" in user.code;',
      types: { User: { fields: { code: field as never } } },
      onWarning: () => {},
    });
    const error = await authorizer.can(typed('User', { code: value }), 'read', 'it').catch(String);
    expect(error).toContain(`${kind}, and`);
    expect(error).toContain(`declared as ${expected}`);
    expect(error).not.toMatch(/marker|7391/);
  });

  it.each([secret(undefined as never), { secret: 7 }, [secret('Nothing')]])(
    'refuses the declaration %j, which has no type',
    async (input) => {
      const load = Authorizer.load({ policies: '', types: { User: { fields: { email: input as never } } } });
      await expect(load).rejects.toMatchObject({ code: expect.stringMatching(/^POLAR_TYPE_/) });
    },
  );
});
