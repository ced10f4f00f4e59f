import { assertNever } from '../../../internal/assert-never.js';
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
  examines(next, n) ? next : { kind: 'await', local: n, next };

function checkReads(statement: Statement): Statement {
  switch (statement.kind) {
    case 'read':
      return { ...statement, next: withCheck(statement.to, checkReads(statement.next)) };
    case 'each':
      return { ...statement, next: withCheck(statement.item, checkReads(statement.next)) };
    default:
      return mapChildren(statement, checkReads);
  }
}

/** Checks whether a statement examines a local before it can succeed, fail, or call the application. */
function examines(statement: Statement, n: number): boolean {
  const isIt = (operand: Operand): boolean => isLocal(operand, n);
  const isOperand = () => operandsOf(statement).some(isIt);
  switch (statement.kind) {
    case 'any':
      return statement.of.length > 0 && examines(statement.of[0]!, n);
    case 'read':
      // An undecided read does not need the check: the machine runs the query again unless another rule grants.
      return isOperand() || (!statement.inPattern && examines(statement.next, n));
    case 'arithmetic':
    case 'await':
      return isOperand() || examines(statement.next, n);
    case 'if':
      return statement.test.kind === 'present'
        ? examines(statement.next, n)
        : testExamines(statement.test, isIt);
    case 'check':
    case 'not':
      return examines(statement.proof, n);
    case 'cut':
      return examines(statement.next, n);
    case 'method':
    case 'each':
    case 'exactly':
    case 'by-type':
    case 'switch':
    case 'again':
    case 'succeed':
      return isOperand();
    default:
      return assertNever(statement);
  }
}

/** A value that is compared with itself is not examined: identical operands are equal at once. */
const testExamines = (test: Test, isIt: (operand: Operand) => boolean): boolean =>
  test.kind === 'equal' ? isIt(test.left) !== isIt(test.right) : operandsOfTest(test).some(isIt);
