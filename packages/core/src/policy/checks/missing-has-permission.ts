import { visit } from '../../syntax/visit.js';
import type { PolicyRule } from '../policy.js';
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
    policy({ blocks, queries, rules, types }, report) {
      if (isCalled || queries.includes('has_permission')) return;
      const isOso = types.dialect.name === 'oso';
      // oso counts the calls of shorthand rules, and warns about each policy with a block, also without permissions.
      if (isOso && (blocks.size === 0 || rules.some(callsHasPermission))) return;
      const declared = [...blocks.values()].flatMap(({ declarations }) => [...declarations.values()]);
      const permission = declared.find(({ kind }) => kind === 'permission');
      if (permission !== undefined) report({ data: {}, span: permission.span });
      else if (isOso) report({ data: {} });
    },
  };
});

function callsHasPermission({ body }: PolicyRule): boolean {
  let calls = false;
  if (body !== undefined)
    visit(body, { call: ({ predicate }) => void (calls ||= predicate === 'has_permission') });
  return calls;
}
