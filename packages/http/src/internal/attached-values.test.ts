import { describe, expect, it } from 'vitest';
import { AttachedValues } from './attached-values.js';

describe('AttachedValues', () => {
  it('returns the last value of an object, until it is deleted', () => {
    const values = new AttachedValues<object, number>();
    const owner = {};
    expect([values.get(owner), values.has(owner)]).toEqual([undefined, false]);
    values.set(owner, 1);
    values.set(owner, 2);
    expect([values.get(owner), values.has(owner)]).toEqual([2, true]);
    values.delete(owner);
    expect([values.get(owner), values.has(owner)]).toEqual([undefined, false]);
  });

  it('keeps the values of two instances apart', () => {
    const [one, other] = [new AttachedValues<object, number>(), new AttachedValues<object, number>()];
    const owner = {};
    one.set(owner, 1);
    expect(other.get(owner)).toBeUndefined();
  });

  it('adds nothing that is visible or inherited', () => {
    const values = new AttachedValues<object, number>();
    const owner = { a: 1 };
    values.set(owner, 1);
    expect(Reflect.ownKeys(owner)).toEqual(['a']);
    expect([values.get(Object.create(owner) as object), values.get({ ...owner })]).toEqual([
      undefined,
      undefined,
    ]);
    expect(values.get(new Proxy(owner, {}))).toBeUndefined();
  });

  it('accepts a frozen object', () => {
    const values = new AttachedValues<object, number>();
    const owner = Object.freeze({});
    values.set(owner, 1);
    expect(values.get(owner)).toBe(1);
  });
});
