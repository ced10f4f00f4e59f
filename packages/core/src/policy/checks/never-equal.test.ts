import { describe, expect, it } from 'vitest';
import { messageOf } from '../../diagnostics/codes.js';
import { TypeTable } from '../../types/type-table.js';
import { diagnoseWith } from '../diagnose.fixture.js';

const types = new TypeTable({
  User: {
    fields: {
      id: 'Integer',
      score: 'Float',
      name: 'String',
      isAdmin: 'Boolean',
      groups: ['String'],
      org: 'Org',
      balance: 'Decimal',
      since: 'Date',
    },
  },
  Org: {},
});
const diagnose = diagnoseWith(types);
const code = 'POLAR_CHECK_NEVER_EQUAL';

describe('never-equal', () => {
  it('warns when the two sides of an equality have different declared types', () => {
    expect(diagnose`
      f(u: User) if u.id = "1" or u.isAdmin == 1 or u.name != 3 or u.groups = "admin";
      f(u: User, v: User) if u.id = v.name;
    `).toEqual([
      {
        code,
        at: '1:15',
        data: { left: 'u.id', leftType: 'an Integer', right: '"1"', rightType: 'a String' },
      },
      {
        code,
        at: '1:29',
        data: { left: 'u.isAdmin', leftType: 'a Boolean', right: '1', rightType: 'an Integer' },
      },
      {
        code,
        at: '1:47',
        data: { left: 'u.name', leftType: 'a String', right: '3', rightType: 'an Integer' },
      },
      {
        code,
        at: '1:62',
        data: { left: 'u.groups', leftType: 'a List', right: '"admin"', rightType: 'a String' },
      },
      {
        code,
        at: '2:24',
        data: { left: 'u.id', leftType: 'an Integer', right: 'v.name', rightType: 'a String' },
      },
    ]);
  });

  it('accepts numbers of both kinds, and values whose type is not certain', () => {
    expect(diagnose`
      f(u: User, x) if u.id = 1.5 and u.score = 1 and u.id = x and u.org = "acme" and x.id = "1" and u.name = nil;
    `).toEqual([]);
  });

  it('compares a decimal and a date with numbers, but not with texts', () => {
    expect(
      diagnose`
        f(u: User) if u.balance = 10 and u.balance = 10.5 and u.balance = u.score and u.since = u.since;
        f(u: User) if u.balance = "10.50" or u.since != "2024-01-01" or u.balance = true;
      `.map(({ at, data }) => [at, messageOf(code, data as never)]),
    ).toEqual([
      [
        '2:15',
        '`u.balance` is a Decimal and `"10.50"` is a String, but values of different types are never equal; write the number `10.50`',
      ],
      [
        '2:38',
        '`u.since` is a Date and `"2024-01-01"` is a String, but values of different types are never equal; compare a date with another one, such as `Clock.now()`',
      ],
      [
        '2:65',
        '`u.balance` is a Decimal and `true` is a Boolean, but values of different types are never equal',
      ],
    ]);
  });
});
