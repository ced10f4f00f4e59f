import { scopeCheck } from './check.js';

/** Finds a parameter such as `actor` in `f(actor: User)` that is a constant, so that the rule would match only its value. */
export const capturedParameter = scopeCheck({
  code: 'POLAR_CHECK_CAPTURED_PARAMETER',
  isStricterThanOso: true,
  rule(rule, report, { types }) {
    for (const { term, specializer } of rule.parameters) {
      if (specializer === undefined || term.kind !== 'variable' || !types.hasConstant(term.name)) continue;
      report({ span: term.span, data: { name: term.name } });
    }
  },
});
