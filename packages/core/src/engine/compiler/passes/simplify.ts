import { anyOf, isLocal, joinParts, type CheckStatement, type Statement } from '../plan.js';
import { mapRecords } from '../plan-analysis.js';
import { mapChildren } from '../traversal.js';

/** Replaces a check that only a success follows by its proof. */
export function simplify(statement: Statement): Statement {
  switch (statement.kind) {
    case 'any':
      return anyOf(statement.of.map(simplify));
    case 'check':
      return simplifyCheck({
        ...statement,
        proof: simplify(statement.proof),
        next: simplify(statement.next),
      });
    default:
      return mapChildren(statement, simplify);
  }
}

function simplifyCheck(check: CheckStatement): Statement {
  const { proof, records, next } = check;
  if (next.kind === 'succeed') return proof;
  if (next.kind !== 'record' || next.next.kind !== 'succeed') return check;
  if (records === undefined) return withSuccess(proof, next);
  return mapRecords(proof, records, ({ parts }) => ({
    ...next,
    parts: joinParts(next.parts.flatMap((part) => (isLocal(part, records) ? parts : [part]))),
  }));
}

/** Continues with a statement at each success. */
function withSuccess(statement: Statement, next: Statement): Statement {
  switch (statement.kind) {
    case 'succeed':
      return next;
    case 'check':
    case 'not':
      return { ...statement, next: withSuccess(statement.next, next) };
    default:
      return mapChildren(statement, (child) => withSuccess(child, next));
  }
}
