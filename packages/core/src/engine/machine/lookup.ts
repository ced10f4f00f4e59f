import type { TypeSet } from '../../host/type-set.js';
import { NoValue, readAttribute } from '../../host/member.js';
import { kindOf, show } from '../../host/show.js';
import { isPartial, isThenable, PartialDictionary, Variable } from '../../host/value.js';
import type { LookupGoal } from '../../ir/goal.js';
import { constantTerm } from '../../ir/term.js';
import type { FieldType } from '../../types/declared-type.js';
import { dictionaryValue, isDictionary, keysOf } from '../equality.js';
import type { Continuation, MachineGoal } from './goal-stack.js';
import { unifyValues, unknown, waiting } from './prover.js';
import { Outcome } from './outcome.js';
import type { Prover } from './prover.js';

/** `result = object.key` */
export function proveLookup(machine: Prover, goal: LookupGoal, at: Continuation): Outcome {
  const { frame } = at;
  const object = machine.value(goal.object, frame);
  if (machine.waitsFor(object, 'a value')) return Outcome.waits;
  if (object instanceof Variable) return machine.suspend(goal, frame, [object]);
  const key = machine.value(goal.key, frame);
  if (machine.waitsFor(key, 'a key')) return Outcome.waits;
  if (key instanceof Variable) return enumerateKeys(machine, goal, key, object, at);
  if (typeof key !== 'string') {
    return machine.undecidedAt(
      'POLAR_UNDECIDED_KEY',
      { key: show(key), on: kindOf(object) },
      goal.span,
      frame,
    );
  }
  if (object instanceof PartialDictionary) {
    return object.keys.includes(key)
      ? machine.unify(machine.value(goal.result, frame), dictionaryValue(object, key), goal.span)
      : Outcome.failed;
  }
  const receiver = isPartial(object) ? machine.forHost(goal.object, frame) : object;
  if (receiver === waiting) return Outcome.waits;
  if (receiver === unknown)
    throw machine.fault('POLAR_RUN_UNBOUND_RECEIVER', { name: key }, goal.span, frame);

  let types: TypeSet;
  let found: unknown;
  try {
    types = machine.typeOf(receiver);
    found =
      machine.replay === undefined
        ? readAttribute(receiver, key, types)
        : machine.replay.call(receiver, `.${key}`, [], () => readAttribute(receiver, key, types));
  } catch (error) {
    throw machine.hostError(error, `\`${key}\` of ${kindOf(receiver)}`, goal.span, frame);
  }
  if (found instanceof NoValue && goal.inPattern && !found.isFault) {
    return found.isPlainFailure ? Outcome.failed : machine.mismatchAt(key, receiver, goal.span, frame);
  }
  const declared = types.declared.length === 0 ? noFields : fieldsOf(types, key);
  return machine.received(found, goal.result, declared, goal.span, at);
}

const noFields: readonly FieldType[] = [];

/** How the types of a value declare its field. */
const fieldsOf = (types: TypeSet, key: string): FieldType[] =>
  types.declared.flatMap((type) => type.fields?.get(key)?.type ?? []);

/** `dictionary.(key)` with a key that is not known yet: each key in turn. */
function enumerateKeys(
  machine: Prover,
  goal: LookupGoal,
  key: Variable,
  object: unknown,
  at: Continuation,
): Outcome {
  if (!isDictionary(object)) throw machine.fault('POLAR_RUN_UNBOUND_KEY', {}, goal.span, at.frame);
  const alternatives = keysOf(object)
    .filter((name) => name !== '__proto__')
    .map((name): MachineGoal[] => [
      unifyValues(goal.span, key, name),
      { ...goal, object: constantTerm(object), key: constantTerm(name) },
    ]);
  return alternatives.length === 0 ? Outcome.failed : machine.tryAlternatives(alternatives, at);
}

/** The promise of a look-up or call has been awaited, or is about to be. */
export function proveReceive(
  machine: Prover,
  goal: Extract<MachineGoal, { kind: 'receive' }>,
  at: Continuation,
): Outcome {
  const value = machine.settled(goal.promise);
  if (isThenable(value) && machine.waitsFor(value, 'a value')) return Outcome.waits;
  return machine.received(value, goal.result, goal.types, goal.span, at);
}
