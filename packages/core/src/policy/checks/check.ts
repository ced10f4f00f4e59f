import type { Code, DataOf } from '../../diagnostics/codes.js';
import { Report, type Severity } from '../../diagnostics/diagnostic.js';
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
  /** Looks at every node of these kinds. */
  readonly node?: (node: Extract<Node, { readonly kind: Kind }>, report: Find<C>, draft: PolicyDraft) => void;
  /** Looks at every rule. */
  readonly rule?: (rule: Scope, report: Find<C>, draft: PolicyDraft) => void;
  /** Looks at every rule and every inline query. */
  readonly scope?: (scope: Scope, report: Find<C>, draft: PolicyDraft) => void;
  /** Looks at the policy as a whole, after everything in it. */
  readonly policy?: (draft: PolicyDraft, report: Find<C>) => void;
}

/** A check at work on one policy. */
export interface Pass {
  /** What it has found. */
  readonly report: Report;
  readonly kinds: readonly Node['kind'][];
  readonly node: ((node: Node) => void) | undefined;
  /** Whether `node` looks at inline queries too. */
  readonly isForQueries: boolean;
  readonly rule: ((rule: Scope) => void) | undefined;
  readonly scope: ((scope: Scope) => void) | undefined;
  readonly policy: (() => void) | undefined;
}

/** Begins to look at a policy; undefined when too little is known of it. */
export type Check = (draft: PolicyDraft) => Pass | undefined;

/** @param given the definition, or what makes one for each policy: of a check that remembers what it has seen */
export function check<C extends Code, Kind extends Node['kind'] = never>(
  given: CheckDefinition<C, Kind> | (() => CheckDefinition<C, Kind>),
): Check {
  return (draft) => {
    const definition = typeof given === 'function' ? given() : given;
    const { code, severity = 'error', needs, kinds = [], only, node, rule, scope, policy } = definition;
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
