import { describe, expect, it } from 'vitest';
import { parse } from './parse.js';
import { printPolicy, printTerm } from './print.js';
import { errorsOf, policyOf } from './reading.fixture.js';

describe('tests', () => {
  it('have setups, assertions and values after iff', () => {
    const [statement] = policyOf(`
      test "owners" {
        setup { has_role(ann, "owner", note); }
        assert allow(ann, "edit", note);
        assert_not f(1);
        assert f(x) iff x in [1, 2];
      }
    `).statements;
    if (statement?.kind !== 'test') throw new Error('expected a test');
    expect(statement.name.value).toBe('owners');
    expect(
      statement.items.map((item) =>
        item.kind === 'setup'
          ? item.rules.map(({ name }) => name)
          : [item.isNegated, printTerm(item.term), item.values && printTerm(item.values)],
      ),
    ).toEqual([
      ['has_role'],
      [false, 'allow(ann, "edit", note)', undefined],
      [true, 'f(1)', undefined],
      [false, 'f(x)', 'x in [1, 2]'],
    ]);
  });

  it('become the same text when they are printed', () => {
    const text =
      'test "a" {\n  setup {\n    f(1);\n  }\n  assert f(x) iff x in [1];\n  assert_not f(2);\n}\n';
    expect(printPolicy(parse(text).policy)).toBe(text);
  });

  it('can name objects by type and key, in setups and assertions', () => {
    const text =
      'test "a" {\n  setup {\n    has_role(User{"ann"}, "owner", Note{7});\n  }\n  assert allow(User{"ann"}, "edit", Note{7});\n}\n';
    const { policy, diagnostics } = parse(text);
    expect(diagnostics).toEqual([]);
    expect(printPolicy(policy)).toBe(text);
    const [statement] = policy.statements;
    const [, assertion] = statement?.kind === 'test' ? statement.items : [];
    expect(assertion).toMatchObject({
      term: {
        args: [
          { kind: 'variable', entity: { type: 'User', id: 'ann' } },
          { value: 'edit' },
          { entity: { type: 'Note', id: 7 } },
        ],
      },
    });
  });

  it('report an object without a key', () => {
    expect(errorsOf('test "a" { assert f(User{}); }')).toEqual(['1:26 UNEXPECTED_TOKEN }']);
    expect(errorsOf('test "a" { assert f(User{id: 1}); }')).toEqual(['1:26 UNEXPECTED_TOKEN id']);
  });

  it('have objects by type and key, as rules have', () => {
    expect(errorsOf('test "a" { assert f(User{1}); }\nf(x) if x = User{1};')).toEqual([]);
  });

  it('leave the word test to rules and variables', () => {
    expect(parse('test(test) if test = 1; f(setup, assert) if setup = assert;').diagnostics).toEqual([]);
  });

  it('report an item, a setup and a list that are wrong, and parsing continues after the test', () => {
    expect(errorsOf('test "a" {\n  alert f(1);\n}\nf(1;')).toEqual([
      '2:3 UNEXPECTED_TOKEN alert',
      '4:4 UNEXPECTED_TOKEN ;',
    ]);
    expect(errorsOf('test "a" { setup { 1; } }')).toEqual(['1:20 UNEXPECTED_TOKEN 1']);
    expect(errorsOf('test "a" { assert f(x) iff x < 1; }')).toEqual(['1:33 UNEXPECTED_TOKEN ;']);
    expect(errorsOf('test "a" { assert f(1)')).toEqual(['1:23 MISSING_SEMICOLON', '1:23 UNEXPECTED_END']);
    expect(errorsOf('test "a" { assert 1; }')).toEqual(['1:19 CONDITION_EXPECTED 1']);
  });
});
