import type { TermNode } from './ast.js';
import { visit } from './visit.js';

/** The parts of the body of a rule that a test can cover. */
export interface BodyParts {
  /** The conditions without `and`, `or`, `not` and `forall` in them, in the order of the text. */
  readonly conditions: readonly TermNode[];
  /** The alternatives of each `or`, in the order of the text. */
  readonly alternatives: readonly (readonly TermNode[])[];
}

/** Returns the conditions and the alternatives in the body of a rule. `cut`, `print` and `debug` are not conditions. */
export function partsOfBody(body: TermNode): BodyParts {
  const conditions: TermNode[] = [];
  const alternatives: (readonly TermNode[])[] = [];
  visit(body, (node) => {
    switch (node.kind) {
      case 'and':
      case 'not':
      case 'forall':
        return true;
      case 'or':
        alternatives.push(node.operands);
        return true;
      case 'cut':
      case 'print':
      case 'debug':
        return false;
      default:
        conditions.push(node as TermNode);
        return false;
    }
  });
  return { conditions, alternatives };
}
