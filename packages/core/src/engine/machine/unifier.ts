import type { Span } from '../../diagnostics/span.js';
import { compareValues, decided, type Compared } from '../equality.js';
import { isPartial, PartialDictionary, PartialList } from '../../terms/partial.js';
import { Reference } from '../../host/reference.js';
import { deref, Variable } from '../../terms/variable.js';
import { proveIsa } from './goals/isa.js';
import { isAlive, type Constraint } from './state/constraint.js';
import { GoalResult } from './state/goal-result.js';
import type { Prover } from './state/prover.js';
import { variablesIn } from './state/term-value.js';

/** Makes two values equal, by binding variables where necessary. At least one of them is an object. */
export function unifyObjects(machine: Prover, left: unknown, right: unknown, span: Span): GoalResult {
  // A binding in one pair may leave more to compare in another. A stack, because recursion overflows on deep data.
  const stack: (readonly [unknown, unknown])[] = [[left, right]];
  for (let pair = stack.pop(); pair !== undefined; pair = stack.pop()) {
    const a = decided(machine.settled(deref(pair[0])));
    const b = decided(machine.settled(deref(pair[1])));
    if (a instanceof Variable || b instanceof Variable) {
      if (a === b) continue;
      const result = bindEither(machine, a, b);
      if (result !== GoalResult.proved) return result;
      continue;
    }
    const compared = compare(machine, a, b, span);
    switch (compared.kind) {
      case 'equal':
        break;
      case 'unequal':
        return GoalResult.failed;
      case 'waits':
        machine.waitsFor(compared.on, 'a value');
        return GoalResult.waits;
      case 'open':
        for (let i = compared.pairs.length - 1; i >= 0; i--) stack.push(compared.pairs[i]!);
    }
  }
  return GoalResult.proved;
}

function compare(machine: Prover, left: unknown, right: unknown, span: Span): Compared {
  try {
    return compareValues(left, right, machine);
  } catch (error) {
    throw machine.hostError(error, 'comparing two values', span, undefined);
  }
}

/** Binds a variable to the other value, which may be a variable as well. */
export function bindEither(machine: Prover, a: unknown, b: unknown): GoalResult {
  if (a instanceof Variable && b instanceof Variable) {
    machine.trail.markAliased(a);
    machine.trail.markAliased(b);
    // The younger one is bound to the older one, so that variables of the query remain.
    return a.id > b.id ? machine.bind(a, b) : machine.bind(b, a);
  }
  return a instanceof Variable ? machine.bind(a, b) : machine.bind(b as Variable, a);
}

/** Gives a variable a value, and awakens its constraints. */
export function bindVariable(machine: Prover, variable: Variable, value: unknown): GoalResult {
  if (machine.waitsFor(value, 'a value')) return GoalResult.waits;
  if (
    !machine.dialect.hasCyclicTerms &&
    (value instanceof PartialList || value instanceof PartialDictionary) &&
    variablesIn(value, machine.budget).has(variable)
  )
    return GoalResult.failed;
  const { watchers } = variable;
  if (watchers !== undefined && (!isPartial(value) || value instanceof Reference)) {
    const { goal, frame } = watchers.watcher as Constraint;
    // The constraint is usually the type of a parameter. When it would be proved next, it is proved here.
    const isAlone = watchers.next === undefined && machine.awakened.length === 0;
    if (goal.kind === 'isa' && isAlone && !machine.isSteppedThrough) {
      machine.trail.bind(variable, value);
      return proveIsa(machine, goal, frame);
    }
  }
  const awakened: Constraint[] = [];
  for (let list = watchers; list !== undefined; list = list.next) {
    const constraint = list.watcher as Constraint;
    machine.budget.step();
    if (isAlive(constraint)) awakened.push(constraint);
  }
  // The list starts with the newest. The oldest is proved first, and all of them before those that were awakened earlier.
  if (awakened.length > 0) machine.awakened = [...awakened.reverse(), ...machine.awakened];
  machine.trail.bind(variable, value);
  return GoalResult.proved;
}
