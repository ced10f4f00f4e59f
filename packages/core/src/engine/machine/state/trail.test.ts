import { Budget, defaultLimits } from '../../limits.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Variable } from '../../../terms/variable.js';
import { emptySlot } from './term-value.js';
import { Trail } from './trail.js';

describe('Trail', () => {
  it('restores the state that every variable had at the mark', () => {
    const change = fc.record({
      variable: fc.nat(4),
      kind: fc.constantFrom('bind', 'touch', 'watch'),
      value: fc.integer(),
    });
    fc.assert(
      fc.property(fc.array(change), fc.array(change), (before, after) => {
        const trail = new Trail();
        const variables = Array.from({ length: 5 }, (_, i) => new Variable(`v${i}`));
        const apply = ({ variable, kind, value }: { variable: number; kind: string; value: number }) => {
          const v = variables[variable]!;
          if (kind === 'bind') trail.bind(v, value);
          else if (kind === 'touch') trail.markAliased(v);
          else trail.watch(v, { watcher: { watched: [v] }, next: v.watchers });
        };
        const state = () => variables.map((v) => [v.value, v.watchers, v.isAliased]);
        before.forEach(apply);
        const mark = trail.mark();
        const expected = state();
        after.forEach(apply);
        trail.undoTo(mark);
        expect(state()).toEqual(expected);
      }),
    );
  });

  it('empties the slots that were set since the mark', () => {
    const trail = new Trail();
    const slots: unknown[] = [emptySlot, emptySlot, emptySlot];
    const variable = new Variable('v');
    trail.setSlot(slots, 0, 'kept');
    const mark = trail.mark();
    trail.setSlot(slots, 2, 7);
    trail.bind(variable, 1);
    trail.setSlot(slots, 1, undefined);
    expect([...trail.changesSince(mark, new Budget(defaultLimits, undefined)).keys()]).toEqual([variable]);
    trail.undoTo(mark);
    expect(slots).toEqual(['kept', emptySlot, emptySlot]);
    expect(variable.isBound).toBe(false);
  });
});
