import type { Code, Diagnostic } from '@nanook/core';
import { withExcerpt } from './excerpt.js';

/** The texts of the warnings that oso has, too. */
const texts: Partial<Record<Code, (data: never) => string>> = {
  POLAR_CHECK_AMBIGUOUS_PRECEDENCE: () => `Expression without parentheses could be ambiguous.
Prior to 0.20, \`x and y or z\` would parse as \`x and (y or z)\`.
As of 0.20, it parses as \`(x and y) or z\`, matching other languages.`,
  POLAR_CHECK_UNKNOWN_SPECIALIZER: ({ name, suggestion }: { name: string; suggestion?: string }) =>
    `Unknown specializer ${name}${suggestion === undefined ? '' : `, did you mean ${suggestion}?`}`,
  POLAR_CHECK_MISSING_ALLOW_RULE: () => `Your policy does not contain an allow rule, which usually means
that no actions are allowed. Did you mean to add an allow rule to
the top of your policy?

  allow(actor, action, resource) if ...

You can also suppress this warning by adding an allow_field or allow_request
rule. For more information about allow rules, see:

  https://docs.osohq.com/reference/polar/builtin_rule_types.html#allow`,
  POLAR_CHECK_MISSING_HAS_PERMISSION: () => `Warning: your policy uses resource blocks but does not call the
has_permission rule. This means that permissions you define in a
resource block will not have any effect. Did you mean to include a
call to has_permission in a top-level allow rule?

  allow(actor, action, resource) if
      has_permission(actor, action, resource);

For more information about resource blocks, see https://docs.osohq.com/any/reference/polar/polar-syntax.html#actor-and-resource-blocks`,
};

/** Warnings about a policy as a whole, which have no place and come last. */
const ofPolicy: ReadonlySet<Code> = new Set<Code>([
  'POLAR_CHECK_MISSING_ALLOW_RULE',
  'POLAR_CHECK_MISSING_HAS_PERMISSION',
]);

/** Returns the texts of the warnings that oso prints, in its order. */
export function warningTexts(warnings: readonly Diagnostic[], ignoresMissingAllow: boolean): string[] {
  const known = warnings.filter(
    ({ code, data }) =>
      texts[code] !== undefined &&
      !(ignoresMissingAllow && code === 'POLAR_CHECK_MISSING_ALLOW_RULE') &&
      // oso takes a name that a rule mentions twice for a variable.
      !(code === 'POLAR_CHECK_UNKNOWN_SPECIALIZER' && (data as { uses: number }).uses > 1),
  );
  const placed = known.filter(({ code }) => !ofPolicy.has(code));
  const codes: Code[] = known.flatMap(({ code }) => (ofPolicy.has(code) ? [code] : []));
  return [
    ...placed.map(({ code, data, span }) => withExcerpt(texts[code]!(data as never), span)),
    ...codes.map((code) => texts[code]!({} as never)),
  ];
}
