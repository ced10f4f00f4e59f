import { nearNames } from '../../internal/near-names.js';
import { groupBy } from '../../internal/group-by.js';
import type { RuleTypeNode } from '../../syntax/ast.js';
import { printRuleType, printTerm } from '../../syntax/print.js';
import type { PolicyRule } from '../policy.js';
import type { PolicyDraft } from '../policy-draft.js';
import { shapeOf } from '../rule-type.js';
import { policyCheck } from './check.js';

/** Finds declared roles that no rule gives to an actor, and relations that shorthand rules use but no rule defines. */
export const missingRequiredRule = policyCheck({
  code: 'POLAR_CHECK_MISSING_REQUIRED_RULE',
  needs: 'all blocks',
  policy(draft, report) {
    for (const [name, types] of groupBy(draft.typesOfRules.required, (type) => type.name)) {
      const rules = draft.rulesByName.get(name) ?? [];
      // A relation has a type for each pair of resources; a role has one.
      const shapes =
        types.length > 1 ? new Set(rules.map(({ parameters }) => shapeOf(parameters))) : undefined;
      if (draft.facts.has(name)) continue;
      for (const type of types) {
        if (shapes?.has(shapeOf(type.parameters)) === true) continue;
        if (rules.some((rule) => draft.matcher.findMisfit(rule, type) === undefined)) continue;
        if (rules.some((rule) => isAttemptAt(type, rule, draft))) continue;
        report({ span: type.span, data: { ruleType: printRuleType(type).replace(/^type /, '') } });
      }
    }
  },
});

const isNear = (given: string, wanted: string): boolean =>
  given === wanted || nearNames(given, [wanted]).length > 0;

/** Returns whether a rule without any matching type was meant for this one. It is reported as an invalid rule, which is enough. */
function isAttemptAt(type: RuleTypeNode, rule: PolicyRule, { typesOfRules, matcher }: PolicyDraft): boolean {
  const names = type.parameters.every(({ term }, i) => {
    const given = rule.parameters[i]?.term;
    return term.kind !== 'literal' || (given !== undefined && isNear(printTerm(given), printTerm(term)));
  });
  return (
    names &&
    typesOfRules.byName.get(type.name)!.every((other) => matcher.findMisfit(rule, other) !== undefined)
  );
}
