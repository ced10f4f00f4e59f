import { isThenable } from '../../../internal/promise.js';
import { handleRejections } from '../../../host/handle-rejections.js';
import { MissingValue, readMissing } from '../../../host/member.js';
import { raw } from '../../../host/reference.js';
import type { Frame } from '../state/frame.js';
import { GoalResult } from '../state/goal-result.js';
import type { MachineGoal } from '../state/goal-stack.js';
import type { Prover } from '../state/prover.js';

/** Awaits the promise of a look-up or a call, then assigns its value. */
export function proveReceive(
  machine: Prover,
  goal: Extract<MachineGoal, { kind: 'receive' }>,
  frame: Frame,
): GoalResult {
  const value = machine.settled(goal.promise);
  const { attribute, span } = goal;
  if (isThenable(value) && machine.waitsFor(value, 'a value')) {
    handleRejections(raw(attribute?.receiver));
    return GoalResult.waits;
  }
  if (attribute === undefined) return machine.acceptResult(value, goal.result, goal.field, span, frame);
  const { receiver, name, inPattern } = attribute;
  if (value instanceof MissingValue) {
    value.receiver = raw(receiver);
    if (!inPattern || !machine.dialect.patternsReadAnything)
      return machine.acceptResult(value, goal.result, goal.field, span, frame);
    machine.noteLost(value, span, frame);
    return machine.assignResult(goal.result, undefined, span, frame);
  }
  if (value !== undefined) return machine.acceptResult(value, goal.result, goal.field, span, frame);
  const missing = machine.guarded(span, frame, `\`${name}\``, () =>
    readMissing(raw(receiver), name, machine.typeOf(receiver), true),
  );
  if (missing instanceof MissingValue && inPattern) return machine.mismatchAt(name, receiver, span, frame);
  return machine.acceptResult(missing, goal.result, goal.field, span, frame);
}
