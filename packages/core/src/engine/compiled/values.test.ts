import { describe, expect, it } from 'vitest';
import { Authorizer, typed, type Class } from '../../index.js';
import { byRole, Doc, engines, everywhere, outcomeOf, types, User } from '../fixtures/all-engines.fixture.js';
import '../fixtures/final-code.fixture.js';

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
        expect(authorizer.canSync(new User({ roles: grants() }), 'read', doc)).toBe(true);
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
      expect(authorizer.canSync(1, 'read', 1)).toBe(false);
      typed('On', row);
      expect([engine, authorizer.canSync(1, 'read', 1)]).toEqual([engine, true]);
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
        expect(outcomeOf(() => authorizer.canSync(1, 'read', bag))).toBe(expected);
      }
    });
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
