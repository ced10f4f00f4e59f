import { assertNever } from '../../internal/bug.js';
import { isLocal, local, type Operand, type Statement, type Test } from './plan.js';

// The one place that knows which statements and operands a statement contains. Analyses and passes are built on it.

/** Returns the statements that continue a statement; the proofs of `check` and `not` are not among them. */
export function continuationsOf(statement: Statement): readonly Statement[] {
  switch (statement.kind) {
    case 'succeed':
    case 'answer':
    case 'again':
      return [];
    case 'any':
      return statement.of;
    case 'exactly':
      return statement.otherwise === undefined ? [statement.next] : [statement.next, statement.otherwise];
    case 'switch':
      return statement.cases.map(({ next }) => next);
    case 'answers':
    case 'read':
    case 'method':
    case 'arithmetic':
    case 'each':
    case 'if':
    case 'check':
    case 'not':
    case 'cut':
    case 'await':
    case 'record':
    case 'receive':
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
    case 'answer':
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
    case 'switch':
      return {
        ...statement,
        cases: statement.cases.map(({ literal, next }) => ({ literal, next: change(next) })),
      };
    case 'answers':
    case 'read':
    case 'method':
    case 'arithmetic':
    case 'each':
    case 'if':
    case 'cut':
    case 'await':
    case 'record':
    case 'receive':
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
    case 'receive':
      return [];
    case 'record':
      return statement.parts;
    case 'read':
      return [statement.base, ...statement.unchecked.map(local)];
    case 'method':
      return [statement.base, ...statement.args];
    case 'arithmetic':
      return [statement.left, statement.right];
    case 'each':
      return [statement.list];
    case 'if':
      return operandsOfTest(statement.test);
    case 'answer':
      return statement.values;
    case 'answers':
    case 'again':
      return statement.args;
    case 'await':
      return [{ kind: 'local', local: statement.local }];
    case 'exactly':
    case 'switch':
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
    case 'present':
      return [test.value];
    default:
      return assertNever(test);
  }
}

/** Returns the locals that a statement itself gives a value. */
export function assignedIn(statement: Statement): readonly number[] {
  switch (statement.kind) {
    case 'read':
    case 'method':
    case 'arithmetic':
      return [statement.to];
    case 'each':
      return [statement.item];
    case 'receive':
      return [statement.to];
    case 'answers':
      return statement.to;
    case 'record':
      return statement.to === undefined ? [] : [statement.to];
    default:
      return [];
  }
}

/** Returns the locals that a statement reads and that it does not assign itself. */
export function freeLocals(statement: Statement): ReadonlySet<number> {
  const read = new Set<number>();
  const assigned = new Set<number>();
  const visit = (each: Statement): void => {
    for (const operand of operandsOf(each)) if (operand.kind === 'local') read.add(operand.local);
    for (const n of assignedIn(each)) assigned.add(n);
    childrenOf(each).forEach(visit);
  };
  visit(statement);
  return new Set([...read].filter((n) => !assigned.has(n)));
}

/** Returns the same statement with one local replaced by another. */
export function renameLocal(statement: Statement, from: number, to: number): Statement {
  const renamed = (operand: Operand): Operand => (isLocal(operand, from) ? local(to) : operand);
  const visit = (each: Statement): Statement =>
    operandsOf(each).some((operand) => isLocal(operand, from))
      ? mapChildren(mapOperands(each, renamed), visit)
      : mapChildren(each, visit);
  return visit(statement);
}

/** Returns the same statement with the operands changed that it reads itself. */
export function mapOperands(statement: Statement, change: (operand: Operand) => Operand): Statement {
  switch (statement.kind) {
    case 'succeed':
    case 'any':
    case 'check':
    case 'not':
    case 'cut':
    case 'receive':
      return statement;
    case 'record':
      return { ...statement, parts: statement.parts.map(change) };
    case 'read':
      return { ...statement, base: change(statement.base) };
    case 'method':
      return { ...statement, base: change(statement.base), args: statement.args.map(change) };
    case 'arithmetic':
      return { ...statement, left: change(statement.left), right: change(statement.right) };
    case 'each':
      return { ...statement, list: change(statement.list) };
    case 'if':
      return { ...statement, test: mapOperandsOfTest(statement.test, change) };
    case 'answer':
      return { ...statement, values: statement.values.map(change) };
    case 'answers':
      return { ...statement, args: statement.args.map(change) };
    case 'again':
      return {
        ...statement,
        args: statement.args.map(change),
        only: statement.only && { ...statement.only, argument: change(statement.only.argument) },
      };
    case 'await': {
      const operand = change(local(statement.local));
      return operand.kind === 'local' ? { ...statement, local: operand.local } : statement;
    }
    case 'exactly':
    case 'switch':
      return { ...statement, value: change(statement.value) };
    default:
      return assertNever(statement);
  }
}

export function mapOperandsOfTest(test: Test, change: (operand: Operand) => Operand): Test {
  switch (test.kind) {
    case 'equal':
    case 'order':
      return { ...test, left: change(test.left), right: change(test.right) };
    case 'call':
      return {
        ...test,
        args: test.args.map(change),
        likely: test.likely && { ...test.likely, argument: change(test.likely.argument) },
      };
    case 'one-of':
    case 'isa':
    case 'isa-union':
    case 'true':
    case 'present':
      return { ...test, value: change(test.value) };
    default:
      return assertNever(test);
  }
}
