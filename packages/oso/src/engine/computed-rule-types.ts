import type { NamedPolicy } from '@nanook/core';
import { parse, printTerm, type RuleTypeNode, type TermNode } from '@nanook/core/syntax';
import { computedParts } from './evaluated-conditions.js';
import { withExcerpt } from './excerpt.js';
import { engineError } from './named-error.js';
import { headText } from './rule-texts.js';

/** Throws for a rule type whose parameter is computed: `type f(x, x.name)`. */
export function refuseComputedRuleTypes(sources: readonly NamedPolicy[]): void {
  const withTypes = sources.filter(({ source }) => /\btype\b/.test(source));
  for (const source of withTypes)
    for (const statement of parse(source).policy.statements) {
      if (statement.kind !== 'rule-type') continue;
      const isComputed = statement.parameters.some(({ term }) => computedParts(term).length > 0);
      if (isComputed)
        throw engineError(
          'ValidationError::InvalidRuleType',
          withExcerpt(textOfType(statement), statement.nameSpan),
        );
    }
}

/** Returns the text about a rule type, in which oso has replaced each computed parameter by a variable. */
function textOfType({ name, parameters }: RuleTypeNode): string {
  const conditions: string[] = [];
  const replaced = parameters.map((parameter) => {
    const term = parameter.term as TermNode;
    if (computedParts(term).at(-1) !== term) return parameter;
    const kind = term.kind === 'arithmetic' ? 'op' : term.kind === 'new' ? 'instance' : 'value';
    const variable = `_${kind}_${conditions.length + 1}`;
    conditions.push(`${printTerm(term)} = ${variable}`);
    return { ...parameter, term: { kind: 'variable' as const, span: term.span, name: variable } };
  });
  const head = headText({ name, parameters: replaced }).slice(0, -1);
  const body = conditions.length === 0 ? '' : ` if ${conditions.join(' and ')}`;
  return `Invalid rule type: ${head}${body};\n\tRule types cannot contain dot lookups.`;
}
