import { describe, expect, it } from 'vitest';
import { sampledCases } from '../../../../../tools/test-scope.js';
import type { TypesInput } from '../../types/type-declaration.js';
import { typed } from '../../types/typed.js';
import { Authorizer } from '../../index.js';
import { engines, everywhere } from '../fixtures/all-engines.fixture.js';
import { precompile } from '../fixtures/precompiled.fixture.js';
import '../fixtures/final-code.fixture.js';

// Rows in a declared list have their type from it, and so have the rows that are read from them. Other references to the same rows have not.
// The answers of compiled code are those of the machine.

const policy = `
  allow(user: User, "compare", doc) if member in doc.members and member.user = user;
  allow(user: User, "follow", doc) if member in doc.members and member.user.org = user.org;
  allow(_, "match", doc) if member in doc.members and member.user matches User;
  allow(_, "deeply match", doc) if member in doc.members and member.user.org matches Org;
  allow(_, "match another", doc) if member in doc.members and member.user.id = 1 and doc.any matches User;
  allow(_, "match an organization", doc) if member in doc.members and member.user.org.id = 1 and doc.any matches Org;
  allow(_, "match a member", doc) if member in doc.members and member.user.id = 1 and doc.any matches Member;
  allow(_, "match nothing else", doc) if member in doc.members and member.user.id = 1 and not doc.any matches User;
  allow(_: User, "compare others", doc) if member in doc.members and member.user = doc.any;
  allow(user: User, "compare directly", doc) if doc.owner = user or doc.owner = doc.any;
  allow(_, "compare notes", doc) if note in doc.notes and note = doc.any;
  allow(_, "read notes", doc) if note in doc.notes and note.text = "x" and doc.any.text = "x" and doc.owner matches User;
`;
const actions = [...policy.matchAll(/allow\(.*?"(.*?)"/gu)].map(([, action]) => action!);

const fields = {
  User: { id: 'Integer', org: 'Org' },
  Org: { id: 'Integer' },
  Member: { user: 'User' },
  // The policy does not name it.
  Remark: { text: 'String?' },
  Other: { user: 'Any' },
  Doc: { members: ['Member'], any: 'Any', owner: 'User', notes: ['Remark'] },
} as const;
type Name = keyof typeof fields;
const names = Object.keys(fields) as Name[];

class Base {
  constructor(data: object) {
    Object.assign(this, data);
  }
}
const classes = Object.fromEntries(
  names.map((name) => [name, { [name]: class extends Base {} }[name]!]),
) as Record<Name, typeof Base>;

const keyOf = (name: Name): object => ('id' in fields[name] ? { key: 'id' } : {});
const declare = (of: (name: Name) => TypesInput[string]): TypesInput =>
  Object.fromEntries(names.map((name) => [name, of(name)]));
const declarations: Readonly<Record<string, TypesInput>> = {
  names: declare(() => ({})),
  'names with fields': declare((name) => ({ fields: fields[name] })),
  'names with fields and keys': declare((name) => ({ fields: fields[name], ...keyOf(name) })),
  'names with keys': declare(keyOf),
  classes: declare((name) => classes[name]),
  'classes with keys': declare((name) => ({ class: classes[name], ...keyOf(name) })),
  'classes with fields and keys': declare((name) => ({
    class: classes[name],
    fields: fields[name],
    ...keyOf(name),
  })),
};

const bare = (data: object): object => Object.assign(Object.create(null) as object, data);
const shapes: Readonly<Record<string, (name: Name, data: object) => object>> = {
  instance: (name, data) => new classes[name](data),
  subclass: (name, data) => new (class extends classes[name] {})(data),
  tagged: (name, data) => typed(name, { ...data }),
  'tagged otherwise': (name, data) => typed(name === 'Member' ? 'Other' : name, { ...data }),
  plain: (_, data) => ({ ...data }),
  bare: (_, data) => bare(data),
  'tagged and bare': (name, data) => typed(name, bare(data)),
};

/** Makes a document whose field of any type is a row that its other fields also contain. */
function documentOf(make: (typeof shapes)[string], inner: (typeof shapes)[string], n: number): object {
  const orgs = [1, 2].map((id) => inner('Org', { id }));
  const users = [1, 2, 3].map((id) => inner('User', { id, org: orgs[id % 2] }));
  const members = users.map((user) => inner('Member', { user }));
  const notes = ['x', undefined].map((text) => inner('Remark', { text }));
  const any = [users[0], users[2], orgs[0], members[1], notes[0], { id: 1 }, null, { ...users[0] }][n % 8];
  return make('Doc', { members, any, owner: users[n % 3], notes });
}

describe.each(Object.entries(declarations))('rows in declared lists, with %s', (declared, types) => {
  const index = Object.keys(declarations).indexOf(declared);
  it.each(sampledCases(Object.entries(shapes), index))(
    'have the types that the machine finds: %s',
    async (__, make) => {
      const answers: Record<string, unknown[]> = {};
      await everywhere(policy, { types }, (ask, engine) => {
        const found: unknown[] = (answers[engine] = []);
        for (const [inner, makeInner] of Object.entries(shapes))
          for (let n = 0; n < 8; n++) {
            const actor = make('User', { id: 1 + (n % 2), org: makeInner('Org', { id: 1 }) });
            const doc = documentOf(make, makeInner, n);
            for (const action of actions) found.push([inner, n, action, ask(actor, doc, action)]);
          }
      });
      expect(answers['source']).toEqual(answers['machine']);
      expect(answers['closures']).toEqual(answers['machine']);
    },
  );
});

describe('rows in a declared list', () => {
  it('give their type to no other reference to the same row, also in a check that waits', async () => {
    const rules = `
      allow(_, "no type", doc: Doc) if doc.ready = 1 and user in doc.users and user.id = 1 and not doc.any matches User;
      allow(_, "type", doc: Doc) if doc.ready = 1 and user in doc.users and user.id = 1 and doc.any matches User;
      allow(_, "for all", doc: Doc) if doc.ready = 1 and forall(user in doc.users, user.id > 1 or not doc.any matches User);
      allow(_, "untyped", doc) if doc.ready = 1 and user in doc.users and user.id = 1 and not doc.any matches User;
    `;
    const options = {
      policies: rules,
      types: {
        User: {},
        Doc: { fields: { users: ['User'], any: 'Any', ready: 'Any' } },
      } satisfies TypesInput,
      onWarning: () => {},
    };
    const authorizers: Pick<Authorizer, 'can'>[] = [await precompile(options)];
    for (const engine of engines)
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      authorizers.push(await Authorizer.load({ ...options, engine }));
    const later = (value: unknown): unknown => Promise.resolve(value);
    const [first, second] = [{ id: 1 }, { id: 2 }];
    const documents = [
      { users: [first, second], any: second, ready: 1 },
      { users: [first, second], any: second, ready: later(1) },
      { users: later([first, second]), any: second, ready: 1 },
      { users: [later(first), second], any: second, ready: 1 },
    ];
    for (const authorizer of authorizers)
      for (const [i, fields] of documents.entries())
        for (const _ of [1, 2])
          for (const action of ['no type', 'type', 'for all', 'untyped']) {
            // oxlint-disable-next-line no-await-in-loop -- as above
            const isAllowed = await authorizer.can(null, action, typed('Doc', { ...fields }));
            expect([i, action, isAllowed]).toEqual([i, action, action !== 'type']);
          }
  });

  class Member {}
  it.each([
    ['a text', 'x'],
    ['nil', null],
    ['an instance', new Member()],
  ])(
    'are undecided where an element is %s, and give their type to no other reference',
    async (_what, first) => {
      const rules = `
      allow(_, "no type", doc: Doc) if user in doc.users and user != 0 and not doc.any matches User;
      allow(_, "type", doc: Doc) if user in doc.users and user != 0 and doc.any matches User;
    `;
      const types: TypesInput = { User: {}, Member, Doc: { fields: { users: ['User'], any: 'Any' } } };
      await everywhere(rules, { types }, (ask) => {
        const row = { id: 1 };
        const doc = typed('Doc', { users: [first, row], any: row });
        expect(ask(null, doc, 'no type')).toBe(true);
        expect(ask(null, doc, 'type')).toMatch(/^POLAR_UNDECIDED_(RELATION|FIELD_TYPE)$/);
      });
    },
  );

  it('give their type to no other reference after many checks', async () => {
    const rules = `
      allow(user: User, "same", doc: Doc) if role in user.roles and role.doc = doc;
      allow(user: User, "type", doc: Doc) if role in user.roles and role.doc.id = 2 and doc.any matches Doc;
      allow(user: User, "no type", doc: Doc) if role in user.roles and role.doc.id = 2 and not doc.any matches Doc;
    `;
    const types: TypesInput = {
      User: { fields: { roles: ['Role'] } },
      Role: { fields: { doc: 'Doc' } },
      Doc: { key: 'id', fields: { id: 'Integer', any: 'Any' } },
    };
    await everywhere(rules, { types }, (ask) => {
      const inner = { id: 2 };
      const user = typed('User', { roles: [{ doc: { id: 1 } }, { doc: inner }] });
      for (let round = 0; round < 3; round++) {
        for (let i = 0; i < 500; i++) expect(ask(user, typed('Doc', { id: 2, n: i }), 'same')).toBe(true);
        const doc = typed('Doc', { id: 3, any: inner });
        expect([ask(user, doc, 'no type'), ask(user, doc, 'type')]).toEqual([true, false]);
      }
    });
  });

  it.each([
    ['a list', (row: unknown) => [row]],
    ['a set', (row: unknown) => new Set([row])],
    ['another iterable', (row: unknown) => ({ [Symbol.iterator]: () => [row].values() })],
  ])(
    'have the type of its elements, also where the type of the document is unknown: %s',
    async (_what, listOf) => {
      class Unknown {}
      const rules = `
      allow(_, "match", doc) if member in doc.members and member matches Member;
      allow(_, "match nothing", doc) if member in doc.members and not member matches Member;
    `;
      const types: TypesInput = { Member: {}, Doc: { fields: { members: ['Member'] } } };
      await everywhere(rules, { types }, (ask) => {
        for (const row of [{}, bare({}), new Unknown()]) {
          const doc = typed('Doc', { members: listOf(row) });
          expect(ask(null, doc, 'match')).toBe(true);
          expect(ask(null, doc, 'match nothing')).toBe(false);
        }
      });
    },
  );
});

describe('instances of classes with a key', () => {
  class Account {
    constructor(data: object) {
      Object.assign(this, data);
    }
  }
  class Special extends Account {}
  class Team extends Account {}
  class Computed extends Account {
    get key(): string {
      return 'k';
    }
  }
  const types: TypesInput = {
    Account: { class: Account, key: 'key' },
    Special: { class: Special },
    Team: { class: Team, key: 'key' },
    Computed: { class: Computed },
    Doc: {},
  };
  const values: Readonly<Record<string, unknown>> = {
    account: new Account({ key: 'k' }),
    another: new Account({ key: 'l' }),
    'without a key': new Account({}),
    'with a nil key': new Account({ key: null }),
    'with a number': new Account({ key: Number.NaN }),
    'with an object': new Account({ key: { x: 1 } }),
    'with a boxed key': new Account({ key: Object('k') as unknown }),
    'with a getter': Object.defineProperty(new Account({}), 'key', { get: () => 'k' }),
    special: new Special({ key: 'k' }),
    'unregistered class': new (class extends Account {})({ key: 'k' }),
    computed: new Computed({}),
    team: new Team({ key: 'k' }),
    row: { key: 'k' },
    'bare row': bare({ key: 'k' }),
    nil: null,
    text: 'k',
    list: [new Account({ key: 'k' })],
    proxy: new Proxy(new Account({ key: 'k' }), {}),
    'list with the prototype': Object.setPrototypeOf(['k'], Account.prototype) as unknown,
  };

  it('every engine compares instances as the machine does', async () => {
    const answers: Record<string, unknown[]> = {};
    const rules = `
      allow(account: Account, "equal", doc: Doc) if doc.owner = account;
      allow(account: Account, "unequal", doc: Doc) if doc.owner != account;
      allow(_, "equal to another", doc: Doc) if doc.owner = doc.other;
      allow(account, "in a list", doc: Doc) if owner in doc.owners and owner = account;
    `;
    await everywhere(rules, { types }, (ask, engine) => {
      const found: unknown[] = (answers[engine] = []);
      for (const [left, actor] of Object.entries(values))
        for (const [right, owner] of Object.entries(values)) {
          const doc = typed('Doc', { owner, other: actor, owners: [owner, actor, owner] });
          for (const action of ['equal', 'unequal', 'equal to another', 'in a list'])
            found.push([left, right, action, ask(actor, doc, action)]);
        }
    });
    expect(answers['source']).toEqual(answers['machine']);
    expect(answers['closures']).toEqual(answers['machine']);
  });
});
