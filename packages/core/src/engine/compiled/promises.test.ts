import { describe, expect, it, vi } from 'vitest';
import { Authorizer, typed } from '../../index.js';
import type { TypesInput } from '../../types/type-declaration.js';
import { Doc, engines, everywhere, outcomeOf, types, User } from '../fixtures/all-engines.fixture.js';
import { precompile } from '../fixtures/precompiled.fixture.js';
import '../fixtures/final-code.fixture.js';

/** A promise of Prisma is a plain object, and starts its query when it is awaited. */
const plainPromise = (value: unknown): object => ({
  // oxlint-disable-next-line unicorn/no-thenable -- the test is about `then`
  then: (...handlers: readonly [() => void]) => Promise.resolve(value).then(...handlers),
});

describe.each([
  ['promises', (value: unknown): unknown => Promise.resolve(value)],
  ['promises that are plain objects', plainPromise],
])('%s', (_kind, later) => {
  const doc = new Doc({ locked: false });
  const cases: [string, string, unknown, boolean][] = [
    ['an attribute', 'r.flag = true', { flag: later(true) }, true],
    ['an attribute under not', 'not r.flag = true', { flag: later(true) }, false],
    ['an attribute under not, the other way', 'not r.flag = true', { flag: later(false) }, true],
    ['a condition', 'r.flag', { flag: later(true) }, true],
    [
      'an attribute that is read first and tested last',
      'x = r.flag and r.open = true and x = true',
      { flag: later(true), open: true },
      true,
    ],
    ['an element of a list', '"x" in r.tags', { tags: ['y', later('x')] }, true],
    ['an element of a list under not', 'not "x" in r.tags', { tags: ['y', later('x')] }, false],
    ['a list', '"x" in r.tags', { tags: later(['x']) }, true],
    ['the object of an attribute', 'r.org.open = true', { org: later({ open: true }) }, true],
    ['a side of an order', 'r.n < 2', { n: later(1) }, true],
    ['a side of an inequality', 'r.n != 1', { n: later(1) }, false],
    ['a term of a sum', 'r.n + 1 = 2', { n: later(1) }, true],
    ['a matched value', 'r.org matches {open: true}', { org: later({ open: true }) }, true],
    ['a matched value under not', 'not r.org matches {open: true}', { org: later({ open: true }) }, false],
    ['one of several', 'r.name in ["a", "b"]', { name: later('b') }, true],
    ['an argument of a rule', 'x = r.name and is_b(x)', { name: later('b') }, true],
    ['an argument of a rule under not', 'not is_b(r.name)', { name: later('b') }, false],
    [
      'an argument of a rule that tests another argument first',
      'two(r.n, r.name)',
      { n: 1, name: later('b') },
      true,
    ],
  ];
  it.each(cases)('delay the result until they settle: %s', async (_what, condition, resource, expected) => {
    const policies = `allow(_, _, r) if ${condition}; is_b("b"); two(n, name) if n = 1 and name = "b";`;
    for (const engine of engines) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const authorizer = await Authorizer.load({ policies, engine, onWarning: () => {} });
      const cold = outcomeOf(() => authorizer.canSync({}, 'read', resource));
      expect([engine, cold]).toEqual([engine, 'POLAR_RUN_PROMISE_IN_SYNC']);
      for (const _ of [1, 2]) {
        // oxlint-disable-next-line no-await-in-loop -- as above
        expect([engine, await authorizer.can({}, 'read', resource)]).toEqual([engine, expected]);
      }
      expect(outcomeOf(() => authorizer.canSync({}, 'read', resource))).toBe('POLAR_RUN_PROMISE_IN_SYNC');
    }
  });

  // Another rule grants afterwards, but it must not be tried before the promise settles.
  it.each([
    'r.flag = r.missing',
    'x = r.flag and y = r.missing and x = y',
    'x = r.flag and y = _a.missing and x = y',
    'x = r.flag and r.n + "a" = 1 and x = 1',
    'x = r.flag and r.missing + 1 = 2 and x = 1',
    'not (x = r.flag and y = r.missing and x = y)',
    'same(r.flag, r)',
    'x = r.flag and (r.missing = x or r.n = x)',
  ])('are found although the condition is undecided, also if a later rule grants: %s', async (condition) => {
    const policies = `
      allow(_a: User, _, r: Doc) if ${condition};
      allow(_a: User, _, r: Doc) if x = r.flag and r.other = x;
      allow(_: User, _, r: Doc) if r.n = 1;
      same(x, r) if r.missing = x;
    `;
    await everywhere(policies, { types }, (ask) => {
      expect(ask(new User(), new Doc({ flag: later(1), n: 1 }))).toBe('POLAR_RUN_PROMISE_IN_SYNC');
      expect(ask(new User(), new Doc({ flag: 2, n: 1 }))).toBe(true);
    });
  });

  it('can be results and arguments of methods, which run once', async () => {
    let calls = 0;
    class Account {
      name = later('x');
      is(name: unknown) {
        calls++;
        return later(name === 'x');
      }
      plain(name: unknown) {
        calls++;
        return name === 'x';
      }
    }
    const options = { types: { ...types, Account } };
    for (const condition of [
      'a.is(a.name)',
      'a.plain(a.name)',
      'not (not a.is("x"))',
      'a.plain("x") and a.is(a.name)',
    ]) {
      for (const engine of engines) {
        const policies = `allow(a: Account, _, _) if ${condition};`;
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        const authorizer = await Authorizer.load({ policies, engine, ...options });
        for (const _ of [1, 2, 3]) {
          calls = 0;
          // oxlint-disable-next-line no-await-in-loop -- as above
          expect([condition, engine, await authorizer.can(new Account(), 'read', doc), calls]).toEqual([
            condition,
            engine,
            true,
            condition.includes('and') ? 2 : 1,
          ]);
        }
      }
    }
  });
});

describe('a promise that is a plain object', () => {
  const policies = `
    allow(user: Person, "equal", doc: Doc) if doc.owner = user;
    allow(user: Person, "unequal", doc: Doc) if doc.owner != user;
    allow(user: Person, "not equal", doc) if not doc.owner = user;
    allow(user: Person, "not in", doc: Doc) if not user in doc.users;
    allow(user: Person, "for all", doc: Doc) if forall(other in doc.users, other != user);
    allow(_, "type", doc: Doc) if doc.owner matches Person;
    allow(_, "another type", doc: Doc) if not doc.owner matches Person;
    allow(_, "type in a list", doc: Doc) if other in doc.users and other matches Person;
    allow(_, "another type in a list", doc) if other in doc.users and not other matches Person;
  `;
  const actions = [...policies.matchAll(/"(.*?)"/gu)].map(([, action]) => action!);
  const withFields = (key: object): TypesInput => ({
    Person: { ...key, fields: { id: 'Integer' } },
    Doc: { fields: { owner: 'Person?', users: ['Person?'] } },
  });

  it.each<[string, TypesInput]>([
    ['a key', { Person: { key: 'id' }, Doc: {} }],
    ['fields and a key', withFields({ key: 'id' })],
    ['fields', withFields({})],
    ['nothing', { Person: {}, Doc: {} }],
  ])('is never compared or tested as a row, where types declare %s', async (_declared, declared) => {
    const user = typed('Person', { id: 1 });
    for (const found of [user, typed('Person', { id: 2 }), null]) {
      const later = Object.assign(plainPromise(found), { id: 3 });
      const doc = typed('Doc', { owner: later, users: [later] });
      const answers: Record<string, unknown[]> = {};
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await everywhere(policies, { types: declared }, async (ask, engine, authorizer) => {
        const given: unknown[] = (answers[engine] = []);
        for (const action of actions) {
          expect([action, ask(user, doc, action)]).toEqual([action, 'POLAR_RUN_PROMISE_IN_SYNC']);
          // oxlint-disable-next-line no-await-in-loop -- as above
          given.push(await authorizer.can(user, action, doc));
        }
      });
      expect(answers['source']).toEqual(answers['machine']);
      expect(answers['closures']).toEqual(answers['machine']);
    }
  });
});

describe('a promise that starts its work when it is awaited', () => {
  const policies = `
    allow(_, "attribute", doc) if doc.owner = 1;
    allow(_, "same", doc) if doc.owner = doc.author;
    allow(_, "element", doc) if 1 in doc.owners;
    allow(1, "argument", _);
    allow(_, "method", doc) if doc.load() = 1;
  `;
  const actions = [...policies.matchAll(/"(.*?)"/gu)].map(([, action]) => action!);

  it('does not start in a synchronous check', async () => {
    let starts = 0;
    const later = {
      // oxlint-disable-next-line unicorn/no-thenable -- the test is about `then`
      then: () => {
        starts++;
        throw new TypeError('no database');
      },
    };
    const doc = { owner: later, author: later, owners: [later], load: () => later };
    const authorizers: Pick<Authorizer, 'canSync'>[] = [await precompile({ policies })];
    for (const engine of engines)
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      authorizers.push(await Authorizer.load({ policies, engine, onWarning: () => {} }));
    for (const authorizer of authorizers)
      for (const action of actions)
        expect([action, outcomeOf(() => authorizer.canSync(later, action, doc))]).toEqual([
          action,
          'POLAR_RUN_PROMISE_IN_SYNC',
        ]);
    expect(starts).toBe(0);
  });
});

it('an argument that is a promise is awaited although no rule fits another argument', async () => {
  const policies = `
    allow(1, "read", _);
    allow(_, "not", doc) if not (note in doc.notes and fits(doc.owner, note));
    fits(1, 1);
    fits(2, 1);
  `;
  const authorizers: Pick<Authorizer, 'canSync'>[] = [await precompile({ policies })];
  for (const engine of engines)
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    authorizers.push(await Authorizer.load({ policies, engine, onWarning: () => {} }));
  const later = plainPromise(1);
  for (const authorizer of authorizers) {
    const ask = (actor: unknown, action: string, resource: unknown) =>
      outcomeOf(() => authorizer.canSync(actor, action, resource));
    expect(ask(3, 'not', { owner: {}, notes: [later] })).toBe('POLAR_RUN_PROMISE_IN_SYNC');
    expect(ask(3, 'not', { owner: 3, notes: [later] })).toBe('POLAR_RUN_PROMISE_IN_SYNC');
    expect(ask(3, 'read', later)).toBe('POLAR_RUN_PROMISE_IN_SYNC');
    expect(ask(3, 'unknown', later)).toBe('POLAR_RUN_PROMISE_IN_SYNC');
  }
});

it('a getter that makes a promise at each read is not read again and again while rules are sorted', async () => {
  // No order of these heads is right for all arguments, so each is tried before they are sorted.
  const policies = `
    allow(_, _, doc) if sorted(doc, doc);
    sorted(_: {a: 1}, _: {a: 1, b: 2});
    sorted(_: {a: 1}, _: {b: 2});
    sorted(_: {b: 2}, _: {a: 1});
  `;
  class Lazy {
    reads = 0;
    constructor(readonly value: number) {}
    get a() {
      this.reads++;
      return Promise.resolve(this.value);
    }
    get b() {
      this.reads++;
      return Promise.resolve(2);
    }
  }
  for (const engine of engines) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const authorizer = await Authorizer.load({ policies, engine, types: { Lazy }, onWarning: () => {} });
    for (const value of [1, 3]) {
      const lazy = new Lazy(value);
      // oxlint-disable-next-line no-await-in-loop -- as above
      expect([engine, await authorizer.can(null, 'read', lazy)]).toEqual([engine, value === 1]);
      expect(lazy.reads).toBeLessThan(8);
    }
  }
});

it.each(['l.includes(5)', 'r.has(l)'])(
  'a list with promised elements that the policy writes is read once while rules are sorted: %s',
  async (condition) => {
    class Row {
      calls = 0;
      readonly n = 1;
      readonly flag = true;
      readonly ints = [Promise.resolve(5)];
      async has(list: readonly unknown[]): Promise<boolean> {
        this.calls++;
        const values: unknown[] = await Promise.all(list);
        return values.includes(5);
      }
    }
    const policies = `
      allow(_, "read", r: Row) if ints = r.ints and sorted([1, *ints], r, r);
      sorted(l, r: {n: 1}, _: {n: 1, flag: ${condition}}) if r.n = 1 and 1 in l;
      sorted(_, _: {n: 1}, _: {n: 3});
      sorted(_, _: {n: 3}, _: {n: 1});
    `;
    const types = { Row: { class: Row, fields: { ints: ['Integer'], n: 'Integer', flag: Boolean } } };
    for (const engine of engines) {
      const limits = { timeoutMs: 2_000 };
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const authorizer = await Authorizer.load({ policies, engine, types, limits, onWarning: () => {} });
      const row = new Row();
      // oxlint-disable-next-line no-await-in-loop -- as above
      expect([engine, await authorizer.can(null, 'read', row)]).toEqual([engine, true]);
      expect(row.calls).toBeLessThan(4);
    }
  },
);

describe('a promise with attributes of its own', () => {
  const rules = `
    allow(_, "read", doc) if doc.owner.id = 1;
    allow(_, "match", doc) if doc.owner matches {id: 1};
    allow(_, "search", doc) if user in doc.users and user.id = 1;
    allow(_, "not read", doc) if not doc.owner.id = 2;
    allow(actor, "own", _) if actor.id = 1;
  `;
  const actions = [...rules.matchAll(/"(.*?)"/gu)].map(([, action]) => action!);

  it.each([
    ['a plain object', (): object => ({})],
    ['an object without a prototype', (): object => Object.create(null) as object],
    ['an instance', (): object => new Doc()],
  ])(
    'is awaited before they are read, also after the same read of other objects: %s',
    async (_shape, create) => {
      await everywhere(rules, {}, async (ask, engine, authorizer) => {
        const withOwner = (owner: object) => ({ owner, users: [owner] });
        const row = Object.assign(create(), { id: 1 });
        for (const action of actions) expect(ask(row, withOwner(row), action)).toBe(true);
        const later = Object.assign(create(), plainPromise({ id: 2 }), { id: 1 });
        for (const action of actions) {
          const asked = [engine, action] as const;
          expect([...asked, ask(later, withOwner(later), action)]).toEqual([
            ...asked,
            'POLAR_RUN_PROMISE_IN_SYNC',
          ]);
          // oxlint-disable-next-line no-await-in-loop -- one after the other
          expect([...asked, await authorizer.can(later, action, withOwner(later))]).toEqual([
            ...asked,
            false,
          ]);
        }
      });
    },
  );
});

describe('an awaitable instance of the declared class of a field', () => {
  const ann = new User({ name: 'ann' });
  /** The property that makes an instance a promise of Ann. */
  // oxlint-disable-next-line unicorn/no-thenable -- the test is about `then`
  const loading = { then: { value: (use?: (user: User) => void) => use?.(ann) } };
  class Admin extends User {}
  class LazyUser extends User {}
  Object.defineProperties(LazyUser.prototype, loading);
  it.each([
    'not d.owner = u',
    'd.owner != u',
    'not u in d.users',
    'forall(x in d.users, x != u)',
    'not owns(u, d)',
    'is_other(u, d)',
  ])('never counts as another value: %s', async (condition) => {
    const rules = `
      allow(u: User, "read", d: Doc) if ${condition};
      owns(u: User, d: Doc) if is_in(u, d) or is_in(u, d);
      is_in(u: User, d: Doc) if u in d.users;
      is_other(u: User, d: Doc) if is_in(u, d) and cut and 1 = 2;
      is_other(_: User, _: Doc);
    `;
    const Owned = { class: Doc, fields: { owner: 'User', users: ['User'] } };
    for (const extending of [{}, { Admin }, { LazyUser }]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await everywhere(rules, { types: { User, Doc: Owned, ...extending } }, (ask) => {
        expect(ask(ann, new Doc({ owner: ann, users: [ann] }))).toBe(false);
        for (const lazy of [new LazyUser(), Object.defineProperties(new User(), loading)])
          expect(ask(ann, new Doc({ owner: lazy, users: [lazy] }))).toBe('POLAR_RUN_PROMISE_IN_SYNC');
      });
    }
  });
});

it('a query that timed out ignores its promises, even when they reject', async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  let calls = 0;
  class Note {
    isMine(): Promise<boolean> {
      calls++;
      return new Promise((_, reject) => setTimeout(() => reject(new Error('late')), 250));
    }
  }
  const authorizer = await Authorizer.load({
    policies: 'allow(_, "read", n: Note) if n.isMine();',
    types: { Note },
    limits: { timeoutMs: 100 },
  });
  const timeout = { code: 'POLAR_RUN_TIMEOUT' };
  // The machine runs the first check, which meets a promise. Compiled code that awaits promises runs the second.
  await expect(authorizer.can(1, 'read', new Note())).rejects.toMatchObject(timeout);
  await expect(authorizer.can(1, 'read', new Note())).rejects.toMatchObject(timeout);
  await new Promise((resolve) => setTimeout(resolve, 400));
  process.off('unhandledRejection', note);
  expect({ unhandled, calls }).toEqual({ unhandled: [], calls: 2 });
});

it.each(['source', 'closures', 'machine'] as const)(
  'promises of a query that timed out cause no unhandled rejection, at any reading of the clock (%s)',
  async (engine) => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => void unhandled.push(reason);
    const late = () => new Promise((_, reject) => setTimeout(() => reject(new Error('late')), 3));
    class Note {
      one() {
        return late();
      }
      list() {
        return [late()];
      }
      get owner() {
        return late();
      }
    }
    const authorizer = await Authorizer.load({
      policies: `
        allow(_, "one", n: Note) if n.one();
        allow(_, "list", n: Note) if x in n.list() and x = 1;
        allow(_, "getter", n: Note) if n.owner = 1;
        allow(_, "both", n: Note) if n.one() = n.owner;
        allow(_, "not", n: Note) if not n.one();
      `,
      types: { Note },
      engine,
    });
    process.on('unhandledRejection', note);
    const clock = performance.now.bind(performance);
    for (const action of ['one', 'list', 'getter', 'both', 'not'])
      for (let read = 0; read < 6; read++) {
        let reads = 0;
        const now = vi
          .spyOn(performance, 'now')
          .mockImplementation(() => clock() + (reads++ >= read ? 100_000 : 0));
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        await authorizer.can(1, action, new Note()).catch(() => {});
        try {
          authorizer.canSync(1, action, new Note());
        } catch {
          // The check meets a promise or times out.
        }
        now.mockRestore();
        // oxlint-disable-next-line no-await-in-loop -- the promises are rejected meanwhile
        await new Promise((resolve) => setTimeout(resolve, 8));
      }
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  },
);

describe('a declared field', () => {
  it('can hold an awaitable instance of a class that extends the declared one', async () => {
    class Item {}
    class Lazy extends Item {
      // oxlint-disable-next-line unicorn/no-thenable -- the test is about `then`
      then(give?: (item: unknown) => void) {
        give?.(item);
      }
    }
    const [item, lazy] = [new Item(), new Lazy()];
    class Grant {
      constructor(readonly item: unknown) {}
    }
    const declared = { User, Item, Lazy, Grant: { class: Grant, fields: { item: 'Item' } } };
    const policies = 'allow(_: User, grant: Grant, item: Item) if not grant.item = item;';
    await everywhere(policies, { types: declared }, (ask) => {
      const outcome = (held: unknown) => ask(new User(), item, new Grant(held) as unknown as string);
      expect([outcome(new Item()), outcome(item), outcome(lazy)]).toEqual([
        true,
        false,
        'POLAR_RUN_PROMISE_IN_SYNC',
      ]);
    });
  });
});

describe('an argument with its own `then`', () => {
  const awaitedTo = (user: User, to: User): User =>
    // oxlint-disable-next-line unicorn/no-thenable -- the test is about `then`
    Object.assign(user, { then: (give?: (value: unknown) => void) => give?.(to) });

  it('counts as a promise, before and after the code is warm', async () => {
    const policies = 'allow(user: User, "read", _: Doc) if not user.name = "banned";';
    await everywhere(policies, { types }, (ask) => {
      const [good, banned] = [new User({ name: 'good' }), new User({ name: 'banned' })];
      expect([ask(good, new Doc()), ask(banned, new Doc())]).toEqual([true, false]);
      expect(ask(awaitedTo(new User({ name: 'good' }), banned), new Doc())).toBe('POLAR_RUN_PROMISE_IN_SYNC');
    });
  });

  it('does not count as a promise when `then` is not a function', async () => {
    await everywhere('allow(user: User, "read", _: Doc) if user.then = 1;', { types }, (ask) => {
      const user = new User();
      // oxlint-disable-next-line unicorn/no-thenable -- as above
      expect(ask(Object.assign(user, { then: 1 }), new Doc())).toBe(true);
    });
  });
});
