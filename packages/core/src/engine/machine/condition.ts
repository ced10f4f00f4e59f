import { show } from '../../host/show.js';
import { Variable } from '../terms/variable.js';
import type { AssignGoal, ConditionGoal } from '../../ir/goal.js';
import { conditionAdvice } from '../undecided-advice.js';
import type { Frame } from './frame.js';
import { Outcome } from './outcome.js';
import type { Prover } from './prover.js';

/** A value that must be true. There is no truthiness. */
export function proveCondition(machine: Prover, goal: ConditionGoal, frame: Frame): Outcome {
  const value = machine.value(goal.term, frame);
  if (value === true) return Outcome.proved;
  if (value === false) return Outcome.failed;
  // Under a negation it waits, as the opposite of "is true" is "is false", not "is anything else".
  if (value instanceof Variable)
    return machine.isNegating ? machine.suspend(goal, frame, value) : machine.bind(value, true);
  if (machine.waitsForTerm(goal.term, value, frame, 'a condition')) return Outcome.waits;
  const data = { value: show(value), advice: conditionAdvice(value) };
  return machine.undecidedAt('POLAR_UNDECIDED_CONDITION', data, goal.span, frame);
}

/** `variable := value`, for a variable that nothing is known about yet. */
export function proveAssign(machine: Prover, goal: AssignGoal, frame: Frame): Outcome {
  const variable = machine.value(goal.variable, frame);
  if (!(variable instanceof Variable) || variable.isAliased || variable.watchers !== undefined) {
    const value = machine.value(goal.value, frame);
    if (value === variable && variable instanceof Variable) return Outcome.proved;
    throw machine.fault('POLAR_RUN_ALREADY_BOUND', { name: goal.name }, goal.span, frame);
  }
  return machine.unify(variable, machine.value(goal.value, frame), goal.span);
}
