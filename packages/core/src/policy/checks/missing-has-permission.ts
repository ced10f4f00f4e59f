import { check } from './check.js';

/** Warns about declared permissions that no `allow` rule checks. */
export const missingHasPermission = check(() => {
  let isCalledHere = false;
  let isCalled = false;
  return {
    code: 'POLAR_CHECK_MISSING_HAS_PERMISSION',
    severity: 'warning',
    needs: 'all blocks',
    kinds: ['call'],
    only: 'rules',
    node({ predicate }) {
      isCalledHere ||= predicate === 'has_permission';
    },
    // Runs after each written rule. A call in a shorthand rule only derives one permission from another.
    rule() {
      isCalled ||= isCalledHere;
      isCalledHere = false;
    },
    policy({ blocks, queries }, report) {
      if (isCalled || queries.includes('has_permission')) return;
      for (const { declarations } of blocks.values()) {
        const permission = [...declarations.values()].find(({ kind }) => kind === 'permission');
        if (permission === undefined) continue;
        report({ data: {}, span: permission.span });
        return;
      }
    },
  };
});
