import { describe, expect, it } from 'vitest';
import { diagnose } from '../diagnose.fixture.js';

describe('denial-grants', () => {
  it('warns about a rule of denial that grants', () => {
    expect(diagnose`
      allow(u, "read", n) if n.isPublic or (u.ok and deny(u, n));
      deny(u, n) if forbidden(u, n);
      forbidden(u, n) if u.id = n.id;
    `).toEqual([{ code: 'POLAR_CHECK_DENIAL_GRANTS', at: '1:48', data: { name: 'deny' } }]);
  });

  it('accepts a rule of denial under `not`, and in other rules', () => {
    expect(diagnose`
      allow(u, "read", n) if n.isPublic and not deny(u, n) and ok(u);
      ok(u) if not is_denied(u) or deny(u, u);
      deny(u, n) if u.id = n.id;
      is_denied(u) if u.id = 1;
    `).toEqual([]);
  });
});
