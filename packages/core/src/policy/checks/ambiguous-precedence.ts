import type { TermNode } from '../../syntax/ast.js';
import { scopeCheck } from './check.js';

/**
 * Warns about `a or b and c`, whose reader may not know that `and` binds tighter. oso: polar-core/src/validations.rs,
 * check_ambiguous_precedence.
 */
export const ambiguousPrecedence = scopeCheck({
  code: 'POLAR_CHECK_AMBIGUOUS_PRECEDENCE',
  severity: 'warning',
  kinds: ['and', 'or'],
  only: 'rules',
  node({ kind: outer, operands }, report) {
    for (const operand of operands) {
      const { kind: inner, span } = operand;
      if ((inner !== 'and' && inner !== 'or') || inner === outer || isInParentheses(operand)) continue;
      report({ span, data: { inner, outer } });
    }
  },
});

/** Returns whether a term has parentheses around it. As in oso, its span starts right behind the parenthesis, without a space. */
const isInParentheses = ({ span }: TermNode): boolean => span.source.text[span.start - 1] === '(';
