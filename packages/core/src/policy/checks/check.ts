import type { Code, DataOf } from '../../diagnostics/codes.js';
import type { Report, Severity } from '../../diagnostics/diagnostic.js';
import type { Span } from '../../diagnostics/span.js';
import type { Node } from '../../syntax/ast.js';
import type { PolicyDraft, Scope } from '../policy-draft.js';

export interface Finding<C extends Code> {
  readonly span?: Span;
  readonly data: DataOf<C>;
}
type Find<C extends Code> = (finding: Finding<C>) => void;

/** One thing that is wrong with a policy, or looks so, and how it is found. */
export interface CheckDefinition<C extends Code, Kind extends Node['kind'] = never> {
  readonly code: C;
  /** `error` when left out: the policy does not load. */
  readonly severity?: Severity;
  /** What must be known completely, lest one mistake be reported as many. */
  readonly needs?: 'all statements' | 'all blocks';
  /** What `node` looks at. */
  readonly kinds?: readonly Kind[];
  /** Where it is looked for; everywhere when left out. */
  readonly only?: 'rules';
  /** Looks at every node of these kinds, one kind after the other. */
  readonly node?: (node: Extract<Node, { readonly kind: Kind }>, report: Find<C>, draft: PolicyDraft) => void;
  /** Looks at every rule. */
  readonly rule?: (rule: Scope, report: Find<C>, draft: PolicyDraft) => void;
  /** Looks at every rule and every inline query. */
  readonly scope?: (scope: Scope, report: Find<C>, draft: PolicyDraft) => void;
  /** Looks at the policy as a whole. */
  readonly policy?: (draft: PolicyDraft, report: Find<C>) => void;
}

export type Check = (draft: PolicyDraft, report: Report) => void;

export function check<C extends Code, Kind extends Node['kind'] = never>(
  definition: CheckDefinition<C, Kind>,
): Check {
  const { code, severity = 'error', needs, kinds = [], only, node, rule, scope, policy } = definition;
  return (draft, report) => {
    if (needs === 'all statements' && !draft.hasAllStatements) return;
    if (needs === 'all blocks' && !draft.hasAllBlocks) return;
    const find: Find<C> = ({ data, span }) => report[severity](code, data, span);
    policy?.(draft, find);
    for (const kind of node === undefined ? [] : kinds) {
      for (const each of draft.ruleNodes.of(kind)) node!(each, find, draft);
      if (only !== 'rules') for (const each of draft.queryNodes.of(kind)) node!(each, find, draft);
    }
    if (rule) for (const each of draft.ruleScopes) rule(each, find, draft);
    if (scope === undefined) return;
    for (const each of draft.ruleScopes) scope(each, find, draft);
    for (const each of draft.queryScopes) scope(each, find, draft);
  };
}
