import type { Report } from '../../diagnostics/report.js';
import type { TermNode } from '../../syntax/ast.js';
import { isRewritten, type PolicyRule } from '../policy.js';
import type { PolicyDraft, PolicyParts, Scope, ScopeCall } from '../policy-draft.js';
import { allChecks } from './all-checks.js';
import type { PolicyPass } from './check.js';
import { type KnownScopes, ScopeReader } from './scope-reader.js';

/**
 * Runs all checks: those of one scope in one walk over each, then those of the policy.
 *
 * @param report receives the findings in the order of the checks
 * @param known the scopes of an earlier version of the policy, with the same types
 */
export function runChecks(parts: PolicyParts, report: Report, known?: KnownScopes): void {
  const scopes = new Map<PolicyRule, Scope>();
  const otherScopes: Scope[] = [];
  const draft: PolicyDraft = { ...parts, scopes, otherScopes };
  const passes = allChecks.flatMap((check) => check(draft) ?? []);
  const reader = new ScopeReader(
    passes.filter((pass) => pass.of === 'scope'),
    known,
  );
  for (const rule of draft.rules) scopes.set(rule, isRewritten(rule) ? made(rule) : reader.readRule(rule));
  const conditions = draft.conditions.map((term) => reader.readCondition(term));
  const queries = draft.inlineQueries.map(({ term }) => reader.readQuery(term));
  otherScopes.push(...conditions, ...queries);

  const ofPolicy = passes.filter((pass) => pass.of === 'policy');
  for (const [rule, scope] of scopes) {
    showCalls(scope, ofPolicy);
    if (isRewritten(rule)) continue;
    for (const { rule: look, scope: other } of ofPolicy) (look ?? other)?.(scope);
  }
  const ofQueries = ofPolicy.filter(({ isForQueries }) => isForQueries);
  for (const scope of conditions) showCalls(scope, ofPolicy);
  for (const scope of queries) showCalls(scope, ofQueries);
  for (const scope of otherScopes) for (const { scope: look } of ofPolicy) look?.(scope);
  for (const { policy } of ofPolicy) policy?.();
  for (const pass of passes) report.diagnostics.push(...pass.report.diagnostics);
}

/** A rule that was rewritten from a valid shorthand rule needs checks only for its calls. */
const made = ({ name, parameters, body }: PolicyRule): Scope => ({
  name,
  parameters,
  body,
  names: [],
  hasNegation: false,
  calls: body === undefined ? [] : callsIn(body),
});

const callsIn = (body: TermNode): readonly ScopeCall[] =>
  (body.kind === 'and' ? body.operands : [body]).flatMap((node) =>
    node.kind === 'call' ? [{ node, negations: 0 }] : [],
  );

function showCalls({ calls }: Scope, passes: readonly PolicyPass[]): void {
  for (const { eachCall } of passes) if (eachCall !== undefined) for (const { node } of calls) eachCall(node);
}
