import { policyCheck } from './check.js';

/** Warns about a policy without an entry point, which denies every check. */
export const missingAllowRule = policyCheck({
  code: 'POLAR_CHECK_MISSING_ALLOW_RULE',
  severity: 'warning',
  needs: 'all statements',
  policy({ rulesByName, queries }, report) {
    if (!['allow', 'allow_field', 'allow_request', ...queries].some((name) => rulesByName.has(name)))
      report({ data: {} });
  },
});
