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
import { PartialList } from '../../../terms/partial.js';
import { deref } from '../../../terms/variable.js';
import { isPrimitive } from '../../equality.js';
import { fieldOfResult, receiverOf } from '../../list-methods.js';
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
  const call = (): unknown =>
    callMethod(
      reference instanceof Reference ? receiverOf(reference) : receiver,
      goal.method,
      args,
      types,
      machine.members,
      machine.budget,
    );
  let result: unknown;
  try {
    result = machine.replay === undefined ? call() : machine.replay.call(receiver, goal.method, args, call);
    machine.budget.called(result);
    if (result instanceof MissingValue) result.receiver = receiver;
  } catch (error) {
    result = machine.memberError(error, goal.method, receiver, goal.span, frame);
  }
  if (isPrimitive(result) && !(reference instanceof Reference))
    return assignTestedResult(machine, goal, result, frame);
  const given = goal.args.map((arg) => itemsOf(machine.value(arg, frame)));
  const field = fieldOfResult(itemsOf(reference), goal.method, given, result, machine.typeSets);
  return field instanceof MissingValue
    ? machine.acceptResult(field, goal.result, undefined, goal.span, frame)
    : machine.acceptResult(result, goal.result, field, goal.span, frame);
}

/** Returns the items of a list that the policy writes, some of which are references, or the value itself. */
function itemsOf(value: unknown): unknown {
  if (!(value instanceof PartialList)) return value;
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
