import { describe, expect, it } from 'vitest';
import { TypeTable } from '../../types/type-table.js';
import { diagnoseWith } from '../diagnose.fixture.js';

const diagnose = diagnoseWith(new TypeTable({ User: class {} }, { actor: 5 }));

describe('captured-parameter', () => {
  it('reports a parameter with a specializer whose name is a constant or a class', () => {
    const code = 'POLAR_CHECK_CAPTURED_PARAMETER';
    expect(diagnose`
      f(actor: User, User: User) if actor = User;
    `).toEqual([
      { code, at: '1:3', data: { name: 'actor' } },
      { code, at: '1:16', data: { name: 'User' } },
    ]);
  });

  it('accepts a constant without a specializer', () => {
    expect(diagnose`
      f(actor, User);
      g(x: Integer) if x = actor;
    `).toEqual([]);
  });
});
