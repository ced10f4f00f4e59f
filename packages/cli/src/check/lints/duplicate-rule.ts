import { placeOf, printRule, type Span } from '@nanook/core/syntax';
import type { Lint } from './lint.js';
import { rulesOf } from './rules-of.js';

/** Finds rules that are written twice. The second one changes no answer. */
export const duplicateRule: Lint = {
  code: 'NANOOK_LINT_DUPLICATE_RULE',
  *find({ trees }) {
    const seen = new Map<string, Span>();
    for (const rule of rulesOf(trees)) {
      const text = printRule(rule);
      const first = seen.get(text);
      if (first === undefined) seen.set(text, rule.span);
      else yield { span: rule.span, message: `the same rule is at ${placeOf(first)}; remove one of them` };
    }
  },
};
