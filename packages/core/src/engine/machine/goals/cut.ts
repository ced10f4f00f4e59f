import type { CutGoal } from '../../../ir/goal.js';
import type { Frame } from '../state/frame.js';
import { GoalResult } from '../state/goal-result.js';
import type { Prover } from '../state/prover.js';

/** Removes alternatives: back to the entry of the rule, or in oso to the mark of the cut. A negation around it limits both. */
export function proveCut(machine: Prover, { mark, isMark }: CutGoal, frame: Frame): GoalResult {
  if (isMark) {
    frame.slots[mark!.slot] = machine.choices.length;
    return GoalResult.proved;
  }
  const base = mark === undefined ? frame.cutBase : (frame.slots[mark.slot] as number);
  machine.truncateChoices(Math.max(base, machine.scope.cutBase));
  return GoalResult.proved;
}
