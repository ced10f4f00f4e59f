import { isRewritten, type PolicyRule } from '../policy.js';
import type { PolicyDraft } from '../policy-draft.js';
import { policyCheck } from './check.js';

/** Warns about declared permissions that no `allow` rule checks. */
export const missingHasPermission = policyCheck({
  code: 'POLAR_CHECK_MISSING_HAS_PERMISSION',
  severity: 'warning',
  needs: 'all blocks',
  policy(draft, report) {
    const { blocks, queries, rules, types } = draft;
    if (queries.includes('has_permission')) return;
    const isOso = types.dialect.name === 'oso';
    // A call in a shorthand rule only derives one permission from another. oso counts it.
    const counted = isOso ? rules : rules.filter((rule) => !isRewritten(rule));
    if (counted.some((rule) => callsHasPermission(rule, draft))) return;
    // oso warns about each policy with a block, also without permissions.
    if (isOso && blocks.size === 0) return;
    const declared = [...blocks.values()].flatMap(({ declarations }) => [...declarations.values()]);
    const permission = declared.find(({ kind }) => kind === 'permission');
    if (permission !== undefined) report({ data: {}, span: permission.span });
    else if (isOso) report({ data: {} });
  },
});

const callsHasPermission = (rule: PolicyRule, { scopes }: PolicyDraft): boolean =>
  scopes.get(rule)!.calls.some(({ node }) => node.predicate === 'has_permission');
