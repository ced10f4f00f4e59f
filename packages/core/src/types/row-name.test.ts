import { describe, expect, it } from 'vitest';
import { findName, nameFinders, setName } from './row-name.js';

const allNames = (row: object) => new Set([findName, ...nameFinders].map((find) => find(row)));

describe('setName', () => {
  it('names a new row after another row was named twice', () => {
    const [first, second] = [{ id: 1 }, { id: 2 }];
    setName(first, 'Doc');
    setName(first, 'Folder');
    expect(allNames(first)).toEqual(new Set(['Folder']));
    setName(second, 'Doc');
    expect(allNames(second)).toEqual(new Set(['Doc']));
    setName(second, 'User');
    expect(allNames(second)).toEqual(new Set(['User']));
    expect(allNames(first)).toEqual(new Set(['Folder']));
  });

  it('names frozen rows, rows without a prototype, and proxies, and changes none of their properties', () => {
    const refusing = () => {
      throw new Error('a handler of the proxy ran');
    };
    const proxy = new Proxy({}, { defineProperty: refusing, has: refusing, get: refusing, set: refusing });
    for (const row of [Object.freeze({ id: 1 }), Object.create(null) as object, proxy]) {
      setName(row, 'Doc');
      expect(allNames(row)).toEqual(new Set(['Doc']));
      setName(row, 'Folder');
      expect(allNames(row)).toEqual(new Set(['Folder']));
      expect(Reflect.ownKeys(row)).toEqual('id' in Object.getOwnPropertyDescriptors(row) ? ['id'] : []);
    }
  });
});
