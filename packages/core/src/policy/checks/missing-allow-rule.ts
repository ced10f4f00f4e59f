import { check } from './check.js';

/** Without an entry point nothing is ever allowed. */
export const missingAllowRule = check({
  code: 'POLAR_CHECK_MISSING_ALLOW_RULE',
  severity: 'warning',
  needs: 'all statements',
  policy({ rulesByName, queries }, report) {
    if (!['allow', 'allow_field', 'allow_request', ...queries].some((name) => rulesByName.has(name)))
      report({ data: {} });
  },
});
