import { show } from '../../host/show.js';
import { Variable } from '../../host/value.js';
import type { ArithmeticGoal } from '../../ir/goal.js';
import type { ArithmeticOperator } from '../../ir/goal.js';
import type { Frame } from './frame.js';
import { Outcome } from './outcome.js';
import type { Prover } from './prover.js';

/** `result = left operator right`, on numbers only. */
export function proveArithmetic(machine: Prover, goal: ArithmeticGoal, frame: Frame): Outcome {
  const left = machine.value(goal.left, frame);
  const right = machine.value(goal.right, frame);
  if (machine.waitsFor(left, 'an operand') || machine.waitsFor(right, 'an operand')) return Outcome.waits;
  if (left instanceof Variable || right instanceof Variable) {
    return machine.suspend(
      goal,
      frame,
      [left, right].filter((side) => side instanceof Variable),
    );
  }
  const { operator, span } = goal;
  if (typeof left !== 'number' || typeof right !== 'number') {
    return machine.undecidedAt(
      'POLAR_UNDECIDED_ARITHMETIC',
      { left: show(left), operator, right: show(right) },
      span,
      frame,
    );
  }
  if (right === 0 && (operator === '/' || operator === 'mod' || operator === 'rem')) {
    return machine.undecidedAt(
      'POLAR_UNDECIDED_DIVISION_BY_ZERO',
      { left: show(left), operator },
      span,
      frame,
    );
  }
  const result = calculate(left, operator, right);
  if (
    Number.isInteger(result) &&
    !Number.isSafeInteger(result) &&
    Number.isInteger(left) &&
    Number.isInteger(right)
  ) {
    return machine.undecidedAt(
      'POLAR_UNDECIDED_UNSAFE_INTEGER',
      { left: show(left), operator, right: show(right) },
      span,
      frame,
    );
  }
  return machine.unify(machine.value(goal.result, frame), result, span);
}

function calculate(left: number, operator: ArithmeticOperator, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case 'rem':
      return left % right;
    case 'mod': {
      // The remainder with the sign of the divisor.
      const remainder = left % right;
      return remainder !== 0 && remainder < 0 !== right < 0 ? remainder + right : remainder;
    }
  }
}
