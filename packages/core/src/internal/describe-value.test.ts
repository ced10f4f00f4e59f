import { describe, expect, it } from 'vitest';
import { describeValue } from './describe-value.js';

class Memo {}
function Legacy(this: object) {}
Legacy.prototype.save = () => {};
const revoked = Proxy.revocable({}, {});
revoked.revoke();

describe('describeValue', () => {
  it.each([
    [null, 'null'],
    [undefined, 'undefined'],
    ['alice', "the string 'alice'"],
    ['x'.repeat(50), `the string '${'x'.repeat(20)}…'`],
    [5, 'the number 5'],
    [true, 'true'],
    [5n, 'the bigint 5n'],
    [Symbol('s'), 'a symbol'],
    [[1], 'a list'],
    [{}, 'a plain object'],
    [Object.create(null), 'a plain object without a prototype'],
    [Promise.resolve(), 'a promise'],
    // oxlint-disable-next-line unicorn/no-thenable -- a query of an ORM is one
    [{ then: () => {} }, 'a promise'],
    [new Date(0), 'an instance of `Date`'],
    [new Date(Number.NaN), 'an invalid Date'],
    [new Memo(), 'an instance of `Memo`'],
    [new (class extends Memo {})(), 'an instance of `Memo`'],
    [Memo, 'the class `Memo`'],
    [Legacy, 'the class `Legacy`'],
    [() => {}, 'a function'],
  ])('describes value %#', (value, text) => {
    expect(describeValue(value)).toBe(text);
  });

  it('describes a revoked proxy', () => {
    expect(describeValue(revoked.proxy) === 'an object').toBe(true);
  });

  it('runs no getter', () => {
    // oxlint-disable-next-line unicorn/no-thenable -- it must not be read
    const row = Object.defineProperty({}, 'then', {
      get(): never {
        throw new Error('was run');
      },
    });
    expect(describeValue(row)).toBe('a plain object');
  });
});
