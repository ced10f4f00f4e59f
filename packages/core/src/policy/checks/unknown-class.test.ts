import { describe, expect, it } from 'vitest';
import { TypeTable } from '../../types/type-table.js';
import { diagnoseWith } from '../diagnose.fixture.js';

const types = new TypeTable({ Foo: class {} }, { five: 5 });

describe('unknown-class', () => {
  it('warns about `new` with an unregistered class or with a constant', () => {
    const code = 'POLAR_CHECK_UNKNOWN_CLASS';
    const known = types.typeNames;
    expect(diagnoseWith(types)`
      f(x: five) if x = new Bar() and x != new Foo() and x != new five();
    `).toEqual([
      { code, at: '1:6', data: { name: 'five', known } },
      { code, at: '1:23', data: { name: 'Bar', known } },
      { code, at: '1:61', data: { name: 'five', known } },
    ]);
  });
});
