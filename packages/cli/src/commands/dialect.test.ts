// cspell:ignore protectd
import { describe, expect, it } from 'vitest';
import { enterFolder, nanook, nanookWith } from '../testing/run.fixture.js';

/** It names objects of types, has relations in the order of Oso Cloud, and declares neither `allow` nor its facts. */
const policy = `actor User {}

resource Organization {
  roles = ["owner"];
}

resource Repository {
  permissions = ["delete"];
  relations = { parent: Organization };

  "delete" if
    "owner" on "parent" and
    not is_protected(resource) and
    has_plan(Plan{"gold"});
}

test fixture acme {
  has_role(User{"ann"}, "owner", Organization{"acme"});
  has_relation(Repository{"anvil"}, "parent", Organization{"acme"});
  has_relation(Repository{"bell"}, "parent", Organization{"acme"});
  has_plan(Plan{"gold"});
}

test "owners delete what is not protected" {
  setup {
    fixture acme;
    is_protected(Repository{"bell"});
  }
  assert allow(User{"ann"}, action: String, Repository{"anvil"}) iff action in ["delete"];
  assert allow(user: User, "delete", Repository{"anvil"}) iff user in [User{"ann"}];
  assert_not allow(User{"ann"}, "delete", Repository{"bell"});
  assert_not allow(User{"ben"}, "delete", Repository{"anvil"});
}
`;

describe('the dialect oso-cloud', () => {
  it('lets check and test accept a policy of Oso Cloud, with an option', async () => {
    await enterFolder({ 'policy.polar': policy });
    expect(await nanook('check', '--dialect', 'oso-cloud', '--max-warnings', '0')).toMatchObject({ code: 0 });
    expect(await nanook('test', '--dialect', 'oso-cloud')).toMatchObject({
      code: 0,
      out: '✓ owners delete what is not protected policy.polar:24\n1 test: 1 passed, 0 failed\n',
    });
    const input = await nanookWith(policy, 'check', '--dialect', 'oso-cloud', '--stdin');
    expect(input).toMatchObject({ code: 0 });
  });

  it('follows the key of the configuration, which the option replaces', async () => {
    await enterFolder({ 'policy.polar': policy, 'nanook.config.json': '{ "dialect": "oso-cloud" }' });
    expect(await nanook('check')).toMatchObject({ code: 0 });
    expect(await nanook('test')).toMatchObject({ code: 0 });
    const own = await nanook('check', '--dialect', 'nanook', '--json');
    expect(own.code).toBe(1);
    expect(own.out).toContain('POLAR_CHECK_UNDEFINED_RULE');
  });

  it('must be chosen: without it, both commands refuse the policy', async () => {
    await enterFolder({ 'policy.polar': policy });
    expect((await nanook('check')).code).toBe(1);
    expect((await nanook('test')).code).toBe(1);
  });

  it('refuses another name', async () => {
    await enterFolder({ 'policy.polar': policy, 'other.config.json': '{ "dialect": "oso" }' });
    expect((await nanook('check', '--dialect', 'oso')).err).toContain('nanook, oso-cloud');
    const { code, err } = await nanook('check', '--config', 'other.config.json');
    expect(code).toBe(2);
    expect(err).toContain("'oso-cloud'");
  });

  it('keeps the check of a misspelled fact in a setup', async () => {
    await enterFolder({
      'policy.polar': policy.replace('is_protected(Repository', 'is_protectd(Repository'),
    });
    const { code, out } = await nanook('test', '--dialect', 'oso-cloud');
    expect(code).toBe(1);
    expect(out).toContain('is_protectd');
  });

  it('keeps the text when a policy is formatted', async () => {
    await enterFolder({ 'policy.polar': policy, 'nanook.config.json': '{ "dialect": "oso-cloud" }' });
    expect(await nanook('fmt', '--check')).toMatchObject({ code: 0 });
  });
});
