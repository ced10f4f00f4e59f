import { describe, expect, it } from 'vitest';
import { TypeTable } from '../../types/type-table.js';
import { diagnoseWith } from '../diagnose.fixture.js';

// cspell:ignore Integr

const types = new TypeTable({}, { five: 5 });

describe('rule-type-class', () => {
  it('reports unregistered classes in rule types, and no errors of the rules', () => {
    const code = 'POLAR_CHECK_UNKNOWN_CLASS';
    const known = types.typeNames;
    expect(diagnoseWith(types)`
      type f(_: Integr, _: {a: five{}});
      f(1, 2);
    `).toEqual([
      { code, at: '1:11', data: { name: 'Integr', known } },
      { code, at: '1:26', data: { name: 'five', known } },
    ]);
  });

  it('accepts the unions', () => {
    expect(diagnoseWith(types)`
      type f(_: Actor, _: Resource);
    `).toEqual([]);
  });
});
