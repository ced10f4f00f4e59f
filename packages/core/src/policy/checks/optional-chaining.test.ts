import { describe, expect, it } from 'vitest';
import { diagnose } from '../diagnose.fixture.js';

describe('optional-chaining', () => {
  it('warns about an attribute whose name ends with `?` when a field of it is read', () => {
    expect(diagnose`
      f(x) if x.owner?.id = 1 and x.org.owner?.f() = 2 and x.ok?;
    `).toEqual([
      { code: 'POLAR_CHECK_OPTIONAL_CHAINING', at: '1:11', data: { name: 'owner?' } },
      { code: 'POLAR_CHECK_OPTIONAL_CHAINING', at: '1:35', data: { name: 'owner?' } },
    ]);
  });

  it('does not report a variable that ends with `?`, which singleton-variable reports', () => {
    expect(diagnose`
      f(note) if note?.id = 1;
    `).toEqual([
      {
        code: 'POLAR_CHECK_SINGLETON_VARIABLE',
        at: '1:12',
        data: { name: 'note?', as: 'optional chaining' },
      },
    ]);
  });
});
