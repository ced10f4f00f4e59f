import type { Code, DataOf } from '../../diagnostics/codes.js';
import type { Severity } from '../../diagnostics/diagnostic.js';
import { Report } from '../../diagnostics/report.js';
import type { Span } from '../../diagnostics/span.js';
import type { Node } from '../../syntax/ast.js';
import type { PolicyDraft, Scope } from '../policy-draft.js';

export interface Finding<C extends Code> {
  readonly span?: Span;
  readonly data: DataOf<C>;
}
type Find<C extends Code> = (finding: Finding<C>) => void;

/** A check of a policy: the code that it reports, and the functions that find it. */
export interface CheckDefinition<C extends Code, Kind extends Node['kind'] = never> {
  readonly code: C;
  /** The default is `error`: the policy does not load. */
  readonly severity?: Severity;
  /** Whether only Nanook's own dialect has this check. */
  readonly isStricterThanOso?: boolean;
  /** The part of the policy that must be complete, so that one mistake is not reported as many. */
  readonly needs?: 'all statements' | 'all blocks';
  /** The kinds of nodes for `node`. */
  readonly kinds?: readonly Kind[];
  /** `rules`: the check skips inline queries. */
  readonly only?: 'rules';
  /** Called for every node of these kinds. */
  readonly node?: (node: Extract<Node, { readonly kind: Kind }>, report: Find<C>, draft: PolicyDraft) => void;
  /** Called for every rule. */
  readonly rule?: (rule: Scope, report: Find<C>, draft: PolicyDraft) => void;
  /** Called for every rule and every inline query. */
  readonly scope?: (scope: Scope, report: Find<C>, draft: PolicyDraft) => void;
  /** Called once for the whole policy, after all nodes, rules and queries. */
  readonly policy?: (draft: PolicyDraft, report: Find<C>) => void;
}

/** A check that runs on one policy. */
export interface Pass {
  /** The findings of the check. */
  readonly report: Report;
  readonly kinds: readonly Node['kind'][];
  readonly node: ((node: Node) => void) | undefined;
  /** Whether `node` receives the nodes of inline queries too. */
  readonly isForQueries: boolean;
  readonly rule: ((rule: Scope) => void) | undefined;
  readonly scope: ((scope: Scope) => void) | undefined;
  readonly policy: (() => void) | undefined;
}

/** Starts a check of a policy; undefined when the policy is too incomplete for it. */
export type Check = (draft: PolicyDraft) => Pass | undefined;

/** @param given the definition, or, for a check with state, a function that creates a definition for each policy */
export function check<C extends Code, Kind extends Node['kind'] = never>(
  given: CheckDefinition<C, Kind> | (() => CheckDefinition<C, Kind>),
): Check {
  return (draft) => {
    const definition = typeof given === 'function' ? given() : given;
    const { code, severity = 'error', needs, kinds = [], only, node, rule, scope, policy } = definition;
    if (definition.isStricterThanOso === true && draft.types.dialect.loadsUncheckedPolicies) return undefined;
    if (needs === 'all statements' && !draft.hasAllStatements) return undefined;
    if (needs === 'all blocks' && !draft.hasAllBlocks) return undefined;
    const report = new Report();
    const find: Find<C> = ({ data, span }) => report[severity](code, data, span);
    return {
      report,
      kinds,
      node: node && ((each) => node(each as Extract<Node, { readonly kind: Kind }>, find, draft)),
      isForQueries: only !== 'rules',
      rule: rule && ((each) => rule(each, find, draft)),
      scope: scope && ((each) => scope(each, find, draft)),
      policy: policy && (() => policy(draft, find)),
    };
  };
}
