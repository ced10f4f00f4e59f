import { describe, expect, it } from 'vitest';
import { diagnose } from '../diagnose.fixture.js';

describe('call-arity', () => {
  it('warns about a call with a number of arguments that no rule takes', () => {
    const code = 'POLAR_CHECK_CALL_ARITY';
    expect(diagnose`
      f(1, 2, 3);
      f(1);
      g(x) if f(x) or f(x, 2);
      ?= f();
    `).toEqual([
      { code, at: '3:17', data: { name: 'f', given: 2, known: [1, 3] } },
      { code, at: '4:4', data: { name: 'f', given: 0, known: [1, 3] } },
    ]);
  });
});
