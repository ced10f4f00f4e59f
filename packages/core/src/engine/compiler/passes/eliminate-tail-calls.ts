import { assertNever } from '../../../internal/bug.js';
import type { CompiledFunction } from '../compiled-function.js';
import { countSuccesses, isDeterministic } from '../plan-analysis.js';
import { isLocal, type CallTest, type IfStatement, type Statement } from '../plan.js';
import { mapChildren } from '../traversal.js';

/** A function whose calls of itself become loops, and its parameters. */
interface Looped {
  readonly fn: CompiledFunction;
  readonly params: readonly number[];
}

/** Turns a function that ends in a call of itself into a loop, so that a deep tree of folders does not need a deep stack. */
export function eliminateTailCalls(statement: Statement, of: Looped): Statement {
  switch (statement.kind) {
    case 'any': {
      const last = statement.of.at(-1);
      return last === undefined
        ? statement
        : { ...statement, of: [...statement.of.slice(0, -1), eliminateTailCalls(last, of)] };
    }
    case 'if':
      return statement.test.kind === 'call'
        ? (restartFor(statement, of) ?? statement)
        : { ...statement, next: eliminateTailCalls(statement.next, of) };
    case 'check':
      return isDeterministic(statement.proof) && countSuccesses(statement.proof) === 1
        ? { ...statement, next: eliminateTailCalls(statement.next, of) }
        : statement;
    case 'read':
    case 'method':
    case 'arithmetic':
    case 'not':
    case 'exactly':
    case 'cut':
    case 'await':
    case 'record':
    case 'receive':
      return { ...statement, next: eliminateTailCalls(statement.next, of) };
    case 'switch':
      return mapChildren(statement, (next) => eliminateTailCalls(next, of));
    case 'each':
    case 'answers':
    case 'answer':
    case 'succeed':
    case 'again':
      return statement;
    default:
      return assertNever(statement);
  }
}

/**
 * Returns the restart that replaces a call in last position. A call before other statements may still have alternatives to try. A call with
 * the same arguments stays: it fails where questions are remembered, and reaches the depth limit elsewhere.
 */
function restartFor({ test, next }: IfStatement, { fn, params }: Looped): Statement | undefined {
  if (test.kind !== 'call') return undefined;
  const { callee, args, likely } = test;
  if (args.every((arg, i) => isLocal(arg, params[i]!))) return undefined;
  if (next.kind !== 'succeed') return recordedRestartFor(test, next, fn);
  if (callee === fn) return { kind: 'again', args, proof: undefined, only: undefined };
  if (likely?.callee !== fn) return undefined;
  return {
    kind: 'again',
    args,
    proof: undefined,
    only: {
      argument: likely.argument,
      type: likely.type,
      isTested: likely.isTested,
      otherwise: callee,
    },
  };
}

/** The same for a call whose proof ends the recorded proof. */
function recordedRestartFor(test: CallTest, next: Statement, fn: CompiledFunction): Statement | undefined {
  if (next.kind !== 'receive') return undefined;
  const record = next.next;
  if (record.kind !== 'record' || record.to !== undefined || record.next.kind !== 'succeed') return undefined;
  const last = record.parts.at(-1);
  if (last === undefined || !isLocal(last, next.to)) return undefined;
  const { callee, args, likely } = test;
  const again: Statement = { kind: 'again', args, proof: record.parts.slice(0, -1), only: undefined };
  if (callee === fn) return again;
  if (likely?.callee !== fn) return undefined;
  const otherwise: Statement = { kind: 'if', test: { ...test, likely: undefined }, next };
  const { argument: value, type, isTested } = likely;
  return { kind: 'exactly', value, type, isTested, next: again, otherwise };
}
