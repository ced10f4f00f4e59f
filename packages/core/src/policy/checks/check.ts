import type { Code, DataOf } from '../../diagnostics/codes.js';
import type { Severity } from '../../diagnostics/diagnostic.js';
import { Report } from '../../diagnostics/report.js';
import type { Span } from '../../diagnostics/span.js';
import type { CallNode, Node } from '../../syntax/ast.js';
import type { PolicyDraft, PolicyParts, Scope } from '../policy-draft.js';

export interface Finding<C extends Code> {
  readonly span?: Span;
  readonly data: DataOf<C>;
}
type Find<C extends Code> = (finding: Finding<C>) => void;

interface AnyDefinition<C extends Code> {
  readonly code: C;
  /** The default is `error`: the policy does not load. */
  readonly severity?: Severity;
  /** Whether only Nanook's own dialect has this check. */
  readonly isStricterThanOso?: boolean;
  /** `rules`: the check skips inline queries. */
  readonly only?: 'rules';
}

/** A check that reads one scope and the types. An editor keeps its findings as long as both are the same. */
export interface ScopeCheckDefinition<C extends Code, Kind extends Node['kind']> extends AnyDefinition<C> {
  /** The kinds of nodes for `node`. */
  readonly kinds?: readonly Kind[];
  /** Called for every node of these kinds. */
  readonly node?: (node: Extract<Node, { readonly kind: Kind }>, report: Find<C>, known: KnownTypes) => void;
  /** Called for every rule. */
  readonly rule?: (rule: Scope, report: Find<C>, known: KnownTypes) => void;
  /** Called for every rule, every inline query and every condition. */
  readonly scope?: (scope: Scope, report: Find<C>, known: KnownTypes) => void;
}
type KnownTypes = Pick<PolicyParts, 'types'>;

/** A check that reads more than one scope, so that it runs for each version of a policy. */
export interface PolicyCheckDefinition<C extends Code> extends AnyDefinition<C> {
  /** The part of the policy that must be complete, so that one mistake is not reported as many. */
  readonly needs?: 'all statements' | 'all blocks';
  /** Called for every call. */
  readonly eachCall?: (call: CallNode, report: Find<C>, draft: PolicyDraft) => void;
  /** Called for every rule. */
  readonly rule?: (rule: Scope, report: Find<C>, draft: PolicyDraft) => void;
  /** Called for every rule, every inline query and every condition. */
  readonly scope?: (scope: Scope, report: Find<C>, draft: PolicyDraft) => void;
  /** Called once for the whole policy, after all scopes. */
  readonly policy?: (draft: PolicyDraft, report: Find<C>) => void;
}

interface AnyPass {
  /** The findings of the check. */
  readonly report: Report;
  /** Whether the check reads inline queries, too. */
  readonly isForQueries: boolean;
  readonly rule: ((rule: Scope) => void) | undefined;
  readonly scope: ((scope: Scope) => void) | undefined;
}

/** A check of scopes that runs on one policy. */
export interface ScopePass extends AnyPass {
  readonly of: 'scope';
  readonly kinds: readonly Node['kind'][];
  readonly node: ((node: Node) => void) | undefined;
}

/** A check of a policy that runs on one. */
export interface PolicyPass extends AnyPass {
  readonly of: 'policy';
  readonly eachCall: ((call: CallNode) => void) | undefined;
  readonly policy: (() => void) | undefined;
}

/** Starts a check of a policy; undefined when the policy is too incomplete for it. */
export type Check = (draft: PolicyDraft) => ScopePass | PolicyPass | undefined;

/** @param given the definition, or, for a check with state, a function that creates a definition for each policy */
export function scopeCheck<C extends Code, Kind extends Node['kind'] = never>(
  given: ScopeCheckDefinition<C, Kind> | (() => ScopeCheckDefinition<C, Kind>),
): Check {
  return (draft) => {
    const definition = typeof given === 'function' ? given() : given;
    const { kinds = [], node, rule, scope } = definition;
    if (isLeftOut(definition, draft)) return undefined;
    const { find, ...pass } = startPass(definition);
    return {
      ...pass,
      of: 'scope',
      kinds,
      node: node && ((each) => node(each as Extract<Node, { readonly kind: Kind }>, find, draft)),
      rule: rule && ((each) => rule(each, find, draft)),
      scope: scope && ((each) => scope(each, find, draft)),
    };
  };
}

/** @param given the definition, or, for a check with state, a function that creates a definition for each policy */
export function policyCheck<C extends Code>(
  given: PolicyCheckDefinition<C> | (() => PolicyCheckDefinition<C>),
): Check {
  return (draft) => {
    const definition = typeof given === 'function' ? given() : given;
    const { needs, eachCall, rule, scope, policy } = definition;
    if (isLeftOut(definition, draft)) return undefined;
    if (needs === 'all statements' && !draft.hasAllStatements) return undefined;
    if (needs === 'all blocks' && !draft.hasAllBlocks) return undefined;
    const { find, ...pass } = startPass(definition);
    return {
      ...pass,
      of: 'policy',
      eachCall: eachCall && ((call) => eachCall(call, find, draft)),
      rule: rule && ((each) => rule(each, find, draft)),
      scope: scope && ((each) => scope(each, find, draft)),
      policy: policy && (() => policy(draft, find)),
    };
  };
}

const isLeftOut = (
  { isStricterThanOso }: AnyDefinition<Code>,
  { types }: Pick<PolicyParts, 'types'>,
): boolean => isStricterThanOso === true && types.dialect.loadsUncheckedPolicies === true;

function startPass<C extends Code>({ code, severity = 'error', only }: AnyDefinition<C>) {
  const report = new Report();
  const find: Find<C> = ({ data, span }) => report[severity](code, data, span);
  return { report, find, isForQueries: only !== 'rules' };
}
