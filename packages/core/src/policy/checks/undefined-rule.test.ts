import { describe, expect, it } from 'vitest';
import { TypeTable } from '../../types/type-table.js';
import { diagnose, diagnoseWith } from '../diagnose.fixture.js';

// cspell:ignore ownr

const code = 'POLAR_CHECK_UNDEFINED_RULE';

describe('undefined-rule', () => {
  it('reports each call of a name without rules', () => {
    expect(diagnose`
      is_owner(1);
      f(x) if is_ownr(x) or forall(y in [x], not gone(y));
    `).toEqual([
      { code, at: '2:9', data: { name: 'is_ownr', known: ['is_owner', 'f'] } },
      { code, at: '2:44', data: { name: 'gone', known: ['is_owner', 'f'] } },
    ]);
  });

  it('does not count rule types, methods and classes as rules', () => {
    expect(diagnose`
      type g(_: Integer);
      f(x) if g(x) and x.h() = new Integer(1);
    `).toEqual([{ code, at: '2:9', data: { name: 'g', known: ['f'] } }]);
  });

  it('ignores inline queries, which run when the policy loads', () => {
    expect(diagnose`
      ?= f(1);
    `).toEqual([]);
  });

  it('reports a missing required rule once, not at each call', () => {
    expect(
      diagnoseWith(new TypeTable({ Repo: class {} }))`
        resource Repo { roles = ["a"]; permissions = ["p"]; "p" if "a"; }
        allow(a, b, c) if has_permission(a, b, c);
      `.map((found) => [found.code, found.at]),
    ).toEqual([['POLAR_CHECK_MISSING_REQUIRED_RULE', '1:26']]);
  });
});
