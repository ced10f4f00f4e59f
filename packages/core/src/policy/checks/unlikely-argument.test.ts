import { describe, expect, it } from 'vitest';
import { TypeTable } from '../../types/type-table.js';
import { diagnoseWith } from '../diagnose.fixture.js';

const diagnose = diagnoseWith(new TypeTable({ User: {} }));
const code = 'POLAR_CHECK_UNLIKELY_ARGUMENT';

describe('unlikely-argument', () => {
  it('warns about a list of actions, `"*"`, and the name of a type in quotes', () => {
    expect(diagnose`
      allow(_: User, ["read", "write"], _);
      allow(_: User, "*", _);
      allow(_: "User", "read", _);
    `).toEqual([
      { code, at: '1:16', data: { as: 'list', name: 'allow' } },
      { code, at: '2:16', data: { as: 'wildcard', name: 'allow' } },
      { code, at: '3:10', data: { as: 'type', name: 'User' } },
    ]);
  });

  it('accepts lists in other arguments, and texts in calls and specializers', () => {
    expect(diagnose`
      allow(_: "admin", _: "read", ["a"]) if f("*");
      f("*");
    `).toEqual([]);
  });
});
