import type { RuleNode } from '@nanook/core/syntax';
import type { LintInput, Mistake } from './lint.js';
import { rulesOf } from './rules-of.js';

/**
 * Returns a lint that looks at one rule at a time. It keeps the mistakes of a rule as long as the types are the same, because an editor checks
 * a policy after each key, and keeps the nodes of the rules that did not change.
 */
export function perRule(
  find: (rule: RuleNode, types: LintInput['types']) => Iterable<Mistake>,
): (input: LintInput) => Iterable<Mistake> {
  const known = new WeakMap<RuleNode, { readonly types: object; readonly mistakes: readonly Mistake[] }>();
  return ({ trees, types }) =>
    rulesOf(trees).flatMap((rule) => {
      let entry = known.get(rule);
      if (entry?.types !== types) {
        entry = { types, mistakes: [...find(rule, types)] };
        known.set(rule, entry);
      }
      return entry.mistakes;
    });
}
