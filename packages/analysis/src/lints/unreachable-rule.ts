import { placeOf as placeOfSpan, printRule, type ParameterNode, type RuleNode } from '@nanook/core/syntax';
import { groupBy } from '../findings/group-by.js';
import type { Lint } from './lint.js';
import { rulesOf } from './rules-of.js';

/**
 * Finds rules that a broader rule makes needless: a fact whose parameters accept everything that the rule accepts. `allow(_, _, _);` is
 * the worst case.
 */
export const unreachableRule: Lint = {
  code: 'NANOOK_LINT_UNREACHABLE_RULE',
  *find({ trees, placeOf = placeOfSpan }) {
    const groups = groupBy(rulesOf(trees), ({ name, parameters }) => `${name}/${parameters.length}`);
    for (const rules of groups.values()) {
      const unconditional = rules.filter(isUnconditional);
      if (unconditional.length === 0) continue;
      const facts = groupBy(unconditional, ({ parameters }) => keysOf(parameters)[0] ?? '');
      for (const rule of rules) {
        const candidates = ['', ...keysOf(rule.parameters)].flatMap((key) => facts.get(key) ?? []);
        const broader = candidates.find((fact) => fact !== rule && covers(fact, rule) && !isSame(fact, rule));
        if (broader === undefined) continue;
        const fact = `\`${printRule(broader)}\` (${placeOf(broader.span)})`;
        yield {
          span: rule.span,
          message: `this rule is needless, because ${fact} holds whenever it holds; remove one of them`,
        };
      }
    }
  },
};

/** A key for each literal among the parameters, so that a rule is compared only with the facts that share one of its literals. */
const keysOf = (parameters: readonly ParameterNode[]): readonly string[] =>
  parameters.flatMap(({ term }, index) =>
    term.kind === 'literal' ? [`${index} ${typeof term.value} ${term.value}`] : [],
  );

/** A fact without a variable, or about a type itself, can only accept the same fact, which is another lint. */
const isUnconditional = ({ body, parameters }: RuleNode): boolean => {
  if (body !== undefined) return false;
  const names = parameters.flatMap(({ term }) => (term.kind === 'variable' ? [term.name] : []));
  const named = names.filter((name) => name !== '_');
  const isAboutType = names.some((name) => /^\p{Lu}/u.test(name));
  return names.length > 0 && !isAboutType && new Set(named).size === named.length;
};

const covers = (fact: RuleNode, rule: RuleNode): boolean =>
  fact.parameters.every((parameter, index) => accepts(parameter, rule.parameters[index]!));

function accepts(broad: ParameterNode, narrow: ParameterNode): boolean {
  const { term, specializer } = broad;
  if (term.kind === 'literal') return narrow.term.kind === 'literal' && narrow.term.value === term.value;
  if (term.kind !== 'variable') return false;
  if (specializer === undefined) return true;
  // Without knowledge of subclasses, only the same class without fields is surely accepted.
  return (
    specializer.kind === 'instance-pattern' &&
    specializer.fields.length === 0 &&
    narrow.specializer?.kind === 'instance-pattern' &&
    narrow.specializer.className === specializer.className
  );
}

const isSame = (a: RuleNode, b: RuleNode): boolean => printRule(a) === printRule(b);
