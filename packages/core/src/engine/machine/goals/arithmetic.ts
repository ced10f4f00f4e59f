import { shownInError } from '../../../host/shown-in-error.js';
import { Variable } from '../../../terms/variable.js';
import type { ArithmeticGoal } from '../../../ir/goal.js';
import { arithmetic } from '../../arithmetic.js';
import type { Frame } from '../state/frame.js';
import { GoalResult } from '../state/goal-result.js';
import type { Prover } from '../state/prover.js';

/** Proves `result = left operator right`, for numbers. */
export function proveArithmetic(machine: Prover, goal: ArithmeticGoal, frame: Frame): GoalResult {
  const left = machine.value(goal.left, frame);
  const right = machine.value(goal.right, frame);
  const { hasOpaquePromises } = machine.dialect;
  if (!hasOpaquePromises && (machine.waitsFor(left, 'an operand') || machine.waitsFor(right, 'an operand')))
    return GoalResult.waits;
  if (left instanceof Variable || right instanceof Variable) {
    return machine.suspend(
      goal,
      frame,
      [left, right].filter((side) => side instanceof Variable),
    );
  }
  const { operator, span } = goal;
  const result = arithmetic(operator, left, right, machine.operators);
  if (typeof result !== 'string') return machine.unify(machine.value(goal.result, frame), result, span);
  const data = {
    left: shownInError(left, machine.context.program.types),
    operator,
    right: shownInError(right, machine.context.program.types),
  };
  switch (result) {
    case 'no number':
      return machine.undecidedAt('POLAR_UNDECIDED_ARITHMETIC', data, span, frame);
    case 'division by zero':
      return machine.undecidedAt(
        'POLAR_UNDECIDED_DIVISION_BY_ZERO',
        { left: data.left, operator },
        span,
        frame,
      );
    case 'unsafe integer':
      return machine.undecidedAt('POLAR_UNDECIDED_UNSAFE_INTEGER', data, span, frame);
  }
}
