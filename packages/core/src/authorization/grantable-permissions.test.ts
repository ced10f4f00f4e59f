import { describe, expect, it } from 'vitest';
import { isPolarError } from '../diagnostics/polar-error.js';
import { Authorizer } from './authorizer.js';

// cspell:ignore raed

const load = (policies: string) => Authorizer.load({ policies, onWarning: () => {} });
const rules = 'allow(_, permission, _) if grantable(permission);';
const listed = `${rules} grantable("read"); grantable("pay"); grantable("read");`;

describe('policy.validateGrants', () => {
  it('returns a list of grantable permissions, each once and in its order', async () => {
    const { policy } = await load(listed);
    expect(policy.grantablePermissions).toEqual(['read', 'pay']);
    expect(policy.validateGrants(['pay', 'read', 'pay'])).toEqual(['pay', 'read']);
    expect(policy.validateGrants([])).toEqual([]);
  });

  it('throws for other permissions, names them, and proposes similar ones', async () => {
    const { policy } = await load(listed);
    const refusal = (permissions: unknown) => {
      try {
        return policy.validateGrants(permissions);
      } catch (error) {
        return isPolarError(error)
          ? [error.code, error.message, (error.data as { refused?: unknown }).refused]
          : error;
      }
    };
    const code = 'POLAR_TYPE_INVALID_GRANTS';
    const start = 'expected a list of permissions that customers may grant, found';
    expect(refusal(['read', 'raed'])).toEqual([
      code,
      `${start} the string 'raed'; did you mean "read"?`,
      ['raed'],
    ]);
    expect(refusal(['delete', 7])).toEqual([
      code,
      `${start} the string 'delete', the number 7; they are "read", "pay"`,
      ['delete', 7],
    ]);
    expect(refusal('read')).toMatchObject([
      code,
      expect.stringContaining(`${start} the string 'read'`),
      ['read'],
    ]);
    // oxlint-disable-next-line no-sparse-arrays -- a parser of forms can make a list with holes
    expect(refusal(['read', , 'pay'])).toMatchObject([code, expect.any(String), [undefined]]);
    for (const other of [undefined, null, { 0: 'read', length: 1 }, new Set(['read'])])
      expect(refusal(other)).toMatchObject([code, expect.any(String), [other]]);
  });

  it('refuses every permission where the policy lists none: a rule with conditions or with several parameters lists none', async () => {
    const { policy } = await load(`${rules} grantable(x) if x = "read"; grantable("pay", "role");`);
    expect(policy.grantablePermissions).toEqual([]);
    expect(policy.validateGrants([])).toEqual([]);
    expect(() => policy.validateGrants(['read'])).toThrow('list them in the policy: `grantable("read");`');
  });

  it('reads the list of the policy after a reload', async () => {
    const authorizer = await load(listed);
    await authorizer.reload(`${rules} grantable("delete");`);
    expect(authorizer.policy.validateGrants(['delete'])).toEqual(['delete']);
    expect(() => authorizer.policy.validateGrants(['read'])).toThrow('they are "delete"');
  });
});
