import { shownInError } from '../../../host/shown-in-error.js';
import type { Span } from '../../../diagnostics/span.js';
import { PartialCall } from '../../../terms/partial.js';
import { Variable } from '../../../terms/variable.js';
import { Predicate, type CallGoal, type ConditionGoal } from '../../../ir/goal.js';
import { constantTerm } from '../../../ir/term.js';
import { conditionAdvice } from '../../../host/undecided-advice.js';
import type { Frame } from '../state/frame.js';
import { GoalResult } from '../state/goal-result.js';
import type { Prover } from '../state/prover.js';

/** Proves a condition: the value must be `true`. Polar has no truthiness. */
export function proveCondition(machine: Prover, goal: ConditionGoal, frame: Frame): GoalResult {
  const value = machine.value(goal.term, frame);
  if (value === true) return GoalResult.proved;
  if (value === false) return GoalResult.failed;
  // Under a negation the goal is delayed, because the opposite of "is true" is "is false", not "is any other value".
  if (value instanceof Variable)
    return machine.isNegating && !machine.dialect.awakensAsOso
      ? machine.suspend(goal, frame, value)
      : machine.bind(value, true);
  if (value instanceof PartialCall) return machine.replaceGoal([callOf(value, machine, goal.span)]);
  if (!machine.dialect.hasOpaquePromises && machine.waitsForTerm(goal.term, value, frame, 'a condition'))
    return GoalResult.waits;
  const data = { value: shownInError(value, machine.context.program.types), advice: conditionAdvice(value) };
  return machine.undecidedAt('POLAR_UNDECIDED_CONDITION', data, goal.span, frame, value);
}

/** Returns the call that a value is. */
function callOf({ call: { name }, args }: PartialCall, machine: Prover, span: Span): CallGoal {
  const predicate = machine.context.program.predicates.get(name) ?? new Predicate(name);
  return { kind: 'call', span, predicate, args: args.map(constantTerm), hasKeywords: false };
}
