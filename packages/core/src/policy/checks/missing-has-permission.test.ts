import { describe, expect, it } from 'vitest';
import { TypeTable } from '../../types/type-table.js';
import { diagnoseWith } from '../diagnose.fixture.js';

const diagnose = diagnoseWith(new TypeTable({ Repo: class {} }));
const code = 'POLAR_CHECK_MISSING_HAS_PERMISSION';

describe('missing-has-permission', () => {
  it('warns of blocks whose permissions nobody asks for', () => {
    expect(diagnose`
      resource Repo { permissions = ["a"]; }
    `).toEqual([{ code, at: undefined, data: {} }]);
  });

  it('accepts a call, a call made by a shorthand rule, and a policy without blocks', () => {
    expect(diagnose`
      resource Repo { permissions = ["a", "b"]; "a" if "b"; }
    `).toEqual([]);
    expect(diagnose`
      f(1);
    `).toEqual([]);
  });
});
