import type { Span } from '../../../diagnostics/span.js';
import { callMethod } from '../../../host/call-method.js';
import { Dict } from '../../../host/dict.js';
import { MissingValue } from '../../../host/missing-value.js';
import { kindOf } from '../../../host/show.js';
import type { TypeSet } from '../../../host/type-set.js';
import { nearNames } from '../../../internal/near-names.js';
import type { MethodGoal, NewGoal } from '../../../ir/goal.js';
import type { Term } from '../../../ir/term.js';
import { Reference } from '../../../host/reference.js';
import { ListCursor } from '../../../terms/list-cursor.js';
import { isPartial, PartialList } from '../../../terms/partial.js';
import { deref } from '../../../terms/variable.js';
import { isPrimitive } from '../../equality.js';
import { callOfTypedList, isTypedList, openList } from '../../list-methods.js';
import type { Frame } from '../state/frame.js';
import { assignTestedResult } from './tested-result.js';
import { GoalResult } from '../state/goal-result.js';
import { pendingArgument, unboundArgument, type Prover } from '../state/prover.js';

/** Proves `result = object.method(args)`. */
export function proveMethod(machine: Prover, goal: MethodGoal, frame: Frame): GoalResult {
  const receiver = machine.hostArgument(goal.object, frame, true);
  if (receiver === pendingArgument) return GoalResult.waits;
  if (receiver === unboundArgument)
    throw machine.fault('POLAR_RUN_UNBOUND_RECEIVER', { name: goal.method }, goal.span, frame);
  if (goal.hasKeywords)
    throw machine.fault('POLAR_CHECK_KEYWORD_ARGUMENTS', { name: goal.method }, goal.span, frame);
  const args =
    goal.args.length === 0
      ? noArguments
      : argumentsForHost(machine, goal.args, `\`${goal.method}\``, goal.span, frame);
  if (args === undefined) return GoalResult.waits;
  const reference = machine.value(goal.object, frame);
  const types = typesOf(machine, reference instanceof Reference ? reference : receiver, goal, frame);
  const given = goal.args.map((arg) => machine.value(arg, frame));
  const isTyped = isTypedList(reference, goal.method, given, openTerm);
  const callOf = (on: unknown, passed: readonly unknown[]): unknown =>
    callMethod(
      on,
      goal.method,
      passed,
      isTyped ? machine.typeOf(on) : types,
      machine.members,
      machine.budget,
    );
  const call = (): unknown =>
    isTyped
      ? callOfTypedList(reference, goal.method, given, openTerm, machine.budget, callOf)
      : callOf(receiver, args);
  let result: unknown;
  try {
    result = machine.replay === undefined ? call() : machine.replay.call(receiver, goal.method, args, call);
    machine.budget.called(result);
    if (result instanceof MissingValue) result.receiver = receiver;
  } catch (error) {
    result = machine.memberError(error, goal.method, receiver, goal.span, frame);
  }
  if (isPrimitive(result)) return assignTestedResult(machine, goal, result, frame);
  const isList = Array.isArray(result) && result.some(isPartial);
  return machine.acceptResult(
    isList ? new PartialList(result as unknown[], 0, undefined, true) : result,
    goal.result,
    undefined,
    goal.span,
    frame,
  );
}

/** Opens a list that may be one of the policy. */
function openTerm(value: unknown): readonly unknown[] | undefined {
  if (!(value instanceof PartialList)) return openList(value);
  const items: unknown[] = [];
  for (const cursor = new ListCursor(value); cursor.hasNext();) items.push(deref(cursor.next()));
  return items;
}

function typesOf(machine: Prover, receiver: unknown, goal: MethodGoal, frame: Frame): TypeSet {
  try {
    return machine.typeOf(receiver);
  } catch (error) {
    throw machine.hostError(error, `\`${goal.method}\` of ${kindOf(receiver)}`, goal.span, frame);
  }
}

const noArguments: readonly unknown[] = [];

/** Proves `result = new Class(args)`. */
export function proveNew(machine: Prover, goal: NewGoal, frame: Frame): GoalResult {
  const { type } = goal;
  if (type?.class === undefined) {
    const known = nearNames(goal.name, machine.context.program.types.typeNames);
    throw machine.fault('POLAR_RUN_UNKNOWN_CLASS', { name: goal.name, known }, goal.span, frame);
  }
  if (goal.hasKeywords)
    throw machine.fault('POLAR_CHECK_KEYWORD_ARGUMENTS', { name: goal.name }, goal.span, frame);
  const given = argumentsForHost(machine, goal.args, `new ${goal.name}`, goal.span, frame);
  if (given === undefined) return GoalResult.waits;
  const { foreign } = machine.members;
  const args = foreign === undefined ? given : given.map(foreign.convert);
  const { class: construct } = type;
  const create = () => Reflect.construct(construct as new () => unknown, args) as unknown;
  const result = machine.guarded(goal.span, frame, `new ${goal.name}`, () => {
    // `new Array(n)` creates n empty elements.
    if (type.builtIn && type.name === 'List') return args;
    if (type.builtIn && type.name === 'Dictionary' && foreign !== undefined)
      return new Dict(args[0] as object);
    return machine.replay === undefined || type.builtIn
      ? create()
      : machine.replay.construct(goal.name, create);
  });
  return machine.acceptResult(result, goal.result, undefined, goal.span, frame);
}

/** Returns the arguments of a call; undefined when one of them must be awaited. */
function argumentsForHost(
  machine: Prover,
  terms: readonly Term[],
  callee: string,
  span: Span,
  frame: Frame,
): unknown[] | undefined {
  const args: unknown[] = [];
  for (const term of terms) {
    const arg = machine.hostArgument(term, frame);
    if (arg === pendingArgument) return undefined;
    if (arg === unboundArgument) throw machine.fault('POLAR_RUN_UNBOUND_ARGUMENT', { callee }, span, frame);
    args.push(arg);
  }
  return args;
}
