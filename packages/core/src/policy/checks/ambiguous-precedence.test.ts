import { describe, expect, it } from 'vitest';
import { diagnose } from '../diagnose.fixture.js';

const code = 'POLAR_CHECK_AMBIGUOUS_PRECEDENCE';

describe('ambiguous-precedence', () => {
  it('warns about `and` beside `or` without parentheses', () => {
    expect(diagnose`
      f(x) if x = 1 and x = 2 or x = 3;
      g(x) if x = 1 or
        x = 2 and x = 3;
      h(x) if not (x = 1 or x = 2 and x = 3);
    `).toEqual([
      { code, at: '1:9', data: { inner: 'and', outer: 'or' } },
      { code, at: '3:3', data: { inner: 'and', outer: 'or' } },
      { code, at: '4:23', data: { inner: 'and', outer: 'or' } },
    ]);
  });

  it('accepts parentheses, and conditions with one operator', () => {
    expect(diagnose`
      f(x) if (x = 1 and x = 2) or (x = 3 and x = 4);
      g(x) if (x = 1 or x = 2) and x = 3 and not (x = 4 or x = 5);
      h(x) if x = 1 or x = 2 or x = 3;
    `).toEqual([]);
  });
});
