import { check } from './check.js';

/** `f(actor: User)` means the constant `actor` where there is one, so it would take no user but that. */
export const capturedParameter = check({
  code: 'POLAR_CHECK_CAPTURED_PARAMETER',
  rule(rule, report, { types }) {
    for (const { term, specializer } of rule.parameters) {
      if (specializer === undefined || term.kind !== 'variable' || !types.hasConstant(term.name)) continue;
      report({ span: term.span, data: { name: term.name } });
    }
  },
});
