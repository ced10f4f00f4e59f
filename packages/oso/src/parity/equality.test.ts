import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomCases } from '../../../../tools/test-scope.js';
import { nanook, original } from './both-libraries.fixture.js';

class Row {
  constructor(readonly x: unknown) {}
}
class SubRow extends Row {}
class Money extends Date {
  [Symbol.toStringTag] = 'Money';
}
class Labeled {
  a = 1;
  get [Symbol.toStringTag](): string {
    return 'Labeled';
  }
}
const symbol = Symbol('a');
const twin = Symbol('a');
const named = () => 1;

const bare = (fields: object): object => Object.assign(Object.create(null) as object, fields);
const hidden = (object: object, key: string, value: unknown): object =>
  Object.defineProperty(object, key, { value, enumerable: false });
const argumentsOf = function (..._values: unknown[]): unknown {
  // oxlint-disable-next-line prefer-rest-params -- the value under test
  return arguments;
};
const inItself = (n: number): object => {
  const object: Record<string, unknown> = { n };
  object['self'] = object;
  return object;
};
const around = (n: number): object => {
  const object: Record<string, unknown> = { n };
  object['self'] = { n, self: object };
  return object;
};
const listOfItself = (): unknown[] => {
  const list: unknown[] = [1];
  list.push(list);
  return list;
};
const setOfItself = (): Set<unknown> => {
  const set = new Set<unknown>();
  return set.add(set).add({ set });
};
const bytes = (...values: number[]): ArrayBuffer => new Uint8Array(values).buffer;

/** Makes values that look alike. */
const makers: readonly (() => unknown)[] = [
  ...[1, 0, -0, NaN, '', '1', '/a/g', true, false, null, undefined, 1n, symbol, twin, named, Row].map(
    (value) => () => value,
  ),
  ...[1, 0, -0, NaN, '', '1', '/a/g', true, 1n, symbol, twin].map((value) => () => Object(value) as unknown),
  () => () => 1,
  () => Promise.resolve(1),
  () => new WeakMap(),
  () => new Date(0),
  () => new Date(1),
  () => new Date(NaN),
  () => new Money(0),
  () => Object.assign(new Date(0), { a: 1 }),
  () => /a/g,
  () => /a/i,
  () => new Error('a'),
  () => new TypeError('a'),
  () => Object.assign(new Error('a'), { code: 1 }),
  () => new DOMException('a'),
  () => ({ name: 'Error', message: 'a' }),
  () => [],
  () => [1, 2],
  () => [2, 1],
  () => [undefined],
  () => Array.from({ length: 1 }),
  () => [[1, 2], [3]],
  () => Object.assign([1, 2], { a: 1 }),
  () => argumentsOf(1),
  () => ({ 0: 1 }),
  () => ({ 0: 1, length: 1 }),
  () => hidden({ 0: 1 }, 'length', 1),
  () => ({}),
  () => bare({}),
  () => ({ a: 1 }),
  () => bare({ a: 1 }),
  () => ({ a: 1, b: 2 }),
  () => ({ b: 2, a: 1 }),
  () => ({ a: undefined }),
  () => ({ b: undefined }),
  () => ({ a: { b: 1 } }),
  () => ({ a: { b: 2 } }),
  () => hidden({ a: 1 }, 'b', 2),
  () => ({ a: 1, [symbol]: 1 }),
  () => ({ a: 1, [symbol]: 2 }),
  () => ({ a: 1, [twin]: 1 }),
  () => hidden({ a: 1, [symbol]: 1 }, 'b', 2),
  () => ({ [symbol]: { a: 1 } }),
  () => ({
    get a() {
      return 1;
    },
  }),
  () => ({ constructor: Row }),
  () => ({ constructor: SubRow }),
  () => ({ constructor: 1, a: 1 }),
  () => ({ a: 1, constructor: Object }),
  () => new Row(1),
  () => new SubRow(1),
  () => new Row({ a: 1 }),
  () => new Row(new Row(1)),
  () => new Row(new SubRow(1)),
  () => ({ x: 1 }),
  () => Object.create(new Row(1)) as unknown,
  () => Object.create({ a: 1 }) as unknown,
  () => Object.setPrototypeOf({ x: 1 }, { constructor: undefined }) as unknown,
  () => new nanook.Dict({ a: 1 }),
  () => new Labeled(),
  () => ({ a: 1, [Symbol.toStringTag]: 'Labeled' }),
  () => Object.freeze({ a: 1, [Symbol.toStringTag]: 'Labeled' }),
  () => new Map([[1, 2]]),
  () => new Map([[2, 1]]),
  () => new Map([[1, [1, 2]]]),
  () => new Map([[1, [2, 1]]]),
  () => new Map([[{ a: 1 }, 1]]),
  () => Object.assign(new Map([[1, 2]]), { a: 1 }),
  () => new Set([1, 2]),
  () => new Set([2, 1]),
  () => new Set([[1, 2]]),
  () => new Set([[2, 1]]),
  () => new Set([{ a: 1 }, { a: 2 }]),
  () => new Set([{ a: 2 }, { a: 1 }]),
  () => new Set([NaN]),
  () => new Uint8Array([1, 2]),
  () => new Int8Array([1, 2]),
  () => new Float64Array([0]),
  () => new Float64Array([-0]),
  () => new BigInt64Array([1n]),
  () => Buffer.from([1, 2]),
  () => bytes(0, 0),
  () => bytes(0, 1),
  () => new SharedArrayBuffer(2),
  () => new DataView(bytes(0, 1)),
  () => new DataView(bytes(9, 0, 0, 9), 1, 2),
  () => new DataView(bytes(0, 0, 0, 0), 1, 2),
  () => inItself(1),
  () => inItself(2),
  () => around(1),
  listOfItself,
  setOfItself,
  () => Row.prototype,
  () => new Proxy({ a: 1 }, {}),
  () => new Proxy([1, 2], {}),
  () => new URL('http://a.example/'),
];

const isEqual = (library: typeof nanook, left: unknown, right: unknown): unknown =>
  library.defaultEqualityFn(left, right);

describe('defaultEqualityFn', () => {
  it.each(makers.map((make, i) => [`${i}: ${inspect(make())}`, make] as const))(
    'compares %s with other values as oso does',
    (_, make) => {
      const pairs = makers.flatMap((other) => [
        [make(), other()],
        [
          { a: 1, v: make() },
          { a: 1, v: other() },
        ],
        [
          [make(), 1],
          [other(), 1],
        ],
      ]);
      const differing = pairs.filter(
        ([left, right]) => isEqual(nanook, left, right) !== isEqual(original, left, right),
      );
      expect(differing).toEqual([]);
    },
  );

  it('compares nested values as oso does', () => {
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom<unknown>(0, 1, 'a', null, undefined, NaN, new Date(0), Object(1)),
        fc.dictionary(fc.constantFrom('a', 'b', 'x'), tie('tree'), { maxKeys: 2 }),
        tie('tree').map((x) => new Row(x)),
        tie('tree').map((x) => new SubRow(x)),
        fc.array(tie('tree'), { maxLength: 2 }),
        fc.array(tie('tree'), { maxLength: 2 }).map((items) => new Set(items)),
        fc.array(fc.tuple(tie('tree'), tie('tree')), { maxLength: 2 }).map((entries) => new Map(entries)),
      ),
    }));
    const pair = fc.oneof(fc.tuple(tree, tree), fc.clone(tree, 2));
    fc.assert(
      fc.property(pair, ([left, right]) => {
        expect(isEqual(nanook, left, right)).toBe(isEqual(original, left, right));
      }),
      { numRuns: randomCases(2_000) },
    );
  });
});
