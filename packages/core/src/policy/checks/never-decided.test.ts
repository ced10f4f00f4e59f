import { describe, expect, it } from 'vitest';
import { TypeTable } from '../../types/type-table.js';
import { diagnoseWith } from '../diagnose.fixture.js';

const types = new TypeTable({
  User: {
    fields: { age: 'Integer', name: 'String', isAdmin: 'Boolean', balance: 'Decimal', since: 'Date' },
  },
});
const diagnose = diagnoseWith(types);
const found = (text: TemplateStringsArray) =>
  diagnose(text).map(({ code, at, data }) => [code, at, 'expression' in data ? data.expression : data]);

describe('never-decided', () => {
  it('warns about an order between different types, and about arithmetic with a text', () => {
    expect(found`
      f(u: User) if u.age > "18" or u.name < 3 or u.isAdmin >= 1;
      f(u: User) if u.name + "x" = u.name and u.age - "1" = 2;
    `).toEqual([
      ['POLAR_CHECK_NEVER_DECIDED', '1:15', 'u.age > "18"'],
      ['POLAR_CHECK_NEVER_DECIDED', '1:31', 'u.name < 3'],
      ['POLAR_CHECK_NEVER_DECIDED', '1:45', 'u.isAdmin >= 1'],
      ['POLAR_CHECK_NEVER_DECIDED', '2:15', 'u.name + "x"'],
      ['POLAR_CHECK_NEVER_DECIDED', '2:41', 'u.age - "1"'],
    ]);
  });

  it('warns about an order between a decimal or a date and a text', () => {
    expect(found`
      f(u: User) if u.balance < "9" or u.balance < u.age or u.since < "2024-01-01" or u.since < u.since;
      f(u: User) if u.balance + 1 > 2 and u.since.getTime() > 1;
    `).toEqual([
      ['POLAR_CHECK_NEVER_DECIDED', '1:15', 'u.balance < "9"'],
      ['POLAR_CHECK_NEVER_DECIDED', '1:55', 'u.since < "2024-01-01"'],
    ]);
  });

  it('accepts values whose type is not certain', () => {
    expect(found`
      f(u: User, x) if u.age > x and x < "a" and x + 1 = u.age and u.age > 1.5;
    `).toEqual([]);
  });
});

describe('field-called', () => {
  it('warns about a call of a declared field of a type without a class', () => {
    expect(diagnose`
      f(u: User) if u.isAdmin() and u.name.trim() = "a";
    `).toEqual([{ code: 'POLAR_CHECK_FIELD_CALLED', at: '1:17', data: { name: 'isAdmin', type: 'User' } }]);
  });
});

describe('never-equal', () => {
  it('warns about a literal of another type in a pattern', () => {
    expect(diagnose`
      f(_: User{isAdmin: "true", age: 3, name: x}, x);
    `).toEqual([
      {
        code: 'POLAR_CHECK_NEVER_EQUAL',
        at: '1:20',
        data: { left: 'isAdmin', leftType: 'a Boolean', right: '"true"', rightType: 'a String' },
      },
    ]);
  });
});
