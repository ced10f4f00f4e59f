import type { AssignGoal } from '../../../ir/goal.js';
import { Variable } from '../../../terms/variable.js';
import type { Frame } from '../state/frame.js';
import { GoalResult } from '../state/goal-result.js';
import type { Prover } from '../state/prover.js';

/** Proves `variable := value`, for a variable without a value and without constraints. */
export function proveAssign(machine: Prover, goal: AssignGoal, frame: Frame): GoalResult {
  const variable = machine.value(goal.variable, frame);
  if (!(variable instanceof Variable) || variable.isAliased || variable.watchers !== undefined) {
    const value = machine.value(goal.value, frame);
    if (value === variable && variable instanceof Variable) return GoalResult.proved;
    throw machine.fault('POLAR_RUN_ALREADY_BOUND', { name: goal.name }, goal.span, frame);
  }
  return machine.unify(variable, machine.value(goal.value, frame), goal.span);
}
