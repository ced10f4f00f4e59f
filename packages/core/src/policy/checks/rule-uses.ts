import type { PolicyDraft, ScopeCall } from '../policy-draft.js';

/** Whether the truth of a rule helps to grant (`plain`), to refuse (`negated`), or both, for the rules of one name. */
export interface RuleUse {
  readonly isPlain: boolean;
  readonly isNegated: boolean;
}

interface Call {
  readonly name: string;
  readonly isNegated: boolean;
}

/** Computed once for all rules of a policy. */
const uses = new WeakMap<PolicyDraft, ReadonlyMap<string, RuleUse>>();

/** Returns how the other rules use the rules of a name. A rule that no rule calls is queried by the application, so it grants. */
export function useOf(name: string | undefined, draft: PolicyDraft): RuleUse {
  let found = uses.get(draft);
  if (found === undefined) uses.set(draft, (found = usesIn(draft)));
  return (name === undefined ? undefined : found.get(name)) ?? { isPlain: true, isNegated: false };
}

function usesIn({ rulesByName, scopes, queries }: PolicyDraft): ReadonlyMap<string, RuleUse> {
  const calls = new Map(
    [...rulesByName].map(([name, rules]) => [
      name,
      distinct(rules.flatMap((rule) => scopes.get(rule)!.calls)),
    ]),
  );
  const called = new Set(
    [...calls].flatMap(([name, all]) => all.map((call) => call.name).filter((n) => n !== name)),
  );
  const found = new Map<string, { isPlain: boolean; isNegated: boolean }>();
  const pending: Call[] = [...calls.keys(), ...queries]
    .filter((name) => !called.has(name) || queries.includes(name))
    .map((name) => ({ name, isNegated: false }));
  for (let use = pending.pop(); use !== undefined; use = pending.pop()) {
    const { name, isNegated } = use;
    let known = found.get(name);
    if (known === undefined) found.set(name, (known = { isPlain: false, isNegated: false }));
    if (isNegated ? known.isNegated : known.isPlain) continue;
    if (isNegated) known.isNegated = true;
    else known.isPlain = true;
    for (const call of calls.get(name) ?? [])
      pending.push({ name: call.name, isNegated: call.isNegated !== isNegated });
  }
  return found;
}

function distinct(calls: readonly ScopeCall[]): readonly Call[] {
  const plain = new Set<string>();
  const negated = new Set<string>();
  for (const { node, negations } of calls) (negations % 2 === 0 ? plain : negated).add(node.predicate);
  return [
    ...[...plain].map((name) => ({ name, isNegated: false })),
    ...[...negated].map((name) => ({ name, isNegated: true })),
  ];
}
