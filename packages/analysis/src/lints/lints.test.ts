// cspell:ignore raed
import { fact, type TypesInput } from '@nanook/core';
import { parse, positionOf } from '@nanook/core/syntax';
import { describe, expect, it } from 'vitest';
import { runLints } from './all-lints.js';

/** Returns the codes of the findings without their prefix, each with its line and the start of its message. */
function lint(
  text: string,
  types: TypesInput = {},
  constants: Readonly<Record<string, unknown>> = {},
): string[] {
  const { policy, diagnostics } = parse(text);
  expect(diagnostics).toEqual([]);
  return runLints({ trees: [policy], types, constants }).map(
    ({ code, span }) => `${positionOf(span!).line} ${code.replace('NANOOK_LINT_', '')}`,
  );
}

describe('never-granted', () => {
  const block =
    'resource Note {\n  permissions = ["read"];\n  roles = ["owner"];\n  relations = { parent: Note };\n';

  it('finds a permission, a role and a relation that no rule gives', () => {
    expect(lint(`${block}}`)).toEqual(['2 NEVER_GRANTED', '3 NEVER_GRANTED', '4 NEVER_GRANTED']);
  });

  it('accepts shorthand rules, rules of the predicates, and allow rules', () => {
    expect(
      lint(`${block}  "owner" if "owner" on "parent";\n}
allow(_, "read", _: Note);
has_relation(a: Note, "parent", b: Note) if b.parent = a;`),
    ).toEqual([]);
  });

  it('accepts a rule whose name is a variable', () => {
    expect(
      lint(`${block}  "read" if "owner" on "parent";\n}
has_role(user, name, note: Note) if r in user.roles and r.name = name and r.note = note;
has_relation(_, _, _);`),
    ).toEqual([]);
  });

  it('does not count the rules of another type', () => {
    expect(
      lint(
        'resource A { roles = ["x"]; "x" if "x"; }\nresource B {\n roles = ["x"]; }\nhas_role(_, "x", _: A);',
      ),
    ).toEqual(['3 NEVER_GRANTED']);
  });

  it('counts the rules of a base class', () => {
    class Base {}
    class Derived extends Base {}
    const policy =
      'resource Derived { permissions = ["x"]; roles = ["y"]; "x" if "y"; }\nhas_role(_, "y", _: Base);';
    expect(lint(policy, { Base, Derived })).toEqual([]);
    expect(lint(policy)).toEqual(['1 NEVER_GRANTED']);
  });

  it('counts the facts of rows', () => {
    const policy = 'resource Note { permissions = ["x"]; roles = ["y"]; "x" if "y"; }\nactor User {}';
    const types = { User: {}, Note: { fields: { id: 'Integer', owner: 'User' } } };
    const facts = [fact('has_role', ['owner', { value: 'y' }, 'this'])];
    expect(lint(policy, types)).toEqual(['1 NEVER_GRANTED']);
    expect(lint(policy, { ...types, Note: { ...types.Note, facts } })).toEqual([]);
    const invalid = [fact('has_role', ['writer'])];
    expect(lint(policy, { ...types, Note: { ...types.Note, facts: invalid } })).toEqual(['1 NEVER_GRANTED']);
  });
});

describe('never-used', () => {
  it('finds a role and a relation that no rule asks for', () => {
    expect(
      lint(`resource Note {
  roles = ["owner"];
  relations = { parent: Note };
}
has_role(_, "owner", _: Note);
has_relation(_, "parent", _: Note);`),
    ).toEqual(['2 NEVER_USED', '3 NEVER_USED']);
  });

  it('counts a relation to the actor for which a shorthand rule asks without `on`', () => {
    expect(
      lint(`actor User {}
resource Note {
  permissions = ["edit"];
  relations = { author: User };
  "edit" if "author";
}
has_relation(_: User, "author", _: Note);`),
    ).toEqual([]);
  });
});

describe('unknown-grantable', () => {
  const block = 'resource Note { permissions = ["read"]; }\n';

  it('finds a grantable permission that no block and no rule knows', () => {
    const rules = `${block}has_permission(_: User, permission: String, _: Note) if grantable(permission);
grantable("read");
grantable("raed");
grantable("pay");`;
    expect(lint(rules)).toEqual(['4 UNKNOWN_GRANTABLE', '5 UNKNOWN_GRANTABLE']);
  });

  it('accepts the permissions that a rule names as a text, in a list, by an equality or in a call', () => {
    const rules = `allow(user: User, "a", _) if grantable("a") and has_permission(user, "b", user);
allow(_: User, action, _) if action in ["c", "d"] or action = "e";
helper(user: User) if has_permission(user, "f", user);
grantable("a"); grantable("b"); grantable("c"); grantable("d"); grantable("e"); grantable("f");`;
    expect(lint(rules).filter((each) => each.endsWith('GRANTABLE'))).toEqual([]);
  });

  it('accepts a list that alone names the permissions of a policy', () => {
    const rules = 'allow(user: User, action, _) if grantable(action) and action in user.granted;\n';
    expect(lint(`${rules}grantable("read"); grantable("pay");`)).toEqual([]);
  });

  it('ignores rules of the same name with another meaning', () => {
    expect(lint('grantable(x) if x = 1;\ngrantable("reader", "x");\ngrantable(1);')).toEqual([]);
  });
});

describe('duplicate-rule and unreachable-rule', () => {
  it('find a rule that is written twice, whatever its layout', () => {
    expect(lint('f(1)  if x=1;\nf(1) if x = 1;')).toEqual(['2 DUPLICATE_RULE']);
  });

  it('find a rule that is written twice with other names of variables, but not with another constant', () => {
    const rules = 'f(a, b) if a.x = b and limit > b;\nf(c, d) if c.x = d and limit > d;\n';
    expect(lint(rules, {}, { limit: 1 })).toEqual(['2 DUPLICATE_RULE']);
    expect(lint('f(x) if x = limit;\nf(x) if x = other;', {}, { limit: 1, other: 2 })).toEqual([]);
    expect(lint('f(a, b) if a < b;\nf(a, b) if b < a;\nf(_, _);\nf(a, a);')).toEqual([
      '1 UNREACHABLE_RULE',
      '2 UNREACHABLE_RULE',
      '4 UNREACHABLE_RULE',
    ]);
  });

  it('find a shorthand rule that is written twice, and the equal rule without the short form', () => {
    const block = `resource Folder { roles = ["owner"]; }
resource Note {
  permissions = ["read"]; roles = ["reader"]; relations = { parent: Folder };
  "read" if "reader"; "read" if "reader";
  "read" if "owner" on "parent";
}
`;
    expect(
      lint(`${block}has_permission(user: Actor, "read", item: Note) if has_role(user, "reader", item);
has_permission(user: Actor, "read", item: Note) if
  has_relation(folder, "parent", item) and has_role(user, "owner", folder);
has_permission(user: User, "read", item: Note) if has_role(user, "reader", item);
has_role(_, _, _: Folder);
has_role(_, "reader", _: Note);
has_relation(_, "parent", _: Note);`),
    ).toEqual(['4 DUPLICATE_RULE', '7 DUPLICATE_RULE', '8 DUPLICATE_RULE']);
  });

  it('find rules that a fact without conditions makes needless', () => {
    expect(lint('allow(_, _, _);\nallow(user: User, "read", _) if user.admin;')).toEqual([
      '2 UNREACHABLE_RULE',
    ]);
    expect(lint('f(_: User, "a");\nf(_: User, "a") if g(1);\ng(1);')).toEqual(['2 UNREACHABLE_RULE']);
    expect(lint('f("a", _, 3);\nf("a", "b", 3) if g(1);\ng(1);')).toEqual(['2 UNREACHABLE_RULE']);
  });

  it('keep a rule that another one covers only in part', () => {
    expect(lint('f(_: User, "a");\nf(_, "a") if g(1);\nf(_: User, "b");\ng(1);')).toEqual([]);
    expect(lint('f(x, x);\nf(1, 2);')).toEqual([]);
    expect(lint('f(_: User{admin: true}, _);\nf(_: User, _) if g(1);\ng(1);')).toEqual([]);
  });
});

describe('nil-order', () => {
  const types: TypesInput = {
    Note: { fields: { due: 'Integer?', open: { optional: Boolean }, size: 'Integer' } },
  };

  it('finds an order and a negation of an optional field', () => {
    expect(lint('f(n: Note) if\n  n.due > 1;\nf(n: Note) if\n  not n.open;', types)).toEqual([
      '2 MAY_BE_NIL',
      '4 MAY_BE_NIL',
    ]);
  });

  it('accepts a field after its test for nil, and a field that is not optional', () => {
    expect(lint('f(n: Note) if n.due != nil and n.due > 1 and n.size > 2;', types)).toEqual([]);
    expect(lint('f(n: Note) if n.due != nil and (n.size = 1 or n.due > 1);', types)).toEqual([]);
  });

  it('finds a field that only another alternative has tested', () => {
    expect(lint('f(n: Note) if n.due != nil or n.due > 1;', types)).toEqual(['1 MAY_BE_NIL']);
  });
});

describe('cross-product', () => {
  it('finds two loops that no condition connects', () => {
    expect(lint('f(u, n) if a in u.as and b in n.bs and a.x = 1 and b.y = 2;')).toEqual(['1 CROSS_PRODUCT']);
  });

  it('accepts loops that a condition connects', () => {
    expect(lint('f(u, n) if a in u.as and b in n.bs and a.x = b.x;')).toEqual([]);
    expect(lint('f(u) if a in u.as and b in a.bs;')).toEqual([]);
    expect(lint('f(u, n) if a in u.as and a in n.as;')).toEqual([]);
  });
});

describe('relation-order', () => {
  const blocks = `resource Organization {}
resource Repository { relations = { parent: Organization, owner: User }; }
`;
  const orderIn = (text: string, dialect?: 'oso-cloud', types: TypesInput = {}): string[] => {
    const { policy, diagnostics } = parse(text);
    expect(diagnostics).toEqual([]);
    return runLints({ trees: [policy], types, constants: {}, dialect }).flatMap(({ code, span, message }) =>
      code === 'NANOOK_LINT_RELATION_ORDER'
        ? `${positionOf(span!).line} ${/`has_relation.*`/u.exec(message)?.[0]}`
        : [],
    );
  };

  it('finds calls with the related object at the place of the other dialect', () => {
    const bodies = `f(repository: Repository) if organization matches Organization and
  has_relation(repository, "parent", organization);
f(repository: Repository) if organization matches Organization and
  has_relation(organization, "parent", repository);
`;
    expect(orderIn(blocks + bodies)).toEqual(['4 `has_relation(organization, "parent", repository)`']);
    expect(orderIn(blocks + bodies, 'oso-cloud')).toEqual([
      '6 `has_relation(repository, "parent", organization)`',
    ]);
  });

  it('needs only the type of one argument', () => {
    const body = 'f(repository: Repository) if has_relation(_, "parent", repository);';
    expect(orderIn(blocks + body)).toEqual([]);
    expect(orderIn(blocks + body, 'oso-cloud')).toEqual(['3 `has_relation(repository, "parent", _)`']);
  });

  it('reads conditions of blocks, and objects that the policy names', () => {
    const policy = `resource Organization {}
resource Repository { permissions = ["read"]; relations = { parent: Organization };
  "read" if has_relation(resource, "parent", Organization{"acme"});
}`;
    expect(orderIn(policy)).toEqual(['3 `has_relation(Organization{"acme"}, "parent", resource)`']);
    expect(orderIn(policy, 'oso-cloud')).toEqual([]);
  });

  it('finds heads of rules and facts of tests in the dialect oso-cloud, because they are errors in the other one', () => {
    const heads = `has_relation(organization: Organization, "parent", repository: Repository) if repository.organization = organization;
has_relation(Repository{"anvil"}, "parent", Organization{"acme"});
test fixture acme { has_relation(Organization{"acme"}, "parent", Repository{"anvil"}); }
test "a" { setup { has_relation(User{"ann"}, "owner", Repository{"anvil"}); } assert f(1); }`;
    expect(orderIn(blocks + heads, 'oso-cloud')).toEqual([
      '3 `has_relation(repository: Repository, "parent", organization: Organization)`',
      '5 `has_relation(Repository{"anvil"}, "parent", Organization{"acme"})`',
      '6 `has_relation(Repository{"anvil"}, "owner", User{"ann"})`',
    ]);
    expect(orderIn(blocks + heads)).toEqual([]);
  });

  it('accepts arguments whose order the types do not tell', () => {
    const policy = `resource Folder { relations = { parent: Folder, shared: Resource }; }
f(a: Folder, b: Folder) if has_relation(a, "parent", b) and has_relation(b, "parent", a);
f(a, b) if has_relation(a, "parent", b);
f(a: Folder, b: Resource) if has_relation(a, "shared", b) and has_relation(b, "shared", a) and has_relation(a, "other", b);
f(a: Folder, b) if b matches Note and b matches Folder and has_relation(b, "parent", a);
f(a: Folder, b) if (b matches Note or not b matches Note) and has_relation(b, "parent", a);`;
    expect([orderIn(policy), orderIn(policy, 'oso-cloud')]).toEqual([[], []]);
  });

  it('accepts types that extend the declared ones, also several relations of one name', () => {
    class Base {}
    class Derived extends Base {}
    const policy = `resource Base { relations = { parent: Team }; }
resource Row extends Base {}
resource Note { relations = { parent: Base }; }
f(a: Derived, b: Team) if has_relation(a, "parent", b);
f(a: Row, b: Team) if has_relation(a, "parent", b);
f(a: Kind, b: Team) if has_relation(a, "parent", b);
f(a: Note, b: Row) if has_relation(a, "parent", b);`;
    const types = { Base, Derived, Kind: { extends: 'Base' } };
    expect(orderIn(policy, 'oso-cloud', types)).toEqual([]);
    expect(orderIn(policy, undefined, types)).toHaveLength(4);
  });
});

describe('endless-recursion', () => {
  const endlessIn = (text: string, dialect?: 'oso-cloud', types: TypesInput = {}): string[] => {
    const { policy, diagnostics } = parse(text);
    expect(diagnostics).toEqual([]);
    return runLints({ trees: [policy], types, constants: { root: {} }, dialect }).flatMap(
      ({ code, span, message }) =>
        code === 'NANOOK_LINT_ENDLESS_RECURSION'
          ? `${positionOf(span!).line}:${positionOf(span!).column} ${/finds (.*);/u.exec(message)?.[1]}`
          : [],
    );
  };

  it('finds a rule whose first call is the same question about an unknown object', () => {
    const policy = `has_role(user: User, "reader", folder: Folder) if
  parent matches Folder and has_role(user, "reader", parent) and has_relation(parent, "parent", folder);
reports_to(a: User, c: User) if user_is_active(a) and reports_to(a, b) and reports_to(b, c);
path(a, b) if path(x, y) and edge(a, x) and edge(y, b);`;
    expect(endlessIn(policy)).toEqual(['2:29 `parent`', '3:55 `b`', '4:15 `x` and `y`']);
  });

  it('accepts in the dialect oso-cloud a call before which another one can find the object', () => {
    const policy = `has_role(user: User, role: String, folder: Folder) if
  has_role(user, role, parent) and has_relation(folder, "parent", parent);
has_group(user: User, group: Group) if
  inner matches Group and has_group(user, inner) and has_group(inner, group);
reports_to(a: User, c: User) if reports_to(a, b) and reports_to(b, c);`;
    expect(endlessIn(policy, 'oso-cloud')).toEqual(['5:33 `b`']);
  });

  it('accepts calls whose arguments are found before, other questions, and conditions that can end the recursion', () => {
    const policy = `f(x) if y = x.parent and f(y);
f(x) if x.isOpen and f(y) and y.parent = x;
f(x) if f(root) or f(Folder{"top"}) or x.isOpen;
g(x, "reader") if g(y, "owner") and y = x;
h(x: User) if y matches Group and h(y) and member(x, y);
i(x: Folder{isOpen: true}) if i(y) and y = x;
j(x) if j(x) or x.isOpen;
k(x) if cut and x.isOpen;
k(x) if k(y) and y = x;
l(x) if l(root) and x.isOpen;
m(x) if m(nil) and x.isOpen;
n(x) if n(_, x);`;
    expect(endlessIn(policy)).toEqual([]);
  });
});
