import { describe, expect, it } from 'vitest';
import type { TermNode } from './ast.js';
import { mapTerm } from './map-term.js';
import { printTerm } from './print.js';
import { termOf } from './reading.fixture.js';

const everything =
  'f(x, k: x) and x.a.(x) = x.m(x, k: x) and x := new B(x, k: x) and (not x in [x, *x] or forall(x < 1, x > x + 1))' +
  ' and x matches A{b: x, c: {d: x}, e: [x, *x], f: 1} and y = {x: x} and print(x, y) and debug(x) and cut and z matches 1';

const rename = (term: TermNode): TermNode =>
  term.kind === 'variable' && term.name === 'x' ? { ...term, name: 'renamed' } : term;

describe('mapTerm', () => {
  it('maps every term, also in patterns, but no key that is written in the policy', () => {
    const renamed = everything.replace(/\bx\b(?!:)/g, 'renamed');
    expect(printTerm(mapTerm(termOf(everything), rename))).toBe(renamed);
  });

  it('returns the same term when nothing changes', () => {
    const term = termOf(everything);
    expect(mapTerm(term, (each) => each)).toBe(term);
  });

  it('keeps unchanged subtrees, and does not change the old tree', () => {
    const term = termOf('f(x) and g(y)');
    const mapped = mapTerm(term, rename);
    if (term.kind !== 'and' || mapped.kind !== 'and') throw new Error('no and');
    expect(mapped.operands[1]).toBe(term.operands[1]);
    expect(printTerm(term)).toBe('f(x) and g(y)');
  });

  it('rewrites a term after the terms inside it', () => {
    const order: string[] = [];
    mapTerm(termOf('f(x.a, 1)'), (term) => {
      order.push(printTerm(term));
      return term;
    });
    expect(order).toEqual(['x', 'x.a', '1', 'f(x.a, 1)']);
  });

  it('throws when a rewrite replaces a required variable by another term', () => {
    const toNumber = (term: TermNode): TermNode =>
      term.kind === 'variable' ? { kind: 'literal', span: term.span, value: 1 } : term;
    expect(() => mapTerm(termOf('x := 1'), toNumber)).toThrow('bug in Nanook');
    expect(() => mapTerm(termOf('x = [*r]'), toNumber)).toThrow('bug in Nanook');
  });
});
