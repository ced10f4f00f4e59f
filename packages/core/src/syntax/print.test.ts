import { describe, expect, it } from 'vitest';
import type { Span } from '../diagnostics/span.js';
import type { LiteralNode, Node } from './ast.js';
import { print, printPolicy, printTerm, printValue } from './print.js';
import { dedent } from '../internal/dedent.fixture.js';
import { policyOf, shapeOf, termOf } from './reading.fixture.js';
import { visit } from './visit.js';

const span = { source: undefined, start: 0, end: 0 } as unknown as Span;
const literal = (value: LiteralNode['value']): LiteralNode => ({ kind: 'literal', span, value });

describe('printTerm', () => {
  it.each([
    '(a or b) and c',
    '(a and b) and c',
    '(a or b) or c',
    'a and b or c and d',
    'not (a and b)',
    'not (not a)',
    'not a = b',
    'x = (1 + 2) * 3',
    'x = 1 - (2 - 3)',
    'x = 1 - 2 - 3',
    'x = 1 - -1',
    'x = 2 * (3 mod 4)',
    '(1 + 1) in [2]',
    '(x * 2) matches Integer{}',
    '(1).foo = 2',
    '(-1).foo() = "a".b',
    '[1].a and {b: 1}.b and new A().c and (x + 1).d',
    'x.a.("b c").(k).in.("mod").("")',
    'f(1, k: x + y, in: 2)',
    'x := 1 and cut and print(1, x) and debug()',
    'forall(a in b, c or d)',
    'x matches A{b: c, d: {e: 1}, f: [g, *h], i: j.k, l: (1 + 1)}',
    'x matches [1 + 2, A{}, *_]',
    'x = [] and y = {} and z = [*r]',
    'a::b = c?',
  ])('gives back %s', (text) => {
    expect(printTerm(termOf(text))).toBe(text);
  });

  it('writes a class with braces, and a field in full', () => {
    expect(printTerm(termOf('x matches A and y = {z}'))).toBe('x matches A{} and y = {z: z}');
  });

  it('adds the parentheses that the syntax requires', () => {
    const sum = termOf('x = 1 + 2');
    expect(printTerm({ kind: 'in', span, item: sum, collection: sum })).toBe('(x = 1 + 2) in (x = 1 + 2)');
    expect(printTerm({ kind: 'and', span, operands: [] })).toBe('(true)');
    expect(printTerm({ kind: 'or', span, operands: [] })).toBe('(false)');
  });
});

describe('printValue', () => {
  it.each([
    [1, '1'],
    [1.5, '1.5'],
    [-0, '-0.0'],
    [1e21, '1e+21'],
    [1e16, '10000000000000000.0'],
    [-(2 ** 53), '-9007199254740992.0'],
    [5e-324, '5e-324'],
    [Infinity, 'inf'],
    [-Infinity, '-inf'],
    [NaN, 'nan'],
    [true, 'true'],
    ['a "b" \\ \n\r\t\0 é', String.raw`"a \"b\" \\ \n\r\t\0 é"`],
  ])('writes %s as %s, which reads as the same', (value, text) => {
    expect(printValue(value)).toBe(text);
    expect(shapeOf(termOf(`x = ${text}`))).toMatchObject({ right: shapeOf(literal(value)) });
  });
});

describe('printPolicy', () => {
  it('writes one statement on each line, and the items of a block', () => {
    const text = `
      f(1, x: A{}, [y, *_]) if x = y and z.a;
      f();
      type f(a: Integer{}, b);
      ?= f(1);
      actor User {}
      thing Repo {
        roles = ["a", "b\\""];
        permissions = [];
        relations = { parent: Org, if: Owner };
        none = {};
        "a" if "b" on "parent";
        "a" if "b";
      }
    `;
    expect(printPolicy(policyOf(text))).toBe(`${dedent(text)}\n`);
  });
});

describe('print', () => {
  it('writes each node of a tree', () => {
    const texts: string[] = [];
    const policy = policyOf('f(x: A{}) if x;type g();?= y;a B{c = ["d"];e = {f: G};"h" if "i" on "j";}# k');
    visit(policy, (node: Node) => void texts.push(print(node)));
    texts.push(...policy.comments.map(print));
    expect(texts.slice(1)).toEqual([
      'f(x: A{}) if x;',
      'x: A{}',
      'x',
      'A{}',
      'x',
      'type g();',
      '?= y;',
      'y',
      'a B {\n  c = ["d"];\n  e = { f: G };\n  "h" if "i" on "j";\n}',
      'a',
      'B',
      'c = ["d"];',
      'c',
      '"d"',
      'e = { f: G };',
      'e',
      'G',
      '"h" if "i" on "j";',
      '"h"',
      '"i" on "j"',
      '"i"',
      'on',
      '"j"',
      '# k',
    ]);
  });
});
