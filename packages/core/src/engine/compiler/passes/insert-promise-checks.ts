import { assertNever } from '../../../internal/bug.js';
import { isLocal, type Operand, type Statement, type Test } from '../plan.js';
import { mapChildren, operandsOf, operandsOfTest } from '../traversal.js';

/**
 * Inserts checks for promises at the points where the machine awaits them: when a value is read or passed to a rule. No check is inserted
 * where the next statement examines the value first, which is the usual case.
 *
 * @param params the parameters that may hold a promise
 */
export const insertPromiseChecks = (statement: Statement, params: readonly number[]): Statement =>
  params.reduceRight((next, param) => withCheck(param, next), checkReads(statement));

const withCheck = (n: number, next: Statement): Statement =>
  examined(next, n) ?? { kind: 'await', local: n, next };

function checkReads(statement: Statement): Statement {
  switch (statement.kind) {
    // The test of a declared field also finds a promise.
    case 'read': {
      const next = checkReads(statement.next);
      const isTested = statement.field !== undefined || statement.isOpen;
      return { ...statement, next: isTested ? next : withCheck(statement.to, next) };
    }
    case 'each': {
      const next = checkReads(statement.next);
      return { ...statement, next: statement.element === undefined ? withCheck(statement.item, next) : next };
    }
    case 'answers':
      return { ...statement, next: insertPromiseChecks(statement.next, statement.to) };
    default:
      return mapChildren(statement, checkReads);
  }
}

/**
 * Returns a statement that examines a local before it can succeed, fail, or call the application; undefined if the statement does not. An
 * attribute that is missing first examines the local there.
 */
function examined(statement: Statement, n: number): Statement | undefined {
  const isIt = (operand: Operand): boolean => isLocal(operand, n);
  const itselfIf = (examines: boolean) => (examines ? statement : undefined);
  const ifOperand = () => itselfIf(operandsOf(statement).some(isIt));
  switch (statement.kind) {
    case 'any': {
      const [first, ...others] = statement.of;
      const found = first && examined(first, n);
      return found === first
        ? itselfIf(first !== undefined)
        : found && { kind: 'any', of: [found, ...others] };
    }
    case 'read': {
      const next = ifOperand() || statement.inPattern ? undefined : examined(statement.next, n);
      return next === undefined
        ? ifOperand()
        : { ...statement, next, unchecked: [...statement.unchecked, n] };
    }
    case 'if':
      return statement.test.kind === 'present'
        ? withNext(statement, n)
        : itselfIf(testExamines(statement.test, isIt));
    case 'check':
    case 'not': {
      const proof = examined(statement.proof, n);
      return proof && { ...statement, proof };
    }
    case 'await':
      return ifOperand() ?? withNext(statement, n);
    case 'cut':
    case 'record':
    case 'receive':
      return withNext(statement, n);
    case 'arithmetic':
    case 'method':
    case 'each':
    case 'exactly':
    case 'answers':
    case 'switch':
    case 'again':
    case 'succeed':
      return ifOperand();
    // The caller examines the value.
    case 'answer':
      return itselfIf(statement.values.some(isIt));
    default:
      return assertNever(statement);
  }
}

function withNext<S extends Extract<Statement, { readonly next: Statement }>>(
  statement: S,
  n: number,
): S | undefined {
  const next = examined(statement.next, n);
  return next && { ...statement, next };
}

/** A value that is compared with itself is not examined: identical operands are equal at once. */
const testExamines = (test: Test, isIt: (operand: Operand) => boolean): boolean =>
  test.kind === 'equal' ? isIt(test.left) !== isIt(test.right) : operandsOfTest(test).some(isIt);
