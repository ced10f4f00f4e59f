import { runInNewContext } from 'node:vm';
import type { TypesInput } from '../../types/type-declaration.js';

// Values whose class or attributes are hard to determine, because of a class, a `constructor`, a getter or a proxy.

export class Doc {
  [name: string]: unknown;
  name: unknown = 'x';
  constructor(fields: object = {}) {
    Object.assign(this, fields);
  }
  same(): unknown {
    return this.name;
  }
}
/** The class that rules exclude with `not doc matches Secret`. */
export class Secret extends Doc {}
export class Hidden extends Secret {}
/** A class that claims every value as its instance. */
export class Greedy {
  name = 'x';
  static [Symbol.hasInstance](): boolean {
    return true;
  }
}
/** A class that claims no value. */
export class Shy extends Doc {
  static override [Symbol.hasInstance](): boolean {
    return false;
  }
}
export class Private {
  #name: unknown = 'x';
  get name(): unknown {
    return this.#name;
  }
  same(): unknown {
    return this.#name;
  }
}
/** A class without attributes, whose instances can get another `constructor`. */
export class Renamed {
  name = 'x';
}
Object.defineProperty(Renamed.prototype, 'constructor', { value: Doc, configurable: true });
/** A class whose instances are arrays, and therefore lists. */
export class Shelf extends Array<unknown> {}
export class Ledger extends Map<unknown, unknown> {}

/** A class that shares its prototype with another one, as some old code did. */
export const Twin = function Twin() {} as unknown as { new (): object; prototype: object };
Twin.prototype = Private.prototype;

interface Es5Class {
  new (): Record<string, unknown>;
  prototype: object;
}
const es5 = (make: (this: Record<string, unknown>) => void): Es5Class => make as unknown as Es5Class;
/** A constructor function without class syntax: `constructor` is an enumerable attribute. */
export const OldDoc = es5(function OldDoc() {
  this.name = 'x';
});
OldDoc.prototype = { constructor: OldDoc, same: () => 'x' };
/** A subclass of it that does not reset `constructor`. */
export const OldSecret = es5(function OldSecret() {
  this.name = 'x';
});
OldSecret.prototype = Object.create(OldDoc.prototype) as object;
/** A subclass of the same kind that is not registered. */
const OldStranger = es5(function OldStranger() {
  this.name = 'x';
});
OldStranger.prototype = Object.create(Doc.prototype) as object;

function copiedByForIn(from: object, to: object): object {
  // oxlint-disable-next-line guard-for-in -- old code copied attributes like this
  for (const key in from) (to as Record<string, unknown>)[key] = (from as Record<string, unknown>)[key];
  return to;
}

const classes = {
  Doc,
  Secret,
  Hidden,
  Greedy,
  Shy,
  Private,
  Twin,
  Renamed,
  Shelf,
  Ledger,
  OldDoc,
  OldSecret,
};
export const oddTypeNames = Object.keys(classes);
export const oddTypes = {
  classes: { ...classes, Row: {} },
  fields: {
    ...classes,
    Doc: { class: Doc, fields: { name: 'String?', owner: 'Doc?', flag: 'Boolean?' } },
    Row: { fields: { name: 'String', owner: 'Doc' } },
  },
} as unknown as Readonly<Record<'classes' | 'fields', TypesInput>>;

/** A handler whose traps all throw. */
const throwing = (message: string): ProxyHandler<object> =>
  new Proxy(
    {},
    {
      get: () => () => {
        throw new TypeError(message);
      },
    },
  );

const revoked = (target: object): object => {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
};

const own = (base: object, more: PropertyDescriptorMap): object => Object.defineProperties(base, more);
const fails = (message: string) => (): never => {
  throw new RangeError(message);
};

/** An attribute that cannot be read. */
const failing = (name: string): PropertyDescriptorMap => ({ [name]: { get: fails(name), enumerable: true } });

/** Objects whose class is hard to determine, by their description. */
export const oddInstances: Readonly<Record<string, () => unknown>> = {
  'a Doc': () => new Doc(),
  'a Secret': () => new Secret(),
  'a Hidden': () => new Hidden(),
  'a Secret that says it is a Doc': () => Object.assign(new Secret(), { constructor: Doc }),
  'a Doc that says it is a Secret': () => Object.assign(new Doc(), { constructor: Secret }),
  'a Doc without a constructor': () => own(new Doc(), { constructor: { value: undefined } }),
  'a Doc whose constructor cannot be read': () =>
    own(new Doc(), { constructor: { get: fails('constructor') } }),
  'a Secret whose __proto__ lies': () => own(new Secret(), { __proto__: { value: Doc.prototype } }),
  'a plain object that says it is a Doc': () => ({ constructor: Doc, name: 'x' }),
  'a Secret with the attributes of an OldDoc': () => copiedByForIn(new OldDoc(), new Secret()),
  'a plain object with the attributes of an OldDoc': () => copiedByForIn(new OldDoc(), {}),
  'an OldDoc': () => new OldDoc(),
  'an OldSecret': () => new OldSecret(),
  'an OldSecret that says it is a Doc': () => Object.assign(new OldSecret(), { constructor: Doc }),
  'an instance of an unregistered old subclass': () => new OldStranger(),
  'an instance of an unregistered subclass': () => new (class Draft extends Secret {})(),
  'an object made of a Doc': () => Object.create(new Doc()) as object,
  'an object made of a Secret': () => Object.create(new Secret()) as object,
  'an object made of the prototype of Secret': () => Object.create(Secret.prototype) as object,
  'the prototype of Secret': () => Secret.prototype,
  'a Doc that became a Secret': () => Object.setPrototypeOf(new Doc(), Secret.prototype) as object,
  'a Secret that became a Doc': () => Object.setPrototypeOf(new Secret(), Doc.prototype) as object,
  'a Doc without a prototype': () => Object.setPrototypeOf(new Doc(), null) as object,
  'an object without a prototype': () => Object.assign(Object.create(null) as object, { name: 'x' }),
  'a list with the prototype of Doc': () => Object.setPrototypeOf(['x'], Doc.prototype) as object,
  'a function with the prototype of Doc': () => Object.setPrototypeOf(() => 'x', Doc.prototype) as object,
  'a Shelf': () => Shelf.from(['x', 1]),
  'a Ledger': () => new Ledger([['x', 1]]),
  'a Greedy': () => new Greedy(),
  'a Shy': () => new Shy(),
  'a Private': () => new Private(),
  'a proxy of a Private': () => new Proxy(new Private(), {}),
  'a Renamed': () => new Renamed(),
  'a proxy of a Doc': () => new Proxy(new Doc(), {}),
  'a proxy of a Secret': () => new Proxy(new Secret(), {}),
  'a proxy of a Secret that passes for a Doc': () =>
    new Proxy(new Secret(), { getPrototypeOf: () => Doc.prototype }),
  'a proxy of a Doc that passes for a Secret': () =>
    new Proxy(new Doc(), { getPrototypeOf: () => Secret.prototype }),
  'a proxy of a Secret whose constructor lies': () =>
    new Proxy(new Secret(), {
      get: (target, key, receiver) =>
        key === 'constructor' ? Doc : (Reflect.get(target, key, receiver) as unknown),
    }),
  'a proxy of a list that passes for a Doc': () => new Proxy(['x'], { getPrototypeOf: () => Doc.prototype }),
  'a plain object of another realm': () => runInNewContext(`({ name: 'x', n: 1 })`) as object,
  'an instance of another realm': () =>
    runInNewContext(`(class Doc { constructor() { this.name = 'x'; } })`) as object,
  'a list of another realm': () => runInNewContext(`['x', 1]`) as object,
};

/** Values that throw when they are read. */
export const brokenValues: Readonly<Record<string, () => unknown>> = {
  'a revoked proxy of a Doc': () => revoked(new Doc()),
  'a revoked proxy of a list': () => revoked(['x']),
  'a revoked proxy of a set': () => revoked(new Set(['x'])),
  'a proxy that fails in every trap': () => new Proxy(new Doc(), throwing('trap')),
  'a proxy of a list that fails in every trap': () => new Proxy(['x'], throwing('trap')),
  'a proxy without a prototype to be told': () =>
    new Proxy(new Doc(), { getPrototypeOf: fails('prototype') }),
  'a proxy whose attributes fail': () => new Proxy(new Doc(), { get: fails('get') }),
  'a proxy whose descriptors fail': () =>
    new Proxy(new Doc(), { getOwnPropertyDescriptor: fails('descriptor'), has: fails('has') }),
  'a proxy whose keys fail': () => new Proxy({ name: 'x' }, { ownKeys: fails('keys') }),
  'a plain object whose keys fail': () => new Proxy({ a: 1 }, { ownKeys: fails('keys'), get: fails('get') }),
  'a Doc whose then fails': () => own(new Doc(), failing('then')),
  'a plain object whose then fails': () => own({ name: 'x' }, failing('then')),
  'a Doc whose name fails': () => own(new Doc(), failing('name')),
  'a plain object whose name fails': () => own({}, failing('name')),
  'a Doc that is no text': () =>
    Object.assign(new Doc(), {
      toString: fails('toString'),
      valueOf: fails('valueOf'),
      [Symbol.toPrimitive]: fails('toPrimitive'),
    }),
  'a Doc with a name that is no text': () =>
    new Doc({ name: { toString: fails('toString'), [Symbol.toPrimitive]: fails('toPrimitive') } }),
  'a Doc named by a revoked proxy': () => new Doc({ name: revoked({}) }),
  'a Doc named by a throwing proxy': () => new Doc({ name: new Proxy({}, throwing('inner')) }),
  'a function whose name fails': () => own(() => 'x', { name: { get: fails('name') } }),
  'a class whose name is no text': () => own(class {}, { name: { value: Symbol('name') } }),
  'an instance whose class has a failing name': () => {
    class Nameless {}
    own(Nameless, { name: { get: fails('class name') } });
    return new Nameless();
  },
  'a list that holds a revoked proxy': () => [revoked({}), 'x'],
  'a set that holds a revoked proxy': () => new Set([revoked({}), 'x']),
};

/** Collections in which one of the elements is a promise. */
export const promisingValues: Readonly<Record<string, () => unknown>> = {
  'a list of promises': () => [Promise.resolve('x'), Promise.resolve(1)],
  'a set of promises': () => new Set([Promise.resolve('y'), 'x']),
  'a row of promises': () => ({ name: Promise.resolve('x'), flag: Promise.resolve(true) }),
  'an async generator': () =>
    (async function* () {
      yield await Promise.resolve('x');
    })(),
  'a promise of a list of promises': () => Promise.resolve([Promise.resolve('x')]),
};

/** Values of the language that applications use rarely. */
export const rareValues: Readonly<Record<string, () => unknown>> = {
  'a Map': () =>
    new Map<unknown, unknown>([
      ['name', 'x'],
      ['x', 1],
    ]),
  'a Map with attributes': () => Object.assign(new Map([['name', 'y']]), { name: 'x' }),
  'a Set': () => new Set(['x', 1]),
  'a set with its own iterator': () =>
    own(new Set(['y']), { [Symbol.iterator]: { value: () => ['x'][Symbol.iterator]() } }),
  'an object with the prototype of Set': () => Object.create(Set.prototype) as object,
  'a subclass of Set that says it is one': () => {
    class Few extends Set<unknown> {
      override [Symbol.iterator](): SetIterator<unknown> {
        return new Set(['x'])[Symbol.iterator]();
      }
    }
    return Object.assign(new Few(['y']), { constructor: Set });
  },
  'a Date': () => new Date(0),
  'an invalid Date': () => new Date(Number.NaN),
  'a generator': () =>
    (function* () {
      yield 'x';
      yield 1;
    })(),
  'a generator that fails': () =>
    (function* () {
      yield 'z';
      throw new RangeError('generator');
    })(),
  'a boxed text': () => Object('x') as object,
  'a boxed number': () => Object(1) as object,
  'a boxed boolean': () => Object(true) as object,
  'a boxed symbol': () => Object(Symbol('x')) as object,
  'a symbol': () => Symbol.for('x'),
  'a BigInt': () => 1n,
  'a boxed BigInt': () => Object(1n) as object,
  'not a number': () => Number.NaN,
  'negative zero': () => -0,
  infinity: () => Number.POSITIVE_INFINITY,
  undefined: () => undefined,
  'a regular expression': () => /x/,
  'an error': () => new Error('x'),
  'an array buffer': () => new Uint8Array([1, 2]),
  'a list with a hole': () => Object.assign(Array.from({ length: 2 }), { 0: 'x' }),
  'a WeakMap': () => new WeakMap(),
  'a Doc with undefined attributes': () => new Doc({ name: undefined, flag: undefined, owner: undefined }),
  'a row with undefined attributes': () => ({ name: undefined, flag: undefined }),
  'a getter that gives undefined': () => own({}, { name: { get: () => undefined, enumerable: true } }),
  'a Doc with a Map inside': () => new Doc({ name: new Map([['a', new Set([1])]]), owner: new Date(0) }),
};
