import { isLocal, type Operand, type RecordStatement, type Statement } from './plan.js';
import {
  childrenOf,
  continuationsOf,
  everyStatement,
  mapChildren,
  operandsOf,
  someStatement,
} from './traversal.js';

/** Checks that no alternative is left to try once a statement has succeeded. */
export function isDeterministic(statement: Statement): boolean {
  switch (statement.kind) {
    case 'each':
    case 'answers':
      return false;
    case 'any':
      return statement.of.length === 0 || (statement.of.length === 1 && isDeterministic(statement.of[0]!));
    case 'if':
      return statement.test.kind !== 'call' && isDeterministic(statement.next);
    case 'check':
      return isDeterministic(statement.proof) && isDeterministic(statement.next);
    default:
      return continuationsOf(statement).every(isDeterministic);
  }
}

/** Counts the places in which a statement may succeed. */
export function countSuccesses(statement: Statement): number {
  switch (statement.kind) {
    case 'succeed':
    case 'answer':
      return 1;
    case 'check':
      return countSuccesses(statement.proof) * countSuccesses(statement.next);
    default:
      return sum(continuationsOf(statement), countSuccesses);
  }
}

/** Estimates the size of the code for a statement. */
export function sizeOf(statement: Statement): number {
  switch (statement.kind) {
    case 'any':
      return sum(statement.of, sizeOf);
    case 'check':
      return sizeOf(statement.proof) + countSuccesses(statement.proof) * sizeOf(statement.next);
    case 'switch':
      return statement.cases.length + sum(continuationsOf(statement), sizeOf);
    default:
      return 1 + sum(childrenOf(statement), sizeOf);
  }
}

const sum = <Item>(items: readonly Item[], of: (item: Item) => number): number =>
  items.reduce((total, item) => total + of(item), 0);

/** Checks whether a statement contains a cut. A proof never does: a rule with a cut there is not compiled. */
export const hasCut = (statement: Statement): boolean =>
  someStatement(statement, ({ kind }) => kind === 'cut');

/** Checks whether a statement may call a method of the application. */
export const mayCallMethod = (statement: Statement): boolean =>
  someStatement(statement, (s) => s.kind === 'method' || s.kind === 'again' || isCall(s));

/** Checks whether a pattern in a statement may read a missing attribute. */
export const mayMismatch = (statement: Statement): boolean =>
  someStatement(statement, (s) => s.kind === 'again' || isCall(s) || (s.kind === 'read' && s.inPattern));

const isCall = (statement: Statement): boolean =>
  statement.kind === 'answers' || (statement.kind === 'if' && statement.test.kind === 'call');

/** Checks that a local is only iterated over. */
export const isOnlyIterated = (statement: Statement, n: number): boolean =>
  everyStatement(
    statement,
    (s) => s.kind === 'each' || operandsOf(s).every((operand) => !isLocal(operand, n)),
  );

/** Checks that a statement calls no other function, so that no call replaces the recorded proof. */
export const callsNothing = (statement: Statement): boolean =>
  everyStatement(statement, (s) => s.kind !== 'again' && !isCall(s));

/** Checks whether a statement restarts its function. */
export const restarts = (statement: Statement): boolean =>
  someStatement(statement, ({ kind }) => kind === 'again');

/** Returns the proof that a statement records in a local, if it records the same known one at each success. */
export function knownRecord(statement: Statement, to: number | undefined): Operand | undefined {
  let known: Operand | undefined;
  const isKnown = everyStatement(statement, (s) => {
    if (s.kind !== 'record' || s.to !== to) return true;
    const [only, ...others] = s.parts;
    if (only?.kind !== 'constant' || others.length > 0) return false;
    known ??= only;
    return known.kind === 'constant' && known.value === only.value;
  });
  return isKnown ? known : undefined;
}

/** Removes the statements that record a proof in a local. */
export const withoutRecords = (statement: Statement, to: number | undefined): Statement =>
  mapRecords(statement, to, ({ next }) => next);

/** Changes the statements that record a proof in a local. */
export const mapRecords = (
  statement: Statement,
  to: number | undefined,
  change: (record: RecordStatement) => Statement,
): Statement =>
  statement.kind === 'record' && statement.to === to
    ? change(statement)
    : mapChildren(statement, (child) => mapRecords(child, to, change));
