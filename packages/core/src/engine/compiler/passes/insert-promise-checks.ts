import { assertNever } from '../../../internal/assert-never.js';
import { isLocal, type Operand, type Statement, type Test } from '../plan.js';
import { mapChildren, operandsOf, operandsOfTest } from '../traversal.js';

/**
 * Inserts checks for promises at the points where the machine awaits them: when a value is read or passed to a rule. No check is inserted
 * where the next statement examines the value first, which is the usual case.
 *
 * @param params the parameters that may hold a promise
 * @param deniesUndecided whether the machine does not run undecided queries again. Then a check is inserted also before a read that may be
 *   undecided
 */
export function insertPromiseChecks(
  body: Statement,
  params: readonly number[],
  deniesUndecided: boolean,
): Statement {
  const withCheck = (n: number, next: Statement): Statement =>
    examines(next, n, deniesUndecided) ? next : { kind: 'await', local: n, next };
  const checkReads = (statement: Statement): Statement => {
    switch (statement.kind) {
      case 'read':
        return { ...statement, next: withCheck(statement.to, checkReads(statement.next)) };
      case 'each':
        return { ...statement, next: withCheck(statement.item, checkReads(statement.next)) };
      default:
        return mapChildren(statement, checkReads);
    }
  };
  return params.reduceRight((next, param) => withCheck(param, next), checkReads(body));
}

/** Checks whether a statement examines a local before it can succeed, fail, or call the application. */
function examines(statement: Statement, n: number, deniesUndecided: boolean): boolean {
  const examinesNext = (next: Statement): boolean => examines(next, n, deniesUndecided);
  const isIt = (operand: Operand): boolean => isLocal(operand, n);
  const isOperand = () => operandsOf(statement).some(isIt);
  switch (statement.kind) {
    case 'any':
      return statement.of.length > 0 && examinesNext(statement.of[0]!);
    case 'read':
      // An undecided read does not need the check: the machine runs the query again unless another rule grants.
      return isOperand() || (!statement.inPattern && !deniesUndecided && examinesNext(statement.next));
    case 'arithmetic':
    case 'await':
      return isOperand() || examinesNext(statement.next);
    case 'if':
      return statement.test.kind === 'present'
        ? examinesNext(statement.next)
        : testExamines(statement.test, isIt);
    case 'check':
    case 'not':
      return examinesNext(statement.proof);
    case 'cut':
    case 'record':
    case 'receive':
      return examinesNext(statement.next);
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
