import { describe, expect as baseExpect, it } from 'vitest';
import { Authorizer } from '../index.js';
import { actAs, allowAll, denyAll, withPolarMatchers } from './index.js';

const expect = withPolarMatchers(baseExpect);

const policy = 'allow(1, "read", _); allow_field(1, "read", _, "name");';
const load = () => Authorizer.load({ policies: policy });

describe('testing helpers', () => {
  it('have the same names in the entry for Node and in the other entry', async () => {
    const [elsewhere, node] = [await import('./index.js'), await import('../node/testing.js')];
    expect(Object.keys(node).toSorted()).toEqual(Object.keys(elsewhere).toSorted());
  });

  it('replace a policy', async () => {
    expect(await (await allowAll()).can(null, 'delete', {})).toBe(true);
    await (await allowAll()).authorizeRequest(null, {});
    await expect((await denyAll()).authorize(null, 'delete', {})).rejects.toMatchObject({ status: 404 });
  });

  it('provide the checks of one actor', async () => {
    expect(await actAs(await load(), 1).can('read', {})).toBe(true);
    expect(await actAs(await load(), 2).can('read', {})).toBe(false);
  });

  it('explain the decision when a matcher fails', async () => {
    const authorizer = await Authorizer.load({
      policies: 'allow(user, "read", _) if user.id = 1; allow_field(user, "read", _, "name") if user.id = 1;',
    });
    await expect(expect(authorizer).toAllow({ id: 2 }, 'read', 'x')).rejects.toThrow(
      '`user.id = 1`: 2 is not 1',
    );
    await expect(expect(authorizer).not.toAllow({ id: 1 }, 'read', 'x')).rejects.toThrow('user = {id: 1}');
    await expect(expect(authorizer).toAllowField({ id: 2 }, 'read', 'x', 'name')).rejects.toThrow(
      '2 is not 1',
    );
  });

  it('provide matchers for decisions', async () => {
    const authorizer = await load();
    await expect(authorizer).toAllow(1, 'read', {});
    await expect(authorizer).not.toAllow(2, 'read', {});
    await expect(authorizer).toAllowField(1, 'read', {}, 'name');
    await expect(authorizer).not.toAllowField(1, 'read', {}, 'email');
    await expect(authorizer.authorize(2, 'read', {})).rejects.toBeRefusal(404);
    await expect(expect(authorizer).toAllow(2, 'read', {})).rejects.toThrow(
      'expected the policy to allow "read"',
    );
    const refused = authorizer.authorize(2, 'read', {});
    await expect(async () => {
      await expect(refused).rejects.toBeRefusal(403);
    }).rejects.toThrow('expected the policy to refuse with 403, got 404');
    expect(() => expect(new TypeError('x')).toBeRefusal()).toThrow(
      'expected the policy to refuse, got an instance of `TypeError`',
    );
  });
});
