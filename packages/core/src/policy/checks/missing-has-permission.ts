import { check } from './check.js';

/** Resource blocks speak of permissions, which mean nothing until an `allow` rule asks for them. */
export const missingHasPermission = check(() => {
  let isCalled = false;
  return {
    code: 'POLAR_CHECK_MISSING_HAS_PERMISSION',
    severity: 'warning',
    needs: 'all blocks',
    kinds: ['call'],
    only: 'rules',
    node({ predicate }) {
      isCalled ||= predicate === 'has_permission';
    },
    policy({ blocks }, report) {
      if (blocks.size > 0 && !isCalled) report({ data: {} });
    },
  };
});
