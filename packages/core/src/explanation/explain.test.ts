import { describe, expect, it } from 'vitest';
import { Authorizer, many, one, renderExplanation, typed, type ExplainOptions } from '../index.js';

class User {
  constructor(
    readonly id: number,
    readonly isAdmin = false,
    readonly orgs: readonly Organization[] = [],
  ) {}
}
class Organization {
  constructor(
    readonly id: number,
    readonly ownerId: unknown,
  ) {}
}
class Repository {
  constructor(
    readonly id: number,
    readonly organization: Organization,
    readonly labels: readonly unknown[] = [],
    readonly size: unknown = 3,
  ) {}
}
const types = { User, Organization, Repository };

const roles = `allow(actor, action, resource) if has_permission(actor, action, resource);
actor User {}
resource Organization { roles = ["owner", "member"]; permissions = ["read"]; "read" if "member"; "member" if "owner"; }
resource Repository {
  permissions = ["read"]; roles = ["reader"];
  relations = { organization: Organization };
  "reader" if "member" on "organization";
  "read" if "reader";
}
has_relation(organization: Organization, "organization", repository: Repository) if repository.organization = organization;
has_role(user: User, "owner", organization: Organization) if organization.ownerId = user.id;
has_role(user: User, "member", organization: Organization) if organization in user.orgs;
`;

const load = (source: string) =>
  Authorizer.load({ policies: { name: 'organization.polar', source }, types, onWarning: () => {} });

const ann = new User(7);
const boss = new User(4, true);
const org = new Organization(1, 4);
const repo = new Repository(2, org, ['a', 'x']);

const textOf = async (source: string, actor: unknown, resource: unknown, options?: ExplainOptions) =>
  renderExplanation(await (await load(source)).explain(actor, 'read', resource, options));

describe('explain()', () => {
  it('returns the proof of an allowed action, with rules, places and bindings', async () => {
    const { outcome, proof } = await (await load(roles)).explain(boss, 'read', repo);
    expect(outcome).toBe('allowed');
    expect(proof).toMatchObject([
      {
        name: 'allow',
        line: 1,
        calls: [
          {
            name: 'has_permission',
            text: '"read" if "reader";',
            line: 8,
            calls: [{ name: 'has_role', calls: [{ name: 'has_relation' }, { name: 'has_role', line: 3 }] }],
          },
        ],
      },
    ]);
    expect(proof[0]!.bindings).toEqual([
      { name: 'actor', value: 'User{id: 4}' },
      { name: 'action', value: '"read"' },
      { name: 'resource', value: 'Repository{id: 2}' },
    ]);
  });

  it('explains a missing role in the language of roles, down to the condition that fails', async () => {
    const text = await textOf(roles, ann, repo);
    expect(text.split('\n').map((line) => line.trim())).toEqual([
      'denied: allow(User{id: 7}, "read", Repository{id: 2})',
      'nearest condition that fails: `organization in user.orgs`: the list is empty (organization.polar:12)',
      '✗ allow(actor, action, resource) if has_permission(actor, action, resource); (organization.polar:1)',
      '✗ `has_permission(actor, action, resource)`: User{id: 7} does not have the permission "read" on Repository{id: 2} (organization.polar:1)',
      '✗ "read" if "reader"; (organization.polar:8)',
      '✗ `"reader"`: User{id: 7} does not have the role "reader" on Repository{id: 2} (organization.polar:8)',
      '✗ "reader" if "member" on "organization"; (organization.polar:7)',
      '✓ "organization"',
      '✗ `"member"`: User{id: 7} does not have the role "member" on Organization{id: 1} (organization.polar:7)',
      '✗ has_role(user: User, "member", organization: Organization) if organization in user.orgs; (organization.polar:12)',
      '✗ `organization in user.orgs`: the list is empty (organization.polar:12)',
      '✗ "member" if "owner"; (organization.polar:3)',
      '✗ `"owner"`: User{id: 7} does not have the role "owner" on Organization{id: 1} (organization.polar:3)',
      '✗ has_role(user: User, "owner", organization: Organization) if organization.ownerId = user.id; (organization.polar:11)',
      '✗ `organization.ownerId = user.id`: 4 is not 7 (organization.polar:11)',
      '3 other rules are not shown',
      '2 other rules are not shown',
      '3 other rules are not shown',
      '1 other rule is not shown',
    ]);
  });

  it('suggests an action when no rule names the given one', async () => {
    const { advice } = await (await load(roles)).explain(ann, 'reads', repo);
    expect(advice).toEqual([expect.stringContaining('did you mean "read"?')]);
  });

  it('says that a resource has no declared type', async () => {
    const text = await textOf('allow(user: User, "read", repo: Repository) if repo.id = user.id;', ann, {
      id: 3,
    });
    expect(text).toContain('{id: 3} is not of the type Repository: it is a plain object of no declared type');
  });

  it.each([
    ['user.isAdmin', 'it is false'],
    ['repo.size > 5', '3 > 5 is false'],
    ['repo.size != 3', 'both sides are 3'],
    ['repo.size == user.id', '3 is not 7'],
    ['"z" in repo.labels', '"z" is not in ["a", "x"]'],
    ['repo.organization matches User', 'Organization{id: 1} is not of the type User'],
    ['repo matches {size: 4}', '`size: 4`: 3 is not 4'],
    ['not repo.size = 3', 'the negated condition holds'],
    ['forall(label in repo.labels, label = "a")', '"x" is not "a"'],
    ['forall(label in repo.labels, label = "b" or label = "a")', '"x" is not "b"'],
    ['(user.isAdmin or repo.size = 4)', '3 is not 4'],
    ['repo.size + 1 = 5', '4 is not 5'],
  ])('explains why %s fails', async (condition, reason) => {
    const source = `allow(user: User, "read", repo: Repository) if user.id = 7 and repo.id = 2 and ${condition};`;
    const text = await textOf(source, ann, repo);
    expect(text).toContain('✓ user.id = 7');
    expect(text).toContain(reason);
  });

  it('names the rules that prove a negated condition', async () => {
    const source = `allow(user: User, "read", repo: Repository) if not owns(user, repo.organization);
      owns(user: User, organization: Organization) if organization.ownerId = user.id;`;
    const { misses } = await (await load(source)).explain(boss, 'read', repo);
    expect(misses[0]!.failure).toMatchObject({
      kind: 'not',
      reason: 'the negated condition holds',
      proof: [{ name: 'owns', line: 2, bindings: [{ name: 'user', value: 'User{id: 4}' }, {}] }],
    });
  });

  it('returns the undecided condition and its place, and does not throw', async () => {
    const explanation = await (
      await load('allow(user: User, "read", repo: Repository) if user.id = 7 and repo.size > 5;')
    ).explain(ann, 'read', new Repository(2, org, [], null));
    expect(explanation).toMatchObject({
      outcome: 'undecided',
      undecided: { code: 'POLAR_UNDECIDED_ORDER', line: 1, column: 64 },
      misses: [{ failure: { kind: 'condition', undecided: { code: 'POLAR_UNDECIDED_ORDER' } } }],
    });
  });

  it('awaits promises of arguments and attributes', async () => {
    const owned = new Repository(2, new Organization(1, Promise.resolve(9)));
    const source = 'allow(user: User, "read", repo: Repository) if repo.organization.ownerId = user.id;';
    expect(await textOf(source, Promise.resolve(ann), owned)).toContain('9 is not 7');
  });

  it('shows the key or the name of an object that a rule reads from a declared field', async () => {
    const authorizer = await Authorizer.load({
      policies: `allow(u: User, "read", r: Repository) if owner(u, r.organization);
        owner(u: User, o: Organization) if o.ownerId = u.id;`,
      types: {
        User: { key: 'id', fields: { id: 'Integer' } },
        Organization: { key: 'id', fields: { id: 'Integer', ownerId: 'Integer' } },
        Repository: { key: 'id', fields: { id: 'Integer', organization: 'Organization' } },
      },
    });
    const acme = typed('Organization', { id: 1, ownerId: 4 });
    const args = [
      typed('User', { id: 7 }),
      'read',
      typed('Repository', { id: 2, organization: acme }),
    ] as const;
    const shownWith = async (options?: ExplainOptions): Promise<string | undefined> => {
      const [miss] = (await authorizer.explain(...args, options)).misses;
      const call = miss?.failure.kind === 'call' ? miss.failure.misses[0] : undefined;
      return call?.bindings.find(({ name }) => name === 'o')?.value;
    };
    expect(await shownWith()).toBe('Organization{id: 1}');
    expect(await shownWith({ names: new Map([[acme, 'acme']]) })).toBe('acme');
  });

  it('shows the names of objects in place of their type and key', async () => {
    const names = new Map<unknown, string>([
      [ann, 'ann'],
      [org, 'acme'],
      [7, 'seven'],
    ]);
    const text = await textOf(roles, ann, repo, { names });
    expect(text).toContain('denied: allow(ann, "read", Repository{id: 2})');
    expect(text).toContain('ann does not have the role "member" on acme');
    expect(text).not.toContain('seven');
    const mask = (name: string) => (name === 'actor' ? '…' : undefined);
    expect(await textOf(roles, ann, repo, { names, mask })).toContain('… does not have the role "reader"');
  });

  it('renders the outcome and one reason in the short form', async () => {
    const short = async (source: string, actor: unknown) =>
      renderExplanation(await (await load(source)).explain(actor, 'read', repo), { form: 'short' });
    expect(await short(roles, ann)).toBe(
      'denied: allow(User{id: 7}, "read", Repository{id: 2})\n' +
        '  ✗ `organization in user.orgs`: the list is empty (organization.polar:12)',
    );
    expect(await short(roles, boss)).toBe(
      'allowed: allow(User{id: 4}, "read", Repository{id: 2})\n' +
        '  ✓ has_role(user: User, "owner", organization: Organization) if organization.ownerId = user.id; (organization.polar:11)',
    );
    expect(await short('allow(_: User, "read", repo: Repository) if repo.size > "a";', ann)).toMatch(
      /^undecided: .*\n {2}[^\n]+$/,
    );
    expect(await short('allow(_: Organization, "read", _: Repository);', ann)).toMatch(
      /^denied: .*\n {2}[^\n]+$/,
    );
  });

  it('hides the values that the mask replaces', async () => {
    const source = 'allow(user: User, "read", repo: Repository) if repo.size = user.id;';
    const mask = (name: string) => (name.endsWith('.id') || name === 'repo.size' ? '…' : undefined);
    const text = await textOf(source, ann, repo, { mask });
    expect(text).toContain('allow(User{id: …}, "read", Repository{id: …})');
    expect(text).not.toContain('7');
  });

  it('escapes characters that would change a terminal, in values, in messages and in advice', async () => {
    const text = '\u001B[2J\nallowed\u202E';
    const escaped = '\\u001b[2J\\u000aallowed\\u202e';
    const policy = 'allow(user: User, "read", repo: Repository) if repo.size = user.id;';
    const resource = new Repository(2, org, [], text);
    expect(await textOf(policy, ann, resource)).toContain(`"${escaped}" is not 7`);
    expect(await textOf(policy.replace('= user.id', '> user.id'), ann, resource)).toContain(escaped);
    const { advice, query } = await (await load(policy)).explain(ann, text, resource);
    for (const shown of [advice.join(), query]) {
      expect(shown).toContain('allowed');
      for (const character of ['\u001B', '\n', '\u202E']) expect(shown).not.toContain(character);
    }
  });

  it('folds a call that encloses itself', async () => {
    const source = `allow(user: User, "read", repo: Repository) if visible(user, repo, 1);
      visible(user: User, repo: Repository, n) if n > 0 and visible(user, repo, n - 1);`;
    const mask = (_name: string, value: unknown) => (typeof value === 'number' ? '…' : undefined);
    expect(await textOf(source, ann, repo, { mask })).toContain('explained above');
  });

  it('explains calls up to the depth of the option', async () => {
    const source = `allow(user: User, "read", repo: Repository) if above(user, repo, 9);
      above(user: User, repo: Repository, n) if n > 0 and above(user, repo, n - 1);`;
    const depthOf = async (maxDepth: number) =>
      (await textOf(source, ann, repo, { maxDepth })).split('above(user, repo, n - 1);').length - 1;
    expect([await depthOf(2), await depthOf(5)]).toEqual([1, 4]);
  });

  it('limits the rules of each call', async () => {
    const source = Array.from(
      { length: 9 },
      (_, i) => `allow(user: User, "read", _: Repository) if user.id = ${i + 10};`,
    );
    const { misses, omitted } = await (
      await load(source.join('\n'))
    ).explain(ann, 'read', repo, { maxRules: 2 });
    expect([misses.length, omitted]).toEqual([2, 7]);
  });

  it('puts the rule first that got furthest', async () => {
    const source = `allow(user: User, "read", _: Repository) if user.isAdmin and user.id = 7;
      allow(user: User, "read", repo: Repository) if user.id = 7 and repo.size = 4;`;
    const { misses } = await (await load(source)).explain(ann, 'read', repo);
    expect(misses.map(({ line, progress, held }) => [line, progress, held])).toEqual([
      [2, 0.5, ['user.id = 7']],
      [1, 0, []],
    ]);
  });

  it('calls the application as often as a check, and prints nothing', async () => {
    let calls = 0;
    class Counted {
      holds() {
        calls++;
        return false;
      }
    }
    const printed: string[] = [];
    const authorizer = await Authorizer.load({
      policies: 'allow(user: Counted, "read", _) if print("hello") and user.holds();',
      types: { Counted },
      print: (text) => printed.push(text),
      onWarning: () => {},
    });
    await authorizer.explain(new Counted(), 'read', 1);
    expect([calls, printed]).toEqual([1, []]);
  });

  it('explains fields, requests, queries and bound actors', async () => {
    const authorizer = await load(`allow_field(user: User, "read", _: Repository, "size") if user.isAdmin;
      allow_request(user: User, request) if request.path = "/" and user.isAdmin;
      allow(user: User, "read", _: Repository) if user.isAdmin;`);
    const bound = authorizer.as(ann);
    const all = [
      await bound.explainField('read', repo, 'size'),
      await bound.explainRequest({ path: '/' }),
      await bound.explain('read', repo),
      await authorizer.policy.explainQuery('allow(user, "read", repo)', { bindings: { user: ann, repo } }),
    ];
    for (const { outcome, misses } of all)
      expect([outcome, misses[0]!.failure]).toMatchObject([
        'denied',
        { text: 'user.isAdmin', reason: 'it is false' },
      ]);
  });

  it('says that rules can be missing after a check with more goals than it keeps', async () => {
    const authorizer = await Authorizer.load({
      policies: 'allow(list, "read", _) if n in list and n = -1;',
      denialWarnings: false,
    });
    const ofLength = async (length: number) => {
      const list = Array.from({ length }, (_, i) => i);
      return (await authorizer.explain(list, 'read', 1)).advice.filter((text) =>
        text.includes('can be missing'),
      );
    };
    expect(await ofLength(10)).toEqual([]);
    expect(await ofLength(60_000)).toHaveLength(1);
  });

  it('returns plain data, which stays the same as JSON', async () => {
    const explanation = await (await load(roles)).explain(ann, 'read', repo);
    const copy: unknown = JSON.parse(JSON.stringify(explanation));
    expect(explanation).toEqual(copy);
    expect(renderExplanation(copy as typeof explanation)).toBe(renderExplanation(explanation));
  });

  it('throws the errors of a check', async () => {
    await expect(textOf('allow(user: User, "read", _) if user.nope.x();', ann, repo)).resolves.toContain(
      'undecided',
    );
    const endless = textOf('allow(user, "read", _) if deep(user); deep(user) if deep([user]);', ann, repo);
    await expect(endless).rejects.toMatchObject({ code: 'POLAR_RUN_DEPTH_LIMIT' });
  });

  it('refuses an unknown option and a value of the wrong kind', async () => {
    const refused = { code: 'POLAR_TYPE_INVALID_OPTION' };
    await expect(textOf(roles, ann, repo, { maxRules: 0 })).rejects.toMatchObject(refused);
    await expect(textOf(roles, ann, repo, { color: true } as never)).rejects.toMatchObject(refused);
  });
});

it('shows the keys of rows that a declared relation gives their types', async () => {
  const authorizer = await Authorizer.load({
    policies:
      'allow(user: Member, "read", organization: Org) if role in user.roles and role.org = organization;',
    types: {
      Member: {
        key: 'id',
        fields: { id: String },
        relations: { roles: many('Role', { local: 'id', foreign: 'memberId' }) },
      },
      Role: {
        key: 'id',
        fields: { id: String, memberId: String, orgId: String },
        relations: { org: one('Org', { local: 'orgId', foreign: 'id' }) },
      },
      Org: { key: 'id', fields: { id: String } },
    },
  });
  const user = typed('Member', {
    id: 'ann',
    roles: [{ id: 'r', memberId: 'ann', orgId: 'acme', org: { id: 'acme' } }],
  });
  const explanation = await authorizer.explain(user, 'read', typed('Org', { id: 'guild' }));
  expect(renderExplanation(explanation)).toContain('Org{id: "acme"} is not Org{id: "guild"}');
});
