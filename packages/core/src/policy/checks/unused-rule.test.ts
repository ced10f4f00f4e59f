import { describe, expect, it } from 'vitest';
import { Report } from '../../diagnostics/report.js';
import { Source } from '../../diagnostics/source.js';
import { TypeTable } from '../../types/type-table.js';
import { buildPolicy } from '../build/build-policy.js';
import { diagnose, diagnoseWith } from '../diagnose.fixture.js';

const code = 'POLAR_CHECK_UNUSED_RULE';
const used = 'allow(1, 2, 3);';

describe('unused-rule', () => {
  it('warns that an unused rule of denial denies nothing', () => {
    const report = new Report();
    buildPolicy([new Source(`${used}\nforbidden(_, "read", _);\ndeny_all(_);`)], new TypeTable(), report);
    expect(report.diagnostics.map(({ message }) => message)).toEqual([
      'no rule uses `forbidden`, so it denies nothing: Polar has no deny rules; write `not forbidden(…)` in the rules that grant',
      'no rule uses `deny_all`, so it denies nothing: Polar has no deny rules; write `not deny_all(…)` in the rules that grant',
    ]);
  });

  it('suggests a rule for a misspelled name, and for the name in another system', () => {
    expect(diagnose`
      alow(1, 2, 3);
      permit(1, 2, 3);
    `).toEqual([
      { code, at: '1:1', data: { name: 'alow', as: 'grant', near: ['allow'] } },
      { code, at: '2:1', data: { name: 'permit', as: 'grant', near: [] } },
    ]);
  });

  it('reports a helper once, at its first rule, and not the rules that only it uses', () => {
    expect(diagnose`
      allow(x, 2, 3) if a(x);
      a(x) if a(x);
      b(x) if c(x);
      c(x) if d(x) and x = 1;
      b(2);
      d(1) if d(2);
      e(x) if f(x);
      f(x) if e(x);
    `).toEqual([
      { code, at: '3:1', data: { name: 'b', as: 'helper', near: [] } },
      { code, at: '7:1', data: { name: 'e', as: 'helper', near: [] } },
    ]);
  });

  it('accepts rules that inline queries, rule types, the option `queries` or blocks use', () => {
    const types = new TypeTable({ User: {}, Repo: {} });
    expect(diagnoseWith(types)`
      allow(a, b, c) if has_permission(a, b, c);
      actor User {}
      resource Repo { roles = ["a"]; permissions = ["p"]; relations = { r: User }; "p" if "r"; }
      has_role(_: User, "a", _: Repo) if g(1);
      has_relation(_: User, "r", _: Repo);
      type f(x: Integer);
      f(1);
      g(1);
      h(1);
      ?= h(1);
    `).toEqual([]);
    const report = new Report();
    buildPolicy([new Source(`${used} mine(1) if mine_too(1); mine_too(1); other(1);`)], types, report, [
      'mine',
    ]);
    expect(report.diagnostics.map(({ data }) => data)).toEqual([{ name: 'other', as: 'helper', near: [] }]);
  });

  it('leaves the helpers of a policy without an entry point to missing-allow-rule', () => {
    expect(diagnose`
      is_owner(1, 2);
    `).toEqual([]);
  });
});
