import { describe, expect, it } from 'vitest';
import { sampledCases } from '../../../../../tools/test-scope.js';
import type { TypesInput } from '../../types/type-declaration.js';
import { typed } from '../../types/typed.js';
import { EngineUnderTest, type EngineKind } from '../fixtures/engines.fixture.js';
import '../fixtures/final-code.fixture.js';

// The same data as instances, tagged rows, rows with a discriminator, and rows in declared fields. Every engine gives the machine's
// answers, also for several of these shapes at one position, and for rows that it has never seen.

const policy = `
  actor User {}
  actor Robot {}
  resource Organization { permissions = ["read"]; roles = ["member", "owner"]; "read" if "member"; "member" if "owner"; }
  resource Repository {
    permissions = ["read", "push"]; roles = ["reader", "admin"]; relations = { organization: Organization };
    "read" if "reader"; "push" if "admin"; "reader" if "admin"; "admin" if "owner" on "organization";
  }
  resource Folder {
    permissions = ["read"]; roles = ["viewer"]; relations = { parent: Folder };
    "read" if "viewer"; "read" if "read" on "parent";
  }
  allow(actor, action, resource) if has_permission(actor, action, resource);
  allow(_, "is row", row) if row matches Dictionary;
  allow(_, "is folder", row) if row matches Folder;
  allow(_: User, "other", action) if action != nil and action != "x";
  allow(user: User, "own", row) if row.owner != nil and row.owner = user;
  allow(user: User, "see", repository: Repository) if
    organization = repository.organization and organization matches Organization{isPublic: true} and user.id != nil;
  has_role(user: User, name: String, resource: Resource) if
    grant in user.grants and grant.role = name and grant.resource = resource;
  has_role(_: Robot, "viewer", folder: Folder) if folder.parent = nil;
  has_relation(organization: Organization, "organization", repository: Repository) if
    organization = repository.organization;
  has_relation(parent: Folder, "parent", folder: Folder) if folder.parent != nil and parent = folder.parent;
`;

type Data = Readonly<Record<string, unknown>>;

const fieldsOf = {
  User: { id: 'Integer', grants: ['Grant'] },
  Robot: { id: 'Integer' },
  Grant: { role: 'String', resource: 'Any' },
  Organization: { id: 'Integer', isPublic: 'Boolean', owner: 'User?' },
  Repository: { id: 'Integer', organization: 'Organization', owner: 'User?' },
  Folder: { id: 'Integer', parent: 'Folder?', owner: 'User?' },
} as const;
type Name = keyof typeof fieldsOf;
const names = Object.keys(fieldsOf) as Name[];

class Base {
  constructor(data: Data) {
    Object.assign(this, data);
  }
}
const classes = Object.fromEntries(
  names.map((name) => [name, { [name]: class extends Base {} }[name]!]),
) as Record<Name, typeof Base>;
const subclasses = Object.fromEntries(names.map((name) => [name, class extends classes[name] {}])) as Record<
  Name,
  typeof Base
>;

/** A class that no type declares, so that only fields give its instances a type. */
class Stranger {}

type Make = (name: Name, data: Data) => object;
const shapes = {
  instance: (name, data) => new classes[name](data),
  subclass: (name, data) => new subclasses[name](data),
  tagged: (name, data) => typed(name, { ...data }),
  marked: (name, data) => ({ kind: name, ...data }),
  plain: (_name, data) => ({ ...data }),
  stranger: (_name, data) => Object.assign(new Stranger(), data),
  bare: (name, data) => typed(name, Object.assign(Object.create(null) as object, data)),
  frozen: (name, data) => typed(name, Object.freeze({ ...data })),
  both: (name, data) => typed(name, { kind: 'Folder', ...data }),
  'marked instance': (name, data) => new classes[name]({ kind: 'Folder', ...data }),
} satisfies Record<string, Make>;
type Shape = keyof typeof shapes;

const declare = (of: (name: Name) => TypesInput[string]): TypesInput =>
  Object.fromEntries(names.map((name) => [name, of(name)]));
const declarations: Readonly<Record<string, TypesInput>> = {
  classes: declare((name) => classes[name]),
  'classes with fields': declare((name) => ({ class: classes[name], fields: fieldsOf[name] })),
  'classes with keys': declare((name) => ({ class: classes[name], key: name === 'Grant' ? 'role' : 'id' })),
  'classes with one key': declare((name) =>
    name === 'Grant' ? classes[name] : { class: classes[name], fields: fieldsOf[name], key: 'id' },
  ),
  names: declare(() => ({})),
  'names with fields': declare((name) => ({ fields: fieldsOf[name] })),
  'names with keys': declare((name) => ({ fields: fieldsOf[name], key: name === 'Grant' ? 'role' : 'id' })),
  'names with one key': declare((name) => (name === 'Grant' ? {} : { fields: fieldsOf[name], key: 'id' })),
  discriminators: declare((name) => ({ discriminator: { kind: name } })),
  'discriminators with fields': declare((name) => ({
    discriminator: { kind: name },
    fields: fieldsOf[name],
  })),
  'classes and discriminators': declare((name) =>
    name === 'Folder' ? { discriminator: { kind: name } } : classes[name],
  ),
  'two discriminators': declare((name) => ({ discriminator: name === 'User' ? { id: 1 } : { kind: name } })),
};

/** Makes the objects of one request. @param inner the shape of the objects in others */
function request(outer: Make, inner: Make, n: number) {
  const organization = (make: Make) => make('Organization', { id: 1, isPublic: n % 2 === 0 });
  const repository = (make: Make) =>
    make('Repository', { id: 1 + (n % 2), organization: organization(inner) });
  const root = inner('Folder', { id: 1, parent: null });
  const folder = (make: Make) => make('Folder', { id: 2, parent: n % 3 === 0 ? null : root });
  const grants = [
    inner('Grant', { role: 'owner', resource: n % 2 === 0 ? organization(inner) : 'x' }),
    inner('Grant', { role: 'reader', resource: repository(outer) }),
    inner('Grant', { role: 'viewer', resource: n % 2 === 0 ? root : folder(outer) }),
  ];
  const user = outer('User', { id: 1, grants });
  return {
    actors: [user, outer('Robot', { id: 1 })],
    resources: [
      organization(outer),
      repository(outer),
      folder(outer),
      outer('Folder', { id: 3, parent: folder(inner), owner: user }),
      outer('Folder', { id: 3, parent: null, owner: inner('User', { id: 1, grants }) }),
      'x',
      'y',
      null,
      1,
    ],
  };
}
const actions = ['read', 'push', 'is row', 'is folder', 'other', 'own', 'see', 'none', 'nothing'];

/** Asks each question of some requests, whose outer and inner objects have the shapes in turn. */
function answersOf(engine: EngineUnderTest, outer: readonly Shape[], inner: readonly Shape[]) {
  const found: string[] = [];
  for (let n = 0; n < 6; n++) {
    const o = outer[n % outer.length]!;
    const i = inner[n % inner.length]!;
    const { actors, resources } = request(shapes[o], shapes[i], n);
    for (const actor of actors)
      for (const action of actions)
        for (const [at, resource] of resources.entries())
          found.push(`${o} ${i} ${n} ${action} ${at}: ${engine.canSync(actor, action, resource)}`);
  }
  return found;
}

const mixtures: readonly (readonly [readonly Shape[], readonly Shape[]])[] = [
  [['instance'], ['instance', 'plain']],
  [
    ['instance', 'subclass'],
    ['subclass', 'plain'],
  ],
  [['tagged'], ['tagged', 'plain']],
  [['marked'], ['marked', 'plain']],
  [
    ['tagged', 'instance', 'marked'],
    ['plain', 'tagged', 'instance'],
  ],
  [
    ['both', 'marked instance', 'tagged'],
    ['marked', 'both', 'plain'],
  ],
  [
    ['instance', 'tagged'],
    ['stranger', 'instance', 'plain'],
  ],
  [
    ['bare', 'frozen', 'tagged'],
    ['plain', 'bare'],
  ],
];

/** Checks for an object with three types, which ahead-of-time code refuses. */
const isRefused = (answer: string): boolean => answer.endsWith('POLAR_RUN_TYPES_NOT_COMPILED');
const engines: readonly EngineKind[] = ['source', 'closures', 'aot'];

describe.each(Object.keys(declarations))('types declared as %s', (declared) => {
  const types = declarations[declared]!;
  const index = Object.keys(declarations).indexOf(declared);
  it.each(sampledCases(mixtures, index))('give the answers of the machine for %j with %j', (outer, inner) => {
    const machine = new EngineUnderTest('machine', policy, { types });
    const expected = answersOf(machine, outer, inner);
    for (const kind of engines) {
      const engine = new EngineUnderTest(kind, policy, { types });
      const found = answersOf(engine, outer, inner);
      const mayRefuse = kind === 'aot' && declared.includes('discriminators');
      const wrong = found.filter((each, i) => each !== expected[i] && !(mayRefuse && isRefused(each)));
      expect({ kind, wrong: wrong.slice(0, 3) }).toEqual({ kind, wrong: [] });
    }
  });
});

const unrelated = 'POLAR_UNDECIDED_RELATION';

describe('a field', () => {
  const types = {
    Repository: { fields: { folder: 'Folder' } },
    Folder: { fields: { owner: 'User', owners: ['User'] } },
    Project: { fields: { owner: 'Robot' } },
    Unlisted: {},
    User: { fields: { id: 'Integer' } },
    Robot: { fields: { id: 'Integer' } },
  };
  const policy = `
    allow(_, "owner", repository: Repository) if repository.folder.owner matches User;
    allow(_, "owners", repository: Repository) if owner in repository.folder.owners and owner matches User;
    allow(_, "robot", repository: Repository) if repository.folder.owner matches Robot;
  `;
  const folder = () => ({ owner: { id: 1 }, owners: [{ id: 1 }] });
  const repositories = [
    typed('Repository', { folder: folder() }),
    typed('Repository', { folder: typed('Project', folder()) }),
    typed('Repository', { folder: typed('Unlisted', folder()) }),
  ];
  it.each([...engines, 'machine'] as const)('that holds a row of another type is undecided: %s', (kind) => {
    const engine = new EngineUnderTest(kind, policy, { types });
    const ask = (action: string) => repositories.map((each) => engine.canSync({}, action, each));
    for (let round = 0; round < 3; round++)
      expect({ owner: ask('owner'), owners: ask('owners'), robot: ask('robot') }).toEqual({
        owner: [true, unrelated, unrelated],
        owners: [true, unrelated, unrelated],
        robot: [false, unrelated, unrelated],
      });
  });
});

describe('a field of the elements of a list', () => {
  const types = {
    User: { fields: { grants: ['Grant'], first: 'Grant' } },
    Grant: { fields: { folder: 'Folder' } },
    Note: { fields: { text: 'String' } },
    Folder: { key: 'id', fields: { id: 'Integer', parent: 'Folder?' } },
  };
  const policy = `
    allow(user: User, "same", folder: Folder) if grant in user.grants and grant.folder = folder;
    allow(user: User, "parent", folder: Folder) if
      grant in user.grants and grant.folder.parent matches Folder and grant.folder.parent = folder;
    allow(user: User, "first", folder: Folder) if user.first.folder matches Folder and user.first.folder = folder;
  `;
  const folder = (id: number) => ({ id, n: 1, parent: { id: 9, n: 1 } });
  // Rows with the same key are equal as folders only, because another attribute differs.
  const users = [
    { folder: folder(1) },
    typed('Grant', { folder: folder(1) }),
    typed('Note', { folder: folder(1) }),
    typed('Note', { folder: typed('Folder', folder(1)) }),
  ].map((grant) => typed('User', { grants: [{ folder: folder(2) }, grant], first: grant }));
  it.each([...engines, 'machine'] as const)(
    'has its type, and an element with another tag is undecided: %s',
    (kind) => {
      const engine = new EngineUnderTest(kind, policy, { types });
      const ask = (action: string, id: number) =>
        users.map((user) => engine.canSync(user, action, typed('Folder', { id, n: 2 })));
      for (let round = 0; round < 3; round++)
        expect({
          same: ask('same', 1),
          other: ask('same', 3),
          parent: ask('parent', 9),
          first: ask('first', 1),
        }).toEqual({
          same: [true, true, unrelated, unrelated],
          other: [false, false, unrelated, unrelated],
          parent: [true, true, true, true],
          first: [true, true, unrelated, unrelated],
        });
    },
  );
});

describe('rows with keys', () => {
  const types = {
    User: { key: 'id' },
    Robot: { key: 'id' },
    Team: { key: ['tenant', 'id'] },
    Tag: { equals: () => true },
    Note: {},
  };
  const policy = 'allow(a, "same", c) if c = a; allow(a, "other", c) if c != a;';
  type Answer = readonly [what: string, a: object, b: object, equal: boolean];
  const self = { id: null };
  const answers: readonly Answer[] = [
    ['one key', typed('User', { id: 1, name: 'x' }), typed('User', { id: 1 }), true],
    ['two keys', typed('User', { id: 1 }), typed('User', { id: 2 }), false],
    ['keys of different types', typed('User', { id: 1 }), typed('User', { id: '1' }), false],
    ['NaN', typed('User', { id: NaN }), typed('User', { id: NaN }), false],
    ['no keys', typed('User', {}), typed('User', {}), false],
    ['keys that are nil', typed('User', { id: null }), typed('User', { id: null }), false],
    ['itself without a key', typed('User', self), self, true],
    ['keys that are dictionaries', typed('User', { id: { n: 1 } }), typed('User', { id: { n: 1 } }), true],
    ['dictionaries that differ', typed('User', { id: { n: 1 } }), typed('User', { id: { n: 2 } }), false],
    ['rows of two types', typed('User', { id: 1, name: 'x' }), typed('Robot', { id: 1 }), false],
    ['equal rows of two types', typed('User', { id: 1 }), typed('Robot', { id: 1 }), false],
    ['rows without a key in their type', typed('Note', { id: 1, n: 1 }), typed('Note', { id: 1 }), false],
    ['a row and an instance', typed('User', { id: 1 }), new Date(1), false],
    ['a row and a list', typed('User', { id: 1 }), [1], false],
  ];
  const several: readonly Answer[] = [
    [
      'all fields of a key',
      typed('Team', { tenant: 1, id: 1, n: 1 }),
      typed('Team', { tenant: 1, id: 1 }),
      true,
    ],
    ['one field of a key', typed('Team', { tenant: 1, id: 1 }), typed('Team', { tenant: 2, id: 1 }), false],
    ['an equality of the type', typed('Tag', { id: 1 }), typed('Tag', { id: 2 }), true],
  ];
  const { User, Robot, Note } = types;
  it.each([...engines, 'machine'] as const)('are equal if their keys are: %s', (kind) => {
    const check = (engine: EngineUnderTest, [what, a, b, equal]: Answer) =>
      expect([what, engine.canSync(a, 'same', b), engine.canSync(b, 'other', a)]).toEqual([
        what,
        equal,
        !equal,
      ]);
    const single = new EngineUnderTest(kind, policy, { types: { User, Robot, Note } });
    const mixed = new EngineUnderTest(kind, policy, { types });
    for (let round = 0; round < 2; round++) {
      for (const answer of answers) check(single, answer);
      for (const answer of [...answers, ...several]) check(mixed, answer);
    }
  });
});
