import { anyOf, type Statement } from '../plan.js';
import { mapChildren } from '../traversal.js';

/** Replaces a check that nothing follows by its proof. */
export function simplify(statement: Statement): Statement {
  switch (statement.kind) {
    case 'any':
      return anyOf(statement.of.map(simplify));
    case 'check': {
      const proof = simplify(statement.proof);
      const next = simplify(statement.next);
      return next.kind === 'succeed' ? proof : { ...statement, proof, next };
    }
    default:
      return mapChildren(statement, simplify);
  }
}
