import { shownInError } from '../../../host/shown-in-error.js';
import { WholeFloat } from '../../../dialect/whole-float.js';
import type { ArithmeticGoal, CompareGoal, Goal } from '../../../ir/goal.js';
import { arithmetic } from '../../arithmetic.js';
import { isAlive, type Constraint } from '../state/constraint.js';
import { isPartial } from '../../../terms/partial.js';
import { Variable } from '../../../terms/variable.js';
import { isObject } from '../../../internal/is-object.js';
import { isDictionary } from '../../dictionary.js';
import type { Frame } from '../state/frame.js';
import { GoalResult } from '../state/goal-result.js';
import type { MachineGoal } from '../state/goal-stack.js';
import type { Prover } from '../state/prover.js';

type AwakenedGoal = Extract<MachineGoal, { kind: 'awakened' }>;

/**
 * Proves a constraint of which a variable was bound, as oso does: arithmetic is an error, an attribute of a value of the policy equals no value that
 * was known before, and `==` and `!=` between values of the policy compare their structure.
 */
export function proveAwakened(machine: Prover, { goal, hadResult }: AwakenedGoal, frame: Frame): GoalResult {
  switch (goal.kind) {
    case 'arithmetic': {
      const left = machine.value(goal.left, frame);
      const right = machine.value(goal.right, frame);
      if (left instanceof Variable || right instanceof Variable) break;
      return proveArithmetic(machine, goal, left, right, frame);
    }
    case 'lookup':
      if (hadResult && isOfPolicy(machine, machine.value(goal.object, frame))) return GoalResult.failed;
      break;
    case 'compare': {
      if (goal.operator !== '==' && goal.operator !== '!=') break;
      const left = machine.value(goal.left, frame);
      const right = machine.value(goal.right, frame);
      if (!isOfPolicy(machine, left) || !isOfPolicy(machine, right)) break;
      const areEqual = machine.unify(left, right, goal.span) === GoalResult.proved;
      return areEqual === (goal.operator === '==') ? GoalResult.proved : GoalResult.failed;
    }
    default:
  }
  return machine.prove(goal, frame);
}

/** Equality is decided before other constraints of the same variable. */
export const rankOf = (goal: Goal): number => (isEquality(goal) ? 0 : 1);

const isEquality = (goal: Goal): goal is CompareGoal =>
  goal.kind === 'compare' && (goal.operator === '==' || goal.operator === '!=');

/**
 * Computes an operation whose operand was bound later. oso has an internal error, unless the result violates an equality, which it compares
 * first.
 */
function proveArithmetic(
  machine: Prover,
  goal: ArithmeticGoal,
  left: unknown,
  right: unknown,
  frame: Frame,
): GoalResult {
  const computed = arithmetic(goal.operator, left, right, machine.operators);
  const result = machine.value(goal.result, frame);
  if (typeof computed !== 'string' && result instanceof Variable) {
    for (let list = result.watchers; list !== undefined; list = list.next) {
      const constraint = list.watcher as Constraint;
      if (!isEquality(constraint.goal) || !isAlive(constraint)) continue;
      const [a, b] = [constraint.goal.left, constraint.goal.right].map((term) => {
        const value = machine.value(term, constraint.frame);
        return value === result ? computed : value;
      });
      if (!isOfPolicy(machine, a) || !isOfPolicy(machine, b)) continue;
      const areEqual = machine.unify(a, b, goal.span) === GoalResult.proved;
      if (areEqual !== (constraint.goal.operator === '==')) return GoalResult.failed;
    }
  }
  const data = {
    left: shownInError(left, machine.context.program.types),
    operator: goal.operator,
    right: shownInError(right, machine.context.program.types),
  };
  return machine.undecidedAt('POLAR_UNDECIDED_ARITHMETIC', data, goal.span, frame);
}

/** Returns whether a value consists only of literals, lists and dictionaries. */
function isOfPolicy(machine: Prover, value: unknown): boolean {
  if (value === null || value === undefined) return false;
  if (value instanceof WholeFloat) return true;
  if (Array.isArray(value)) return value.every((item) => isOfPolicy(machine, item));
  if (isPartial(value)) return false;
  if (isDictionary(value, machine.dialect))
    return Object.values(value).every((item) => isOfPolicy(machine, item));
  return !isObject(value) && typeof value !== 'function' && typeof value !== 'symbol';
}
