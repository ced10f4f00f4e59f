import type { Meter } from '../../../host/meter.js';
import type { Goal } from '../../../ir/goal.js';
import { termsOf } from '../../../ir/goal-terms.js';
import { constantTerm, type Term } from '../../../ir/term.js';
import type { Variable, Watcher } from '../../../terms/variable.js';
import type { Frame } from './frame.js';
import { snapshot, valueOf, variablesIn } from './term-value.js';

/** A delayed goal: it can be proved when one of the variables that it watches has a value. */
export interface Constraint extends Watcher {
  readonly goal: Goal;
  readonly frame: Frame;
  readonly watched: readonly Variable[];
}

/** The delayed goals, newest first. A goal of which a variable was bound since is no longer delayed. */
export interface ConstraintList {
  readonly constraint: Constraint;
  readonly next: ConstraintList | undefined;
}

/** Returns whether a goal is still delayed. */
export const isAlive = (constraint: Constraint): boolean =>
  constraint.watched.every((variable) => !variable.isBound);

/** Returns a goal in which variables are replaced by their values, so that the goal stays valid after backtracking. */
export function closeGoal(goal: Goal, frame: Frame, meter: Meter): Goal {
  meter.step();
  const close = (term: Term): Term =>
    constantTerm(snapshot(valueOf(term, frame.slots, meter, frame.rule?.slotNames), meter));
  switch (goal.kind) {
    case 'unify':
    case 'compare':
      return { ...goal, left: close(goal.left), right: close(goal.right) };
    case 'arithmetic':
      return { ...goal, left: close(goal.left), right: close(goal.right), result: close(goal.result) };
    case 'lookup':
      return { ...goal, object: close(goal.object), key: close(goal.key), result: close(goal.result) };
    case 'in':
      return { ...goal, item: close(goal.item), collection: close(goal.collection) };
    case 'isa':
      return { ...goal, value: close(goal.value) };
    case 'condition':
      return { ...goal, term: close(goal.term) };
    case 'not':
      return { ...goal, operand: goal.operand.map((g) => closeGoal(g, frame, meter)) };
    default:
      return goal;
  }
}

/** Returns the constraints on these variables, and on the variables that they share with others. */
export function connected(
  variables: ReadonlySet<Variable>,
  constraints: readonly Constraint[],
  meter: Meter,
): Constraint[] {
  if (variables.size === 0 || constraints.length === 0) return [];
  // Each constraint is visited once, so that long chains take linear time.
  const variablesBy = new Map<Constraint, readonly Variable[]>();
  const constraintsOn = new Map<Variable, Constraint[]>();
  for (const constraint of constraints) {
    const own = variablesOf(constraint, meter);
    variablesBy.set(constraint, own);
    for (const variable of own) {
      const others = constraintsOn.get(variable);
      if (others === undefined) constraintsOn.set(variable, [constraint]);
      else others.push(constraint);
    }
  }
  const reached = new Set(variables);
  const found = new Set<Constraint>();
  // The iteration includes variables that are added meanwhile.
  for (const variable of reached) {
    for (const constraint of constraintsOn.get(variable) ?? []) {
      if (found.has(constraint)) continue;
      found.add(constraint);
      for (const other of variablesBy.get(constraint)!) reached.add(other);
    }
  }
  return constraints.filter((constraint) => found.has(constraint));
}

/** Returns the unbound variables of a constraint. */
export function variablesOf({ goal, frame }: Constraint, meter: Meter): Variable[] {
  const terms = termsOf(goal);
  meter.spend(terms.length + 1);
  const found = new Set<Variable>();
  for (const term of terms)
    variablesIn(valueOf(term, frame.slots, meter, frame.rule?.slotNames), meter, found);
  return [...found];
}
