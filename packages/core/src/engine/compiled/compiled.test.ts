import { describe, expect, it, vi } from 'vitest';
import {
  Authorizer,
  isPolarError,
  QueryVariable,
  typed,
  type AuthorizerOptions,
  type Class,
} from '../../index.js';

const engines = ['machine', 'source', 'closures'] as const;
type Ask = (actor: unknown, resource: unknown, action?: string) => boolean | string;

const outcomeOf = (run: () => boolean): boolean | string => {
  try {
    return run();
  } catch (error) {
    if (isPolarError(error)) return error.code;
    throw error;
  }
};

/** Runs a test on each engine. Each check runs twice, because code that was slow at first is inline the second time. */
async function everywhere(
  policies: string,
  options: Partial<AuthorizerOptions>,
  use: (ask: Ask, engine: string, authorizer: Authorizer) => unknown,
): Promise<void> {
  for (const engine of engines) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const authorizer = await Authorizer.load({ policies, onWarning: () => {}, engine, ...options });
    expect(authorizer.engine).toBe(engine);
    const ask: Ask = (actor, resource, action = 'read') => {
      const once = () => outcomeOf(() => authorizer.isAllowedSync(actor, action, resource));
      const first = once();
      expect([engine, once()]).toEqual([engine, first]);
      return first;
    };
    // oxlint-disable-next-line no-await-in-loop -- as above
    await use(ask, engine, authorizer);
  }
}

class User {
  roles: unknown = [];
  constructor(readonly fields: object = {}) {
    Object.assign(this, fields);
  }
}
class Doc {
  constructor(fields: object = {}) {
    Object.assign(this, fields);
  }
}
const types = { User, Doc };
const byRole = `
  allow(user: User, "read", doc: Doc) if grant in user.roles and grant.name in ["viewer", "editor"] and grant.doc = doc;
  allow(user: User, "write", doc: Doc) if not doc.locked and doc.owner = user;
`;

describe('polluted input', () => {
  it('adds no attribute through Object.prototype, before and after the code is warm', async () => {
    await everywhere('allow(_: User, _, doc: Doc) if doc.isPublic = true;', { types }, (ask) => {
      const [open, closed] = [new Doc({ isPublic: true }), new Doc({ isPublic: false })];
      expect(ask(new User(), open)).toBe(true);
      Object.defineProperty(Object.prototype, 'isPublic', { value: true, configurable: true });
      try {
        expect(ask(new User(), new Doc())).toBe('POLAR_UNDECIDED_MISSING_ATTRIBUTE');
        expect(ask(new User(), open)).toBe(true);
        expect(ask(new User(), closed)).toBe(false);
      } finally {
        delete (Object.prototype as { isPublic?: unknown }).isPublic;
      }
      expect(ask(new User(), new Doc())).toBe('POLAR_UNDECIDED_MISSING_ATTRIBUTE');
    });
  });

  it('adds no attribute to list elements through Object.prototype', async () => {
    await everywhere(byRole, { types }, (ask) => {
      const doc = new Doc();
      expect(ask(new User({ roles: [{ name: 'viewer', doc }] }), doc)).toBe(true);
      Object.defineProperty(Object.prototype, 'name', { value: 'viewer', configurable: true });
      try {
        expect(ask(new User({ roles: [{ doc }] }), doc)).toBe('POLAR_UNDECIDED_MISSING_ATTRIBUTE');
      } finally {
        delete (Object.prototype as { name?: unknown }).name;
      }
    });
  });

  it('adds no attribute to a row through its prototype', async () => {
    await everywhere('allow(_, _, row) if row.isPublic = true;', {}, (ask) => {
      expect(ask({}, { isPublic: true })).toBe(true);
      expect(ask({}, Object.setPrototypeOf({ id: 1 }, { isPublic: true }))).toBe(
        'POLAR_UNDECIDED_MISSING_ATTRIBUTE',
      );
    });
  });

  it('removes the class of an instance whose prototype it replaces', async () => {
    await everywhere(byRole, { types }, (ask) => {
      const doc = new Doc();
      const user = new User({ roles: [{ name: 'viewer', doc }] });
      expect(ask(user, doc)).toBe(true);
      expect(ask(Object.setPrototypeOf({ ...user }, { isAdmin: true }), doc)).toBe(false);
    });
  });

  it('adds no attribute through the prototype of a class', async () => {
    class Mixed extends Doc {}
    Object.setPrototypeOf(Mixed.prototype, { isPublic: true });
    function Old(this: object) {}
    Old.prototype = Object.create({ isPublic: true }, { constructor: { value: Old } }) as object;
    const classes = { User, Mixed, Old: Old as unknown as Class };
    const Shelf = { class: Doc, fields: { top: 'Mixed', all: ['Old'] } };
    const policies = `
      allow(_, "mixed", doc: Mixed) if doc.isPublic = true;
      allow(_, "old", doc: Old) if doc.isPublic = true;
      allow(_, "top", shelf: Shelf) if shelf.top.isPublic = true;
      allow(_, "all", shelf: Shelf) if doc in shelf.all and doc.isPublic;
    `;
    await everywhere(policies, { types: { ...classes, Shelf } }, (ask) => {
      const [mixed, old] = [new Mixed(), new (Old as unknown as new () => object)()];
      for (const _ of [1, 2]) {
        const shelf = new Doc({ top: mixed, all: [old] });
        for (const [action, resource] of [
          ['mixed', mixed],
          ['old', old],
          ['top', shelf],
          ['all', shelf],
        ] as const)
          expect([action, ask(1, resource, action)]).toEqual([action, 'POLAR_UNDECIDED_MISSING_ATTRIBUTE']);
      }
      expect(ask(1, Object.assign(new Mixed(), { isPublic: true }), 'mixed')).toBe(true);
    });
  });

  it('makes a row no instance through `constructor`', async () => {
    await everywhere(byRole, { types }, (ask) => {
      const doc = new Doc();
      const roles = [{ name: 'viewer', doc }];
      expect(ask(new User({ roles }), doc)).toBe(true);
      for (const constructor of ['User', null, { name: 'User' }, { prototype: User.prototype }])
        expect(ask({ roles, constructor }, doc)).toBe(false);
      // A copy of an instance of an old class also copies `constructor`.
      expect(ask({ roles, constructor: User }, doc)).toBe(false);
      expect(ask(Object.assign(Object.create(null) as object, { roles, constructor: User }), doc)).toBe(
        false,
      );
      expect(ask(Object.assign(Object.create(null) as object, { roles }), doc)).toBe(false);
      for (const actor of [null, undefined, 1, 'x', true, [], () => 1, Symbol('x'), 1n, User])
        expect(ask(actor, doc)).toBe(false);
    });
  });
});

describe('instances', () => {
  it('match the registered class when their class extends it or lacks `constructor`', async () => {
    class Sub extends User {}
    function Old(this: object) {}
    Old.prototype = Object.create(User.prototype) as object;
    await everywhere(byRole, { types }, (ask) => {
      const doc = new Doc();
      const roles = [{ name: 'editor', doc }];
      expect(ask(new User({ roles }), doc)).toBe(true);
      expect(ask(new Sub({ roles }), doc)).toBe(true);
      expect(ask(Object.assign(new (Old as unknown as new () => object)(), { roles }), doc)).toBe(true);
      expect(ask(Object.assign(Object.create(new User({ roles })) as object), doc)).toBe(true);
    });
    await everywhere(byRole, { types: { ...types, Old: Old as never } }, (ask) => {
      const doc = new Doc();
      const roles = [{ name: 'editor', doc }];
      expect(ask(Object.assign(new (Old as unknown as new () => object)(), { roles }), doc)).toBe(true);
      expect(ask(new User({ roles: [] }), doc)).toBe(false);
    });
  });

  it('match their class and have their attributes when they are proxies or have getters', async () => {
    class Lazy extends Doc {
      get locked(): boolean {
        return false;
      }
      get owner(): unknown {
        return owner;
      }
    }
    const owner = new User();
    await everywhere(byRole, { types: { ...types, Lazy } }, (ask) => {
      expect(ask(owner, new Lazy(), 'write')).toBe(true);
      expect(ask(new User(), new Lazy(), 'write')).toBe(false);
      expect(ask(owner, new Proxy(new Doc({ locked: false, owner }), {}), 'write')).toBe(true);
      const doc = new Doc();
      expect(ask(new Proxy(new User({ roles: [{ name: 'viewer', doc }] }), {}), doc)).toBe(true);
    });
  });

  it('end the check with an error when a getter throws', async () => {
    class Broken extends Doc {
      get locked(): boolean {
        throw new TypeError('no');
      }
    }
    await everywhere(byRole, { types: { ...types, Broken } }, (ask) => {
      expect(ask(new User(), new Broken(), 'write')).toBe('POLAR_RUN_HOST_ERROR');
    });
  });

  it('have the type that `typed` gives them, before and after the first check', async () => {
    const policies =
      'allow(_: User, _, _: Secret) if 1 = 2; allow(_: User, _, _: Doc); allow(_, _, _: Public);';
    class Page {}
    await everywhere(policies, { types: { ...types, Page, Secret: {}, Public: {} } }, (ask) => {
      const page = new Page();
      expect(ask(new User(), page)).toBe(false);
      expect(ask(new User(), typed('Doc', page))).toBe(true);
      expect(ask(new User(), typed('Public', new Page()))).toBe(true);
      expect(ask({}, typed('Public', { id: 1 }))).toBe(true);
      expect(ask({}, { id: 1 })).toBe(false);
    });
  });
});

describe('lists', () => {
  it('can hold elements of any kind', async () => {
    await everywhere(byRole, { types }, (ask) => {
      const doc = new Doc();
      const grant = { name: 'editor', doc };
      for (const junk of [null, undefined, 1, 'x', true, [], {}])
        expect(ask(new User({ roles: [junk, grant] }), doc)).toBe(true);
      expect(ask(new User({ roles: [() => 1, grant] }), doc)).toBe('POLAR_RUN_REFUSED_MEMBER');
      expect(ask(new User({ roles: [null] }), doc)).toBe('POLAR_UNDECIDED_ATTRIBUTE_OF_NIL');
      expect(ask(new User({ roles: ['x'] }), doc)).toBe('POLAR_UNDECIDED_MISSING_ATTRIBUTE');
      expect(ask(new User({ roles: [new Map([['name', 'editor']])] }), doc)).toBe(
        'POLAR_UNDECIDED_MISSING_ATTRIBUTE',
      );
      // oxlint-disable-next-line no-new-wrappers -- a boxed text equals the text
      expect(ask(new User({ roles: [{ name: new String('editor'), doc }] }), doc)).toBe(true);
      // oxlint-disable-next-line no-sparse-arrays -- a hole is nil
      expect(ask(new User({ roles: [, grant] }), doc)).toBe(true);
    });
  });

  it('can be sets and other iterables', async () => {
    await everywhere(byRole, { types }, (ask) => {
      const doc = new Doc();
      const grant = { name: 'editor', doc };
      class Grants extends Set<unknown> {}
      class Bag {
        *[Symbol.iterator]() {
          yield grant;
        }
      }
      expect(ask(new User({ roles: new Set([grant]) }), doc)).toBe(true);
      expect(ask(new User({ roles: new Grants([grant]) }), doc)).toBe(true);
      expect(ask(new User({ roles: new Bag() }), doc)).toBe(true);
      expect(ask(new User({ roles: 'xy' }), doc)).toBe('POLAR_UNDECIDED_MISSING_ATTRIBUTE');
      expect(ask(new User({ roles: { a: grant } }), doc)).toBe('POLAR_UNDECIDED_MISSING_ATTRIBUTE');
      for (const roles of [5, null, true])
        expect(ask(new User({ roles }), doc)).toBe('POLAR_UNDECIDED_NOT_ITERABLE');
    });
  });

  it('yield each element once when they are generators', async () => {
    for (const engine of engines) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const authorizer = await Authorizer.load({ policies: byRole, types, engine });
      const doc = new Doc();
      const grants = function* () {
        yield { name: 'other', doc };
        yield { name: 'editor', doc };
      };
      for (const _ of [1, 2])
        expect(authorizer.isAllowedSync(new User({ roles: grants() }), 'read', doc)).toBe(true);
    }
  });
});

describe('promises', () => {
  const later = <T>(value: T) => Promise.resolve(value);
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
      const cold = outcomeOf(() => authorizer.isAllowedSync({}, 'read', resource));
      expect([engine, cold]).toEqual([engine, 'POLAR_RUN_PROMISE_IN_SYNC']);
      for (const _ of [1, 2]) {
        // oxlint-disable-next-line no-await-in-loop -- as above
        expect([engine, await authorizer.isAllowed({}, 'read', resource)]).toEqual([engine, expected]);
      }
      expect(outcomeOf(() => authorizer.isAllowedSync({}, 'read', resource))).toBe(
        'POLAR_RUN_PROMISE_IN_SYNC',
      );
    }
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
          expect([condition, engine, await authorizer.isAllowed(new Account(), 'read', doc), calls]).toEqual([
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

describe('the types of a constant', () => {
  it('depend on its state when the check runs', async () => {
    const setting = { isOn: true };
    const isOn = (value: unknown) => (value as typeof setting | null)?.isOn === true;
    const policies = 'allow(_, _, _) if is_on(setting); is_on(_: On);';
    await everywhere(policies, { types: { On: { is: isOn } }, constants: { setting } }, (ask) => {
      setting.isOn = true;
      expect(ask(1, 1)).toBe(true);
      setting.isOn = false;
      expect(ask(1, 1)).toBe(false);
    });
    // A predicate may also recognize a literal.
    const special = new Set<unknown>();
    const ofLiteral = 'allow(_, _, _) if is_on("ann"); is_on(_: On);';
    await everywhere(ofLiteral, { types: { On: { is: (value) => special.has(value) } } }, (ask) => {
      special.add('ann');
      expect(ask(1, 1)).toBe(true);
      special.clear();
      expect(ask(1, 1)).toBe(false);
    });
    for (const engine of engines) {
      const row = {};
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const authorizer = await Authorizer.load({
        policies,
        engine,
        types: { On: {} },
        constants: { setting: row },
      });
      expect(authorizer.isAllowedSync(1, 'read', 1)).toBe(false);
      typed('On', row);
      expect([engine, authorizer.isAllowedSync(1, 'read', 1)]).toEqual([engine, true]);
    }
  });
});

describe('a list that a method changes during iteration', () => {
  class Bag extends Doc {
    items: number[] = [];
    add(n: number): number {
      this.items.push(n + 1);
      return n;
    }
    drop(n: number): number {
      this.items.pop();
      return n;
    }
  }
  it.each([
    ['x in bag.items and bag.add(x) = 9', [1], false],
    ['x in bag.items and bag.add(x) = 3', [1, 5], true],
    ['x in bag.items and bag.add(x) = 6', [1, 5], true],
    ['not (x in bag.items and bag.add(x) = 2)', [1, 5], false],
    ['x in bag.items and bag.drop(x) = 3', [1, 2, 3], false],
    ['x in bag.items and is(bag, x)', [1, 5], true],
    ['x in bag.items and bag.add(x) = "never"', [1, 5], 'POLAR_RUN_STEP_LIMIT'],
  ])('gives the same result on all engines: %s', async (condition, items, expected) => {
    const rules = `allow(_, _, bag: Bag) if ${condition}; is(bag: Bag, x) if bag.add(x) = 6;`;
    const options = { types: { Bag }, limits: { maxSteps: 2_000 } };
    await everywhere(rules, options, (_ask, _engine, authorizer) => {
      for (const _ of [1, 2]) {
        const bag = Object.assign(new Bag(), { items: [...items] });
        expect(outcomeOf(() => authorizer.isAllowedSync(1, 'read', bag))).toBe(expected);
      }
    });
  });
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

describe('a list among the constants', () => {
  it('has the elements that it contains when the check runs', async () => {
    for (const policies of [
      'allow(user: User, _, _) if user.name in admins;',
      'allow(user: User, action, _) if action in ["read"] and is_admin(user.name); is_admin(name) if name in admins;',
      'allow(user: User, _, _) if list = admins and user.name in list;',
    ]) {
      const admins = ['ann', 'ben'];
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await everywhere(policies, { types, constants: { admins } }, (ask) => {
        admins.splice(0, 2, 'ann', 'ben');
        const [ann, cy] = [new User({ name: 'ann' }), new User({ name: 'cy' })];
        expect([ask(ann, 1), ask(cy, 1)]).toEqual([true, false]);
        admins.splice(0, 1, 'cy');
        expect([ask(ann, 1), ask(cy, 1)]).toEqual([false, true]);
      });
    }
  });
});

describe('a check within a check', () => {
  it('gives the right result, and so does the outer check', async () => {
    for (const engine of engines) {
      class Team {
        constructor(
          readonly name: string,
          readonly parent: Team | undefined,
        ) {}
        inherits(user: unknown): boolean {
          return this.parent !== undefined && authorizer.isAllowedSync(user, 'read', this.parent);
        }
      }
      const policies =
        'allow(user: User, "read", team: Team) if team.name in user.teams or (not team.name = "x" and team.inherits(user));';
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const authorizer: Authorizer = await Authorizer.load({ policies, types: { User, Team }, engine });
      const root = new Team('root', undefined);
      const team = new Team('a', new Team('b', root));
      for (const _ of [1, 2, 3]) {
        expect(authorizer.isAllowedSync(new User({ teams: ['root'] }), 'read', team)).toBe(true);
        expect(authorizer.isAllowedSync(new User({ teams: ['other'] }), 'read', team)).toBe(false);
      }
    }
  });
});

describe('policies', () => {
  it('have an effect from their reload on', async () => {
    for (const engine of engines) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const authorizer = await Authorizer.load({ policies: 'allow(_, "read", _: Doc);', types, engine });
      expect(authorizer.isAllowedSync({}, 'read', new Doc())).toBe(true);
      // oxlint-disable-next-line no-await-in-loop -- as above
      await authorizer.reload('allow(_, "write", _: Doc);');
      expect(authorizer.isAllowedSync({}, 'read', new Doc())).toBe(false);
      expect(authorizer.isAllowedSync({}, 'write', new Doc())).toBe(true);
    }
  });

  it('can have a literal in one rule only', async () => {
    const policies = `
      allow(_, "everything", _) if 1 = 2;
      allow(actor, action, resource) if permitted(actor, action, resource);
      permitted(_, "read", _: Doc);
      permitted(_, action, _: User) if not forbidden(action);
      forbidden("write");
    `;
    await everywhere(policies, { types }, (ask) => {
      expect(ask({}, new Doc(), 'read')).toBe(true);
      expect(ask({}, new Doc(), 'write')).toBe(false);
      expect(ask({}, new User(), 'write')).toBe(false);
      expect(ask({}, new User(), 'read')).toBe(true);
      expect(ask({}, new Doc(), 'everything')).toBe(false);
    });
  });

  it('can declare the same field for a class and its base class', async () => {
    class Base {
      constructor(readonly org: unknown) {}
    }
    class Special extends Base {}
    const declared = {
      Org: { fields: { open: 'Boolean' } },
      Base: { class: Base, fields: { org: 'Org' } },
      Special: { class: Special, fields: { org: 'Org' } },
    } as const;
    await everywhere(
      'allow(_, _, r: Base) if is_open(r.org); is_open(org: Org) if org.open = true;',
      { types: declared },
      (ask) => {
        for (const type of [Base, Special]) {
          expect(ask({}, new type({ open: true }))).toBe(true);
          expect(ask({}, new type({ open: false }))).toBe(false);
        }
      },
    );
  });

  it('end with an error when a variable only has a type', async () => {
    await everywhere('allow(_, _, _) if x matches User and x = x;', { types }, (ask) => {
      expect(ask({}, {})).toBe('POLAR_RUN_UNHANDLED_CONSTRAINT');
    });
  });

  it('can use numbers that JSON does not have', async () => {
    await everywhere(
      'allow(_, _, r) if r.n in [inf, 1]; allow(_, inf, _); allow(_, _, r) if r.n = nan;',
      {},
      (ask) => {
        expect(ask({}, { n: Infinity })).toBe(true);
        expect(ask({}, { n: null })).toBe(false);
        expect(ask({}, { n: NaN })).toBe(false);
        expect(ask({}, { n: 2 }, Infinity as never)).toBe(true);
        expect(ask({}, { n: 2 }, null as never)).toBe(false);
      },
    );
  });

  it('end at the step limit', async () => {
    await everywhere(
      'allow(_, _, r) if x in r.items and y in r.items and x = -1 and y = -1;',
      { limits: { maxSteps: 500 } },
      (ask) => {
        expect(ask({}, { items: [1, 2, 3] })).toBe(false);
        expect(ask({}, { items: Array.from({ length: 1_000 }, (_, i) => i) })).toBe('POLAR_RUN_STEP_LIMIT');
      },
    );
  });
});

describe('deep recursion', () => {
  class Folder {
    constructor(
      readonly parent: Folder | null,
      readonly owner: unknown,
      readonly open = true,
    ) {}
  }
  const chain = (owner: unknown): Folder => {
    let folder = new Folder(null, owner);
    for (let i = 0; i < 10_000; i++) folder = new Folder(folder, null);
    return folder;
  };

  it('decides for folders that are 10,000 deep', async () => {
    const policies =
      'allow(u: User, "read", f: Folder) if f.owner = u; allow(u: User, "read", f: Folder) if not f.parent = nil and allow(u, "read", f.parent);';
    const user = new User();
    const [own, others] = [chain(user), chain(new User())];
    await everywhere(policies, { types: { User, Folder } }, (ask) => {
      expect(ask(user, own)).toBe(true);
      expect(ask(user, others)).toBe(false);
    });
  });

  it('decides for calls that are 10,000 deep', async () => {
    const policies =
      'allow(u: User, "read", f: Folder) if f.owner = u; allow(u: User, "read", f: Folder) if not f.parent = nil and allow(u, "read", f.parent) and f.open = true;';
    const user = new User();
    const [own, others] = [chain(user), chain(new User())];
    await everywhere(policies, { types: { User, Folder } }, (ask) => {
      expect(ask(user, own)).toBe(true);
      expect(ask(user, others)).toBe(false);
      expect(ask(user, new Folder(new Folder(null, user), null))).toBe(true);
      expect(ask(user, new Folder(new Folder(null, user), null, false))).toBe(false);
    });
  });
});

it('the compiled engine bails out for variables', async () => {
  const policies = `
    allow(actor, action, resource) if may(actor, action, resource);
    may(_: User, "read", note) if note.title = "x";
    may(user, action, _) if action = "list" and user.name = "ann";
  `;
  class User {
    constructor(readonly name: string) {}
  }
  const questions = [
    [new User('ann'), new QueryVariable('action'), { title: 'x' }],
    [new User('ann'), new QueryVariable('action'), 1],
    [new QueryVariable('actor'), 'read', { title: 'x' }],
    [new User('ann'), 'read', { title: new QueryVariable('title') }],
  ] as const;
  const ask = async (engine: 'auto' | 'closures' | 'machine') => {
    const authorizer = await Authorizer.load({ policies, types: { User }, engine, onWarning: () => {} });
    return questions.map(([actor, action, resource]) => {
      try {
        return authorizer.isAllowedSync(actor, action as string, resource);
      } catch (error) {
        return (error as { code: string }).code;
      }
    });
  };
  const answers = await ask('machine');
  expect(answers.slice(0, 2)).toEqual([true, true]);
  expect(await ask('auto')).toEqual(answers);
  expect(await ask('closures')).toEqual(answers);
});

describe('a bailout', () => {
  class Folder {
    parent: Folder | null = null;
  }
  const inFolders =
    'allow(a, "read", f: Folder) if p = f.parent and p matches Folder and allow(a, "read", p);';

  it('ends a query at its time limit when there is no step limit', async () => {
    const circle = new Folder();
    circle.parent = circle;
    const authorizer = await Authorizer.load({
      policies: inFolders,
      types: { Folder },
      limits: { maxSteps: Infinity, maxDepth: Infinity, timeoutMs: 20 },
      onWarning: () => {},
    });
    expect(() => authorizer.isAllowedSync(1, 'read', circle)).toThrow(
      expect.objectContaining({ code: 'POLAR_RUN_TIMEOUT' }) as Error,
    );
  });

  it('does not mix the calls of an inner and an outer query', async () => {
    let calls = 0;
    const asked: unknown[] = [];
    class Note {
      count() {
        calls++;
        return 1;
      }
      nested(): boolean {
        asked.push(authorizer.isAllowedSync(1, 'inner', this));
        return true;
      }
    }
    const authorizer = await Authorizer.load({
      policies: `
        allow(_, "outer", n: Note) if n.count() = 1 and n.nested() and n.missing = 1;
        allow(_, "inner", n: Note) if n.missing = 1 or true;
      `,
      types: { Note },
      undecided: 'deny',
    });
    expect(authorizer.isAllowedSync(1, 'outer', new Note())).toBe(false);
    expect({ calls, asked }).toEqual({ calls: 1, asked: [true] });
  });

  it('decides a rule with thousands of goals', async () => {
    const body = Array.from({ length: 2_900 }, (_, i) => `n.a${i} = ${i}`).join(' and ');
    const authorizer = await Authorizer.load({ policies: `allow(_, "read", n) if ${body};` });
    const note = Object.fromEntries(Array.from({ length: 2_900 }, (_, i) => [`a${i}`, i]));
    expect(authorizer.isAllowedSync(1, 'read', note)).toBe(true);
    expect(authorizer.isAllowedSync(1, 'read', { ...note, a2899: 0 })).toBe(false);
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
      return new Promise((_, reject) => setTimeout(() => reject(new Error('late')), 80));
    }
  }
  const authorizer = await Authorizer.load({
    policies: 'allow(_, "read", n: Note) if n.isMine();',
    types: { Note },
    limits: { timeoutMs: 20 },
  });
  const timeout = { code: 'POLAR_RUN_TIMEOUT' };
  // The machine runs the first check, which meets a promise. Compiled code that awaits promises runs the second.
  await expect(authorizer.isAllowed(1, 'read', new Note())).rejects.toMatchObject(timeout);
  await expect(authorizer.isAllowed(1, 'read', new Note())).rejects.toMatchObject(timeout);
  await new Promise((resolve) => setTimeout(resolve, 150));
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
        await authorizer.isAllowed(1, action, new Note()).catch(() => {});
        try {
          authorizer.isAllowedSync(1, action, new Note());
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

describe('an assignment', () => {
  it('throws when a caller passed the variable', async () => {
    const policies = `
      pick(who) if who := 1;
      allow(_: User, "read", _: Doc) if pick(_);
    `;
    await everywhere(policies, { types }, (ask) => {
      expect(ask(new User(), new Doc())).toBe('POLAR_RUN_ALREADY_BOUND');
    });
  });

  it('binds a variable of its own rule', async () => {
    const policies = 'allow(user: User, "read", doc: Doc) if owner := doc.owner and owner = user;';
    await everywhere(policies, { types }, (ask) => {
      const user = new User();
      expect([ask(user, new Doc({ owner: user })), ask(user, new Doc({ owner: 1 }))]).toEqual([true, false]);
    });
  });
});

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
