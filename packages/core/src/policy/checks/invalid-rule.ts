import type { RuleTypeNode } from '../../syntax/ast.js';
import { printRule, printRuleType } from '../../syntax/print.js';
import type { UnionName } from '../../types/type-table.js';
import type { PolicyRule } from '../policy.js';
import type { PolicyDraft } from '../policy-draft.js';
import type { Misfit } from '../rule-type.js';
import { isUntypedParameter, shapeOf } from '../rule-type.js';
import { policyCheck } from './check.js';

/** The number of rule types that a message lists. A policy with many relations has a type for each. */
const maxReasons = 4;

/** Finds rules that match none of the rule types of their name, if the name has any. */
export const invalidRule = policyCheck({
  code: 'POLAR_CHECK_INVALID_RULE',
  needs: 'all blocks',
  policy(draft, report) {
    for (const [name, types] of draft.typesOfRules.byName) {
      const rules = draft.rulesByName.get(name) ?? [];
      if (rules.length === 0 || types.some((type) => !hasKnownClasses(type, draft))) continue;
      // A single type is compared faster than its shape is computed.
      const shapes =
        types.length > 1 ? new Set(types.map(({ parameters }) => shapeOf(parameters))) : undefined;
      // A type of plain variables, such as the type of `allow`, matches every rule with the same number of parameters.
      const open = new Set(
        types.flatMap(({ parameters }) => (parameters.every(isUntypedParameter) ? parameters.length : [])),
      );
      for (const rule of rules) {
        if (isOfBuiltInType(rule)) continue;
        if (open.has(rule.parameters.length)) continue;
        if (shapes !== undefined && hasShapeIn(shapes, rule)) continue;
        const misfits = findMisfits(rule, types, draft);
        if (misfits !== undefined) report({ span: rule.span, data: explain(rule, misfits) });
      }
    }
  },
});

function hasShapeIn(shapes: ReadonlySet<string | undefined>, { parameters }: PolicyRule): boolean {
  const shape = shapeOf(parameters);
  return shape !== undefined && shapes.has(shape);
}

/** Returns whether a rule matches its built-in type by construction: a shorthand rule of a role or permission does. */
const isOfBuiltInType = ({ name, shorthandOf }: PolicyRule): boolean =>
  shorthandOf !== undefined && (name === 'has_role' || name === 'has_permission');

/** Returns true if all classes in a rule type are known. Otherwise the rule type is reported, instead of each rule. */
const hasKnownClasses = (type: RuleTypeNode, { types }: PolicyDraft): boolean =>
  type.parameters.every(
    ({ specializer }) =>
      specializer?.kind !== 'instance-pattern' ||
      specializer.className === 'Actor' ||
      specializer.className === 'Resource' ||
      types.find(specializer.className) !== undefined,
  );

type MisfitOf = Misfit & { readonly type: RuleTypeNode };

/** Returns one misfit for each type; undefined if the rule matches any type. */
function findMisfits(
  rule: PolicyRule,
  types: readonly RuleTypeNode[],
  { matcher }: PolicyDraft,
): MisfitOf[] | undefined {
  const misfits: MisfitOf[] = [];
  for (const type of types) {
    const misfit = matcher.findMisfit(rule, type);
    if (misfit === undefined) return undefined;
    misfits.push({ ...misfit, type });
  }
  return misfits;
}

function explain(rule: PolicyRule, misfits: readonly MisfitOf[]) {
  const told =
    misfits.length <= maxReasons
      ? misfits
      : [...misfits].sort((a, b) => b.fitting - a.fitting).slice(0, maxReasons);
  const { parameters, name, body, span } = rule;
  const { hint } = told.find((misfit) => misfit.hint !== undefined) ?? {};
  return {
    rule: printRule({ kind: 'rule', span, name, nameSpan: span, parameters, body }),
    reasons: told.map(({ type, reason }) => ({ type: printRuleType(type), reason })),
    hint: hint && hints[hint.union](hint.type),
  };
}

const hints: Readonly<Record<UnionName, (type: string) => string>> = {
  Actor: (type) => `if a \`${type}\` is an actor, declare it at the top of the policy: \`actor ${type} {}\``,
  Resource: (type) => `if a \`${type}\` is a resource, declare it in a block: \`resource ${type} { … }\``,
};
