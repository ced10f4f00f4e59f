import { createRequire } from 'node:module';
import { inspect } from 'node:util';
import type { Datum, Filter } from '../filter.js';
import type { Library, Scenario } from './both-libraries.fixture.js';

// Filters of `authorizedQuery`, as the adapter receives them.

class Row {
  constructor(fields: object) {
    Object.assign(this, fields);
  }
}
class User extends Row {}
class Org extends Row {}
class Repo extends Row {}
class Issue extends Row {}

const classes = { User, Org, Repo, Issue };
type Name = keyof typeof classes;

const actor = new User({ id: 1, name: 'u', org_id: 7 });
const nine = new Repo({ id: 9, name: 'nine', org_id: 7, owner_id: 1 });
const seven = new Org({ id: 7, name: 'o' });

const require = createRequire(import.meta.url);
/** Classes that the root of oso does not export. */
const innerModules = {
  ...(require('oso/dist/src/Expression') as Pick<Library, 'Expression'>),
  ...(require('oso/dist/src/Pattern') as Pick<Library, 'Pattern'>),
};

/** Returns the classes of constraints. */
const classesOf = (library: Library) =>
  'Expression' in library
    ? ([library.Expression, library.Pattern] as const)
    : ([innerModules.Expression, innerModules.Pattern] as const);

/** Returns the fields of each class: the columns, and the relations. */
const fieldsOf = ({ Relation }: Library) => {
  const one = (type: Name, key: string) => new Relation('one', type, key, 'id');
  const many = (type: Name, key: string) => new Relation('many', type, 'id', key);
  const id = { id: Number, name: String };
  return {
    User: { ...id, org_id: Number, org: one('Org', 'org_id'), repos: many('Repo', 'owner_id') },
    Org: { ...id, parent_id: Number, repos: many('Repo', 'org_id'), parent: one('Org', 'parent_id') },
    Repo: {
      ...id,
      pub: Boolean,
      n: Number,
      org_id: Number,
      owner_id: Number,
      org: one('Org', 'org_id'),
      owner: one('User', 'owner_id'),
      issues: many('Issue', 'repo_id'),
    },
    Issue: {
      id: Number,
      title: String,
      repo_id: Number,
      n: Number,
      m: Number,
      b: Boolean,
      tags: Array,
      repo: one('Repo', 'repo_id'),
    },
  };
};

const sideText = (side: Datum): string =>
  'typeName' in side
    ? `${side.typeName}${side.fieldName === undefined ? '' : `.${side.fieldName}`}`
    : `#${inspect(side.value)}`;

/** The order of relations and of the conditions of one alternative is not defined in oso. */
function filterText({ model, relations, conditions }: Filter): string {
  const joins = relations.map((each) => `${each.fromTypeName}.${each.fromFieldName}->${each.toTypeName}`);
  const alternatives = conditions.map((each) =>
    each
      .map(({ lhs, cmp, rhs }) => `${sideText(lhs)} ${cmp} ${sideText(rhs)}`)
      .sort()
      .join(' & '),
  );
  return `${model} / ${joins.sort().join(', ')} / ${alternatives.join(' | ')}`;
}

const filterOf =
  (policy: string, type: Name): Scenario =>
  async (library) => {
    const oso = new library.Oso();
    const fields = fieldsOf(library);
    for (const [name, each] of Object.entries(classes))
      oso.registerClass(each as never, { fields: fields[name as Name] as never });
    oso.registerConstant(nine, 'nine');
    oso.registerConstant([1, 2], 'nums');
    const seen: string[] = [];
    oso.setDataFilteringAdapter({
      buildQuery: (filter) => {
        seen.push(filterText(filter));
        return filter;
      },
      executeQuery: (filter) => Promise.resolve([(filter as Filter).model === 'Org' ? seven : nine]),
    });
    await oso.loadStr(policy);
    await oso.authorizedQuery(actor, 'read', classes[type] as never);
    return seen;
  };

/** Runs `authorizedQuery` and `authorizedResources` with names of classes. The class `Issue` is registered as `Ticket`. */
const filtersOfNames =
  (policy: string, ...names: readonly string[]): Scenario =>
  async (library) => {
    const oso = new library.Oso();
    oso.registerClass(Repo as never, { fields: { id: Number } });
    oso.registerClass(Issue as never, { name: 'Ticket', fields: { id: Number } });
    oso.setDataFilteringAdapter({
      buildQuery: filterText,
      executeQuery: (query) => Promise.resolve([query]),
    });
    await oso.loadStr(policy);
    const found: unknown[] = [];
    for (const name of names)
      for (const method of ['authorizedQuery', 'authorizedResources'] as const)
        found.push(
          // oxlint-disable-next-line no-await-in-loop -- one query after another
          await oso[method](1, 'read', name).catch((error: Error) => [error.constructor.name, error.message]),
        );
    return found;
  };

const conditions: Readonly<Record<string, readonly [type: Name, conditions: readonly string[]]>> = {
  i: [
    'Issue',
    [
      'i.n = 1',
      '1 = i.n',
      'i.n == 1',
      'i.n != 1',
      'i.n > 1 and i.n < 5',
      'i.n = i.m',
      'i.n > i.m',
      'i.b',
      'not i.b',
      'not i.n = 1',
      'not i.n > 1',
      'not (i.n = 1 and i.m = 2)',
      'not (i.n = 1 or i.m = 2)',
      'i.n = 1 or i.m = 2',
      '(i.n = 1 or i.m = 2) and i.b = true',
      'i.n in [1,2]',
      'i.n in nums',
      'not i.n in [1,2]',
      '"a" in i.tags',
      'not "a" in i.tags',
      'i.repo.name = "x"',
      'i.repo.org.name = "x" and i.repo.name = "y"',
      'x = i.repo and x.name = "z"',
      'i.repo = nine',
      'i.repo != nine',
      'not i.repo = nine',
      'i.repo.owner = u',
      'i.repo matches Repo',
      'i.repo matches Repo{name: "x"}',
      'i.repo matches Org',
      'i matches Repo',
      'i = nine',
      'i in nums',
      'i.n = nil',
      'i.n != nil',
      'i.n = 1 and i.n = 2',
      'forall(x in [1,2], i.n > x)',
      'x in [1,2] and i.n = x',
      'i.n + 1 = 2',
      'i.foo()',
      'i.missing = 1',
      'i.missing.x = 1',
      'i.n.foo = 1',
      'i.n = 1 and i.n = 1',
      'i.n > u.id',
      '1 > i.n',
      'i.repo.n > i.n',
      'i.repo.org.id = u.org_id',
      'true',
      '1 = 2',
      'i.n = 1 or 1 = 1',
      'i.n >= 2 and not i.m <= 3',
      'i.title = "a" or (i.b = false and (i.n = 1 or i.m = 2))',
      'u.org = i.repo.org',
      'i.repo.org = u.org and i.n = 1',
      'i.repo.org in [u.org]',
    ],
  ],
  o: [
    'Org',
    [
      'r in o.repos and r.name = "x"',
      'r in o.repos and r = nine',
      'nine in o.repos',
      'not nine in o.repos',
      'r in o.repos and s in o.repos and r.n = 1 and s.n = 2',
      'r in o.repos and q in r.issues and q.n = 1',
      'not (r in o.repos and r.n = 1)',
      'forall(r in o.repos, r.n = 1)',
      'o.parent.name = "x"',
      'r in o.repos and r.owner = u',
      'r in o.repos',
    ],
  ],
  x: ['User', ['r in x.org.repos and r.n = 1', 'x = u', 'x.org = u.org', 'x.name = u.name']],
};

const policies = [
  'allow(_, _, _);',
  'allow(_: Org, "read", _);',
  'allow(_: User, "read", r: Repo) if r.n = 1; allow(_, "read", _: Repo{name: "lit"});',
  'allow(_, _, r: Repo) if r = nine;',
  'allow(_, _, r: Repo) if r in [nine];',
  'allow(u, "read", r: Repo) if has_role(u, "m", r); has_role(u: User, "m", r: Repo) if r.owner = u; has_role(u: User, "m", r: Repo) if r.org = u.org;',
  'allow(a, b, c) if has_permission(a, b, c); actor User {} resource Org { roles = ["m"]; } resource Repo { permissions = ["read"]; roles = ["m", "o"]; relations = { org: Org }; "read" if "m"; "m" if "o"; "m" if "m" on "org"; } has_relation(o: Org, "org", r: Repo) if r.org = o; has_role(u: User, "m", o: Org) if u.org = o; has_role(u: User, "o", r: Repo) if r.owner = u;',
  'allow(_, _, {id: 5});',
  'allow(_, _, r: Repo) if not r.pub = true and cut; allow(_, _, r: Repo) if r.n = 5;',
  'allow(_, _, r: Repo) if r.org.name = "a"; allow(_, _, r: Repo) if r.owner.name = "b" and r.org.name = "c";',
  'allow(_, _, r: Repo) if r.owner.org.name = "a";',
  'allow(_, _, r: Repo) if r.owner.org.name = "a" and r.org.name = "b";',
  'allow(u, _, r: Repo) if r matches {n: 5, owner: u};',
  'allow(u: User, _, r: Repo{owner: u});',
  'allow(u: User, _, _: Repo{org: o}) if o.name = "x" and u.id = 1;',
  'allow(_, _, r) if f(r); f(r: Repo) if r.n = 1; f(i: Issue) if i.n = 2;',
  'allow(_, _, r: Repo) if print(r);',
  'allow(_, "write", r: Repo) if r.n = 1;',
];

const nested = [
  'allow(u: User, "read", r: Repo) if r.org_id = u.org_id; allow(u: User, action, i: Issue) if allow(u, action, i.repo);',
  'allow(u: User, "read", r: Repo) if r.org_id = u.org_id; allow(u: User, action, i: Issue) if r = i.repo and allow(u, action, r);',
  'allow(u: User, "read", o: Org) if o.id = u.org_id; allow(u: User, a, r: Repo) if allow(u, a, r.org); allow(u: User, a, i: Issue) if allow(u, a, i.repo);',
  'allow(_: User, "read", i: Issue) if not i.repo matches Org;',
  'allow(_: User, "read", i: Issue) if i.n matches Integer and not i.missing matches Integer;',
];

/** The results of `allow` with expressions, for a variable resource and, if the action is not known, a variable action. */
const resultsOf =
  (policy: string, isActionKnown = true): Scenario =>
  async (library) => {
    const oso = new library.Oso();
    const fields = fieldsOf(library);
    for (const [name, each] of Object.entries(classes))
      oso.registerClass(each as never, { fields: fields[name as Name] as never });
    await oso.loadStr(policy);
    const found: unknown[] = [];
    const action = isActionKnown ? 'read' : new library.Variable('action');
    const resource = new library.Variable('resource');
    for await (const result of oso.queryRule({ acceptExpression: true }, 'allow', actor, action, resource))
      found.push(result);
    return found;
  };

const partials = [
  'allow(_, _, r: Repo) if r.org matches Org;',
  'allow(_, _, r: Repo) if r.org matches Issue;',
  'allow(_, _, r: Repo) if r.missing matches Org;',
  'allow(_, _, r) if r.missing matches Org;',
  'allow(_, _, r: Repo) if not r.org matches Issue;',
  'allow(_, _, o: Org) if x in o.repos and x matches Repo;',
  'allow(_, _, r: Repo) if forall(i in r.issues, i.id = 1);',
];

/** Conditions on an action and a resource that are both unknown: each result depends on the other variable. */
const partialsOfTwo = [
  'allow(_, a, r) if not a = r.act;',
  'allow(_, a, r: Repo) if a = r.act;',
  'allow(_, a, r) if r.act = a and r.z = 1;',
  'allow(_, a, r) if a = r.b.c;',
  'allow(_, a, r: Repo) if a = r.b.c and a > 1;',
  'allow(_, a, r) if x = r.act and x = a and x > 1;',
  'allow(_, a, r) if a = r.x + 1;',
  'allow(_, a, r) if a = r.act and a = "x";',
  'allow(_, a, r) if a = r and r > 3;',
  'allow(_, a, r) if x in r.roles and x.perm = a;',
  'allow(_, a, r) if not (a = r.act and r.z = 1);',
  'allow(_, a, r) if not (_ = r.act) and a = 1;',
  'allow(_, a, r) if a = [r.x];',
];

/** The filters of single conditions, and of whole policies. */
export const filterScenarios: Readonly<Record<string, Scenario>> = Object.fromEntries([
  ...Object.entries(conditions).flatMap(([variable, [type, texts]]) =>
    texts.map((text) => [
      text,
      filterOf(`allow(u: User, "read", ${variable}: ${type}) if u.id = 1 and ${text};`, type),
    ]),
  ),
  ...policies.map((policy) => [policy, filterOf(policy, 'Repo')]),
  ...nested.map((policy) => [policy, filterOf(policy, 'Issue')]),
  [
    'allow(u: User, "read", r: Repo) if r.org_id = u.org_id; allow(u: User, a, o: Org) if r in o.repos and allow(u, a, r);',
    filterOf(
      'allow(u: User, "read", r: Repo) if r.org_id = u.org_id; allow(u: User, a, o: Org) if r in o.repos and allow(u, a, r);',
      'Org',
    ),
  ],
  ...partials.map((policy) => [`expressions: ${policy}`, resultsOf(policy)]),
  ...partialsOfTwo.map((policy) => [`expressions: ${policy}`, resultsOf(policy, false)]),
  [
    'a row of an actor without a registered class',
    (library: Library) => new library.Oso().authorizedQuery(1, 'read', Repo as never),
  ],
  ...[
    'allow(_, "read", _: Repo);',
    'allow(_, "read", _: Ticket);',
    'allow(_, "read", r: Repo) if r.id = 1;',
    'allow(_, "read", r) if r matches Repo;',
    'allow(_, "read", r) if not r matches Repo;',
    'allow(_, "read", r) if r.id = 1;',
    'allow(_, "write", _);',
  ].map((policy) => [
    `names of classes, of which some are not registered: ${policy}`,
    filtersOfNames(policy, 'Repo', 'Ticket', 'Issue', 'Unknown'),
  ]),
  [
    'an unknown type in a binding',
    async (library: Library) => {
      const [Expression, Pattern] = classesOf(library);
      const oso = new library.Oso();
      oso.registerClass(Repo as never);
      await oso.loadStr('f(_: Repo);');
      const variable = new library.Variable('x');
      const isUnknown = new Expression('Isa', [
        variable,
        new Pattern({ tag: 'Unknown', fields: {} as never }),
      ]);
      const bindings = new Map([['x', new Expression('And', [isUnknown])]]);
      return oso.queryRule({ acceptExpression: true, bindings }, 'f', variable).next();
    },
  ],
  [
    'a field whose class is not registered',
    async (library: Library) => {
      const oso = new library.Oso();
      oso.registerClass(Repo as never, { fields: { id: Number } });
      oso.registerClass(Org as never, { fields: { id: Number, createdAt: Date } });
      await oso.loadStr('allow(_, "read", r: Repo) if r.id = 1;');
      return oso.authorizedQuery(1, 'read', Repo as never);
    },
  ],
  [
    'no adapter',
    async (library: Library) => {
      const oso = new library.Oso();
      oso.registerClass(Repo as never);
      await oso.loadStr('allow(_, "read", _: Repo);');
      return oso.authorizedResources(1, 'read', Repo as never);
    },
  ],
  [
    'an adapter whose query is falsy',
    async (library: Library) => {
      const oso = new library.Oso();
      oso.registerClass(Repo as never);
      oso.setDataFilteringAdapter({ buildQuery: () => undefined, executeQuery: () => Promise.resolve([1]) });
      await oso.loadStr('allow(_, "read", _: Repo);');
      return oso.authorizedResources(1, 'read', Repo as never);
    },
  ],
  [
    'a relation that a policy reads is loaded by the adapter, and its query is passed on without an await',
    async (library: Library) => {
      const oso = new library.Oso();
      const seen: string[] = [];
      oso.registerClass(Org as never);
      oso.registerClass(Repo as never, {
        fields: { org: new library.Relation('one', 'Org', 'org_id', 'id') },
      });
      oso.setDataFilteringAdapter({
        buildQuery: (filter) => {
          seen.push(filterText(filter));
          return Promise.resolve(filter);
        },
        executeQuery: (query) => {
          seen.push(String(query instanceof Promise));
          return Promise.resolve([seven]);
        },
      });
      await oso.loadStr(
        'allow(name, "read", r: Repo) if r.org.name = name; allow(name, "match", _: Repo{org: o}) if o.name = name;',
      );
      const repo = new Repo({ org_id: 7, org: { name: 'another' } });
      const answers = [
        await oso.isAllowed('o', 'read', repo),
        await oso.isAllowed('another', 'read', repo),
        await oso.isAllowed('o', 'match', repo),
      ];
      return { answers, seen };
    },
  ],
  [
    'a relation with two parents',
    async (library: Library) => {
      const oso = new library.Oso();
      oso.registerClass(Org as never);
      oso.registerClass(Repo as never, {
        fields: { org: new library.Relation('one', 'Org', 'org_id', 'id') },
      });
      oso.setDataFilteringAdapter({
        buildQuery: (f) => f,
        executeQuery: () => Promise.resolve([seven, seven]),
      });
      await oso.loadStr('allow(name, "read", r: Repo) if r.org.name = name;');
      return oso.isAllowed('o', 'read', new Repo({ org_id: 7 }));
    },
  ],
  [
    'a partial evaluation with a constraint on the type, as a compiler of grants makes it',
    async (library: Library) => {
      const oso = new library.Oso();
      oso.registerClass(Repo as never);
      await oso.loadStr('allow(_, "read", r: Repo) if r.n = 1 and r.name != "x";');
      const [Expression, Pattern] = classesOf(library);
      const resource = new library.Variable('resource');
      const isRepo = new Expression('Isa', [resource, new Pattern({ tag: 'Repo', fields: {} as never })]);
      const bindings = new Map([['resource', new Expression('And', [isRepo])]]);
      const found: unknown[] = [];
      for await (const result of oso.queryRule(
        { acceptExpression: true, bindings },
        'allow',
        1,
        'read',
        resource,
      ))
        found.push(result);
      return found;
    },
  ],
  [
    'partial evaluations with a constraint on a type whose class has other names',
    async (library: Library) => {
      const oso = new library.Oso();
      class Row {}
      class Line extends Row {}
      const classes = { Invoice: Row, Order: Row, Line, Other: class {} };
      for (const [name, cls] of Object.entries(classes))
        oso.registerClass(cls as never, { name, isaCheck: () => true });
      const names = Object.keys(classes);
      await oso.loadStr(names.map((name) => `is(_: ${name}, "${name}");`).join(''));
      const [Expression, Pattern] = classesOf(library);
      const row = new library.Variable('row');
      const found: unknown[] = [];
      for (const tag of names) {
        const isa = new Expression('Isa', [row, new Pattern({ tag, fields: {} as never })]);
        const bindings = new Map([['row', new Expression('And', [isa])]]);
        for (const name of names)
          for await (const result of oso.queryRule({ acceptExpression: true, bindings }, 'is', row, name))
            found.push([tag, name, result]);
      }
      return found;
    },
  ],
] as [string, Scenario][]);
