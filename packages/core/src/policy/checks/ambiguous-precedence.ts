import type { TermNode } from '../../syntax/ast.js';
import { check } from './check.js';

/** `a or b and c`: does the reader know that `and` binds tighter? oso: polar-core/src/validations.rs, check_ambiguous_precedence. */
export const ambiguousPrecedence = check({
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

/** As oso tells: the span of a term starts behind its parenthesis, with no space between. */
const isInParentheses = ({ span }: TermNode): boolean => span.source.text[span.start - 1] === '(';
