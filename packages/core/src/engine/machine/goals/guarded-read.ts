import { kindOf } from '../../../host/show.js';
import type { LookupGoal } from '../../../ir/goal.js';
import type { Frame } from '../state/frame.js';
import type { Prover } from '../state/prover.js';

/** Reads an attribute. An error that a getter throws becomes a fault with its place in the policy. */
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
    throw machine.hostError(error, `\`${key}\` of ${kindOf(object)}`, goal.span, frame);
  }
}
