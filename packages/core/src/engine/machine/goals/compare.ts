import { shownInError } from '../../../host/shown-in-error.js';
import { isPartial } from '../../../terms/partial.js';
import { Variable } from '../../../terms/variable.js';
import type { CompareGoal } from '../../../ir/goal.js';
import { compareValues, type ForeignOperators, isPrimitive, type Compared } from '../../equality.js';
import { isOrdered, type OrderOperator, orderOf, orderOfNumbers, primitive } from '../../order.js';
import { orderAdvice } from '../../../host/undecided-advice.js';
import { variablesIn } from '../state/term-value.js';
import type { Frame } from '../state/frame.js';
import { GoalResult } from '../state/goal-result.js';
import type { Prover } from '../state/prover.js';

/** Proves a comparison. `==` and `!=` are always decided; only two numbers, two dates or two strings have an order. */
export function proveCompare(machine: Prover, goal: CompareGoal, frame: Frame): GoalResult {
  const left = machine.value(goal.left, frame);
  const right = machine.value(goal.right, frame);
  const { operators } = machine;
  const holds = operators === undefined ? comparePlainly(goal, left, right) : undefined;
  if (holds !== undefined) return holds ? GoalResult.proved : GoalResult.failed;
  if (machine.waitsFor(left, 'a value') || machine.waitsFor(right, 'a value')) return GoalResult.waits;
  if (operators === undefined && (goal.operator === '==' || goal.operator === '!='))
    return proveEquality(machine, goal, left, right, frame);
  if (left instanceof Variable || right instanceof Variable) {
    return machine.suspend(
      goal,
      frame,
      [left, right].filter((side) => side instanceof Variable),
    );
  }
  if (operators !== undefined) return proveForeign(machine, goal, left, right, frame, operators);
  let order: number | undefined;
  try {
    order = orderOf(primitive(left), primitive(right), machine.budget);
    machine.budget.called();
  } catch (error) {
    throw machine.hostError(error, '`valueOf`', goal.span, frame);
  }
  if (order === undefined) return unordered(machine, goal, left, right, frame);
  return isOrdered(goal.operator as OrderOperator, order) ? GoalResult.proved : GoalResult.failed;
}

function unordered(
  machine: Prover,
  goal: CompareGoal,
  left: unknown,
  right: unknown,
  frame: Frame,
): GoalResult {
  const advice = orderAdvice(left, right);
  const data = {
    left: shownInError(left, machine.context.program.types),
    operator: goal.operator,
    right: shownInError(right, machine.context.program.types),
    advice,
  };
  return machine.undecidedAt('POLAR_UNDECIDED_ORDER', data, goal.span, frame);
}

/** Proves a comparison with the operators of another dialect. */
function proveForeign(
  machine: Prover,
  goal: CompareGoal,
  left: unknown,
  right: unknown,
  frame: Frame,
  operators: ForeignOperators,
): GoalResult {
  const equals = typeof machine.equality === 'function' ? machine.equality : operators.equal;
  let holds: boolean | undefined;
  try {
    holds = operators.compare(goal.operator, left, right, equals);
    machine.budget.called();
  } catch (error) {
    throw machine.hostError(error, 'comparing two values', goal.span, frame);
  }
  if (holds === undefined) return unordered(machine, goal, left, right, frame);
  return holds ? GoalResult.proved : GoalResult.failed;
}

function proveEquality(
  machine: Prover,
  goal: CompareGoal,
  left: unknown,
  right: unknown,
  frame: Frame,
): GoalResult {
  if (left instanceof Variable && left === right)
    return goal.operator === '==' ? GoalResult.proved : GoalResult.failed;
  let compared: Compared;
  try {
    compared = compareValues(left, right, machine);
  } catch (error) {
    throw machine.hostError(error, 'comparing two values', goal.span, frame);
  }
  switch (compared.kind) {
    case 'equal':
      return goal.operator === '==' ? GoalResult.proved : GoalResult.failed;
    case 'unequal':
      return goal.operator === '!=' ? GoalResult.proved : GoalResult.failed;
    case 'waits':
      machine.waitsFor(compared.on, 'a value');
      return GoalResult.waits;
    case 'open': {
      const open = new Set<Variable>();
      for (const pair of compared.pairs)
        for (const side of pair) if (isPartial(side)) variablesIn(side, machine.budget, open);
      return machine.suspend(goal, frame, open);
    }
  }
}

/** Returns whether a comparison of primitives holds; undefined for other values. */
export function comparePlainly(
  { operator }: CompareGoal,
  left: unknown,
  right: unknown,
): boolean | undefined {
  if (operator === '==' || operator === '!=')
    return isPrimitive(left) && isPrimitive(right) ? (left === right) === (operator === '==') : undefined;
  // NaN has no order.
  return typeof left === 'number' && typeof right === 'number'
    ? isOrdered(operator as OrderOperator, orderOfNumbers(left, right))
    : undefined;
}
