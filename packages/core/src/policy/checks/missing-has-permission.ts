import { check } from './check.js';

/** Resource blocks speak of permissions, which mean nothing until an `allow` rule asks for them. */
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
    // After each written rule. A call that a shorthand rule makes asks for a permission on behalf of another one.
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
