import {
  isPassedRaw,
  passedArguments,
  type CompiledFunction,
  type KnownArgument,
  findsValues,
} from '../../compiler/compiled-function.js';
import {
  isLiteralOperand,
  isNil,
  type CallTest,
  type EqualTest,
  type Operand,
  type Test,
} from '../../compiler/plan.js';
import { takesContinuation, waitsIn, type Way } from '../../runtime/way.js';
import { literalText, objectTest, referenceTest } from './emitted-code.js';
import type { Emission } from './emission.js';

// The common case of a test is inline, and the rare case is a call of the runtime: inline code has separate type feedback, while the
// feedback of a shared function mixes all its callers.

/** Prints a test as an expression. */
export function emitTest(e: Emission, test: Test): string {
  switch (test.kind) {
    case 'equal':
      return test.negated ? `!${emitEqual(e, test)}` : emitEqual(e, test);
    case 'one-of':
      return emitOneOf(e, e.operand(test.value), test.literals);
    case 'order':
      return emitOrder(e, test);
    case 'isa': {
      const v = e.operand(test.value);
      const slow = `R.isa(${e.typed(test.value)}, ${e.constant(test.type)})`;
      if (test.isTested && !e.printing.isModule) return `${v} !== null`;
      const exact = e.printing.isCold ? 'false' : e.isExactly(test.value, test.type, test.isTested);
      return exact === 'false' ? slow : `((${exact}) || ${slow})`;
    }
    case 'isa-union':
      return `R.isaUnion(${e.typed(test.value)}, ${JSON.stringify(test.union)})`;
    case 'true': {
      const v = e.operand(test.value);
      return `(${v} === true || (${v} !== false && R.notTrue(${v}${e.position(test.at)})))`;
    }
    case 'present':
      return `${e.operand(test.value)} !== U`;
    case 'call':
      return emitCallTest(e, test, e.waits ? 'wait' : 'run');
  }
}

function emitOneOf(e: Emission, v: string, literals: readonly unknown[]): string {
  if (literals.length === 0) return 'false';
  if (typeof e.linker.context.equality === 'function') return `R.oneOf(${v}, ${e.constant(literals)})`;
  const same =
    literals.length > 8
      ? `${e.constant(new Set(literals))}.has(${v})`
      : // One expression without branches, because a branch for each literal cannot be predicted.
        literals.map((literal) => `(${v} === ${literalText(literal)})`).join(' | ');
  return `(${same}) || (${objectTest(v)} && R.oneOf(${v}, ${e.constant(literals)}))`;
}

function emitOrder(e: Emission, test: Extract<Test, { kind: 'order' }>): string {
  const sides = [test.left, test.right];
  const [l, r] = sides.map((side) => e.operand(side));
  const slow = `R.order(${JSON.stringify(test.operator)}, ${l}, ${r}${e.position(test.at)})`;
  const locals = sides.filter(({ kind }) => kind === 'local');
  const isNumeric = sides.every((side) => side.kind === 'local' || typeof side.value === 'number');
  if (!isNumeric || locals.length === 0) return slow;
  const areNumbers = locals.map((side) => `typeof ${e.operand(side)} === "number"`).join(' && ');
  return `(${areNumbers} ? ${l} ${test.operator} ${r} : ${slow})`;
}

function emitEqual(e: Emission, test: EqualTest): string {
  const { left, right, how, negated, at } = test;
  const [l, r] = [e.operand(left), e.operand(right)];
  const slow = e.settles
    ? `(await R.equalLater(${e.typed(left)}, ${e.typed(right)}, ${negated}${e.position(at)}))`
    : `R.equal(${e.typed(left)}, ${e.typed(right)}${negated || e.linker.passesPositions ? `, ${negated}` : ''}${e.position(at)})`;
  if (e.settles) e.awaits = true;
  if (e.printing.isCold || typeof e.linker.context.equality === 'function') return slow;
  const [leftType, rightType] = [e.typeOf(left), e.typeOf(right)];
  // One object can be read as rows of different types, which are never equal, and one list as lists of different elements.
  if (leftType !== undefined && rightType !== undefined && leftType !== rightType) return slow;
  if (e.elementOf(left) !== e.elementOf(right)) return slow;
  // A value that is not equal may be a promise; a value that is equal to this instance is not.
  if (how === 'identity')
    return e.isTested(left) ? `(${l} === ${r})` : `(${l} === ${r} || (${e.mayBePending(l)} && ${slow}))`;
  // No object equals nil. Only a promise and a variable of a query need more than this, and both have `then`.
  if (left.kind === 'local' && isNil(right))
    return `(${l} === null || (${objectTest(l)} && ${l}.then !== undefined && ${slow}))`;
  if (right.kind === 'local' && isNil(left))
    return `(${r} === null || (${objectTest(r)} && ${r}.then !== undefined && ${slow}))`;
  if (left.kind === 'local' && isLiteralOperand(right))
    return `(${l} === ${r} || (${objectTest(l)} && ${slow}))`;
  if (right.kind === 'local' && isLiteralOperand(left))
    return `(${l} === ${r} || (${objectTest(r)} && ${slow}))`;
  if (left.kind === 'local' && right.kind === 'local')
    return `(${l} === ${r}${e.isTested(left) || e.isTested(right) ? '' : notPendingTest(e, l)} ? ${l} === ${l} : (${referenceTest(l)} || ${referenceTest(r)}) && ${emitRowsEqual(e, test, slow)})`;
  return slow;
}

/** Prints a test, after `&&`, that a value which equals itself is not a promise: the promise must be awaited, and may be rejected. */
function notPendingTest(e: Emission, v: string): string {
  if (e.settles) return '';
  if (!e.printing.isModule) return ` && !(${e.mayBePending(v)})`;
  // A module must not read `then` of a data object, because it cannot bail out if that throws.
  const mayHaveThen = `(Object.getPrototypeOf(${v}) === Object.prototype ? "then" in ${v} : ${v}.then !== undefined)`;
  return ` && !(${objectTest(v)} && ${mayHaveThen})`;
}

/** Prints the comparison of two values as rows by their key. @param slow prints the comparison of other values */
function emitRowsEqual(e: Emission, { left, right, rows }: EqualTest, slow: string): string {
  const { commonKey, hasPredicates } = e.linker.context.typeSets;
  if (commonKey === undefined) return slow;
  const [l, r] = [e.operand(left), e.operand(right)];
  if (rows === undefined || hasPredicates)
    return `(${e.keyComparison(commonKey, { type: undefined, isPlain: false, isTested: false })}(${l}, ${r}) ?? ${slow})`;
  const passed = rows.certain === 'left' ? `${r}, ${l}` : `${l}, ${r}`;
  const { type, isPlain, instance } = rows;
  const exact = instance && e.linker.exactClass(instance);
  if (exact !== undefined) {
    const compared = e.instanceComparison(commonKey, exact);
    return compared === undefined ? slow : `(${compared}(${passed}) ?? ${slow})`;
  }
  return `(${e.keyComparison(commonKey, { type, isPlain, isTested: rows.isTested })}(${passed}) ?? ${slow})`;
}

/**
 * @param then the function to call at each success
 * @param isResult whether the call is the result of the function, so that it need not be awaited here
 */
export function emitCallTest(
  e: Emission,
  { callee, args, likely }: CallTest,
  way: Way,
  then?: string,
  isResult = false,
): string {
  const call = emitCall(e, callee, args, way, then, isResult);
  if (likely === undefined || e.printing.isCold) return call;
  const isLikely = e.isExactly(likely.argument, likely.type, likely.isTested);
  return `(${isLikely} ? ${emitCall(e, likely.callee, args, way, then, isResult)} : ${call})`;
}

export function emitCall(
  e: Emission,
  callee: CompiledFunction,
  args: readonly Operand[],
  way: Way,
  then: string | undefined,
  isResult = false,
): string {
  e.calls++;
  if (takesContinuation(way)) e.explored.add(callee);
  const passed = [
    ...(waitsIn(way) ? ['R'] : []),
    ...passedOperands(e, args, callee.known),
    ...(takesContinuation(way) ? [then!] : []),
  ];
  const target = e.constant(callee);
  let call = `${target}.${way}(${passed.join(', ')})`;
  if (!isResult) call = e.awaited(call);
  if (!e.linker.recursion.mayReturn(e.fn.predicate, callee.predicate)) return call;
  e.isRecursive = true;
  // Questions with variables are not remembered.
  if (!e.linker.recursion.isTabled(callee.predicate) || findsValues(callee))
    return `(R.deeper() && R.back(${call}))`;
  let question = emitQuestion(e, callee, args, way, then);
  if (!isResult) question = e.awaited(question);
  // The successes of a call that continues would multiply, and promises take longer than the table.
  const isRemembered = way !== 'run';
  return `(R.deeper() && R.back(${isRemembered ? question : `R.isEarly() ? ${call} : ${question}`}))`;
}

/** Prints a call that is answered at most once for the same arguments. */
function emitQuestion(
  e: Emission,
  callee: CompiledFunction,
  args: readonly Operand[],
  way: Way,
  then: string | undefined,
): string {
  const list = (values: readonly string[]): string => `[${values.join(', ')}]`;
  const identity = list(args.map((arg) => e.typed(arg)));
  const passed = list(passedOperands(e, args, callee.known));
  const parts = [
    e.constant(callee),
    e.linker.recursion.sharesUndecided(callee.predicate),
    identity,
    ...(takesContinuation(way) ? [then!] : []),
    ...(passed === identity ? [] : [passed]),
  ];
  return `R.questions.${way}(${parts.join(', ')})`;
}

/** Prints arguments: with the fields from which they were read, where the function does not know their types. */
export const passedOperands = (
  e: Emission,
  args: readonly Operand[],
  known: readonly KnownArgument[],
): string[] => {
  const passed = passedArguments(known);
  return args.map((arg, i) => (isPassedRaw(passed[i]!) ? e.operand(arg) : e.typed(arg)));
};
