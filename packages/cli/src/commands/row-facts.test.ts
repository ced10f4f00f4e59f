import { describe, expect, it } from 'vitest';
import { enterFolder, nanook } from '../testing/run.fixture.js';

const types = {
  User: {
    key: 'id',
    fields: { id: 'String' },
    relations: { memberships: { kind: 'many', type: 'Membership', local: 'id', foreign: 'userId' } },
  },
  Organization: { key: 'id', fields: { id: 'String', isOpen: 'Boolean' } },
  Membership: {
    fields: { userId: 'String', organizationId: 'String', role: 'String' },
    relations: {
      user: { kind: 'one', type: 'User', local: 'userId', foreign: 'id' },
      organization: { kind: 'one', type: 'Organization', local: 'organizationId', foreign: 'id' },
    },
    facts: [{ name: 'has_role', arguments: ['user', 'role', 'organization'] }],
  },
};
const open = [{ name: 'is_open', arguments: ['this'], where: { isOpen: true } }];
const config = (facts: object[] = open) =>
  JSON.stringify({
    policies: '*.polar',
    types: { ...types, Organization: { ...types.Organization, facts } },
    fixtures: {
      ann: {
        $type: 'User',
        id: 'ann',
        memberships: [{ userId: 'ann', organizationId: 'acme', role: 'owner' }],
      },
      acme: { $type: 'Organization', id: 'acme', isOpen: false },
    },
  });

const policy = `actor User {}
resource Organization {
  roles = ["owner"];
  permissions = ["read", "edit"];
  "edit" if "owner";
  "read" if is_open(resource);
}
declare is_open(Organization);
allow(actor, action, resource) if has_permission(actor, action, resource);
`;
const tests = `test "rows give roles" {
  assert allow(ann, action, acme) iff action = "edit";
}
test "objects without rows have the facts of the setup" {
  setup {
    has_role(User{"ben"}, "owner", Organization{"acme"});
    is_open(Organization{"acme"});
  }
  assert allow(User{"ben"}, action, Organization{"acme"}) iff action in ["read", "edit"];
  assert_not allow(User{"ann"}, "edit", Organization{"acme"});
}
test "objects without rows and without a setup have none" {
  assert_not allow(User{"ann"}, "edit", Organization{"acme"});
}
`;

describe('facts of rows', () => {
  it('cause no finding of check', async () => {
    await enterFolder({ 'nanook.config.json': config(), 'policy.polar': policy });
    expect(await nanook('check')).toMatchObject({
      code: 0,
      out: expect.stringContaining('0 errors, 0 warnings'),
    });
  });

  it('hold in tests for fixtures, and for objects without rows those of the setup hold', async () => {
    await enterFolder({ 'nanook.config.json': config(), 'policy.polar': policy + tests });
    const { code, out } = await nanook('test');
    expect(out).toContain('3 passed, 0 failed');
    expect(code).toBe(0);
  });

  it('appear in an explanation with the type of their rows', async () => {
    await enterFolder({ 'nanook.config.json': config(), 'policy.polar': policy });
    const { out } = await nanook('explain', 'ann', 'edit', 'acme');
    expect(out).toContain('facts of Membership:1');
  });

  it('cause an error of check without a place when they do not fit the policy', async () => {
    const facts = [{ name: 'is_open', arguments: ['this', 'id'] }];
    await enterFolder({ 'nanook.config.json': config(facts), 'policy.polar': policy });
    const { code, out } = await nanook('check');
    expect(code).toBe(1);
    expect(out).toContain('facts of Organization: Invalid rule');
  });

  it('cause a warning with a similar name when no rule asks for them', async () => {
    const facts = [...open, { name: 'is_opened', arguments: ['this'] }];
    await enterFolder({ 'nanook.config.json': config(facts), 'policy.polar': policy });
    const { out } = await nanook('check');
    expect(out).toContain('facts of Organization: no rule uses `is_opened`');
  });
});
