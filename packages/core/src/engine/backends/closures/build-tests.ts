import { isPassedRaw, passedArguments, type CompiledFunction } from '../../compiler/compiled-function.js';
import type { CallTest, Operand, Test } from '../../compiler/plan.js';
import { noValue } from '../../runtime/runtime.js';
import type { ClosureBuilder } from './closure-builder.js';
import { comparison, oneOf } from './closure-values.js';
import type { CallAll, Check, Get, Locals } from './steps.js';

export function buildTest(b: ClosureBuilder, test: Test): Check {
  const { runtime } = b;
  switch (test.kind) {
    case 'equal': {
      const compare = comparison(b, test);
      const [left, right] = [b.get(test.left), b.get(test.right)];
      return test.negated
        ? (locals) => !compare(left(locals), right(locals))
        : (locals) => compare(left(locals), right(locals));
    }
    case 'one-of': {
      const is = oneOf(test.literals, runtime);
      const value = b.get(test.value);
      return (locals) => is(value(locals));
    }
    case 'order': {
      const { operator, at } = test;
      const [left, right] = [b.get(test.left), b.get(test.right)];
      return (locals) => runtime.order(operator, left(locals), right(locals), at);
    }
    case 'isa': {
      const { type, isTested } = test;
      const value = b.get(test.value);
      const typed = b.typed(test.value);
      const isExact = b.exactTest(type, isTested);
      if (isExact === undefined) return (locals) => runtime.isa(typed(locals), type);
      return (locals) => isExact(value(locals)) || runtime.isa(typed(locals), type);
    }
    case 'isa-union': {
      const { union } = test;
      const value = b.typed(test.value);
      return (locals) => runtime.isaUnion(value(locals), union);
    }
    case 'true': {
      const { at } = test;
      const value = b.get(test.value);
      return (locals) => {
        const v = value(locals);
        return v === true || (v !== false && runtime.notTrue(v, at));
      };
    }
    case 'present': {
      const value = b.get(test.value);
      return (locals) => value(locals) !== noValue;
    }
    case 'call':
      return buildCallTest(b, test);
  }
}

function buildCallTest(b: ClosureBuilder, { callee, args, likely }: CallTest): Check {
  const call = buildCall(b, callee, args);
  if (likely === undefined) return call;
  const value = b.get(likely.argument);
  const isExact = b.exactTest(likely.type, likely.isTested)!;
  const likelyCall = buildCall(b, likely.callee, args);
  return (locals) => (isExact(value(locals)) ? likelyCall(locals) : call(locals));
}

/** Builds a call that runs a function at each success. */
export function buildCallAllTest(b: ClosureBuilder, { callee, args, likely }: CallTest): CallAll {
  const all = buildCallAll(b, callee, args);
  if (likely === undefined) return all;
  const value = b.get(likely.argument);
  const isExact = b.exactTest(likely.type, likely.isTested)!;
  const likelyAll = buildCallAll(b, likely.callee, args);
  return (locals, then) => (isExact(value(locals)) ? likelyAll(locals, then) : all(locals, then));
}

export function buildCallAll(b: ClosureBuilder, callee: CompiledFunction, args: readonly Operand[]): CallAll {
  const { runtime } = b;
  const gets = argumentsFor(b, callee, args);
  const [first, second, third] = gets;
  const call: CallAll =
    gets.length === 1
      ? (locals, then) => callee.runAll(first!(locals), then)
      : gets.length === 2
        ? (locals, then) => callee.runAll(first!(locals), second!(locals), then)
        : gets.length === 3
          ? (locals, then) => callee.runAll(first!(locals), second!(locals), third!(locals), then)
          : (locals, then) => callee.runAll(...gets.map((get) => get(locals)), then);
  if (!b.linker.recursion.mayReturn(b.fn.predicate, callee.predicate)) return call;
  const { isTabled, sharesUndecided, identity } = questionOf(b, callee, args);
  return (locals, then) => {
    runtime.deeper();
    // The successes of a call that continues would multiply.
    return runtime.back(
      isTabled
        ? runtime.questions.runAll(
            callee,
            sharesUndecided,
            valuesIn(identity, locals),
            then,
            valuesIn(gets, locals),
          )
        : call(locals, then),
    );
  };
}

/** Returns the facts about a call that is answered at most once for the same arguments. */
function questionOf(b: ClosureBuilder, { predicate }: CompiledFunction, args: readonly Operand[]) {
  const { recursion } = b.linker;
  return {
    isTabled: recursion.isTabled(predicate),
    sharesUndecided: recursion.sharesUndecided(predicate),
    identity: args.map((arg) => b.typed(arg)),
  };
}

const valuesIn = (gets: readonly Get[], locals: Locals): unknown[] => gets.map((get) => get(locals));

export function buildCall(b: ClosureBuilder, callee: CompiledFunction, args: readonly Operand[]): Check {
  const { runtime } = b;
  const call = callWith(b, callee, args);
  if (!b.linker.recursion.mayReturn(b.fn.predicate, callee.predicate)) return call;
  const { isTabled, sharesUndecided, identity } = questionOf(b, callee, args);
  const gets = argumentsFor(b, callee, args);
  return (locals) =>
    runtime.deeper() &&
    runtime.back(
      !isTabled || runtime.isEarly()
        ? call(locals)
        : runtime.questions.run(callee, sharesUndecided, valuesIn(identity, locals), valuesIn(gets, locals)),
    );
}

/** Returns the call for its number of arguments. Arguments that are locals are read directly. */
function callWith(b: ClosureBuilder, callee: CompiledFunction, args: readonly Operand[]): Check {
  const gets = argumentsFor(b, callee, args);
  // Arguments that are passed with their fields are not read directly.
  const slots = args.map((arg, i) =>
    arg.kind === 'local' && !isPassedWithField(b, callee, arg, i) ? arg.local : -1,
  );
  const [slotA = -1, slotB = -1, slotC = -1] = slots;
  const [getA, getB, getC] = gets;
  const areLocals = !slots.includes(-1);
  switch (args.length) {
    case 0:
      return () => callee.run();
    case 1:
      return areLocals ? (locals) => callee.run(locals[slotA]) : (locals) => callee.run(getA!(locals));
    case 2:
      return areLocals
        ? (locals) => callee.run(locals[slotA], locals[slotB])
        : (locals) => callee.run(getA!(locals), getB!(locals));
    case 3:
      return areLocals
        ? (locals) => callee.run(locals[slotA], locals[slotB], locals[slotC])
        : (locals) => callee.run(getA!(locals), getB!(locals), getC!(locals));
    default:
      return (locals) => callee.run(...gets.map((get) => get(locals)));
  }
}

/** Returns whether an argument is passed with the field from which it was read, because the function does not know its type. */
const isPassedWithField = (
  b: ClosureBuilder,
  { known }: CompiledFunction,
  { local }: Extract<Operand, { kind: 'local' }>,
  i: number,
): boolean => b.fields.has(local) && !isPassedRaw(passedArguments(known)[i]!);

/** Returns the closures that read the arguments of a call. */
export const argumentsFor = (b: ClosureBuilder, callee: CompiledFunction, args: readonly Operand[]): Get[] =>
  args.map((arg, i) =>
    arg.kind === 'local' && isPassedWithField(b, callee, arg, i) ? b.typed(arg) : b.get(arg),
  );
