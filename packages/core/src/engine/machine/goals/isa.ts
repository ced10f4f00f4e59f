import type { DeclaredType } from '../../../types/declared-type.js';
import { Variable } from '../../../terms/variable.js';
import { nearNames } from '../../../internal/near-names.js';
import type { IsaGoal } from '../../../ir/goal.js';
import type { Constraint } from '../state/constraint.js';
import { isAlive } from '../state/constraint.js';
import type { Frame } from '../state/frame.js';
import type { MachineGoal } from '../state/goal-stack.js';
import { GoalResult } from '../state/goal-result.js';
import type { Prover } from '../state/prover.js';

/** Proves that a value is of a type. For an unbound variable the goal becomes a constraint. */
export function proveIsa(machine: Prover, goal: IsaGoal, frame: Frame): GoalResult {
  const value = machine.value(goal.value, frame);
  if (machine.waitsForTerm(goal.value, value, frame, 'a value')) return GoalResult.waits;
  const { program } = machine.context;
  if (goal.union !== undefined) {
    const members = program.unions[goal.union];
    if (value instanceof Variable) {
      if (members.length === 0) return GoalResult.failed;
      return machine.tryAlternatives(
        members.map((type): MachineGoal[] => [{ ...goal, name: type.name, type, union: undefined }]),
      );
    }
    return isOneOf(members, machine, value, goal, frame) ? GoalResult.proved : GoalResult.failed;
  }
  const { type } = goal;
  if (type === undefined && value instanceof Variable && machine.dialect.suspendsUnknownClasses)
    return machine.suspend(goal, frame, value);
  if (type === undefined) {
    throw machine.fault(
      'POLAR_RUN_UNKNOWN_CLASS',
      { name: goal.name, known: nearNames(goal.name, program.types.typeNames) },
      goal.span,
      frame,
    );
  }
  if (value instanceof Variable) {
    for (let list = value.watchers; list !== undefined; list = list.next) {
      machine.budget.step();
      const other = (list.watcher as Constraint).goal;
      if (other.kind !== 'isa' || other.type === undefined || !isAlive(list.watcher as Constraint)) continue;
      if (!program.types.isSubtype(type, other.type) && !program.types.isSubtype(other.type, type))
        return GoalResult.failed;
    }
    return machine.suspend(goal, frame, value);
  }
  return isOneOf([type], machine, value, goal, frame) ? GoalResult.proved : GoalResult.failed;
}

function isOneOf(
  wanted: readonly DeclaredType[],
  machine: Prover,
  value: unknown,
  goal: IsaGoal,
  frame: Frame,
): boolean {
  try {
    const { types } = machine.typeOf(value);
    return wanted.some((type) => types.has(type));
  } catch (error) {
    throw machine.hostError(error, 'the type of a value', goal.span, frame);
  }
}
