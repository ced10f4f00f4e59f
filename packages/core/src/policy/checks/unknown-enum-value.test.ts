import { describe, expect, it } from 'vitest';
import { findDialect } from '../../dialect/dialect.js';
import { messageOf } from '../../diagnostics/codes.js';
import { TypeTable } from '../../types/type-table.js';
import { nullable, oneOf } from '../../types/type-declaration.js';
import { checkPolicy } from '../build/check-policy.js';
import { diagnoseAll, diagnoseWith } from '../diagnose.fixture.js';

const declared = {
  User: { fields: { roles: [oneOf('admin', 'member')] } },
  Note: {
    fields: {
      status: oneOf('draft', 'in review', 'final'),
      kind: nullable(oneOf('memo', 'letter')),
      title: 'String',
    },
  },
};
const diagnose = diagnoseWith(new TypeTable(declared));
const code = 'POLAR_CHECK_UNKNOWN_ENUM_VALUE';
const known = ['draft', 'in review', 'final'];
const found = (text: TemplateStringsArray) =>
  diagnose(text).map((each) => [each.code, each.at, (each.data as { value?: string }).value]);

describe('unknown-enum-value', () => {
  it('reports a text that the enumeration does not contain, with its place and the known values', () => {
    expect(diagnose`
      f(n: Note) if n.status = "Final";
    `).toEqual([{ code, at: '1:26', data: { of: 'n.status', as: 'value', value: 'Final', known } }]);
  });

  it('reports every form of comparison', () => {
    expect(found`
      f(n: Note) if n.status == "a" or "b" = n.status or n.status != "c" or n.kind != "d";
      f(n: Note) if n.status in ["draft", "e"] or not n.status in ["f"];
      f(u: User) if "g" in u.roles;
      f(_: Note{status: "h", kind: "memo"});
      f(n: Note) if n matches {status: "i"} or n matches Note{kind: "j"} or n.status matches "k";
    `).toEqual([
      [code, '1:27', 'a'],
      [code, '1:34', 'b'],
      [code, '1:64', 'c'],
      [code, '1:81', 'd'],
      [code, '2:37', 'e'],
      [code, '2:62', 'f'],
      [code, '3:15', 'g'],
      [code, '4:19', 'h'],
      [code, '5:34', 'i'],
      [code, '5:63', 'j'],
      [code, '5:88', 'k'],
    ]);
  });

  it('follows a variable that has the value of the field', () => {
    expect(found`
      f(_: Note{status: s}) if s = "a";
      f(n: Note) if s = n.status and s in ["b", "final"];
      f(n: Note) if s := n.status and s != "c";
      f(u: User) if role in u.roles and role = "d";
    `).toEqual([
      [code, '1:30', 'a'],
      [code, '2:38', 'b'],
      [code, '3:38', 'c'],
      [code, '4:42', 'd'],
    ]);
  });

  it('accepts the values of the enumeration, nil, other fields, and values whose type is not certain', () => {
    expect(found`
      f(n: Note, x) if n.status = "final" and n.kind != nil and n.kind = "memo" and n.status = n.title and
        n.status = x and x.status = "Final" and n.title = "Final" and n.status in ["draft", x];
    `).toEqual([]);
  });

  it('compares a number and an enumeration as a number and a text', () => {
    expect(found`
      f(n: Note) if n.status = 1 or n.status < 2;
    `).toEqual([
      ['POLAR_CHECK_NEVER_EQUAL', '1:15', undefined],
      ['POLAR_CHECK_NEVER_DECIDED', '1:31', undefined],
    ]);
  });

  it('reports an error, so that the policy does not load', () => {
    const [error] = checkPolicy(['allow(_, "read", n: Note) if n.status != "Final";'], { types: declared });
    expect(error).toMatchObject({ code, severity: 'error' });
  });

  it('reports nothing in the dialect of oso', () => {
    const types = new TypeTable(declared, {}, findDialect({ dialect: 'oso' }));
    expect(diagnoseAll(['f(n: Note) if n.status = "Final";'], types)).toEqual([]);
  });

  it('has a message with the nearest value, or with the first values', () => {
    expect(messageOf(code, { of: 'n.status', as: 'value', value: 'Final', known })).toBe(
      '`n.status` is declared as one of "draft", "in review", "final", so it is never "Final"; did you mean `"final"`?',
    );
    const many = Array.from({ length: 11 }, (_, i) => `value ${i}`);
    expect(messageOf(code, { of: 'u.roles', as: 'element', value: 'x', known: many })).toBe(
      'an element of `u.roles` is declared as one of "value 0", "value 1", "value 2", "value 3", "value 4", "value 5", "value 6", "value 7" and 3 more, so it is never "x"; correct the text, or add it to the declaration',
    );
  });
});
