import { describe, expect, it } from 'vitest';
import { TypeTable } from '../types/type-table.js';
import { someUndecided, UndecidedTypes } from './undecided-types.js';

const table = new TypeTable();
const text = table.find('String')!;
const list = table.find('List')!;
const integer = table.find('Integer')!;

describe('undecided types', () => {
  const types = new UndecidedTypes([text]);
  types.note(new Map([[list, new Error('no answer')]]));

  it('throw the error of the predicate when an undecided type is tested', () => {
    expect(() => types.has(list)).toThrow('no answer');
  });

  it('answer a test for the other types', () => {
    expect([types.has(text), types.has(integer)]).toEqual([true, false]);
  });

  it('contain the undecided types for an index of rules', () => {
    expect([...types]).toEqual([text, list]);
  });

  it('include only types that a rule tests', () => {
    expect([someUndecided(types, [text, list]), someUndecided(types, [text, integer])]).toEqual([
      true,
      false,
    ]);
    expect(someUndecided(new Set([text]), [text])).toBe(false);
  });
});
