import { afterEach, describe, expect, it, vi } from 'vitest';
import { Authorizer, typed } from '../index.js';
import { isPolicyError } from '../diagnostics/policy-error.js';

class User {
  constructor(readonly roles: readonly { readonly name: string; readonly on: unknown }[]) {}
}
class Org {}
class Repo {
  constructor(readonly org: Org) {}
}
class Secret extends Repo {}

const types = { User, Org, Repo, Secret };
const policies = `
  actor User {}
  resource Org { roles = ["owner"]; }
  resource Repo {
    permissions = ["read", "write"];
    roles = ["viewer", "editor"];
    relations = { org: Org };
    "read" if "viewer"; "write" if "editor"; "viewer" if "editor"; "editor" if "owner" on "org";
  }
  has_relation(org: Org, "org", repo: Repo) if org = repo.org;
  has_role(user: User, name: String, resource: Resource) if grant in user.roles and grant.name = name and grant.on = resource;
  allow(actor, action, resource) if has_permission(actor, action, resource);
  allow_field(_: User, "read", _: Repo, "org");
`;
const more = '\nallow(_: User, "list", _: Org);';

/** Collects the plans that are built from now on. */
function plansBuilt(): readonly string[] {
  vi.stubEnv('NANOOK_DUMP', 'plan');
  const built: string[] = [];
  vi.spyOn(console, 'error').mockImplementation((text: string) => {
    built.push(text.split('\n')[0]!);
  });
  return built;
}

function answers(authorizer: Authorizer): readonly boolean[] {
  const org = new Org();
  const [repo, secret] = [new Repo(org), new Secret(org)];
  const users = [
    new User([{ name: 'owner', on: org }]),
    new User([{ name: 'viewer', on: repo }]),
    new User([{ name: 'editor', on: secret }]),
  ];
  return users.flatMap((user) =>
    [repo, secret, org].flatMap((resource) =>
      ['read', 'write', 'list', 'other'].map((action) => authorizer.canSync(user, action, resource)),
    ),
  );
}

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe.each(['source', 'closures'] as const)('warmUp with the engine %s', (engine) => {
  const load = () => Authorizer.load({ policies, types, engine, denialWarnings: false });

  it('compiles the code for all declared classes and actions', async () => {
    const built = plansBuilt();
    const authorizer = await load();
    expect(built).toEqual([]);
    await authorizer.warmUp();
    const count = built.length;
    expect(built.join('\n')).toContain('has_permission(User, "write", Secret)');
    for (const action of ['read', 'write'])
      for (const Type of [Repo, Secret])
        expect(authorizer.canSync(new User([]), action, new Type(new Org()))).toBe(false);
    expect(built.slice(count)).toEqual([]);
  });

  it('changes no answer, before the first check or after it', async () => {
    const expected = answers(await load());
    const [first, later] = [await load(), await load()];
    await first.warmUp();
    expect(answers(first)).toEqual(expected);
    answers(later);
    await later.warmUp({ sliceMs: 0 });
    expect(answers(later)).toEqual(expected);
    expect(answers(await Authorizer.load({ policies, types, engine: 'machine' }))).toEqual(expected);
  });

  it.each([
    ['a tag', { User: {}, Org: {}, Repo: {} }, typed],
    [
      'a discriminator',
      {
        User: { discriminator: { kind: 'User' } },
        Org: { discriminator: { kind: 'Org' } },
        Repo: { discriminator: { kind: 'Repo' } },
      },
      (kind: string, row: object) => ({ ...row, kind }),
    ],
  ] as const)('compiles the code for rows with %s', async (_, rowTypes, rowOf) => {
    const built = plansBuilt();
    const options = { policies, types: rowTypes, denialWarnings: false } as const;
    const authorizer = await Authorizer.load({ ...options, engine });
    const machine = await Authorizer.load({ ...options, engine: 'machine' });
    await authorizer.warmUp();
    const count = built.length;
    const org = rowOf('Org', { id: 1 });
    const repo = rowOf('Repo', { id: 2, org });
    const user = rowOf('User', { roles: [{ name: 'viewer', on: repo }] });
    const [given, wanted] = [authorizer, machine].map((each) =>
      ['read', 'write'].map((action) => each.canSync(user, action, repo)),
    );
    expect(given).toEqual(wanted);
    expect(built.slice(count)).toEqual([]);
  });

  it('ignores a rule with an unknown class, which only its checks report', async () => {
    const broken = `${policies} allow(_: Missing, "lose", _: Repo);`;
    const authorizer = await Authorizer.load({ policies: broken, types, engine, onWarning: () => {} });
    await authorizer.warmUp();
    expect(authorizer.canSync(new User([]), 'read', new Repo(new Org()))).toBe(false);
  });
});

it('warmUp does nothing with the machine', async () => {
  const authorizer = await Authorizer.load({ policies, types, engine: 'machine' });
  await expect(authorizer.warmUp()).resolves.toBeUndefined();
});

describe.each(['source', 'closures'] as const)('a reload with the engine %s', (engine) => {
  it('compiles nothing when the policy has not changed', async () => {
    const built = plansBuilt();
    const authorizer = await Authorizer.load({ policies, types, engine, denialWarnings: false });
    const expected = answers(authorizer);
    const count = built.length;
    expect(count).toBeGreaterThan(0);
    await authorizer.reload();
    await authorizer.reload(policies);
    expect(answers(authorizer)).toEqual(expected);
    expect(built.slice(count)).toEqual([]);
  });

  it('decides with the new policy when one rule has changed, and with the old one after a reload of it', async () => {
    const authorizer = await Authorizer.load({ policies, types, engine, denialWarnings: false });
    const before = answers(authorizer);
    await authorizer.reload(policies + more);
    const changed = answers(authorizer);
    expect(changed).not.toEqual(before);
    expect(changed).toEqual(
      answers(await Authorizer.load({ policies: policies + more, types, engine: 'machine' })),
    );
    await authorizer.reload();
    expect(answers(authorizer)).toEqual(before);
  });

  it('runs the inline queries again when the policy has not changed', async () => {
    let isOpen = true;
    const gate = { isOpen: () => isOpen };
    const authorizer = await Authorizer.load({
      policies: `${policies} ?= Gate.isOpen();`,
      types,
      constants: { Gate: gate },
      engine,
    });
    await authorizer.reload();
    isOpen = false;
    await expect(authorizer.reload()).rejects.toSatisfy(isPolicyError);
  });
});
