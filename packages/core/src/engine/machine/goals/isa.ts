import { Variable } from '../../../terms/variable.js';
import { PendingTest } from '../../../host/pending-test.js';
import { nearNames } from '../../../internal/near-names.js';
import type { DeclaredType } from '../../../types/declared-type.js';
import type { TypeTable } from '../../../types/type-table.js';
import type { Class } from '../../../types/type-declaration.js';
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
    return proveOneOf(members, machine, value, goal, frame);
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
    for (const other of typesOfUnbound(machine, value))
      if (!mayShareValues(type, other, program.types)) return GoalResult.failed;
    return mayBeAtItsPath(machine, value, type, goal, frame)
      ? machine.suspend(goal, frame, value)
      : GoalResult.failed;
  }
  return proveOneOf([type], machine, value, goal, frame);
}

/** Returns whether a value can be of both types. In the dialect oso, one class can have several types. */
const mayShareValues = (one: DeclaredType, other: DeclaredType, types: TypeTable): boolean =>
  types.isSubtype(one, other) ||
  types.isSubtype(other, one) ||
  (!one.builtIn &&
    !other.builtIn &&
    (isSubclass(one.class, other.class) || isSubclass(other.class, one.class)));

const isSubclass = (sub: Class | undefined, base: Class | undefined): boolean =>
  sub !== undefined && base !== undefined && (sub === base || Object.prototype.isPrototypeOf.call(base, sub));

/** Returns the types that an unbound variable must have. */
function* typesOfUnbound(machine: Prover, variable: Variable): Generator<DeclaredType> {
  for (let list = variable.watchers; list !== undefined; list = list.next) {
    machine.budget.step();
    const constraint = list.watcher as Constraint;
    const { goal } = constraint;
    if (goal.kind === 'isa' && goal.type !== undefined && isAlive(constraint)) yield goal.type;
  }
}

/** The most attributes from an unbound variable to another one. Only a recursion without end has a longer path, and each step costs more. */
const maxPath = 200;

/**
 * Returns whether an unbound variable for an attribute, or for an attribute of an attribute, can be of a type. The declarations of the types
 * that the objects of the attributes must have decide it.
 */
function mayBeAtItsPath(
  machine: Prover,
  variable: Variable,
  type: DeclaredType,
  { span }: IsaGoal,
  caller: Frame,
): boolean {
  if (!machine.context.program.types.declaresPaths) return true;
  const path: string[] = [];
  const seen = new Set<Variable>();
  // An element of an attribute counts as the attribute itself, as in oso.
  const start = collectionOf(machine, variable) ?? variable;
  for (let step = lookupOf(machine, start); step !== undefined; step = lookupOf(machine, step.object)) {
    if (seen.has(step.object)) break;
    seen.add(step.object);
    path.unshift(step.key);
    if (path.length > maxPath) throw machine.fault('POLAR_RUN_DEPTH_LIMIT', { limit: maxPath }, span, caller);
    for (const base of typesOfUnbound(machine, step.object))
      if (base.leadsTo?.(path, type.name) === false) return false;
  }
  return true;
}

/** Returns the unbound collection of which an unbound variable is an element. */
function collectionOf(machine: Prover, variable: Variable): Variable | undefined {
  for (let list = machine.constraints; list !== undefined; list = list.next) {
    machine.budget.step();
    const { goal, frame } = list.constraint;
    if (goal.kind !== 'in' || machine.value(goal.item, frame) !== variable) continue;
    const collection = machine.value(goal.collection, frame);
    if (collection instanceof Variable) return collection;
  }
  return undefined;
}

/** Returns the look-up whose result an unbound variable is. */
function lookupOf(
  machine: Prover,
  variable: Variable,
): { readonly object: Variable; readonly key: string } | undefined {
  for (let list = machine.constraints; list !== undefined; list = list.next) {
    machine.budget.step();
    const { goal, frame } = list.constraint;
    if (goal.kind !== 'lookup' || machine.value(goal.result, frame) !== variable) continue;
    const object = machine.value(goal.object, frame);
    const key = machine.value(goal.key, frame);
    if (object instanceof Variable && typeof key === 'string') return { object, key };
  }
  return undefined;
}

function proveOneOf(
  wanted: readonly DeclaredType[],
  machine: Prover,
  value: unknown,
  goal: IsaGoal,
  frame: Frame,
): GoalResult {
  try {
    const { types } = machine.typeOf(value);
    return wanted.some((type) => types.has(type)) ? GoalResult.proved : GoalResult.failed;
  } catch (error) {
    if (error instanceof PendingTest) return machine.waitForTest(error);
    throw machine.hostError(error, 'the type of a value', goal.span, frame);
  }
}
