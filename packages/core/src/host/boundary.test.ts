import { describe, expect, it } from 'vitest';
import {
  Authorizer,
  isPolarError,
  nullable,
  one,
  optional,
  typed,
  type AuthorizerOptions,
  type Class,
} from '../index.js';

// cspell:ignore isnt nmae

const load = (policies: string, options: Partial<AuthorizerOptions> = {}) =>
  Authorizer.load({ policies, onWarning: () => {}, ...options });

async function ask(
  condition: string,
  resource: unknown,
  options: Partial<AuthorizerOptions> = {},
): Promise<unknown> {
  try {
    const authorizer = await load(`allow(_, _, r) if r = r and (${condition});`, options);
    return await authorizer.can({}, 'read', resource);
  } catch (error) {
    if (isPolarError(error)) return error.code;
    throw error;
  }
}

describe('members that policies may not reach', () => {
  it.each(['__proto__', 'constructor', 'prototype', '__defineGetter__', '__lookupSetter__', 'isPrototypeOf'])(
    '%s, as a load error',
    async (name) => {
      expect(await ask(`r.${name} = 1`, {})).toBe('POLAR_CHECK_REFUSED_MEMBER');
      expect(await ask(`r.("${name}") = 1`, {})).toBe('POLAR_CHECK_REFUSED_MEMBER');
    },
  );

  it.each([
    '__proto__',
    'constructor',
    'prototype',
    'hasOwnProperty',
    '__defineGetter__',
    'toString',
    'valueOf',
  ])('%s by a key that the user supplies', async (key) => {
    expect(await ask('k = r.key and r.data.(k) = r.data.(k)', { key, data: { a: 1 } })).toBe(
      'POLAR_RUN_REFUSED_MEMBER',
    );
    class Row {}
    expect(
      await ask('k = r.key and r.data.(k) = r.data.(k)', { key, data: new Row() }, { types: { Row } }),
    ).toBe('POLAR_RUN_REFUSED_MEMBER');
  });

  it('refuses Function through every value', async () => {
    class User {
      static create = () => new User();
      find() {
        return true;
      }
    }
    const types = { User };
    for (const condition of [
      'f = User.create and f.call(1) = 1',
      'f = r.find and f.bind(1) = f',
      'User.bind(1) = 1',
      'User.call(1) = 1',
      'r.find.apply(1) = 1',
      'User.name = "User"',
      'User.length = 0',
    ]) {
      expect([condition, await ask(condition, new User(), { types })]).toEqual([
        condition,
        'POLAR_RUN_REFUSED_MEMBER',
      ]);
    }
    expect(await ask('new Function("return 1") = 1', {})).toBe('POLAR_RUN_UNKNOWN_CLASS');
    expect(await ask('Function("return 1") = 1', {})).not.toBe(true);
  });

  it('refuses methods of values whose type is not registered', async () => {
    class Stranger {
      run() {
        return true;
      }
    }
    expect(await ask('r.run()', new Stranger())).toBe('POLAR_RUN_UNREGISTERED_METHOD');
    expect(await ask('r.run()', { run: () => true })).toBe('POLAR_RUN_UNREGISTERED_METHOD');
    expect(await ask('r.run()', new Stranger(), { types: { Stranger } })).toBe(true);
  });

  it('refuses undocumented members that a registered class inherits from a built-in one', async () => {
    class Registry extends Map<string, number> {
      own(): boolean {
        return true;
      }
    }
    const types = { Registry };
    const registry = new Registry([['a', 1]]);
    expect(await ask('r.own() and r.get("a") = 1', registry, { types })).toBe(true);
    expect(await ask('r.clear() = 1', registry, { types })).toBe('POLAR_RUN_UNREGISTERED_METHOD');
    expect(await ask('Registry.groupBy([1], r.f) = 1', { f: () => 1 }, { types })).not.toBe(true);
    expect(registry.size).toBe(1);
  });

  it('refuses methods that change a list', async () => {
    const tags = [3, 1, 2];
    expect(await ask('r.tags.push(4) = 4', { tags })).toBe('POLAR_UNDECIDED_MISSING_METHOD');
    expect(await ask('r.tags.sort() = [1, 2, 3] and r.tags = [3, 1, 2]', { tags })).toBe(true);
    expect(tags).toEqual([3, 1, 2]);
  });
});

describe('polluted input', () => {
  it('reads no attribute of a resource from Object.prototype', async () => {
    Object.defineProperty(Object.prototype, 'isAdmin', {
      value: true,
      configurable: true,
      enumerable: true,
      writable: true,
    });
    try {
      expect(await ask('r.isAdmin', {})).toBe('POLAR_UNDECIDED_MISSING_ATTRIBUTE');
      expect(await ask('r matches {isAdmin: true}', {})).toBe(false);
      expect(await ask('["isAdmin", true] in r', {})).toBe(false);
      expect(await ask('d = {a: 1} and d.isAdmin and d.a', {})).toBe(false);
      expect(await ask('d = {a: r.x} and d.isAdmin', { x: 1 })).toBe(false);
      class User {}
      expect(await ask('r.isAdmin', new User(), { types: { User } })).toBe(
        'POLAR_UNDECIDED_MISSING_ATTRIBUTE',
      );
    } finally {
      delete (Object.prototype as { isAdmin?: unknown }).isAdmin;
    }
  });

  it('reads no attribute from a prototype that merged input has set', async () => {
    const body = Object.setPrototypeOf({ id: 1 }, { isAdmin: true }) as object;
    expect(await ask('r.isAdmin', body)).toBe('POLAR_UNDECIDED_MISSING_ATTRIBUTE');
    expect(await ask('r matches {isAdmin: true}', body)).toBe(false);
  });

  it('reads members of an object that a library places between an instance and its class', async () => {
    class Message {
      url = '/a?b';
    }
    const request = Object.create(Message.prototype, {
      path: { get: () => '/a', enumerable: true },
    }) as object;
    expect(await ask('r.path = "/a"', Object.setPrototypeOf({ url: '/a?b' }, request))).toBe(true);
  });

  it('does not read the own key __proto__ of parsed JSON', async () => {
    const body: unknown = JSON.parse('{"__proto__": {"isAdmin": true}, "a": 1}');
    expect(await ask('r.isAdmin', body)).toBe('POLAR_UNDECIDED_MISSING_ATTRIBUTE');
    expect(await ask('r.(k) = v and v.isAdmin = true', body)).not.toBe(true);
  });

  it('reads a discriminator as an own field only', async () => {
    const types = { Invoice: { discriminator: { kind: 'invoice' } } };
    expect(await ask('r matches Invoice', { kind: 'invoice' }, { types })).toBe(true);
    expect(await ask('r matches Invoice', Object.create({ kind: 'invoice' }), { types })).toBe(false);
  });
});

describe('application code that misbehaves', () => {
  it('ends the query with the place and the cause when a getter throws', async () => {
    class Repo {
      get owner(): never {
        throw new TypeError('no connection');
      }
    }
    const authorizer = await load('allow(_, _, r) if r.owner = 1 or true;', { types: { Repo } });
    await expect(authorizer.can({}, 'read', new Repo())).rejects.toMatchObject({
      code: 'POLAR_RUN_HOST_ERROR',
      line: 1,
      column: 19,
      cause: { message: 'no connection' },
    });
  });

  it('does not turn a thrown error into true under not', async () => {
    class Repo {
      check(): boolean {
        throw new Error('no connection');
      }
    }
    expect(await ask('not r.check()', new Repo(), { types: { Repo } })).toBe('POLAR_RUN_HOST_ERROR');
    expect(await ask('forall(x in [1], x = 2 or r.check())', new Repo(), { types: { Repo } })).toBe(
      'POLAR_RUN_HOST_ERROR',
    );
  });

  it('ends the query when a promise is rejected', async () => {
    class Repo {
      owner(): Promise<never> {
        return Promise.reject(new Error('timeout of the database'));
      }
    }
    expect(await ask('not r.owner() = 1', new Repo(), { types: { Repo } })).toBe('POLAR_RUN_HOST_ERROR');
  });

  it('reports errors of a type predicate, an equality function and valueOf as faults', async () => {
    const fail = (): never => {
      throw new Error('no');
    };
    expect(await ask('r matches T', {}, { types: { T: { is: fail } } })).toBe('POLAR_RUN_HOST_ERROR');
    class A {}
    expect(
      await ask('r.a = r.b', { a: new A(), b: new A() }, { types: { A: { class: A, equals: fail } } }),
    ).toBe('POLAR_RUN_HOST_ERROR');
    class V {
      valueOf(): number {
        return fail();
      }
    }
    expect(await ask('r.a < 1', { a: new V() })).toBe('POLAR_RUN_HOST_ERROR');
  });

  it('throws an error instead of an answer when a proxy throws', async () => {
    const trap = () => {
      throw new Error('trapped');
    };
    const proxy = new Proxy({}, { getOwnPropertyDescriptor: trap, get: trap, has: trap });
    expect(await ask('r.a.b = 1 or true', { a: proxy })).toBe('POLAR_RUN_HOST_ERROR');
    expect(await ask('not r.a.b = 1', { a: proxy })).toBe('POLAR_RUN_HOST_ERROR');
  });
});

describe('unbound variables', () => {
  class Kit {
    echo(x: unknown): unknown {
      return x;
    }
    constructor(readonly value?: unknown) {}
  }
  it('passes no unbound variable to methods or constructors', async () => {
    expect(await ask('r.echo(x) = x', new Kit(), { types: { Kit } })).toBe('POLAR_RUN_UNBOUND_ARGUMENT');
    expect(await ask('r.echo([1, x]) = x', new Kit(), { types: { Kit } })).toBe('POLAR_RUN_UNBOUND_ARGUMENT');
    expect(await ask('new Kit({a: x}).value = x', new Kit(), { types: { Kit } })).toBe(
      'POLAR_RUN_UNBOUND_ARGUMENT',
    );
  });
  it('refuses to call a method on an unbound variable', async () => {
    expect(await ask('x.echo(1) = r and x = 1', new Kit(), { types: { Kit } })).toBe(
      'POLAR_RUN_UNBOUND_RECEIVER',
    );
  });
});

describe('types', () => {
  it('matches instances of a class and of its subclasses', async () => {
    class User {}
    class Admin extends User {}
    const authorizer = await load('allow(_: User, "a", _); allow(_: Admin, "b", _);', {
      types: { User, Admin },
    });
    expect(await authorizer.actions(new User(), 1)).toEqual(new Set(['a']));
    expect(await authorizer.actions(new Admin(), 1)).toEqual(new Set(['b', 'a']));
    class Unregistered extends Admin {}
    expect(await authorizer.actions(new Unregistered(), 1)).toEqual(new Set(['b', 'a']));
  });

  it('matches instances of ES5 classes that inherit by prototype', async () => {
    function Base(this: object) {}
    function Sub(this: object) {}
    Object.setPrototypeOf(Sub.prototype, Base.prototype as object);
    const types = { Base: Base as unknown as Class };
    const authorizer = await load('allow(_, "is", _: Base); allow(_, "isnt", r) if not r matches Base;', {
      types,
    });
    const instance: unknown = new (Sub as unknown as new () => object)();
    expect(await authorizer.actions(1, instance)).toEqual(new Set(['is']));
  });

  it('matches the elements of a declared list on every path', async () => {
    const types = { Team: { fields: { members: ['User'] } }, User: { fields: { id: Number } } };
    const policy = [
      'allow(_, "in", t: Team) if m in t.members and m matches User;',
      'allow(_, "first", t: Team) if [m, *_] = t.members and m matches User;',
      'allow(_, "rest", t: Team) if [_, *rest] = t.members and m in rest and m matches User;',
      'allow(_, "at", t: Team) if m = t.members.at(0) and m matches User;',
    ].join('\n');
    const authorizer = await load(policy, { types });
    const actionsOn = (members: unknown) => authorizer.actions(1, typed('Team', { members }));
    expect(await actionsOn([{ id: 1 }, { id: 2 }])).toEqual(new Set(['in', 'first', 'rest', 'at']));
    expect((await actionsOn([Promise.resolve({ id: 1 })])).has('in')).toBe(true);
    expect((await actionsOn(Promise.resolve([{ id: 1 }]))).has('in')).toBe(true);
    expect((await actionsOn(new Set([{ id: 1 }]))).has('in')).toBe(true);
  });

  it('matches values by predicate and by discriminator', async () => {
    const types = {
      Invoice: { is: (v: unknown) => (v as { kind?: string } | null)?.kind === 'invoice' },
      Order: { discriminator: { kind: 'order' } },
    };
    const authorizer = await load(
      'allow(_, "invoice", _: Invoice); allow(_, "order", _: Order); allow(_, "row", _: Dictionary);',
      { types },
    );
    expect(await authorizer.actions({}, { kind: 'invoice' })).toEqual(new Set(['invoice', 'row']));
    expect(await authorizer.actions({}, { kind: 'order' })).toEqual(new Set(['order', 'row']));
    expect(await authorizer.actions({}, { kind: 'x' })).toEqual(new Set(['row']));
    expect(await authorizer.actions({}, null)).toEqual(new Set());
  });

  it.each([
    ['a promise', async () => true, 'found a promise; make the function synchronous'],
    ['a promise that rejects', () => Promise.reject(new Error('no connection')), 'found a promise'],
    ['a number', () => 1, 'found the number 1'],
    ['a text', () => 'invoice', "found the string 'invoice'"],
  ])('throws when a predicate returns %s, also below not', async (_, is, found) => {
    const types = { Invoice: { is: is as unknown as (value: unknown) => boolean } };
    const authorizer = await load(
      'allow(_: Invoice, "pay", _); allow(actor, "read", _) if not actor matches Invoice;',
      { types },
    );
    for (const action of ['pay', 'read'])
      await expect(authorizer.can({}, action, {})).rejects.toThrow(
        `the declaration of the type \`Invoice\` is invalid: \`is\` must return true or false, ${found}`,
      );
  });

  it('matches no value for which a predicate returns nothing', async () => {
    const types = { Invoice: { is: (() => {}) as unknown as (value: unknown) => boolean } };
    const authorizer = await load('allow(_, "pay", _: Invoice);', { types });
    expect(await authorizer.can({}, 'pay', {})).toBe(false);
  });

  it('matches a row tagged by typed(), which does not change the row', async () => {
    const authorizer = await load('allow(_, "read", _: Repo);', { types: { Repo: {} } });
    const row = Object.freeze({ id: 1 });
    expect(await authorizer.can({}, 'read', row)).toBe(false);
    expect(typed('Repo', row)).toBe(row);
    expect(await authorizer.can({}, 'read', row)).toBe(true);
    expect(() => typed('Repo', 1 as unknown as object)).toThrow(
      expect.objectContaining({ code: 'POLAR_TYPE_NOT_AN_OBJECT' }),
    );
  });

  it('matches a plain row by the declared type of its field, for that query only', async () => {
    const types = {
      Repo: { fields: { id: Number, org: 'Org', labels: ['Label'] } },
      Org: { fields: { id: Number } },
      Label: { fields: { name: String } },
    };
    const authorizer = await load(
      'allow(_, "org", r: Repo) if r.org matches Org; allow(_, "org", _: Org); allow(_, "label", r: Repo) if l in r.labels and l matches Label;',
      { types },
    );
    const org = { id: 2 };
    const repo = typed('Repo', { id: 1, org, labels: [{ name: 'bug' }] });
    expect(await authorizer.can({}, 'org', org)).toBe(false);
    expect(await authorizer.can({}, 'org', repo)).toBe(true);
    expect(await authorizer.can({}, 'label', repo)).toBe(true);
    expect(await authorizer.can({}, 'org', org)).toBe(false);
  });

  it('reads a declared optional field as nil when it is absent or undefined', async () => {
    const types = { User: { fields: { id: Number, managerId: optional('Integer') } } };
    const policy = 'allow(_, "boss", u: User) if u.managerId = nil;';
    const authorizer = await load(policy, { types });
    expect(await authorizer.can({}, 'boss', typed('User', { id: 1 }))).toBe(true);
    expect(await authorizer.can({}, 'boss', typed('User', { id: 1, managerId: undefined }))).toBe(true);
    expect(await authorizer.can({}, 'boss', typed('User', { id: 1, managerId: 2 }))).toBe(false);
    const undeclared = await load('allow(_, "boss", u) if u.managerId = nil;');
    await expect(undeclared.can({}, 'boss', { managerId: undefined })).rejects.toMatchObject({
      code: 'POLAR_UNDECIDED_MISSING_ATTRIBUTE',
    });
  });

  it('reads null as nil in a field that is declared nullable, and finds an absent property undecided', async () => {
    for (const managerId of ['Integer?', nullable('Integer')] as const) {
      const types = { User: { fields: { id: Number, managerId } } };
      const authorizer = await load('allow(_, "boss", u: User) if u.managerId = nil;', { types });
      expect(await authorizer.can({}, 'boss', typed('User', { id: 1, managerId: null }))).toBe(true);
      for (const row of [{ id: 1 }, { id: 1, managerId: undefined }])
        await expect(authorizer.can({}, 'boss', typed('User', row))).rejects.toMatchObject({
          code: 'POLAR_UNDECIDED_MISSING_ATTRIBUTE',
        });
    }
  });

  it('reads an absent relation as nil when it is declared optional, and finds it undecided otherwise', async () => {
    const ends = { local: 'id', foreign: 'id' };
    const types = (isOptional: boolean) => ({
      Address: { fields: { id: 'Integer' } },
      User: {
        fields: { id: 'Integer' },
        relations: { address: one('Address', { ...ends, optional: isOptional }) },
      },
    });
    const policy = 'allow(_, "ship", u: User) if u.address = nil;';
    const embedded = await load(policy, { types: types(true) });
    expect(await embedded.can({}, 'ship', typed('User', { id: 1 }))).toBe(true);
    const loaded = await load(policy, { types: types(false) });
    await expect(loaded.can({}, 'ship', typed('User', { id: 1 }))).rejects.toMatchObject({
      code: 'POLAR_UNDECIDED_MISSING_ATTRIBUTE',
    });
  });

  it('reports a field that the type does not declare when the policy loads', async () => {
    const types = { User: { fields: { id: Number, name: String } } };
    await expect(load('allow(u: User, _, _) if u.nmae = "x";', { types })).rejects.toMatchObject({
      code: 'POLAR_CHECK_UNKNOWN_FIELD',
      data: { type: 'User', field: 'nmae' },
      line: 1,
      column: 27,
    });
  });

  it('accepts a type without a class as a resource', async () => {
    const authorizer = await load('allow(_, "create", Repo);', { types: { Repo: {}, Org: {} } });
    expect(await authorizer.can({}, 'create', authorizer.type('Repo'))).toBe(true);
    expect(await authorizer.can({}, 'create', authorizer.type('Org'))).toBe(false);
    expect(await authorizer.can({}, 'create', 'Repo')).toBe(false);
    expect(() => authorizer.type('Rpo')).toThrow(
      expect.objectContaining({ code: 'POLAR_TYPE_UNKNOWN_TYPE' }),
    );
  });
});

describe('equality', () => {
  const same = (a: unknown, b: unknown, options: Partial<AuthorizerOptions> = {}) =>
    ask('r.a = r.b', { a, b }, options);
  class User {
    constructor(
      readonly id: number,
      readonly name = '',
    ) {}
  }
  it('compares instances by identity or by the declared key', async () => {
    expect(await same(new User(1), new User(1))).toBe(false);
    expect(
      await same(new User(1, 'a'), new User(1, 'b'), { types: { User: { class: User, key: 'id' } } }),
    ).toBe(true);
    expect(await same(new User(1), new User(2), { types: { User: { class: User, key: 'id' } } })).toBe(false);
    expect(
      await same(typed('U', { id: 1, x: 1 }), typed('U', { id: 1, x: 2 }), { types: { U: { key: 'id' } } }),
    ).toBe(true);
  });
  it('compares an instance whose key is not loaded by identity', async () => {
    const types = { U: { key: 'id' } };
    expect(await same(typed('U', { x: 1 }), typed('U', { x: 1 }), { types })).toBe(false);
    expect(await same(typed('U', { id: null }), typed('U', { id: null }), { types })).toBe(false);
  });
  it('finds no equal value for a promised key that is missing', async () => {
    const row = () => typed('U', { id: Promise.resolve(undefined) });
    expect(await same(row(), row(), { types: { U: { key: 'id' } } })).toBe(false);
  });
  it('compares values by the equality function of their type', async () => {
    const equals = (a: User, b: User) => a.name === b.name;
    expect(await same(new User(1, 'x'), new User(2, 'x'), { types: { User: { class: User, equals } } })).toBe(
      true,
    );
  });
  it('compares dates by time, and fields only with deep equality', async () => {
    expect(await same(new Date(5), new Date(5))).toBe(true);
    expect(await same(new Date(5), 5)).toBe(false);
    expect(await same(new User(1), new User(1), { equality: 'deep' })).toBe(true);
    expect(await same(new User(1), new User(2), { equality: 'deep' })).toBe(false);
  });
  it('compares plain objects and lists by structure, never across types', async () => {
    expect(await same({ a: [1, { b: null }] }, { a: [1, { b: null }] })).toBe(true);
    expect(await same({ a: 1 }, { a: 1, b: null })).toBe(false);
    expect(await same({ a: 1 }, { a: 1, b: undefined })).toBe(true);
    expect(await same(true, 1)).toBe(false);
    expect(await same('1', 1)).toBe(false);
    expect(await same([null], [undefined])).toBe(false);
    expect(await ask('r.a != r.b', { a: true, b: 1 })).toBe(true);
  });
});

describe('arguments that cannot be awaited', () => {
  const error = new Error('trap');
  const fail = () => {
    throw error;
  };
  const traps: [string, ProxyHandler<object>][] = [
    ['whose attributes throw', { get: fail }],
    ['whose prototype throws', { getPrototypeOf: fail }],
    ['whose property descriptors throw', { getOwnPropertyDescriptor: fail }],
  ];
  const calls: [string, (authorizer: Authorizer, proxy: object) => Promise<unknown>][] = [
    ['authorize, of the resource', (a, proxy) => a.authorize(1, 'read', proxy)],
    ['authorize, of the actor', (a, proxy) => a.authorize(proxy, 'read', {})],
    ['authorizeField', (a, proxy) => a.authorizeField(1, 'read', proxy, 'title')],
    ['filter(), of the actor', (a, proxy) => a.filter(proxy, 'read', [{}])],
    ['filter(), of a resource', (a, proxy) => a.filter(1, 'read', [proxy])],
    ['canAll(), of the actor', (a, proxy) => a.canAll(proxy, 'read', [{}])],
    ['actionsAll(), of the actor', (a, proxy) => a.actionsAll(proxy, [{}])],
  ];

  describe.each(traps)('a proxy %s', (_what, trap) => {
    it.each(calls)('%s never rejects with the error of the proxy', async (_call, call) => {
      class Note {}
      const policies =
        'allow(u, "read", r) if u matches Note or r matches Note; allow_field(_, _, _: Note, "title");';
      const authorizer = await load(policies, { types: { Note } });
      const rejection: unknown = await call(authorizer, new Proxy(new Note(), trap)).then(
        () => undefined,
        (rejected: unknown) => rejected,
      );
      expect(rejection).not.toBe(error);
      const fault = isPolarError(rejection) ? rejection : { code: 'POLAR_RUN_HOST_ERROR', cause: error };
      expect(fault).toMatchObject({ code: 'POLAR_RUN_HOST_ERROR', cause: error });
    });
  });

  it('a loader that rejects makes authorize reject with the error of the application', async () => {
    const authorizer = await load('allow(_, _, _);');
    await expect(authorizer.authorize(1, 'read', Promise.reject(error))).rejects.toBe(error);
  });

  it('an actor that rejects makes filter() and canAll() throw a PolarError', async () => {
    const authorizer = await load('allow(_, _, _);');
    const rejected = () => Promise.reject(error);
    const expected = { code: 'POLAR_RUN_HOST_ERROR', cause: error };
    await expect(authorizer.filter(rejected(), 'read', [1])).rejects.toMatchObject(expected);
    await expect(authorizer.canAll(rejected(), 'read', [1])).rejects.toMatchObject(expected);
  });
});
