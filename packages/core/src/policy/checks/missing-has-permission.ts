import { check } from './check.js';

/** Resource blocks speak of permissions, which mean nothing until an `allow` rule asks for them. */
export const missingHasPermission = check({
  code: 'POLAR_CHECK_MISSING_HAS_PERMISSION',
  severity: 'warning',
  needs: 'all blocks',
  policy({ blocks, ruleNodes }, report) {
    if (blocks.size === 0) return;
    const isCalled = ruleNodes.of('call').some(({ predicate }) => predicate === 'has_permission');
    if (!isCalled) report({ data: {} });
  },
});
