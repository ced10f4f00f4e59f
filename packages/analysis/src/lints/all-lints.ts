import type { Finding } from '../findings/finding.js';
import { crossProduct } from './cross-product.js';
import { duplicateCondition } from './duplicate-condition.js';
import { duplicateRule } from './duplicate-rule.js';
import { endlessRecursion } from './endless-recursion.js';
import type { Lint, LintInput } from './lint.js';
import { nilOrder } from './nil-order.js';
import { relationOrder } from './relation-order.js';
import { unknownGrantable } from './unknown-grantable.js';
import { unreachableRule } from './unreachable-rule.js';
import { neverGranted, neverUsed } from './unused-declaration.js';

export const allLints: readonly Lint[] = [
  neverGranted,
  neverUsed,
  duplicateRule,
  duplicateCondition,
  unreachableRule,
  nilOrder,
  crossProduct,
  unknownGrantable,
  relationOrder,
  endlessRecursion,
];

/**
 * Returns the probable mistakes that the load does not report.
 *
 * @param hasAllStatements whether the trees contain every statement. Otherwise no lint can report that a rule is missing
 */
export const runLints = (input: LintInput, hasAllStatements = true): Finding[] =>
  allLints
    .filter(({ needsAllStatements = false }) => hasAllStatements || !needsAllStatements)
    .flatMap(({ code, find }) =>
      [...find(input)].map(({ span, message }) => ({ severity: 'warning' as const, code, message, span })),
    );
