// cspell:ignore raed membre
import { describe, expect, it } from 'vitest';
import { Authorizer, renderExplanation, typed } from '../index.js';

// Each mistake of a beginner is understood from the text alone: the text contains the phrase.

class User {
  constructor(
    readonly id: unknown,
    attributes: object = {},
  ) {
    Object.assign(this, attributes);
  }
}
class Admin {
  readonly id = 1;
}
class Org {
  constructor(readonly id: unknown) {}
}
class Repo {
  constructor(attributes: object = {}) {
    Object.assign(this, attributes);
  }
  readonly id = 1;
}

const rules = {
  name: 'rules.polar',
  source: `allow(user: User, "read", repo: Repo) if repo.orgId = user.orgId and repo.published = true;
allow(user: User, "edit", repo: Repo) if repo.authorId = user.id and not repo.locked;
allow(user: User, "delete", repo: Repo) if repo.createdAt > user.since;
allow(user: User, "admin", _: Repo) if "admin" in user.roles;
allow(user: User, "share", repo: Repo) if repo.owner.id = user.id;
allow(_: User, "archive", repo: Repo) if forall(tag in repo.tags, tag != "keep");
allow(user: User, "lend", repo: Repo) if repo.borrower = nil and user.active;
allow(user: User, "list", Repo) if user.active;
allow(user: User, "renew", repo: Repo) if repo.dueAt = user.dueAt;`,
};
const roles = {
  name: 'roles.polar',
  source: `actor User {}
resource Org { roles = ["owner", "member"]; permissions = ["invite"]; "invite" if "owner"; "member" if "owner"; }
resource Repo {
  permissions = ["read", "push"]; roles = ["reader", "writer"]; relations = { parent: Org };
  "read" if "reader"; "push" if "writer"; "reader" if "writer"; "reader" if "member" on "parent";
}
allow(actor, action, resource) if has_permission(actor, action, resource);
has_relation(org: Org, "parent", repo: Repo) if repo.org = org;
has_role(user: User, role: String, org: Org) if grant in user.grants and grant.role = role and grant.orgId = org.id;
has_role(user: User, "writer", repo: Repo) if repo.authorId = user.id;`,
};

const load = (policies: typeof rules, types: object) =>
  Authorizer.load({ policies, types: types as Record<string, object>, onWarning: () => {} });
const classes = { User, Admin, Org, Repo };
const withRules = await load(rules, classes);
const withRows = await load(rules, { User: {}, Repo: {} });
const withRoles = await load(roles, classes);

const ann = new User(7, { orgId: 1, active: true });
const member = (role: string) => new User(7, { grants: [{ role, orgId: 1 }] });
const open = new Repo({ orgId: 1, published: true });
const repoOf = (org: unknown) => new Repo({ org, authorId: 3 });

type Call = readonly [Authorizer, actor: unknown, action: unknown, resource: unknown];
const mistakes: readonly (readonly [mistake: string, call: Call, phrases: string | readonly string[]])[] = [
  [
    'a resource row without a type',
    [withRules, ann, 'read', { id: 1 }],
    [
      'advice: the resource is a plain object of no declared type',
      "tag it with typed('Repo', row)",
      '{id: 1} is not of the type Repo: it is a plain object of no declared type',
    ],
  ],
  [
    'an actor row without a type',
    [withRules, { id: 7 }, 'read', open],
    ["tag it with typed('User', row)", '{id: 7} is not of the type User'],
  ],
  ['a misspelled action', [withRoles, member('member'), 'raed', repoOf(1)], 'did you mean "read"?'],
  ['an action in capitals', [withRules, ann, 'READ', open], 'did you mean "read"?'],
  [
    'an action of another type',
    [withRoles, member('member'), 'push', new Org(1)],
    'Org{id: 1} is not of the type Repo',
  ],
  [
    'an action that is not a string',
    [withRules, ann, 3, open],
    'the action must be a string such as "read", found the number 3',
  ],
  [
    'a misspelled role in the data',
    [withRoles, member('membre'), 'read', repoOf(new Org(1))],
    'nearest condition that fails: `grant.role = role`: "membre" is not "member" (roles.polar:9)',
  ],
  [
    'a role in capitals in the data',
    [withRoles, member('Member'), 'read', repoOf(new Org(1))],
    '"Member" is not "member"',
  ],
  [
    'a role on another resource',
    [withRoles, member('writer'), 'push', repoOf(new Org(1))],
    ['User{id: 7} does not have the role "writer" on Repo{id: 1}', '`repo.authorId = user.id`: 3 is not 7'],
  ],
  [
    'grants that are not loaded',
    [withRoles, new User(7), 'invite', new Org(1)],
    'a User has no attribute `grants`',
  ],
  [
    'no grants',
    [withRoles, new User(7, { grants: [] }), 'invite', new Org(1)],
    '`grant in user.grants`: the list is empty',
  ],
  [
    'a relation that is not loaded',
    [withRoles, member('member'), 'read', repoOf(undefined)],
    [
      'Repo{id: 1} has no relation "parent" (',
      '`org` of a Repo is undefined, which counts as missing; load the value',
    ],
  ],
  [
    'a relation that is null',
    [withRoles, member('member'), 'read', repoOf(null)],
    ['Repo{id: 1} has no relation "parent" (', 'nil is not of the type Org: it is null'],
  ],
  [
    'an id instead of a related object',
    [withRoles, member('member'), 'read', repoOf(5)],
    '5 is not of the type Org: it is not an object; load the object if it is an id',
  ],
  [
    'the wrong tenant',
    [withRules, new User(7, { orgId: 2 }), 'read', open],
    '`repo.orgId = user.orgId`: 1 is not 2',
  ],
  [
    'an id as text',
    [withRules, new User(7, { orgId: '1' }), 'read', open],
    '1 is not "1"; a number is never equal to a string',
  ],
  [
    'a bigint',
    [withRules, new User(7, { orgId: 1n }), 'read', open],
    '1 is not 1n; a number is never equal to a bigint',
  ],
  [
    'a number for a boolean',
    [withRules, ann, 'read', new Repo({ orgId: 1, published: 1 })],
    ['✓ repo.orgId = user.orgId', '1 is not true; a number is never equal to a boolean'],
  ],
  [
    'a date as text, compared by order',
    [
      withRules,
      new User(7, { since: '2026-01-01' }),
      'delete',
      new Repo({ createdAt: new Date('2026-02-01') }),
    ],
    'one side is a Date and the other a string: convert the text to a Date',
  ],
  [
    'a date as text, compared by equality',
    [
      withRules,
      new User(7, { dueAt: '2026-02-01T00:00:00.000Z' }),
      'renew',
      new Repo({ dueAt: new Date('2026-02-01') }),
    ],
    'a Date is never equal to a string',
  ],
  [
    'a promise of an untyped row',
    [withRules, ann, 'read', Promise.resolve({ id: 1 })],
    "tag it with typed('Repo', row)",
  ],
  [
    'a promise of a list in the data',
    [withRules, new User(7, { roles: Promise.resolve(['editor']) }), 'admin', open],
    '"admin" is not in ["editor"]',
  ],
  [
    'an actor of another class',
    [withRules, new Admin(), 'read', open],
    'Admin{id: 1} is not of the type User',
  ],
  [
    'no actor: null',
    [withRules, null, 'read', open],
    'nil is not of the type User: it is null, such as an anonymous actor',
  ],
  ['no actor: undefined', [withRules, undefined, 'read', open], 'the actor is undefined'],
  ['the id of the actor', [withRules, 7, 'read', open], 'load the User and pass it, not its id'],
  ['swapped arguments', [withRules, open, 'read', ann], 'the arguments are in the wrong order'],
  [
    'a class instead of an instance',
    [withRules, ann, 'read', Repo],
    [
      'pass an instance, not the class',
      'Repo is not of the type Repo: it is the type itself, and not an instance',
    ],
  ],
  [
    'an instance instead of the class',
    [withRules, ann, 'list', open],
    ['pass the class `Repo`', 'Repo{id: 1} is not the type Repo itself'],
  ],
  [
    'a list instead of one resource',
    [withRules, ann, 'read', [open]],
    ['check each element: filter', '[Repo{id: 1}] is not of the type Repo: it is a list'],
  ],
  [
    'a missing attribute',
    [withRules, ann, 'share', new Repo()],
    '`repo.owner.id = user.id`: a Repo has no attribute `owner`',
  ],
  [
    'a null object in the data',
    [withRules, ann, 'share', new Repo({ owner: null })],
    'cannot read `id` of nil: `repo.owner` is nil',
  ],
  [
    'an id as text in a nested object',
    [withRules, ann, 'share', new Repo({ owner: { id: '7' } })],
    '"7" is not 7; a string is never',
  ],
  [
    'a string for a list',
    [withRules, new User(7, { roles: 'admin' }), 'admin', open],
    '"admin" is not in "admin"; the collection is a string, and not a list',
  ],
  [
    'objects for names in a list',
    [withRules, new User(7, { roles: [{ name: 'admin' }] }), 'admin', open],
    'the items are objects, so compare one of their attributes',
  ],
  [
    'text for numbers in a list',
    [withRules, new User(7, { roles: [1, 2] }), 'admin', open],
    '"admin" is not in [1, 2]; a string is never equal to a number',
  ],
  [
    'a missing attribute under not',
    [withRules, ann, 'edit', new Repo({ authorId: 7 })],
    '`not repo.locked`: a Repo has no attribute `locked`',
  ],
  [
    'text for a boolean',
    [withRules, ann, 'edit', new Repo({ authorId: 7, locked: 'false' })],
    '"false" is neither true nor false',
  ],
  [
    'a missing value that the policy compares with nil',
    [withRules, ann, 'lend', new Repo()],
    'a Repo has no attribute `borrower`',
  ],
  [
    'one element that does not satisfy a forall',
    [withRules, ann, 'archive', new Repo({ tags: ['a', 'keep'] })],
    ['`tag != "keep"` does not hold for every value', '`tag != "keep"`: both sides are "keep"'],
  ],
  [
    'a row tagged as another type',
    [withRows, typed('User', { id: 7 }), 'read', typed('User', { id: 1 })],
    'User{id: 1} is not of the type Repo',
  ],
];

describe('the text of an explanation', () => {
  it.each(mistakes)('names %s', async (_mistake, [authorizer, actor, action, resource], phrases) => {
    const text = renderExplanation(await authorizer.explain(actor, action as string, resource));
    for (const phrase of [phrases].flat()) expect(text).toContain(phrase);
  });
});

describe('the notes about kinds of values', () => {
  it('disappear with a mask, because they describe values', async () => {
    const mask = (name: string) => (name.endsWith('orgId') ? '…' : undefined);
    const explanation = await withRules.explain(new User(7, { orgId: '1' }), 'read', open, { mask });
    expect(renderExplanation(explanation)).toContain('… is not … (');
  });

  it('disappear together with the advice when the mask hides an argument', async () => {
    const mask = (_name: string, value: unknown) => (value === 7 ? '…' : undefined);
    const text = renderExplanation(await withRules.explain(7, 'read', open, { mask }));
    expect(text).toContain('denied: allow(…, "read", Repo{id: 1})');
    expect(text).not.toContain('7 ');
    expect(text).not.toContain('advice');
  });
});
