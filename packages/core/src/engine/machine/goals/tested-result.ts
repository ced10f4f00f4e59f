import type { LookupGoal, MethodGoal, TestGoal } from '../../../ir/goal.js';
import type { SlotTerm, Term } from '../../../ir/term.js';
import { isPrimitive } from '../../equality.js';
import { Variable } from '../../../terms/variable.js';
import type { Frame } from '../state/frame.js';
import { GoalResult } from '../state/goal-result.js';
import type { Prover } from '../state/prover.js';
import { emptySlot } from '../state/term-value.js';
import { comparePlainly } from './compare.js';

/**
 * Assigns the result of a look-up or a call. When only the next goal tests the result, and the test is simple, both are proved in one step.
 */
export function assignTestedResult(
  machine: Prover,
  goal: LookupGoal | MethodGoal,
  value: unknown,
  frame: Frame,
): GoalResult {
  // Most look-ups are made for a test. Their result needs no slot, because no other goal reads it.
  if (isTested(goal) && machine.isNext(goal.test)) {
    const term = otherSide(goal);
    if (goal.test.kind === 'unify' && isEmpty(term, frame)) {
      machine.skipGoals(1);
      return machine.assignResult(term, value, goal.test.span, frame);
    }
    const other = term && machine.value(term, frame);
    if (goal.test.kind === 'unify' && other instanceof Variable) {
      machine.skipGoals(1);
      return machine.bind(other, value);
    }
    const holds = holdsPlainly(machine, goal, value, other);
    if (holds === false) return GoalResult.failed;
    if (holds === true) {
      machine.skipGoals(1);
      return GoalResult.proved;
    }
  }
  return machine.assignResult(goal.result, value, goal.span, frame);
}

/** Returns whether a term is a variable that no goal has read: it has no value and no constraints. */
export const isEmpty = (term: Term | undefined, frame: Frame): term is SlotTerm =>
  term?.kind === 'slot' && frame.slots[term.slot] === emptySlot;

/** A look-up or a call whose result only a test reads. */
interface Tested {
  readonly test: TestGoal;
  readonly result: Term;
}
const isTested = (goal: LookupGoal | MethodGoal): goal is (LookupGoal | MethodGoal) & Tested =>
  goal.test !== undefined;

/** Returns the term with which a test compares the result; undefined when the result itself is the condition. */
export function otherSide({ test, result }: Tested): Term | undefined {
  if (test.kind === 'condition') return undefined;
  return test.left === result ? test.right : test.left;
}

/** Returns whether the test of a look-up holds; undefined when the test may bind a variable or run code of the application. */
export function holdsPlainly(
  machine: Prover,
  { test, result }: Tested,
  value: unknown,
  other: unknown,
): boolean | undefined {
  switch (test.kind) {
    case 'condition':
      return typeof value === 'boolean' ? value : undefined;
    case 'compare':
      if (machine.operators !== undefined) return undefined;
      return test.left === result ? comparePlainly(test, value, other) : comparePlainly(test, other, value);
    case 'unify':
      if (machine.operators !== undefined) return undefined;
      if (value === other) return true;
      if (isPrimitive(value)) return isPrimitive(other) ? false : undefined;
      return !isPrimitive(other) && machine.areDistinct(value, other, test.span) ? false : undefined;
  }
}
