import { describe, expect, it } from 'vitest';
import { oso } from '../../dialect/dialect.js';
import { TypeTable } from '../../types/type-table.js';
import { diagnoseWith } from '../diagnose.fixture.js';

const diagnose = diagnoseWith(new TypeTable({ Repo: class {} }));
const code = 'POLAR_CHECK_MISSING_HAS_PERMISSION';

describe('missing-has-permission', () => {
  it('warns about permissions that no written rule checks', () => {
    expect(diagnose`
      resource Repo { permissions = ["a"]; }
    `).toEqual([{ code, at: '1:32', data: {} }]);
  });

  it('ignores the calls of shorthand rules', () => {
    expect(diagnose`
      resource Repo { permissions = ["a", "b"]; "a" if "b"; }
    `).toEqual([{ code, at: '1:32', data: {} }]);
  });

  it('accepts a call, a policy without blocks, and blocks without permissions', () => {
    expect(diagnose`
      resource Repo { permissions = ["a"]; }
      actor Repo {}
      f(a, b, c) if has_permission(a, b, c);
      has_permission(_: Repo, "a", _: Repo);
    `).toEqual([]);
    expect(diagnose`
      f(1);
    `).toEqual([]);
    expect(diagnose`
      actor Repo {}
    `).toEqual([]);
    expect(diagnose`
      resource Repo {}
    `).toEqual([]);
  });

  it('warns in the dialect oso about each policy with a block, and counts the calls of shorthand rules', () => {
    const inOso = diagnoseWith(new TypeTable({ Repo: class {} }, {}, oso));
    const warning = { code, data: {} };
    expect(inOso`actor Repo {}`).toMatchObject([warning]);
    expect(inOso`resource Repo {}`).toMatchObject([warning]);
    expect(inOso`resource Repo { permissions = ["a"]; }`).toMatchObject([warning]);
    expect(inOso`resource Repo { permissions = ["a", "b"]; "a" if "b"; }`).toEqual([]);
    expect(inOso`f(1);`).toEqual([]);
  });
});
