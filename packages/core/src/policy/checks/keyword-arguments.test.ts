import { describe, expect, it } from 'vitest';
import { diagnose } from '../diagnose.fixture.js';

describe('keyword-arguments', () => {
  it('warns about keyword arguments of rules, methods and constructors', () => {
    const code = 'POLAR_CHECK_KEYWORD_ARGUMENTS';
    expect(diagnose`
      f(1);
      g(x) if f(1, a: 2) and x.m(b: 1) = new Integer(c: 3, d: 4);
    `).toEqual([
      { code, at: '2:14', data: { name: 'f' } },
      { code, at: '2:28', data: { name: 'm' } },
      { code, at: '2:48', data: { name: 'new Integer' } },
    ]);
  });
});
