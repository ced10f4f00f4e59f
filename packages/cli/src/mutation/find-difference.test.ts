import { describe, expect, it } from 'vitest';
import { enterFolder, nanook } from '../testing/run.fixture.js';
import type { Difference } from './find-difference.js';

type Fields = Readonly<Record<string, unknown>>;

const row = (type: string, fields: Fields) => ({ $type: type, ...fields });
const ref = (name: string) => ({ $ref: name });
const typesOf = (types: Readonly<Record<string, Fields>>) =>
  Object.fromEntries(Object.entries(types).map(([name, fields]) => [name, { fields }]));

interface Case {
  readonly policy: string;
  readonly test: string;
  readonly types?: Readonly<Record<string, Fields>>;
  readonly fixtures: Fields;
}

interface Survivor {
  readonly status: string;
  readonly removed: readonly string[];
  readonly added: readonly string[];
  readonly difference?: Difference;
}

async function mutantsOf({ policy, test, types, fixtures }: Case): Promise<readonly Survivor[]> {
  await enterFolder({
    'a.polar': `${policy}\ntest "weak" { ${test} }\n`,
    'nanook.config.json': JSON.stringify({ ...(types && { types: typesOf(types) }), fixtures }),
  });
  const { out, err } = await nanook('test', '--mutate', '--json');
  expect(err).toBe('');
  return (JSON.parse(out) as { readonly mutants: readonly Survivor[] }).mutants;
}

/** Returns the difference of the mutant whose changed line contains a text. */
async function differenceOf(weak: Case, added: string): Promise<Difference | undefined> {
  const mutants = await mutantsOf(weak);
  const mutant = mutants.find((each) => each.added.join('\n').includes(added));
  expect(mutant?.status).toBe('survived');
  return mutant?.difference;
}

const user = { id: 'Integer' };

describe('the search for a check that a mutant changes', { timeout: 60_000 }, () => {
  it('makes another tenant, if the fixtures have only one', async () => {
    const weak: Case = {
      policy: 'allow(user: User, "read", note: Note) if user.tenant = note.tenant and note.isPublic;',
      test: 'assert allow(ann, "read", news); assert_not allow(ann, "read", draft);',
      types: {
        Tenant: user,
        User: { ...user, tenant: 'Tenant' },
        Note: { tenant: 'Tenant', isPublic: 'Boolean' },
      },
      fixtures: {
        acme: row('Tenant', { id: 1 }),
        ann: row('User', { id: 1, tenant: ref('acme') }),
        news: row('Note', { tenant: ref('acme'), isPublic: true }),
        draft: row('Note', { tenant: ref('acme'), isPublic: false }),
      },
    };
    expect(await differenceOf(weak, 'if note.isPublic;')).toEqual({
      assertion: 'assert_not allow(ann, "read", news);',
      setup: [],
      changes: ['otherTenant = Tenant{id: 2}', 'ann.tenant = otherTenant'],
    });
  });

  it('makes another actor, if the fixtures have only one', async () => {
    const weak: Case = {
      policy: 'allow(user: User, "read", note: Note) if user.isStaff and note.ownerId = user.id;',
      test: 'assert allow(ann, "read", draft);',
      fixtures: { ann: row('User', { id: 1, isStaff: true }), draft: row('Note', { ownerId: 1 }) },
    };
    expect(await differenceOf(weak, 'if user.isStaff;')).toEqual({
      assertion: 'assert_not allow(otherUser, "read", draft);',
      setup: [],
      changes: ['otherUser = User{id: 2, isStaff: true}'],
    });
  });

  it('decides checks of an anonymous actor', async () => {
    const weak: Case = {
      policy: 'allow(_: User, "create", Note);',
      test: 'assert allow(ann, "create", Note);',
      types: { User: user, Note: user },
      fixtures: { ann: row('User', { id: 1 }) },
    };
    expect(await differenceOf(weak, 'allow(_, "create", Note);')).toMatchObject({
      assertion: 'assert_not allow(nil, "create", Note);',
      changes: [],
    });
  });

  describe.each([
    [
      'with declared types',
      {
        User: { ...user, roles: ['String'] },
        Post: { blocked: ['Integer'], shares: ['Share'] },
        Share: { userId: 'Integer', level: 'String', isOld: 'Boolean' },
      },
    ],
    ['without types', undefined],
  ])('fills lists that are empty in the fixtures, %s', (_name, types) => {
    const fixtures = {
      ann: row('User', { id: 1, roles: [] }),
      hello: row('Post', { blocked: [], shares: [] }),
    };
    const caseOf = (condition: string, test: string): Case => ({
      policy: `allow(user: User, "read", post: Post) if ${condition};`,
      test,
      ...(types && { types }),
      fixtures,
    });

    it('puts the key of an actor into a list', async () => {
      const weak = caseOf('not user.id in post.blocked', 'assert allow(ann, "read", hello);');
      expect(await differenceOf(weak, 'allow(_user: User, "read", _post: Post);')).toMatchObject({
        assertion: 'assert_not allow(ann, "read", hello);',
        changes: ['hello.blocked = [1]'],
      });
    });

    it('puts a constant of the policy into a list', async () => {
      const weak = caseOf(
        '"editor" in user.roles and post.blocked = []',
        'assert_not allow(ann, "read", hello);',
      );
      expect(await differenceOf(weak, '"editor" in user.roles and not post.blocked = []')).toMatchObject({
        assertion: 'assert allow(ann, "read", hello);',
        changes: ['ann.roles = ["editor"]'],
      });
    });

    it('puts objects with the fields of the conditions into a list', async () => {
      const weak = caseOf(
        'share in post.shares and share.userId = user.id and share.level = "write" and not share.isOld',
        'assert_not allow(ann, "read", hello);',
      );
      const mutants = await mutantsOf(weak);
      const found = (added: string) =>
        mutants.find((mutant) => mutant.added.join('\n').includes(added))?.difference?.assertion;
      expect({
        user: found('share in post.shares and share.level = "write" and not'),
        level: found('share.userId = user.id and not share.isOld;'),
        isOld: found('share.level = "write";'),
      }).toEqual({
        user: 'assert_not allow(ann, "read", hello);',
        level: 'assert_not allow(ann, "read", hello);',
        isOld: 'assert_not allow(ann, "read", hello);',
      });
    });
  });

  it.each([
    ['the start of a text', 'request.path.startsWith("/api/")', '/api/x', 'other'],
    ['the end of a text', 'request.path.endsWith(".txt")', 'a.txt', 'other'],
    ['the order of texts', 'request.path < "m"', 'a', 'm'],
    ['a parameter of another rule', 'under(request.path, "/api/")', '/api/x', 'other'],
  ])('finds values for %s', async (_name, condition, path) => {
    const weak: Case = {
      policy: `allow_request(user: User, request: Request) if ${condition} and user.isActive;
under(path: String, prefix: String) if path.startsWith(prefix);`,
      test: 'assert allow_request(ann, api); assert_not allow_request(ben, api); assert under("ab", "a");',
      fixtures: {
        ann: row('User', { id: 1, isActive: true }),
        ben: row('User', { id: 2, isActive: false }),
        api: row('Request', { path }),
      },
    };
    expect(await differenceOf(weak, 'if user.isActive;')).toMatchObject({
      assertion: 'assert_not allow_request(ann, api);',
    });
  });

  it('finds both sides of a limit that is computed', async () => {
    const weak: Case = {
      policy: `allow(user: User, "print", note: Note) if note.last - note.first < 30 and user.isStaff;
allow(user: User, "copy", note: Note) if user.credits >= note.last * 7;`,
      test: 'assert allow(ann, "print", draft); assert_not allow(ben, "print", draft); assert allow(ann, "copy", draft);',
      types: {
        User: { ...user, isStaff: 'Boolean', credits: 'Integer' },
        Note: { first: 'Integer', last: 'Integer' },
      },
      fixtures: {
        ann: row('User', { id: 1, isStaff: true, credits: 5000 }),
        ben: row('User', { id: 2, isStaff: false, credits: 5000 }),
        draft: row('Note', { first: 7, last: 9 }),
      },
    };
    expect(await differenceOf(weak, 'note.last - note.first <= 30')).toEqual({
      assertion: 'assert_not allow(ann, "print", draft);',
      setup: [],
      changes: ['draft.last = 37'],
    });
    expect(await differenceOf(weak, 'user.credits > note.last * 7')).toEqual({
      assertion: 'assert allow(ann, "copy", draft);',
      setup: [],
      changes: ['ann.credits = 63'],
    });
  });

  it('combines several changes, which kill the mutant when the fixtures have them', async () => {
    const weak: Case = {
      policy:
        'allow(user: User, "reopen", ticket: Ticket) if ticket.status = "closed" and ticket.priority != "low" and user.level >= 3;',
      test: 'assert_not allow(ann, "reopen", bug);',
      types: { User: { ...user, level: 'Integer' }, Ticket: { status: 'String', priority: 'String' } },
      fixtures: {
        ann: row('User', { id: 1, level: 2 }),
        bug: row('Ticket', { status: 'open', priority: 'low' }),
      },
    };
    const added = 'user.level > 3;';
    const difference = await differenceOf(weak, added);
    expect(difference).toEqual({
      assertion: 'assert allow(ann, "reopen", bug);',
      setup: [],
      changes: expect.arrayContaining(['bug.status = "closed"', 'ann.level = 3']),
    });
    const fixtures = structuredClone(weak.fixtures) as Record<string, Record<string, unknown>>;
    for (const change of difference!.changes) {
      const [, name, field, value] = /^(\w+)\.(\w+) = (.*)$/.exec(change)!;
      fixtures[name!]![field!] = JSON.parse(value!);
    }
    const mutants = await mutantsOf({ ...weak, fixtures, test: difference!.assertion });
    expect(mutants.find((mutant) => mutant.added.join('\n').includes(added))?.status).toBe('killed');
  });

  it('finds a user who is their own manager', async () => {
    const weak: Case = {
      policy:
        'allow(user: User, "approve", report: Report) if report.author.manager = user and report.total <= user.limit and report.author != user;',
      test: 'assert allow(mia, "approve", trip); assert_not allow(ann, "approve", trip);',
      types: {
        User: { ...user, manager: 'User?', limit: 'Integer' },
        Report: { author: 'User', total: 'Integer' },
      },
      fixtures: {
        mia: row('User', { id: 1, manager: null, limit: 1000 }),
        ann: row('User', { id: 2, manager: ref('mia'), limit: 0 }),
        trip: row('Report', { author: ref('ann'), total: 100 }),
      },
    };
    expect((await differenceOf(weak, 'report.total <= user.limit;'))?.assertion).toMatch(
      /^assert_not allow\(/,
    );
  });

  it('changes every copy of an object, and the key beside a reference', async () => {
    const weak: Case = {
      policy: `allow(user: User, "read", note: Note) if user.team.plan = "pro" and note.team.plan = "pro";
allow(user: User, "edit", note: Note) if note.owner = user and note.ownerId = user.id;`,
      test: 'assert allow(ann, "read", draft); assert allow(ann, "edit", draft);',
      types: {
        User: { ...user, team: 'Team' },
        Team: { id: 'Integer', plan: 'String' },
        Note: { owner: 'User', ownerId: 'Integer', team: 'Team' },
      },
      fixtures: {
        ann: row('User', { id: 1, team: { id: 1, plan: 'pro' } }),
        ben: row('User', { id: 2, team: { id: 1, plan: 'pro' } }),
        draft: row('Note', { owner: ref('ann'), ownerId: 1, team: { id: 1, plan: 'pro' } }),
      },
    };
    const mutants = await mutantsOf(weak);
    const statusOf = (added: string) =>
      mutants.find((mutant) => mutant.added.join('\n').includes(added))?.status;
    // The owner and its key say the same in consistent data. The teams differ only if one user moves to another.
    expect(statusOf('if note.ownerId = user.id;')).toBe('unresolved');
    expect(statusOf('if note.owner = user;')).toBe('unresolved');
    const difference = await differenceOf(weak, 'if user.team.plan = "pro";');
    expect(difference?.changes).toContainEqual(expect.stringMatching(/^otherTeam = Team\{id: 2/));
  });

  it('takes texts for the argument of a check from its conditions', async () => {
    const weak: Case = {
      policy: `allow_field(user: User, "read", note: Note, field) if field in note.publicFields and user.isActive;
allow_field(user: User, "edit", _: Note, field: String) if user.isActive and field != "id" and not field.startsWith("_");`,
      test: 'assert_not allow_field(ann, "read", draft, "title"); assert allow_field(ann, "edit", draft, "title");',
      fixtures: { ann: row('User', { id: 1, isActive: true }), draft: row('Note', { publicFields: [] }) },
    };
    const mutants = await mutantsOf(weak);
    const assertionFor = (removed: string, added: string) =>
      mutants.find((one) => one.removed[0]?.includes(removed) && one.added.join('\n').includes(added))
        ?.difference?.assertion;
    expect({
      list: assertionFor('"read"', 'publicFields and not user.isActive'),
      constant: assertionFor('"edit"', 'user.isActive and not field'),
      prefix: assertionFor('"edit"', 'field != "id";'),
    }).toEqual({
      list: 'assert allow_field(ann, "read", draft, "title");',
      constant: 'assert_not allow_field(ann, "edit", draft, "id");',
      prefix: expect.stringMatching(/^assert_not allow_field\(ann, "edit", draft, "_x?"\);$/),
    });
  });

  it('adds one further role to the setups of tests', async () => {
    const weak: Case = {
      policy: `actor User {}
resource Repo { permissions = ["read", "push"]; roles = ["reader", "writer"]; "read" if "reader"; "push" if "writer"; "reader" if "writer"; }
allow(u, a, r) if has_permission(u, a, r);`,
      test: `setup { has_role(User{"ann"}, "writer", Repo{"web"}); }
assert allow(User{"ann"}, "push", Repo{"web"}); assert_not allow(User{"ben"}, "read", Repo{"web"});`,
      fixtures: {},
    };
    expect(await differenceOf(weak, '"push" if "writer"; "push" if "reader";')).toEqual({
      assertion: 'assert_not allow(User{"ben"}, "push", Repo{"web"});',
      setup: expect.arrayContaining(['has_role(User{"ben"}, "reader", Repo{"web"});']),
      changes: [],
    });
  });

  it('adds a fact of a test about other objects to its setup', async () => {
    const weak: Case = {
      policy: `allow(user: User, "read", repo: Repo) if member(user, repo) and not archived(repo);
member(_: User, _: Repo) if false;
archived(_: Repo) if false;`,
      test: `setup { member(User{"ann"}, Repo{"web"}); archived(Repo{"old"}); }
assert allow(User{"ann"}, "read", Repo{"web"}); assert_not allow(User{"ann"}, "read", Repo{"old"});`,
      fixtures: {},
    };
    const difference = await differenceOf(weak, 'if member(user, repo);');
    expect(difference?.setup).toHaveLength(3);
    expect(difference?.assertion).toMatch(/^assert_not allow\(User\{"ann"\}, "read"/);
  });

  it('makes an instance of a class that extends the class of a fixture', async () => {
    await enterFolder({
      'a.polar': `allow(user: User, "delete", item: Item) if item.owner = user and not item matches Locked;
test "weak" { assert allow(ann, "delete", photo); assert_not allow(ben, "delete", photo); }`,
      'nanook.config.mjs': `class User { constructor(id) { this.id = id; } }
class Item { constructor(id, owner) { this.id = id; this.owner = owner; } }
class Locked extends Item {}
const ann = new User(1);
export default { types: { User, Item, Locked }, fixtures: { ann, ben: new User(2), photo: new Item(1, ann) } };`,
    });
    const { out } = await nanook('test', '--mutate', '--json', '--config', 'nanook.config.mjs');
    const { mutants } = JSON.parse(out) as { readonly mutants: readonly Survivor[] };
    const dropped = mutants.find(({ added }) => added.join('\n').endsWith('if item.owner = user;'));
    expect(dropped?.difference?.assertion).toBe('assert_not allow(ann, "delete", otherLocked);');
  });
});
