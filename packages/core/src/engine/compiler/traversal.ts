import { assertNever } from '../../internal/assert-never.js';
import type { Operand, Statement, Test } from './plan.js';

// The one place that knows which statements and operands a statement contains. Analyses and passes are built on it.

/** Returns the statements that continue a statement; the proofs of `check` and `not` are not among them. */
export function continuationsOf(statement: Statement): readonly Statement[] {
  switch (statement.kind) {
    case 'succeed':
    case 'again':
      return [];
    case 'any':
      return statement.of;
    case 'exactly':
      return statement.otherwise === undefined ? [statement.next] : [statement.next, statement.otherwise];
    case 'by-type':
      return statement.cases.map(({ next }) => next);
    case 'read':
    case 'method':
    case 'arithmetic':
    case 'each':
    case 'if':
    case 'check':
    case 'not':
    case 'cut':
    case 'await':
      return [statement.next];
    default:
      return assertNever(statement);
  }
}

/** Returns the statements directly inside a statement, proofs first. */
export const childrenOf = (statement: Statement): readonly Statement[] =>
  statement.kind === 'check' || statement.kind === 'not'
    ? [statement.proof, statement.next]
    : continuationsOf(statement);

/** Checks whether a predicate holds for a statement or for any statement inside it. */
export const someStatement = (statement: Statement, holds: (each: Statement) => boolean): boolean =>
  holds(statement) || childrenOf(statement).some((child) => someStatement(child, holds));

/** Checks whether a predicate holds for a statement and for all statements inside it. */
export const everyStatement = (statement: Statement, holds: (each: Statement) => boolean): boolean =>
  !someStatement(statement, (each) => !holds(each));

/** Returns the same statement with each statement directly inside it changed. */
export function mapChildren(statement: Statement, change: (child: Statement) => Statement): Statement {
  switch (statement.kind) {
    case 'succeed':
    case 'again':
      return statement;
    case 'any':
      return { ...statement, of: statement.of.map(change) };
    case 'check':
    case 'not':
      return { ...statement, proof: change(statement.proof), next: change(statement.next) };
    case 'exactly':
      return {
        ...statement,
        next: change(statement.next),
        otherwise: statement.otherwise && change(statement.otherwise),
      };
    case 'by-type':
      return {
        ...statement,
        cases: statement.cases.map(({ types, next }) => ({ types, next: change(next) })),
      };
    case 'read':
    case 'method':
    case 'arithmetic':
    case 'each':
    case 'if':
    case 'cut':
    case 'await':
      return { ...statement, next: change(statement.next) };
    default:
      return assertNever(statement);
  }
}

/** Returns the operands that a statement itself reads, without those of the statements inside it. */
export function operandsOf(statement: Statement): readonly Operand[] {
  switch (statement.kind) {
    case 'succeed':
    case 'any':
    case 'check':
    case 'not':
    case 'cut':
      return [];
    case 'read':
      return [statement.base];
    case 'method':
      return [statement.base, ...statement.args];
    case 'arithmetic':
      return [statement.left, statement.right];
    case 'each':
      return [statement.list];
    case 'if':
      return operandsOfTest(statement.test);
    case 'again':
      return statement.args;
    case 'await':
      return [{ kind: 'local', local: statement.local }];
    case 'exactly':
    case 'by-type':
      return [statement.value];
    default:
      return assertNever(statement);
  }
}

export function operandsOfTest(test: Test): readonly Operand[] {
  switch (test.kind) {
    case 'equal':
    case 'order':
      return [test.left, test.right];
    case 'call':
      return test.args;
    case 'one-of':
    case 'isa':
    case 'isa-union':
    case 'true':
      return [test.value];
    default:
      return assertNever(test);
  }
}
