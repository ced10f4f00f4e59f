import { Variable } from '../../host/value.js';
import { nearNames } from '../../internal/near-names.js';
import type { IsaGoal } from '../../ir/goal.js';
import type { Constraint } from './constraint.js';
import { isAlive } from './constraint.js';
import type { Continuation, MachineGoal } from './goal-stack.js';
import { Outcome } from './outcome.js';
import type { Prover } from './prover.js';

/** Whether a value is of a type; for a variable without a value it becomes a constraint. */
export function proveIsa(machine: Prover, goal: IsaGoal, at: Continuation): Outcome {
  const { frame } = at;
  const value = machine.value(goal.value, frame);
  if (machine.waitsFor(value, 'a value')) return Outcome.waits;
  const { program } = machine;
  if (goal.union !== undefined) {
    const members = program.unions[goal.union];
    if (value instanceof Variable) {
      if (members.length === 0) return Outcome.failed;
      return machine.tryAlternatives(
        members.map((type): MachineGoal[] => [{ ...goal, name: type.name, type, union: undefined }]),
        at,
      );
    }
    const types = machine.guarded(goal.span, frame, 'the type of a value', () => machine.typeOf(value));
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
      const other = (list.watcher as Constraint).goal;
      if (other.kind !== 'isa' || other.type === undefined || !isAlive(list.watcher as Constraint)) continue;
      if (!program.types.isSubtype(type, other.type) && !program.types.isSubtype(other.type, type))
        return Outcome.failed;
    }
    return machine.suspend(goal, frame, [value]);
  }
  const types = machine.guarded(goal.span, frame, 'the type of a value', () => machine.typeOf(value));
  return types.types.has(type) ? Outcome.proved : Outcome.failed;
}
