import { printTerm, visit, type TermNode } from '@nanook/core/syntax';
import type { Lint } from './lint.js';
import { rulesOf } from './rules-of.js';

/** Finds a condition that is written twice in an `and` or an `or`. The second one changes no answer. */
export const duplicateCondition: Lint = {
  code: 'NANOOK_LINT_DUPLICATE_CONDITION',
  *find({ trees }) {
    for (const { body } of rulesOf(trees)) {
      if (body === undefined) continue;
      const lists: (readonly TermNode[])[] = [];
      visit(body, {
        and: ({ operands }) => void lists.push(operands),
        or: ({ operands }) => void lists.push(operands),
      });
      for (const operands of lists)
        for (const { span, text } of repeatedIn(operands))
          yield { span, message: `the condition \`${text}\` is written twice; remove one of them` };
    }
  },
};

/** Returns the operands that equal an earlier one. */
export function repeatedIn(
  operands: readonly TermNode[],
): readonly (Pick<TermNode, 'span'> & { readonly text: string })[] {
  const seen = new Set<string>();
  return operands.flatMap((operand) => {
    if (hasEffect(operand)) return [];
    const text = printTerm(operand);
    if (seen.has(text)) return [{ span: operand.span, text }];
    seen.add(text);
    return [];
  });
}

/** Returns whether a second evaluation can differ from the first one: methods can return another value. */
function hasEffect(term: TermNode): boolean {
  let found = false;
  const mark = (): void => void (found = true);
  visit(term, { 'method-call': mark, new: mark, assign: mark, cut: mark, print: mark, debug: mark });
  return found;
}
