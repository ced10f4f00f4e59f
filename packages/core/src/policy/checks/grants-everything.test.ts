import { describe, expect, it } from 'vitest';
import { diagnose } from '../diagnose.fixture.js';

describe('grants-everything', () => {
  it('warns about `allow` without any restriction', () => {
    expect(diagnose`
      allow(_, _, _);
      allow(_actor, _action, _resource);
    `).toEqual([
      { code: 'POLAR_CHECK_GRANTS_EVERYTHING', at: '1:7', data: {} },
      { code: 'POLAR_CHECK_GRANTS_EVERYTHING', at: '2:7', data: {} },
    ]);
  });

  it('accepts one restriction, a condition, and `if true`', () => {
    expect(diagnose`
      allow(_, "read", _);
      allow(_: Integer, _, _);
      allow(_a, _, _a);
      allow(_, _, _) if true;
    `).toEqual([]);
  });
});
