import type { Code, DataOf } from '../../diagnostics/codes.js';
import type { Report, Severity } from '../../diagnostics/diagnostic.js';
import type { Span } from '../../diagnostics/span.js';
import type { ParameterNode, TermNode } from '../../syntax/ast.js';
import { visit, type Visitor } from '../../syntax/visit.js';
import type { PolicyRule } from '../policy.js';
import type { PolicyDraft } from '../policy-draft.js';

/** Where variables live: a rule, or an inline query. */
export interface Scope {
  readonly parameters: readonly ParameterNode[];
  readonly body: TermNode | undefined;
}

/** Walks head and body in the order of the text. */
export function visitScope(scope: Scope, visitor: Visitor): void {
  for (const parameter of scope.parameters) visit(parameter, visitor);
  if (scope.body !== undefined) visit(scope.body, visitor);
}

export interface Finding<C extends Code> {
  readonly span?: Span;
  readonly data: DataOf<C>;
}
type Find<C extends Code> = (finding: Finding<C>) => void;

/** One thing that is wrong with a policy, or looks so, and how it is found. */
export interface CheckDefinition<C extends Code> {
  readonly code: C;
  /** `error` when left out: the policy does not load. */
  readonly severity?: Severity;
  /** What must be known completely, lest one mistake be reported as many. */
  readonly needs?: 'all statements' | 'all blocks';
  /** Looks at every rule, those made from shorthand rules included. */
  readonly rule?: (rule: PolicyRule, report: Find<C>, draft: PolicyDraft) => void;
  /** Looks at every rule and every inline query. */
  readonly scope?: (scope: Scope, report: Find<C>, draft: PolicyDraft) => void;
  /** Looks at the policy as a whole. */
  readonly policy?: (draft: PolicyDraft, report: Find<C>) => void;
}

export type Check = (draft: PolicyDraft, report: Report) => void;

export function check<C extends Code>(definition: CheckDefinition<C>): Check {
  const { code, severity = 'error', needs, rule, scope, policy } = definition;
  return (draft, report) => {
    if (needs === 'all statements' && !draft.hasAllStatements) return;
    if (needs === 'all blocks' && !draft.hasAllBlocks) return;
    const find: Find<C> = ({ data, span }) => report[severity](code, data, span);
    policy?.(draft, find);
    for (const each of draft.rules) {
      rule?.(each, find, draft);
      scope?.(each, find, draft);
    }
    if (scope === undefined) return;
    for (const { term } of draft.inlineQueries) scope({ parameters: [], body: term }, find, draft);
  };
}
