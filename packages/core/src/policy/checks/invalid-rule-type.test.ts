import { describe, expect, it } from 'vitest';
import { diagnose } from '../diagnose.fixture.js';

const code = 'POLAR_CHECK_INVALID_RULE_TYPE';

describe('invalid-rule-type', () => {
  it('reports computed or unfinished parts of a rule type, with and without rules', () => {
    const lookups = { reason: 'Rule types cannot contain dot lookups.' };
    const computed = { reason: 'Rule types cannot contain computed values.' };
    const rest = { reason: 'Rule types cannot contain *rest variables.' };
    expect(diagnose`
      type f(x.y, x.z());
      type g(1 + 1, new Integer(1));
      type h([1, *x], _: [*y]);
    `).toEqual([
      { code, at: '1:8', data: lookups },
      { code, at: '1:13', data: lookups },
      { code, at: '2:8', data: computed },
      { code, at: '2:15', data: computed },
      { code, at: '3:13', data: rest },
      { code, at: '3:22', data: rest },
    ]);
  });
});
