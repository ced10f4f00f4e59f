import { isThenable } from '../../../internal/promise.js';
import { isFailedMember } from '../../../host/failed-member.js';
import { MissingValue, readAttribute } from '../../../host/member.js';
import { declaredField } from '../../../host/declared-value.js';
import { kindOf } from '../../../host/show.js';
import { shownInError } from '../../../host/shown-in-error.js';
import type { TypeSet } from '../../../host/type-set.js';
import { lookupGoal, type LookupGoal } from '../../../ir/goal.js';
import { constantTerm } from '../../../ir/term.js';
import { raw } from '../../../host/reference.js';
import { DecimalValue } from '../../../types/decimal-value.js';
import type { Field } from '../../../types/declared-type.js';
import { dictionaryValue, isDictionary, keysOf } from '../../dictionary.js';
import { EngineValue } from '../../../terms/engine-value.js';
import { isPartial, PartialCall, PartialDictionary } from '../../../terms/partial.js';
import { Variable } from '../../../terms/variable.js';
import type { Frame } from '../state/frame.js';
import { GoalResult } from '../state/goal-result.js';
import { unifyValues, type MachineGoal } from '../state/goal-stack.js';
import { pendingArgument, unboundArgument, type Prover } from '../state/prover.js';
import { guardedRead } from './guarded-read.js';
import { assignTestedResult } from './tested-result.js';

/** `result = object.key` */
export function proveLookup(machine: Prover, goal: LookupGoal, frame: Frame): GoalResult {
  const reference = machine.value(goal.object, frame);
  const object = raw(reference);
  if (machine.waitsForTerm(goal.object, object, frame, 'a value')) return GoalResult.waits;
  const { plainName: name } = goal;
  const isReadable =
    typeof object === 'object' &&
    object !== null &&
    !(object instanceof EngineValue || object instanceof DecimalValue);
  if (isReadable && name !== undefined && machine.replay === undefined) {
    // Predicates of the application are called for every object that is read, because they may throw.
    const types = machine.typeSets.hasPredicates ? typesOf(machine, reference, name, goal, frame) : undefined;
    const value = ownProperty(machine, object, name, goal, frame);
    if (value !== undefined) return proveRead(machine, goal, reference as object, value, frame, types);
  }
  return object instanceof Variable
    ? machine.suspend(goal, frame, object)
    : lookUp(machine, goal, reference, frame);
}

/**
 * Assigns an attribute that is an own property.
 *
 * @param object the object, or a reference to it
 * @param known the types of the object, if they were determined
 */
export function proveRead(
  machine: Prover,
  goal: LookupGoal,
  object: object,
  value: unknown,
  frame: Frame,
  known?: TypeSet,
): GoalResult {
  const name = goal.plainName!;
  const field = machine.typeSets.placeNames.has(name)
    ? declaredField(known ?? typesOf(machine, object, name, goal, frame), name)
    : undefined;
  if (field !== undefined) return receiveAttribute(machine, value, goal, object, name, field, frame);
  if (typeof value !== 'object' || value === null) return assignTestedResult(machine, goal, value, frame);
  const settled = machine.settled(value);
  return settled !== undefined && !isThenable(settled)
    ? assignTestedResult(machine, goal, settled, frame)
    : receiveAttribute(machine, value, goal, object, name, undefined, frame);
}

/** Assigns the value of an attribute. A promise is awaited, and `undefined` counts as missing. */
function receiveAttribute(
  machine: Prover,
  found: unknown,
  goal: LookupGoal,
  receiver: unknown,
  name: string,
  field: Field | undefined,
  frame: Frame,
): GoalResult {
  const { span, result, inPattern } = goal;
  if (typeof found === 'object' && found !== null && !(found instanceof MissingValue)) {
    const value = machine.settled(found);
    if (value === undefined || isThenable(value)) {
      const attribute = { receiver, name, inPattern };
      return machine.replaceGoal([{ kind: 'receive', span, promise: found, result, field, attribute }]);
    }
  }
  return machine.acceptResult(found, result, field, span, frame);
}

/** Looks up any key on any value. Own fields of instances have a faster way. */
function lookUp(machine: Prover, goal: LookupGoal, reference: unknown, frame: Frame): GoalResult {
  const object = raw(reference);
  const key = machine.value(goal.key, frame);
  if (machine.waitsFor(key, 'a key')) return GoalResult.waits;
  if (key instanceof Variable) return enumerateKeys(machine, goal, key, reference, frame);
  if (typeof key !== 'string') {
    return machine.undecidedAt(
      'POLAR_UNDECIDED_KEY',
      { key: shownInError(key, machine.context.program.types), on: kindOf(object) },
      goal.span,
      frame,
    );
  }
  if (object instanceof PartialCall) {
    const data = { name: key, on: kindOf(object), known: [] };
    const receiver = machine.hostArgument(goal.object, frame);
    return machine.undecidedAt('POLAR_UNDECIDED_MISSING_ATTRIBUTE', data, goal.span, frame, receiver);
  }
  if (object instanceof PartialDictionary) {
    return object.keys.includes(key)
      ? machine.unify(machine.value(goal.result, frame), dictionaryValue(object, key), goal.span)
      : GoalResult.failed;
  }
  // A dictionary of the policy without the key fails in every dialect.
  if (
    machine.members.foreign !== undefined &&
    isDictionary(object, machine.dialect) &&
    !Object.hasOwn(object, key)
  )
    return GoalResult.failed;
  const receiver = isPartial(object) ? machine.hostArgument(goal.object, frame, true) : object;
  if (receiver === pendingArgument) return GoalResult.waits;
  if (receiver === unboundArgument)
    throw machine.fault('POLAR_RUN_UNBOUND_RECEIVER', { name: key }, goal.span, frame);

  const base = isPartial(object) ? receiver : reference;
  const types = typesOf(machine, base, key, goal, frame);
  let found: unknown;
  try {
    found =
      machine.replay === undefined
        ? readAttribute(receiver, key, types, machine.members, machine.budget)
        : machine.replay.call(receiver, `.${key}`, [], () =>
            readAttribute(receiver, key, types, machine.members, machine.budget),
          );
    machine.budget.called(found);
    if (found instanceof MissingValue) found.receiver = receiver;
  } catch (error) {
    found = machine.memberError(error, key, receiver, goal.span, frame);
  }
  const isBoolean = typeof receiver === 'boolean';
  if (found instanceof MissingValue && goal.inPattern && (!found.isFault || isBoolean)) {
    if (machine.dialect.patternsReadAnything) {
      if (isFailedMember(found)) machine.noteLost(found, goal.span, frame);
      return machine.assignResult(goal.result, undefined, goal.span, frame);
    }
    return found.isPlainFailure ? GoalResult.failed : machine.mismatchAt(key, receiver, goal.span, frame);
  }
  return receiveAttribute(machine, found, goal, base, key, declaredField(types, key), frame);
}

function typesOf(machine: Prover, object: unknown, key: string, goal: LookupGoal, frame: Frame): TypeSet {
  try {
    return machine.typeOf(object);
  } catch (error) {
    throw machine.hostError(error, `\`${key}\` of ${kindOf(object)}`, goal.span, frame);
  }
}

/** Returns the own property of an object; undefined when it has none of this name. */
function ownProperty(machine: Prover, object: object, key: string, goal: LookupGoal, frame: Frame): unknown {
  try {
    if (!Object.hasOwn(object, key)) return undefined;
  } catch {
    // A proxy that throws: `readAttribute` reads in another way.
    return undefined;
  }
  return guardedRead(machine, object, key, goal, frame);
}

/** Tries each key of a dictionary, for `dictionary.(key)` with an unbound key. */
function enumerateKeys(
  machine: Prover,
  goal: LookupGoal,
  key: Variable,
  reference: unknown,
  frame: Frame,
): GoalResult {
  const { dialect } = machine;
  const object = raw(reference);
  if (!isDictionary(object, dialect)) throw machine.fault('POLAR_RUN_UNBOUND_KEY', {}, goal.span, frame);
  const keys = keysOf(object, dialect);
  machine.budget.spend(keys.length);
  const alternatives = keys
    .filter((name) => name !== '__proto__')
    .map((name): MachineGoal[] => [
      unifyValues(goal.span, key, name),
      lookupGoal(goal.span, constantTerm(reference), constantTerm(name), goal.result, goal.inPattern),
    ]);
  return alternatives.length === 0 ? GoalResult.failed : machine.tryAlternatives(alternatives);
}
