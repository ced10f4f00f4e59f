import type { RuleTypeNode } from '../../syntax/ast.js';
import { printRule, printRuleType } from '../../syntax/print.js';
import type { UnionName } from '../../types/type-table.js';
import type { PolicyRule } from '../policy.js';
import type { PolicyDraft } from '../policy-draft.js';
import type { Misfit } from '../rule-type.js';
import { isUntypedParameter, shapeOf } from '../rule-type.js';
import { check } from './check.js';

/** How many rule types a message lists; a policy with many relations has a type for each. */
const maxReasons = 4;

/** A rule must be of one of the types of its name, if its name has any. */
export const invalidRule = check({
  code: 'POLAR_CHECK_INVALID_RULE',
  needs: 'all blocks',
  policy(draft, report) {
    for (const [name, types] of draft.typesOfRules.byName) {
      const rules = draft.rulesByName.get(name) ?? [];
      if (rules.length === 0 || types.some((type) => !makesSense(type, draft))) continue;
      // One type is compared sooner than a shape is made for it.
      const shapes =
        types.length > 1 ? new Set(types.map(({ parameters }) => shapeOf(parameters))) : undefined;
      // A type of plain variables, as that of `allow`, takes every rule with as many parameters.
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

/** What a shorthand rule says of a role or permission it says of an actor and a resource, as the built-in type wants it. */
const isOfBuiltInType = ({ name, shorthandOf }: PolicyRule): boolean =>
  shorthandOf !== undefined && (name === 'has_role' || name === 'has_permission');

/** Whether all classes in it are known. What is wrong with a rule type is said there, not at each rule. */
const makesSense = (type: RuleTypeNode, { types }: PolicyDraft): boolean =>
  type.parameters.every(
    ({ specializer }) =>
      specializer?.kind !== 'instance-pattern' ||
      specializer.className === 'Actor' ||
      specializer.className === 'Resource' ||
      types.find(specializer.className) !== undefined,
  );

type MisfitOf = Misfit & { readonly type: RuleTypeNode };

/** One for each type, or undefined as soon as a type is found that the rule is of. */
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
