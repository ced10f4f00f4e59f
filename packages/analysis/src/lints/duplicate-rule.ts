import { placeOf as placeOfSpan, type Span } from '@nanook/core/syntax';
import { keyedRules } from './keyed-rules.js';
import type { Lint } from './lint.js';

/**
 * Finds rules that are written twice, also with other names of variables, or once as a shorthand rule. The second one changes no answer.
 */
export const duplicateRule: Lint = {
  code: 'NANOOK_LINT_DUPLICATE_RULE',
  *find({ trees, constants, placeOf = placeOfSpan }) {
    const seen = new Map<string, Span>();
    for (const { node, key } of keyedRules(trees, constants)) {
      const first = seen.get(key);
      if (first === undefined) seen.set(key, node.span);
      else yield { span: node.span, message: `the same rule is at ${placeOf(first)}; remove one of them` };
    }
  },
};
