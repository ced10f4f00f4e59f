import { describe, expect, it } from 'vitest';
import { printCondition } from '../filter/print-condition.js';
import { Authorizer, many, one, secret, typed, type ExplainedRule } from '../index.js';

const types = {
  User: { key: 'id', fields: { id: 'Integer', name: String, isAdmin: Boolean } },
  Org: {
    key: 'id',
    fields: { id: 'Integer' },
    relations: { members: many('Member', { local: 'id', foreign: 'orgId' }) },
  },
  Member: { fields: { orgId: 'Integer', userId: 'Integer', role: 'String' } },
  Repo: {
    key: 'id',
    fields: {
      id: 'Integer',
      isPublic: Boolean,
      status: 'String?',
      size: 'Integer?',
      orgId: 'Integer',
      parentId: 'Integer?',
      topics: ['String'],
    },
    relations: {
      org: one('Org', { local: 'orgId', foreign: 'id', enforced: true }),
      parent: one('Repo', { local: 'parentId', foreign: 'id' }),
    },
  },
} as const;

const ann = typed('User', { id: 7, name: 'ann', isAdmin: false });

const load = (source: string) =>
  Authorizer.load({ policies: { name: 'policy.polar', source }, types, onWarning: () => {} });

const explain = async (source: string, actor: unknown = ann) =>
  (await load(source)).explainWhere(actor, 'read', 'Repo');

const shown = ({ name, line, condition, calls }: ExplainedRule): unknown => [
  `${name}:${line} ${condition}`,
  ...calls.map(shown),
];

describe('explainWhere()', () => {
  it('returns the part of each rule, and leaves out rules that allow no row', async () => {
    const { rules, condition, rows, type } = await explain(`
      allow(_: User, "read", repo: Repo) if repo.isPublic;
      allow(user: User, "read", _: Repo) if user.isAdmin;
      allow(_: User, "write", _: Repo);
      allow(user: User, "read", repo: Repo) if user.id = 7 and repo.status in ["open", "new"] and repo.size < 5;
    `);
    expect({ type, condition, rows }).toEqual({
      type: 'Repo',
      condition: 'repo.isPublic or (repo.status in ["open", "new"] and repo.size < 5)',
      rows: 'some',
    });
    expect(rules).toEqual([
      {
        name: 'allow',
        text: 'allow(_: User, "read", repo: Repo) if repo.isPublic;',
        file: 'policy.polar',
        line: 2,
        column: 7,
        condition: 'repo.isPublic',
        rows: 'some',
        calls: [],
      },
      expect.objectContaining({ line: 5, condition: 'repo.status in ["open", "new"] and repo.size < 5' }),
    ]);
  });

  it('returns the rules that a rule calls, as a tree, also those of resource blocks', async () => {
    const { rules, text } = await explain(`
      allow(actor, action, resource) if has_permission(actor, action, resource);
      actor User {}
      resource Org { roles = ["owner", "member"]; "member" if "owner"; }
      resource Repo {
        permissions = ["read"];
        roles = ["reader"];
        relations = { parent: Org };
        "read" if "reader";
        "reader" if "member" on "parent";
      }
      has_role(user: User, name: String, org: Org) if
        member in org.members and member.userId = user.id and member.role = name;
      has_relation(org: Org, "parent", repo: Repo) if repo.org = org;
    `);
    const part = (role: string, name = 'member', org = 'repo.org') =>
      `${name} in ${org}.members and ${name}.userId = 7 and ${name}.role = "${role}"`;
    const whole = `(${part('member')}) or (${part('owner', 'member2')})`;
    expect(rules.map(shown)).toEqual([
      [
        `allow:2 ${whole}`,
        [
          `has_permission:9 ${whole}`,
          [
            `has_role:10 ${whole}`,
            [`has_role:12 ${part('member', 'member', 'org')}`],
            [
              `has_role:4 ${part('owner', 'member', 'org')}`,
              [`has_role:12 ${part('owner', 'member', 'org')}`],
            ],
            [`has_relation:14 ${whole}`],
          ],
        ],
      ],
    ]);
    expect(text.split('\n').slice(0, 3)).toEqual([
      `rows of Repo: ${whole}`,
      `  allow (policy.polar:2): ${whole}`,
      `    has_permission (policy.polar:9): ${whole}`,
    ]);
  });

  it.each([
    ['not repo.isPublic', 'not repo.isPublic'],
    ['not (repo.isPublic and repo.size = 1)', 'not (repo.isPublic and repo.size = 1)'],
    ['repo.status != nil', 'repo.status != nil'],
    ['repo.status != "it\'s"', 'repo.status != "it\'s"'],
    ['repo.parent = nil', 'repo.parent = nil'],
    ['repo.parent != nil', 'repo.parent != nil'],
    ['repo.parent.isPublic', 'repo.parent.isPublic'],
    [
      'm in repo.org.members and n in repo.org.members and (m.userId = 1 or n.userId = 2)',
      'member in repo.org.members and member2 in repo.org.members and (member.userId = 1 or member2.userId = 2)',
    ],
    [
      '(m in repo.org.members and m.userId = 1) or repo.isPublic',
      '(member in repo.org.members and member.userId = 1) or repo.isPublic',
    ],
    ['repo.size = 1 or repo.size = repo.parentId', 'repo.size = 1 or repo.size = repo.parentId'],
    ['repo.size in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]', 'repo.size in [1, 2, 3, 4, 5, 6, 7, 8, … 2 more]'],
    ['not (repo.size < 3 and false)', 'not (repo.size < 3 and false)'],
    ['(repo.size - 1) * 2 != repo.orgId + 3 * 4', '(repo.size - 1) * 2 != repo.orgId + 12'],
    ['repo.size - (repo.orgId - repo.id) mod 2 < 5', 'repo.size - (repo.orgId - repo.id) mod 2 < 5'],
    ['not repo.size * (repo.id / 2) = 1', 'repo.size * (repo.id / 2) != 1'],
  ])('prints the condition of %s as a policy would say it', async (body, printed) => {
    const { condition } = await explain(`allow(_, "read", repo: Repo) if ${body};`);
    expect(condition).toBe(printed);
  });

  it('names the rule of a recursion', async () => {
    const { rules } = await explain(`
      allow(user, "read", repo: Repo) if visible(user, repo);
      visible(_, repo: Repo) if repo.isPublic;
      visible(user, repo: Repo) if visible(user, repo.parent);
    `);
    expect(rules.map(shown)).toEqual([
      ['allow:2 visible(repo)', ['visible:3 repo.isPublic'], ['visible:4 visible(repo.parent)']],
    ]);
  });

  it.each([
    ['allow(_, "read", _: Repo);', 'all'],
    ['allow(_, "write", _: Repo);', 'none'],
  ])('tells for %s that it allows %s rows', async (policy, rows) => {
    const explanation = await explain(policy);
    expect(explanation.rows).toBe(rows);
    expect(explanation.text.split('\n')[0]).toBe(`rows of Repo: ${rows}`);
  });

  it('explains the condition that where() returns, in the form of plain data', async () => {
    const authorizer = await load(`
      allow(user: User, "read", repo: Repo) if repo.isPublic or (m in repo.org.members and m.userId = user.id);`);
    const { condition } = await authorizer.where(ann, 'read', 'Repo');
    const explanation = await authorizer.as(ann).explainWhere('read', 'Repo');
    expect(explanation.condition).toBe(printCondition(condition));
    expect(JSON.parse(JSON.stringify(explanation))).toEqual(explanation);
  });

  it('throws as where() does', async () => {
    const authorizer = await load('allow(_, "read", repo: Repo) if repo.isLate();');
    await expect(authorizer.explainWhere(ann, 'read', 'Repo')).rejects.toMatchObject({
      code: 'POLAR_FILTER_UNTRANSLATABLE',
    });
    await expect(authorizer.explainWhere(ann, 'read', 'Rep')).rejects.toThrow('did you mean `Repo`?');
  });

  it('prints the elements of a list without the tests of their types', async () => {
    const { condition } = await explain(
      'allow(_: User, "read", repo: Repo) if repo.status in repo.topics or not (repo.isPublic and "a" in repo.topics);',
    );
    expect(condition).toBe('repo.status in repo.topics or not (repo.isPublic and "a" in repo.topics)');
  });

  it('hides the values of secret fields of the actor', async () => {
    const authorizer = await Authorizer.load({
      policies: `allow(user: User, "read", repo: Repo) if repo.owner = user.email or repo.owner in user.aliases or repo.owner = "x";`,
      types: {
        User: { fields: { email: secret('String'), aliases: secret(['String']) } },
        Repo: { fields: { owner: 'String' } },
      },
      onWarning: () => {},
    });
    const actor = typed('User', { email: 'ann@example.org', aliases: ['a@example.org', 'b@example.org'] });
    const explained = await authorizer.explainWhere(actor, 'read', 'Repo');
    expect(JSON.stringify(explained)).not.toContain('@');
    expect(explained.hidesValues).toBe(true);
    expect(explained.condition).toBe('repo.owner = *** or repo.owner in [***, ***] or repo.owner = "x"');
  });

  it.each([
    'repo.owner = user.email',
    'repo.owner = user.later',
    'repo.owner = user.email.toUpperCase()',
    'repo.owner in user.email.split("-")',
    'repo.owner = user.shouted()',
    'e in user.aliases and repo.owner = e',
    'repo.size > user.pin + 1',
  ])('hides secrets that the application or the policy computes in %s', async (condition) => {
    class User {
      get email(): string {
        return 'marker-7391';
      }
      get later(): Promise<string> {
        return Promise.resolve(this.email);
      }
      get aliases(): Set<string> {
        return new Set([this.email]);
      }
      get pin(): number {
        return 73_910;
      }
      shouted(): string {
        return this.email.toUpperCase();
      }
    }
    const hidden = secret('String');
    const authorizer = await Authorizer.load({
      policies: `allow(user: User, "read", repo: Repo) if ${condition};`,
      types: {
        User: {
          class: User,
          fields: { email: hidden, later: hidden, aliases: [hidden], pin: secret('Integer') },
        },
        Repo: { fields: { owner: 'String', size: 'Integer' } },
      },
      onWarning: () => {},
    });
    const explained = await authorizer.explainWhere(new User(), 'read', 'Repo');
    expect(JSON.stringify(explained)).not.toMatch(/marker|739/i);
    expect(explained.condition).toContain('***');
  });
});
