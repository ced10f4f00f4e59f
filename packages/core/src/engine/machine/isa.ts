import type { TypeSet } from '../../host/type-set.js';
import { Variable } from '../terms/variable.js';
import { nearNames } from '../../internal/near-names.js';
import type { IsaGoal } from '../../ir/goal.js';
import type { Constraint } from './constraint.js';
import { isAlive } from './constraint.js';
import type { Frame } from './frame.js';
import type { MachineGoal } from './goal-stack.js';
import { Outcome } from './outcome.js';
import type { Prover } from './prover.js';

/** Whether a value is of a type; for a variable without a value it becomes a constraint. */
export function proveIsa(machine: Prover, goal: IsaGoal, frame: Frame): Outcome {
  const value = machine.value(goal.value, frame);
  if (machine.waitsForTerm(goal.value, value, frame, 'a value')) return Outcome.waits;
  const { program } = machine;
  if (goal.union !== undefined) {
    const members = program.unions[goal.union];
    if (value instanceof Variable) {
      if (members.length === 0) return Outcome.failed;
      return machine.tryAlternatives(
        members.map((type): MachineGoal[] => [{ ...goal, name: type.name, type, union: undefined }]),
      );
    }
    const types = typeOf(machine, value, goal, frame);
    return members.some((type) => types.types.has(type)) ? Outcome.proved : Outcome.failed;
  }
  const { type } = goal;
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
        return Outcome.failed;
    }
    return machine.suspend(goal, frame, value);
  }
  const types = typeOf(machine, value, goal, frame);
  return types.types.has(type) ? Outcome.proved : Outcome.failed;
}

function typeOf(machine: Prover, value: unknown, goal: IsaGoal, frame: Frame): TypeSet {
  try {
    return machine.typeOf(value);
  } catch (error) {
    throw machine.hostError(error, 'the type of a value', goal.span, frame);
  }
}
