import { isPolicyError, type NamedPolicy } from '@nanook/core';
import { parse, type RuleNode } from '@nanook/core/syntax';

/** Returns whether policies cannot be loaded because they use roles or relations that no rule defines. */
export const lacksRules = (error: unknown): boolean =>
  isPolicyError(error) && error.diagnostics.some(({ code }) => code === 'POLAR_CHECK_MISSING_REQUIRED_RULE');

const nameOfRules = 'roles and relations of tests';

/**
 * Returns rules that never hold, for the roles and relations that only the setups of tests define. Blocks require such rules.
 *
 * @param policies the policies without these rules
 */
export function rulesOfSetups(policies: readonly NamedPolicy[]): NamedPolicy {
  const statements = policies.flatMap((policy) => parse(policy).policy.statements);
  const rules = statements.filter((statement) => statement.kind === 'rule');
  const defined = new Set(rules.filter(({ name }) => name === 'has_relation').map(relationOf));
  const missing = statements
    .filter((statement) => statement.kind === 'block')
    .flatMap(({ className, items }) =>
      items
        .filter((item) => item.kind === 'dictionary-declaration')
        .flatMap(({ fields }) => fields)
        .filter(({ key }) => !defined.has(`${key} of ${className.name}`))
        .map(
          ({ key, value }) =>
            `has_relation(_: ${value.name}, ${JSON.stringify(key)}, _: ${className.name}) if 1 = 2;`,
        ),
    );
  if (!rules.some(({ name }) => name === 'has_role'))
    missing.push('has_role(_: Actor, _: String, _: Resource) if 1 = 2;');
  return { name: nameOfRules, source: missing.join('\n') };
}

/** Adds these rules to policies that do not have them. */
export const withRulesOfSetups = (policies: readonly NamedPolicy[]): readonly NamedPolicy[] =>
  policies.some(({ name }) => name === nameOfRules) ? policies : [...policies, rulesOfSetups(policies)];

/** Returns the relation that a rule defines, such as `organization of Note`. */
function relationOf({ parameters: [, relation, object] }: RuleNode): string {
  const type = object?.specializer?.kind === 'instance-pattern' ? object.specializer.className : '';
  return relation?.term.kind === 'literal' ? `${relation.term.value} of ${type}` : '';
}
