import { describe, expect, it } from 'vitest';
import { diagnose } from '../diagnose.fixture.js';

const code = 'POLAR_CHECK_ASSIGNED_TWICE';

describe('assigned-twice', () => {
  it('warns about the second `:=` on a variable, and about `:=` on a parameter', () => {
    expect(diagnose`
      f(x) if y := 1 and y := x;
      f(x) if x := 1;
    `).toEqual([
      { code, at: '1:20', data: { name: 'y' } },
      { code, at: '2:9', data: { name: 'x' } },
    ]);
  });

  it('accepts one `:=` in each alternative', () => {
    expect(diagnose`
      f(x) if (y := 1 and y = x) or (y := 2 and y = x);
    `).toEqual([]);
  });
});
