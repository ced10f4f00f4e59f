import { describe, expect, it } from 'vitest';
import { TypeTable } from '../../types/type-table.js';
import { diagnoseWith } from '../diagnose.fixture.js';

const diagnose = diagnoseWith(new TypeTable({ User: { fields: { name: 'String', groups: ['String'] } } }));
const code = 'POLAR_CHECK_NOT_A_COLLECTION';

describe('not-a-collection', () => {
  it('warns when the right side of `in` is a text, a number or a boolean', () => {
    expect(diagnose`
      f(u: User) if u.groups in "admins";
      f(u: User) if not u.groups in u.name;
      ?= 1 in 2;
    `).toEqual([
      { code, at: '1:27', data: { item: 'u.groups', collection: '"admins"', type: 'a String' } },
      { code, at: '2:31', data: { item: 'u.groups', collection: 'u.name', type: 'a String' } },
      { code, at: '3:9', data: { item: '1', collection: '2', type: 'an Integer' } },
    ]);
  });

  it('accepts lists and values whose type is not certain', () => {
    expect(diagnose`
      f(u: User, x) if "a" in u.groups and u.name in ["a"] and u.name in x and u.name in {a: 1};
    `).toEqual([]);
  });
});
