import type { TermNode } from '../../syntax/ast.js';
import { scopeCheck } from './check.js';

const granting: ReadonlySet<string> = new Set(['allow', 'allow_field', 'allow_request', 'has_permission']);
const denials =
  /^(is_)?(deny|denies|denied|forbid|forbids|forbidden|disallow|disallows|disallowed|prohibit|prohibited)(_|$)/i;

/** Warns about `allow(…) if deny(…)`: `deny` is a condition in Polar, and the rule grants where it holds. */
export const denialGrants = scopeCheck({
  code: 'POLAR_CHECK_DENIAL_GRANTS',
  severity: 'warning',
  rule({ name, body }, report) {
    if (name === undefined || !granting.has(name) || body === undefined) return;
    const pending: TermNode[] = [body];
    for (let term = pending.pop(); term !== undefined; term = pending.pop()) {
      if (term.kind === 'and' || term.kind === 'or') pending.push(...term.operands);
      else if (term.kind === 'call' && denials.test(term.predicate))
        report({ span: term.predicateSpan, data: { name: term.predicate } });
    }
  },
});
