import type { TypeSet } from '../../host/type-set.js';
import { handleRejections } from '../../host/handle-rejections.js';
import { NoValue, readAttribute, readMissing } from '../../host/member.js';
import { kindOf, show } from '../../host/show.js';
import { isThenable } from '../../host/value.js';
import { EngineValue } from '../terms/engine-value.js';
import { isPartial, PartialDictionary } from '../terms/partial.js';
import { Variable } from '../terms/variable.js';
import { lookupGoal, type LookupGoal, type MethodGoal, type TestGoal } from '../../ir/goal.js';
import { constantTerm, type SlotTerm, type Term } from '../../ir/term.js';
import type { FieldType } from '../../types/declared-type.js';
import { dictionaryValue, isDictionary, isPrimitive, keysOf } from '../equality.js';
import { comparePlainly } from './compare.js';
import { emptySlot } from './constraint.js';
import type { Frame } from './frame.js';
import type { MachineGoal } from './goal-stack.js';
import { unifyValues, unknown, waiting } from './prover.js';
import { Outcome } from './outcome.js';
import type { Prover } from './prover.js';

/** `result = object.key` */
export function proveLookup(machine: Prover, goal: LookupGoal, frame: Frame): Outcome {
  const object = machine.value(goal.object, frame);
  if (machine.waitsForTerm(goal.object, object, frame, 'a value')) return Outcome.waits;
  const { plainName: name } = goal;
  const isReadable = typeof object === 'object' && object !== null && !(object instanceof EngineValue);
  if (isReadable && name !== undefined && machine.replay === undefined) {
    // A predicate of the application is asked of whatever is looked at, as it may throw.
    const types = machine.typeSets.hasPredicates ? typesOf(machine, object, name, goal, frame) : undefined;
    const value = ownValue(machine, object, name, goal, frame);
    if (value !== undefined) return proveRead(machine, goal, object, value, frame, types);
  }
  return object instanceof Variable
    ? machine.suspend(goal, frame, object)
    : lookUp(machine, goal, object, frame);
}

/** Goes on with what the object has of its own. @param known the types of the object, if they have been asked for */
export function proveRead(
  machine: Prover,
  goal: LookupGoal,
  object: object,
  value: unknown,
  frame: Frame,
  known?: TypeSet,
): Outcome {
  if (typeof value !== 'object' || value === null) return giveResult(machine, goal, value, frame);
  const name = goal.plainName!;
  const types = machine.typeSets.areBare
    ? noFields
    : declaredFor(known ?? typesOf(machine, object, name, goal, frame), name);
  if (types.length === 0) {
    const settled = machine.settled(value);
    if (settled !== undefined && !isThenable(settled)) return giveResult(machine, goal, settled, frame);
  }
  return receiveAttribute(machine, value, goal, object, name, types, frame);
}

/** Goes on with what was found under a name: a promise is awaited, and `undefined` counts as missing. */
function receiveAttribute(
  machine: Prover,
  found: unknown,
  goal: LookupGoal,
  receiver: unknown,
  name: string,
  types: readonly FieldType[],
  frame: Frame,
): Outcome {
  const { span, result, inPattern } = goal;
  if (typeof found === 'object' && found !== null && !(found instanceof NoValue)) {
    const value = machine.settled(found);
    if (value === undefined || isThenable(value)) {
      const attribute = { receiver, name, inPattern };
      return machine.jumpTo([{ kind: 'receive', span, promise: found, result, types, attribute }]);
    }
  }
  return machine.received(found, result, types, span, frame);
}

/** Gives the result of a look-up or call to the goal that it is for, or, where it is plain what comes of that, proves both in one. */
export function giveResult(
  machine: Prover,
  goal: LookupGoal | MethodGoal,
  value: unknown,
  frame: Frame,
): Outcome {
  // Most look-ups are for a test. The result, which nobody else sees, needs no slot then.
  if (isTested(goal) && machine.isNext(goal.test)) {
    const term = otherSide(goal);
    if (goal.test.kind === 'unify' && isEmpty(term, frame)) {
      machine.skip(1);
      return machine.give(term, value, goal.test.span, frame);
    }
    const other = term && machine.value(term, frame);
    if (goal.test.kind === 'unify' && other instanceof Variable) {
      machine.skip(1);
      return machine.bind(other, value);
    }
    const holds = holdsPlainly(machine, goal, value, other);
    if (holds === false) return Outcome.failed;
    if (holds === true) {
      machine.skip(1);
      return Outcome.proved;
    }
  }
  return machine.give(goal.result, value, goal.span, frame);
}

/** Whether a term is a variable that no goal has mentioned yet: then it has no value, and nothing is known about it. */
export const isEmpty = (term: Term | undefined, frame: Frame): term is SlotTerm =>
  term?.kind === 'slot' && frame.slots[term.slot] === emptySlot;

/** A look-up or call of which only a test needs the result. */
interface Tested {
  readonly test: TestGoal;
  readonly result: Term;
}
const isTested = (goal: LookupGoal | MethodGoal): goal is (LookupGoal | MethodGoal) & Tested =>
  goal.test !== undefined;

/** What the result of a look-up is compared with; undefined when it is a condition itself. */
export function otherSide({ test, result }: Tested): Term | undefined {
  if (test.kind === 'condition') return undefined;
  return test.left === result ? test.right : test.left;
}

/** Whether the test of a look-up holds, where nothing need be bound for it, and the application not be asked. */
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
      return test.left === result ? comparePlainly(test, value, other) : comparePlainly(test, other, value);
    case 'unify':
      if (value === other) return true;
      if (isPrimitive(value)) return isPrimitive(other) ? false : undefined;
      return !isPrimitive(other) && machine.areDistinct(value, other, test.span) ? false : undefined;
  }
}

/** A look-up on anything: what is none of an instance's own fields comes here. */
function lookUp(machine: Prover, goal: LookupGoal, object: unknown, frame: Frame): Outcome {
  const key = machine.value(goal.key, frame);
  if (machine.waitsFor(key, 'a key')) return Outcome.waits;
  if (key instanceof Variable) return enumerateKeys(machine, goal, key, object, frame);
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
        ? readAttribute(receiver, key, types, machine.budget)
        : machine.replay.call(receiver, `.${key}`, [], () =>
            readAttribute(receiver, key, types, machine.budget),
          );
    machine.budget.called(found);
  } catch (error) {
    throw machine.hostError(error, `\`${key}\` of ${kindOf(receiver)}`, goal.span, frame);
  }
  if (found instanceof NoValue && goal.inPattern && !found.isFault) {
    return found.isPlainFailure ? Outcome.failed : machine.mismatchAt(key, receiver, goal.span, frame);
  }
  return receiveAttribute(machine, found, goal, receiver, key, declaredFor(types, key), frame);
}

function typesOf(machine: Prover, object: object, key: string, goal: LookupGoal, frame: Frame): TypeSet {
  try {
    return machine.typeSets.of(object, machine.tags);
  } catch (error) {
    throw machine.hostError(error, `\`${key}\` of ${kindOf(object)}`, goal.span, frame);
  }
}

/** What an object has of its own under a name; undefined when it has nothing there. */
function ownValue(machine: Prover, object: object, key: string, goal: LookupGoal, frame: Frame): unknown {
  try {
    if (!Object.hasOwn(object, key)) return undefined;
  } catch {
    // A proxy that does not tell: `readAttribute` looks in another way.
    return undefined;
  }
  return guardedRead(machine, object, key, goal, frame);
}

/** What an object has under a name. What a getter throws becomes a fault with its place in the policy. */
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

const noFields: readonly FieldType[] = [];

/** How the types of a value declare its field. */
const declaredFor = (types: TypeSet, key: string): readonly FieldType[] =>
  types.declared.length === 0
    ? noFields
    : types.declared.flatMap((type) => type.fields?.get(key)?.type ?? []);

/** `dictionary.(key)` with a key that is not known yet: each key in turn. */
function enumerateKeys(
  machine: Prover,
  goal: LookupGoal,
  key: Variable,
  object: unknown,
  frame: Frame,
): Outcome {
  if (!isDictionary(object)) throw machine.fault('POLAR_RUN_UNBOUND_KEY', {}, goal.span, frame);
  const keys = keysOf(object);
  machine.budget.spend(keys.length);
  const alternatives = keys
    .filter((name) => name !== '__proto__')
    .map((name): MachineGoal[] => [
      unifyValues(goal.span, key, name),
      lookupGoal(goal.span, constantTerm(object), constantTerm(name), goal.result, goal.inPattern),
    ]);
  return alternatives.length === 0 ? Outcome.failed : machine.tryAlternatives(alternatives);
}

/** The promise of a look-up or call has been awaited, or is about to be. */
export function proveReceive(
  machine: Prover,
  goal: Extract<MachineGoal, { kind: 'receive' }>,
  frame: Frame,
): Outcome {
  const value = machine.settled(goal.promise);
  const { attribute, span } = goal;
  if (isThenable(value) && machine.waitsFor(value, 'a value')) {
    handleRejections(attribute?.receiver);
    return Outcome.waits;
  }
  if (value !== undefined || attribute === undefined)
    return machine.received(value, goal.result, goal.types, span, frame);
  const { receiver, name, inPattern } = attribute;
  const missing = machine.guarded(span, frame, `\`${name}\``, () =>
    readMissing(receiver, name, machine.typeOf(receiver), true),
  );
  if (missing instanceof NoValue && inPattern) return machine.mismatchAt(name, receiver, span, frame);
  return machine.received(missing, goal.result, goal.types, span, frame);
}
