import type { Dialect } from '../dialect/dialect.js';
import { Report } from '../diagnostics/report.js';
import { Source } from '../diagnostics/source.js';
import { once } from '../internal/once.js';
import type { RuleNode } from '../syntax/ast.js';
import { parsePolicy } from '../syntax/parser.js';

const rule = once(() => {
  const text = 'allow(actor, action, resource) if has_permission(actor, action, resource);';
  return parsePolicy(new Source(text, 'built in'), new Report()).statements as readonly RuleNode[];
});

/** Returns the rule `allow` that a policy has in its dialect when it writes none. */
export const implicitAllow = (written: readonly RuleNode[], dialect: Dialect): readonly RuleNode[] =>
  dialect.allowsPermissions && !written.some(({ name }) => name === 'allow') ? rule() : [];
