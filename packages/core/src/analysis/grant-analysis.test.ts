import { describe, expect, it, vi } from 'vitest';
import { Authorizer, typed, type AuthorizerOptions, type TypesInput } from '../index.js';
import { AbstractEvaluator } from './abstract-evaluator.js';

// cspell:ignore creat Documnet raed Repositry

class User {}
class Document {}
class Memo extends Document {}
class Folder {}
class Email extends String {}

const load = (policies: string, types: TypesInput, options: Partial<AuthorizerOptions> = {}) =>
  Authorizer.load({ policies, types, onWarning: () => {}, ...options });

/** Returns those of the actions that a policy can grant. */
async function granted(
  policies: string,
  actions: readonly string[],
  resource: string,
  options: Partial<AuthorizerOptions> & { readonly as?: 'instance' | 'type' } = {},
) {
  const { as, types = { User, Document, Memo, Folder, Email }, ...others } = options;
  const authorizer = await load(policies, types, others);
  return actions.filter((action) => authorizer.policy.grants(action, resource, as && { resource: as }));
}

const gitclub = `
  actor User {}
  allow(actor, action, resource) if has_permission(actor, action, resource);
  allow(_: User, "create", Organization);
  allow(user: User, "list", User) if user.isStaff;

  resource Organization {
    permissions = ["read", "create_repository"];
    roles = ["owner", "member", "auditor"];
    "read" if "member";
    "read" if "auditor";
    "create_repository" if "owner";
    "member" if "owner";
  }
  resource Repository {
    permissions = ["read", "delete", "archive", "audit"];
    roles = ["reader", "admin", "archivist"];
    relations = { organization: Organization };
    "read" if "reader";
    "delete" if "admin";
    "archive" if "archivist";
    "audit" if "auditor" on "organization";
    "reader" if "admin";
    "admin" if "owner" on "organization";
  }
  has_relation(organization: Organization, "organization", repository: Repository) if
    organization = repository.organization;
  has_role(user: User, name: String, organization: Organization) if
    name in ["owner", "member"] and role in user.roles and role.name = name and role.organization = organization;
`;
const rows: TypesInput = {
  User: { fields: { roles: ['Role'], isStaff: 'Boolean' } },
  Role: { fields: { name: 'String', organization: 'Organization' } },
  Organization: { key: 'id', fields: { id: 'Integer' } },
  Repository: { key: 'id', fields: { id: 'Integer', organization: 'Organization' } },
};
const actions = [
  'read',
  'raed',
  'create',
  'list',
  'create_repository',
  'delete',
  'archive',
  'audit',
  'owner',
];

describe('policy.grants', () => {
  it.each([
    ['Organization', ['read', 'create', 'create_repository']],
    // No rule gives the roles of an archivist or an auditor.
    ['Repository', ['read', 'delete']],
    ['User', ['list']],
    ['Role', []],
  ])('finds the actions that resource blocks grant on %s', async (type, expected) => {
    expect(await granted(gitclub, actions, type, { types: rows })).toEqual(expected);
  });

  it.each([
    ['instance', ['read', 'create_repository']],
    ['type', ['create']],
  ] as const)('tells when the resource is the %s', async (as, expected) => {
    expect(await granted(gitclub, actions, 'Organization', { types: rows, as })).toEqual(expected);
  });

  it.each<[string, string, readonly string[]]>([
    ['an action that any rule takes', 'allow(_, _, _);', ['a', 'b', 'c']],
    ['an action in a list', 'allow(_, x, _) if x in ["a", "b"];', ['a', 'b']],
    ['an action in an empty list', 'allow(_, x, _) if x in [];', []],
    ['an action that a variable carries', 'allow(_, x, _) if y = x and f(y); f("a");', ['a']],
    ['an action that is compared', 'allow(_, x, _) if x == "a"; allow(_, x, _) if x = "b";', ['a', 'b']],
    ['an action that another must not be', 'allow(_, x, _) if x != "a";', ['b', 'c']],
    [
      'an action in either alternative',
      'allow(_, x, r) if x = "a" or (x = "b" and r.ok) or (x = "c" and false);',
      ['a', 'b'],
    ],
    [
      'an action that only an alternative narrows',
      'allow(_, x, _) if (y = "a" or y = "b") and x = y;',
      ['a', 'b'],
    ],
    [
      'a conjunction that cannot hold',
      'allow(_, "a", r) if r.ok and 1 = 2; allow(_, "b", _) if 1 = 1;',
      ['b'],
    ],
    [
      'a rule that nothing leads to',
      'allow(_, "a", _) if f("x"); f("y"); allow(_, "b", _) if f("y");',
      ['b'],
    ],
    ['a rule of another type', 'allow(_, "a", _: Folder); allow(_, "b", _: Document);', ['b']],
    ['a rule about a subclass', 'allow(_, "a", _: Memo);', ['a']],
    ['a literal for a resource', 'allow(_, "a", "b"); allow(_, "b", 1); allow(_, "c", nil);', []],
    ['another type as the resource', 'allow(_, "a", Folder); allow(_, "b", Document);', ['b']],
    [
      'a test in the body',
      'allow(_, x, r) if r matches Folder and x = "a" or r matches Document and x = "b";',
      ['b'],
    ],
    ['a negation', 'allow(_, "a", r) if not r.ok; allow(_, x, r) if not x = "a" and r.ok;', ['a', 'b', 'c']],
    [
      'what is not known',
      'allow(u, "a", r) if r.x.y > 3 and u.f(r) and z in r.list and z matches Folder;',
      ['a'],
    ],
    ['a class that nobody registered', 'allow(_, "a", _: Nobody); allow(_, "b", _: Folder);', ['a']],
    ['a list where the action is text', 'allow(_, ["a"], _); allow(_, [_, *_], _); allow(_, {a: 1}, _);', []],
    ['another number of parameters', 'allow(_, "a", _) if f("a", "b"); f("a");', []],
  ])('reads %s', async (_, policy, expected) => {
    expect(await granted(policy, ['a', 'b', 'c'], 'Document')).toEqual(expected);
  });

  it.each<[string, string, readonly string[]]>([
    ['from itself', 'allow(_, x, _) if f(x); f(x) if f(x);', []],
    ['through others', 'allow(_, x, _) if f(x); f(x) if g(x); g(x) if f(x); g("b");', ['b']],
    [
      'after a rule that fails',
      'allow(_, x, _) if f(x) and x = "a"; f(x) if g(x) and f(x); f(x) if g(x); g(_);',
      ['a'],
    ],
    ['up to a parent', 'allow(_, x, r) if f(x, r); f(x, r) if f(x, r.parent); f("a", _: Folder);', ['a']],
    [
      'in both ways round',
      'allow(_, x, _) if f(x, "b"); f(x, y) if f(y, x); f("b", "c"); f("b", "a");',
      ['a', 'c'],
    ],
  ])('follows recursion %s', async (_, policy, expected) => {
    expect(await granted(policy, ['a', 'b', 'c'], 'Document')).toEqual(expected);
  });

  it('narrows the arguments by the heads of the called rules', async () => {
    const policy = `
      allow(_, x, r) if parent_of(p, r) and may(x, p);
      parent_of(p: Folder, r: Document) if p = r.folder;
      may("a", _: Folder); may("b", _: Document); may("c", _: Memo);
    `;
    expect(await granted(policy, ['a', 'b', 'c'], 'Document')).toEqual(['a']);
    expect(await granted(policy, ['a', 'b', 'c'], 'Folder')).toEqual([]);
  });

  it('keeps the values of a variable separate in each alternative', async () => {
    const policy = `allow(_, x, _) if (y = "a" and f(y) or y = "b") and x = y; f("b");`;
    expect(await granted(policy, ['a', 'b'], 'Document')).toEqual(['b']);
  });

  it('does not assume the declared type of a field, because a row may have another type', async () => {
    const types = { Party: {}, Person: {}, Deed: { fields: { owner: 'Party' } } };
    const policy = 'allow(_, "a", deed: Deed) if is_person(deed.owner); is_person(_: Person);';
    expect(await granted(policy, ['a'], 'Deed', { types })).toEqual(['a']);
  });

  it('returns false for a condition on two types that no value can have together', async () => {
    const policy = 'allow(_, "a", _: One); allow(_, "b", _: Two); allow(_, "c", _: Any);';
    const actions = ['a', 'b', 'c'];
    const kind = (one: object, two: object, any: object) => ({ One: one, Two: two, Any: any }) as TypesInput;
    const is = () => false;
    const ofKinds = kind(
      { discriminator: { kind: 1 } },
      { discriminator: { kind: 2 } },
      { discriminator: { size: 1 } },
    );
    expect(await granted(policy, actions, 'One', { types: kind({}, {}, { is }) })).toEqual(['a', 'c']);
    expect(
      await granted(policy, actions, 'One', { types: kind({ class: Document }, { class: Folder }, {}) }),
    ).toEqual(['a', 'c']);
    expect(
      await granted(policy, actions, 'One', {
        types: kind({ class: Memo }, { class: Document }, { class: Folder }),
      }),
    ).toEqual(['a', 'b']);
    expect(await granted(policy, actions, 'One', { types: ofKinds })).toEqual(['a', 'c']);
    expect(await granted(policy, actions, 'One', { types: kind({ is }, {}, { class: Folder }) })).toEqual(
      actions,
    );
  });

  it('returns true when a value may equal one of another type', async () => {
    const policy = 'allow(_, "a", "ann@example.org"); allow(_, "b", e) if e = "x" and e matches Email;';
    expect(await granted(policy, ['a', 'b'], 'Email')).toEqual(['a', 'b']);
    expect(await granted(policy, ['a', 'b'], 'Folder')).toEqual([]);
    // The application defines all values as equal.
    expect(await granted(policy, ['a', 'b'], 'Folder', { equality: () => true })).toEqual(['a']);
  });

  it('accepts the name, the class or the token of a type, and uses the nearest registered base class', async () => {
    class Draft extends Document {}
    const authorizer = await load('allow(_, "read", _: Document); allow(_, "read", _: Row);', {
      Document,
      Row: {},
    });
    for (const type of ['Document', Document, Draft, 'Row', authorizer.type('Row')])
      expect([type, authorizer.policy.grants('read', type), authorizer.policy.grants('raed', type)]).toEqual([
        type,
        true,
        false,
      ]);
  });

  it.each([['Documnet'], [Folder]])('throws POLAR_TYPE_UNKNOWN_TYPE for the type %s', async (type) => {
    const authorizer = await load('allow(_, "read", _: Document);', { Document });
    expect(() => authorizer.policy.grants('read', type)).toThrow(
      expect.objectContaining({ code: 'POLAR_TYPE_UNKNOWN_TYPE' }),
    );
  });

  it('returns false for a policy without an allow rule', async () => {
    expect(await granted('f(1);', ['a'], 'Document')).toEqual([]);
  });

  it('uses the reloaded policy', async () => {
    const authorizer = await load('allow(_, "a", _);', { Document });
    await authorizer.reload('allow(_, "b", _);');
    expect(['a', 'b'].filter((action) => authorizer.policy.grants(action, Document))).toEqual(['b']);
  });

  it('runs no code of the application', async () => {
    const fail = () => {
      throw new Error('the application was called');
    };
    const types = { Odd: { is: fail, equals: fail }, Document };
    const policy = 'allow(u, x, r: Odd) if u.f(r) = x and r = "a" and x matches Odd and Odd.list(r);';
    expect(await granted(policy, ['a'], 'Document', { types, equality: fail })).toEqual(['a']);
  });

  it('visits each rule of a long chain at most twice, and none of thousands of rules for other actions', async () => {
    const count = 2_000;
    const links = Array.from({ length: count }, (_, i) => `f${i}(x, r) if f${i + 1}(x, r) and r.ok;`);
    const others = Array.from({ length: count }, (_, i) => `allow(_, "a${i}", _: T${i});`);
    const types = Object.fromEntries(Array.from({ length: count }, (_, i) => [`T${i}`, {}]));
    const policies = `allow(_, x, r) if f0(x, r); ${links.join('\n')} f${count}("b", _: T7); ${others.join('\n')}`;
    const { policy } = await load(policies, types);
    const head = vi.spyOn(AbstractEvaluator.prototype, 'head');
    const visits = (action: string, type: string, expected: boolean): number => {
      head.mockClear();
      expect(policy.grants(action, type)).toBe(expected);
      return head.mock.calls.length;
    };
    const chain = 1 + count + 1;
    expect(visits('b', 'T7', true)).toBe(chain);
    expect(visits('b', 'T8', false)).toBeLessThanOrEqual(2 * chain);
    for (const i of [0, 1, 19]) {
      // The rule of the action, and the rule of all actions.
      expect(visits(`a${i}`, `T${i}`, true)).toBe(2);
      expect(visits(`a${i}`, `T${i + 1}`, false)).toBeLessThanOrEqual(2 * chain);
    }
  });

  it('counts declared facts, which a question can have, for values of their types', async () => {
    const policy = `
      declare is_public(Document);
      declare has_level(User, String, Folder);
      allow(_, "read", document: Document) if is_public(document);
      allow(_, "read", folder: Folder) if is_public(folder);
      allow(user: User, "edit", folder: Folder) if has_level(user, "editor", folder);
      allow(folder: Folder, "own", _: Folder) if has_level(folder, "editor", folder);
      allow(_, "hide", document: Document) if not is_public(document);
    `;
    expect(await granted(policy, ['read', 'edit', 'hide'], 'Document')).toEqual(['read', 'hide']);
    expect(await granted(policy, ['read', 'edit', 'own'], 'Folder')).toEqual(['edit']);
  });

  it('returns true when the analysis takes too long', async () => {
    // The abstract values of nine arguments distinguish the calls, so that there are too many of them to evaluate.
    const names = Array.from({ length: 9 }, (_, i) => `x${i}`);
    const flips = names.map((name, i) => {
      const flipped = names.map((other, j) => (i === j ? `y` : other));
      return `f(${names.join()}) if ${name} in ["0", "1", "2", "3", "4", "5", "6", "7"] and next(${name}, y) and f(${flipped.join()});`;
    });
    const next = Array.from({ length: 8 }, (_, i) => `next("${i}", "${(i + 1) % 8}");`);
    const policy = `allow(_, "a", _) if f(${names.map(() => '"0"').join()}); ${flips.join('\n')} ${next.join('')}`;
    expect(await granted(policy, ['a', 'b'], 'Document')).toEqual(['a']);
  });
});

describe('policy.grants without a resource', () => {
  it('returns whether the action can be allowed on anything', async () => {
    const authorizer = await load(gitclub, rows);
    const actions = ['read', 'raed', 'create', 'archive', 'owner'];
    expect(actions.filter((action) => authorizer.policy.grants(action))).toEqual(['read', 'create']);
  });
});

describe('policy.actions', () => {
  it('lists the actions of a type, without roles and without actions that no rule can allow', async () => {
    const authorizer = await load(gitclub, rows);
    expect(authorizer.policy.actions()).toEqual(['create', 'create_repository', 'delete', 'list', 'read']);
    expect(authorizer.policy.actions('Repository')).toEqual(['delete', 'read']);
    expect(authorizer.policy.actions('Organization', { resource: 'type' })).toEqual(['create']);
  });

  it('lists the actions of the reloaded policy', async () => {
    const authorizer = await load('allow(_, "a", _);', {});
    await authorizer.reload('allow(_, "b", _);');
    expect(authorizer.policy.actions()).toEqual(['b']);
  });
});

describe('policy.requireGrant', () => {
  it.each<[Parameters<Authorizer['policy']['requireGrant']>, string]>([
    [['raed'], 'no rule can allow "raed"; did you mean "read"?'],
    [['raed', 'Repository'], 'no rule can allow "raed" on a Repository; did you mean "read"?'],
    [
      ['creat', 'Organization', { resource: 'type' }],
      'no rule can allow "creat" on the type Organization itself; did you mean "create"?',
    ],
    // Similar names that no rule can allow there.
    [['lst', 'Repository'], 'no rule can allow "lst" on a Repository'],
    [['read', 'Repositry'], 'no type is registered as `Repositry`; did you mean `Repository`?'],
  ])('names the mistake in %j', async (args, message) => {
    const authorizer = await load(gitclub, rows);
    expect(() => authorizer.policy.requireGrant(...args)).toThrow(
      expect.objectContaining({ message }) as Error,
    );
  });

  it('passes when a rule can allow the action', async () => {
    const authorizer = await load(gitclub, rows);
    authorizer.policy.requireGrant('read');
    authorizer.policy.requireGrant('create', 'Organization', { resource: 'type' });
  });
});

describe('a type that extends another one', () => {
  const policy = 'allow(_: User, "read", d: Doc) if d.open; allow(_: User, "share", _: Folder);';
  const rows: TypesInput = {
    User: {},
    Doc: { fields: { open: 'Boolean' } },
    Folder: { extends: 'Doc', fields: { open: 'Boolean' } },
    Tray: { extends: 'Folder', fields: { open: 'Boolean' } },
  };

  // A resource that is declared as a `Doc` can be a `Folder`.
  it.each([
    ['Doc', ['read']],
    ['Folder', ['read', 'share']],
    ['Tray', ['read', 'share']],
  ])('grants the actions of the rules for the types that it extends, for %s', async (type, ofRow) => {
    const expected = ['read', 'share'];
    expect(await granted(policy, ['read', 'share', 'delete'], type, { types: rows })).toEqual(expected);
    const authorizer = await load(policy, rows);
    const actions = await authorizer.actions(typed('User', {}), typed(type, { open: true }));
    expect([...actions].toSorted()).toEqual(ofRow);
    expect([...authorizer.policy.actions(type)].toSorted()).toEqual(expected);
    expect(() => authorizer.policy.requireGrant('read', type)).not.toThrow();
  });
});
