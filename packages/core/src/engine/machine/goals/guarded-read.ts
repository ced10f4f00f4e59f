import type { LookupGoal } from '../../../ir/goal.js';
import type { Frame } from '../state/frame.js';
import type { Prover } from '../state/prover.js';

/**
 * Reads an attribute. An error that a getter throws becomes a fault with its place in the policy. Returns `undefined` for an error that a
 * negation may lose: then the goal of the look-up decides.
 */
export function guardedRead(
  machine: Prover,
  object: object,
  key: string,
  goal: LookupGoal,
  frame: Frame,
): unknown {
  try {
    const value = (object as Record<string, unknown>)[key];
    machine.budget.called(value);
    return value;
  } catch (error) {
    if (machine.losesError(error)) return undefined;
    throw machine.memberError(error, key, object, goal.span, frame);
  }
}
