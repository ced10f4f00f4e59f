import { spanOf } from '../../diagnostics/span.js';
import { nearNames } from '../../internal/near-names.js';
import { isRewritten } from '../policy.js';
import type { PolicyDraft } from '../policy-draft.js';
import { policyCheck } from './check.js';

// cspell:ignore authorise

/** The rules that the authorizer queries. */
const entryPoints: ReadonlySet<string> = new Set(['allow', 'allow_field', 'allow_request']);
/** The rules to which resource blocks give a meaning. In policies with blocks, `missing-has-permission` checks them. */
const rulesOfBlocks: readonly string[] = ['has_permission', 'has_role', 'has_relation'];

const denials =
  /^(not_?|is_|must_|should_)*(deny|denies|denied|forbid|forbids|forbidden|reject|rejects|block|blocks|disallow|disallows|disallowed|prohibit|refuse|restrict|revoke|ban|bans|banned|blocked|restricted|revoked|veto|cannot|except|unless)(_|$)|^not_?allow/i;

/** Names of the granting rule in other systems. */
const grants =
  /^(is_?)?(permit|permits|grant|grants|can|may|allows|allowed|authorize|authorise|authorized|access)$/i;

/**
 * Warns about rules that no query of the authorizer reaches. A denial among them denies nothing, and a misspelled `allow` grants
 * nothing.
 */
export const unusedRule = policyCheck({
  code: 'POLAR_CHECK_UNUSED_RULE',
  severity: 'warning',
  needs: 'all blocks',
  policy(draft, report) {
    const { callsByRule, otherCalls } = callsIn(draft);
    const roots = [...rootsOf(draft), ...otherCalls];
    const used = new Set<string>();
    reach(roots, callsByRule, used);
    const unused = [...draft.rulesByName.keys()].filter((name) => !used.has(name));
    if (unused.length === 0) return;
    // A policy without an entry point serves queries that only the application knows.
    const hasEntry = [...entryPoints].some((name) => draft.rulesByName.has(name));
    const misspelled = [...callsByRule.values(), otherCalls].flatMap((names) =>
      [...names].filter((name) => !draft.rulesByName.has(name) && !draft.facts.has(name)),
    );
    const called = new Set(unused.flatMap((name) => [...without(callsByRule.get(name), name)]));
    // Only the unused rules that no other unused rule calls are reported, because they explain the others.
    for (const name of [...unused.filter((each) => !called.has(each)), ...unused]) {
      if (used.has(name)) continue;
      reach([name], callsByRule, used);
      const as = kindOf(name, draft);
      if (as === 'helper' && !hasEntry) continue;
      // The misspelled call is the mistake, and is reported itself.
      if (misspelled.some((call) => nearNames(call, [name]).length > 0)) continue;
      const { source, start } = draft.rulesByName.get(name)![0]!.span;
      report({
        span: spanOf(source, start, start + name.length),
        data: { name, as, near: nearEntries(name) },
      });
    }
  },
});

/** Returns the names that the written rules of each name call, and those that shorthand rules and queries call. */
function callsIn({ rules, scopes, otherScopes }: PolicyDraft) {
  const callsByRule = new Map<string, Set<string>>();
  const otherCalls = new Set(otherScopes.flatMap(({ calls }) => calls.map(({ node }) => node.predicate)));
  for (const rule of rules) {
    const { calls } = scopes.get(rule)!;
    if (calls.length === 0) continue;
    let names = otherCalls;
    if (!isRewritten(rule)) {
      names = callsByRule.get(rule.name) ?? new Set();
      callsByRule.set(rule.name, names);
    }
    for (const { node } of calls) names.add(node.predicate);
  }
  return { callsByRule, otherCalls };
}

function rootsOf({ blocks, ruleTypes, queries }: PolicyDraft): string[] {
  const declared = ruleTypes.map(({ name }) => name);
  return [...entryPoints, ...queries, ...declared, ...(blocks.size > 0 ? rulesOfBlocks : [])];
}

/** Adds all names that rules of these names reach, and the names themselves. */
function reach(
  names: Iterable<string>,
  callsByRule: ReadonlyMap<string, ReadonlySet<string>>,
  reached: Set<string>,
) {
  const pending = [...names];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    pending.push(...(callsByRule.get(name) ?? []));
  }
}

const without = (names: ReadonlySet<string> | undefined, name: string): string[] =>
  [...(names ?? [])].filter((each) => each !== name);

function kindOf(name: string, { rulesByName }: PolicyDraft): 'denial' | 'grant' | 'permission' | 'helper' {
  if (name === 'has_permission') return 'permission';
  if (denials.test(name)) return 'denial';
  if (grants.test(name)) return 'grant';
  const isNear =
    nearEntries(name).length > 0 && !rulesByName.get(name)!.every(({ parameters }) => parameters.length < 2);
  return isNear ? 'grant' : 'helper';
}

const nearEntries = (name: string): string[] => nearNames(name, [...entryPoints, ...rulesOfBlocks], 1);
