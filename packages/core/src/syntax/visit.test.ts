import { describe, expect, it } from 'vitest';
import type { Node } from './ast.js';
import { parse, parseTerm } from './parse.js';
import { policyOf, termOf } from './reading.fixture.js';
import { childrenOf, findDeeperThan, visit } from './visit.js';

const everything = `
  f(x: A{b: 1, c: [D{}, *_]}, [1, *r]) if
    x.y = r and (not x in [{a: 1}] or forall(x.m(1, k: 2), cut)) and
    x := new B(1, k: 2) and x matches {a: y} and x < 1 + 2 and print(x) and debug();
  type f(a: A);
  ?= g(1, k: 2);
  resource R { roles = ["a"]; relations = { p: Q }; "a" if "b" on "p"; }
  global { roles = ["c"]; }
`;

describe('visit', () => {
  it('passes every node once, in the order of the text', () => {
    const policy = policyOf(everything);
    const nodes: Node[] = [];
    visit(policy, (node) => void nodes.push(node));
    expect(new Set(nodes).size).toBe(nodes.length);
    const starts = nodes.map(({ span }) => span.start);
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
    const kinds =
      'variable literal list dictionary lookup method-call new arithmetic call unify assign compare in matches ';
    const rest =
      'and or not forall cut print debug instance-pattern dictionary-pattern list-pattern parameter rule rule-type ';
    const blocks =
      'inline-query block global-block list-declaration dictionary-declaration shorthand-rule implied name string policy';
    expect(new Set(nodes.map(({ kind }) => kind))).toEqual(new Set((kinds + rest + blocks).split(' ')));
  });

  it('calls the handler of each kind', () => {
    const names: string[] = [];
    visit(termOf('f(x) and y = g.z'), {
      variable: ({ name }) => void names.push(name),
      call: ({ predicate }) => void names.push(`${predicate}()`),
    });
    expect(names).toEqual(['f()', 'x', 'y', 'g']);
  });

  it('skips the children of a node whose handler returns false', () => {
    const names: string[] = [];
    visit(termOf('not (a and b) and c'), {
      not: () => false,
      variable: ({ name }) => void names.push(name),
    });
    expect(names).toEqual(['c']);
  });

  it('visits a deep tree without recursion', () => {
    let node = termOf('x');
    for (let i = 0; i < 200_000; i++) node = { kind: 'not', span: node.span, operand: node };
    let count = 0;
    visit(node, () => void count++);
    expect(count).toBe(200_001);
  });
});

describe('findDeeperThan', () => {
  it('finds a node below the limit', () => {
    const term = termOf('not (x = 1)');
    expect(findDeeperThan(term, 3)).toBeUndefined();
    expect(childrenOf(childrenOf(term)[0]!)).toContain(findDeeperThan(term, 2));
  });
});

describe('a text of any depth', () => {
  const n = 100_000;
  const nested = (open: string, close: string) => `${open.repeat(n)}x${close.repeat(n)}`;
  const chain = (operator: string) => Array.from({ length: n }, () => 'x').join(` ${operator} `);

  it.each([
    ['parentheses', nested('(', ')')],
    ['lists', `x = ${nested('[', ']')}`],
    ['open lists', `x = ${'['.repeat(n)}`],
    ['dictionaries', `x = ${nested('{a: ', '}')}`],
    ['negations', nested('not (', ')')],
    ['calls', nested('f(', ')')],
    ['method calls', nested('x.f(', ')')],
    ['sums in parentheses', `x = ${nested('1 + (', ')')}`],
    ['patterns', `x matches ${nested('{a: ', '}')}`],
    ['list patterns', `x matches ${nested('[', ']')}`],
    ['patterns in parentheses', `x matches [${nested('(', ')')}]`],
    ['lookups', `x${'.a'.repeat(n)}`],
    ['lookups by text', `x${'.("a")'.repeat(n)}`],
    ['chained method calls', `x${'.f(1)'.repeat(n)}`],
    ['sums', `x = ${chain('+')}`],
    ['products', `x = ${chain('*')}`],
  ])('refuses too many levels of %s', (_, text) => {
    const { term, diagnostics } = parseTerm(text);
    expect(diagnostics.map(({ code }) => code)).toEqual(['POLAR_PARSE_TOO_DEEP']);
    expect(term).toBeUndefined();
  });

  it('accepts `and` and `or` chains of any length', () => {
    expect(termOf(chain('and'))).toMatchObject({ kind: 'and', operands: { length: n } });
    expect(termOf(`x or (${chain('or')})`)).toMatchObject({ kind: 'or', operands: { length: n + 1 } });
  });

  it('accepts realistic nesting', () => {
    expect(termOf(`${'('.repeat(200)}x${')'.repeat(200)}`).kind).toBe('variable');
    expect(termOf(`x${'.a'.repeat(200)}`).kind).toBe('lookup');
  });

  it('causes an error only for its statement', () => {
    const { policy, diagnostics } = parse(`f(x) if ${nested('(', ')')};\ng(x) if x${'.a'.repeat(n)};\nh(1);`);
    expect(diagnostics.map(({ code, line }) => `${line} ${code}`)).toEqual([
      '1 POLAR_PARSE_TOO_DEEP',
      '2 POLAR_PARSE_TOO_DEEP',
    ]);
    expect(policy.statements.map((statement) => statement.kind === 'rule' && statement.name)).toEqual(['h']);
  });
});
