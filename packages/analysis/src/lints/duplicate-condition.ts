import { printTerm, visit, type TermNode } from '@nanook/core/syntax';
import type { Lint } from './lint.js';
import { perRule } from './per-rule.js';

/** Finds a condition that is written twice in an `and` or an `or`. The second one changes no answer. */
export const duplicateCondition: Lint = {
  code: 'NANOOK_LINT_DUPLICATE_CONDITION',
  find: perRule(({ body }) => {
    if (body === undefined) return [];
    const lists: (readonly TermNode[])[] = [];
    visit(body, {
      and: ({ operands }) => void lists.push(operands),
      or: ({ operands }) => void lists.push(operands),
    });
    return lists.flatMap(repeatedIn).map((operand) => ({
      span: operand.span,
      message: `the condition \`${printTerm(operand)}\` is written twice; remove one of them`,
    }));
  }),
};

/** Returns the operands that equal an earlier one. */
export function repeatedIn(operands: readonly TermNode[]): readonly TermNode[] {
  const seen = new Set<string>();
  return operands.filter((operand) => {
    if (hasEffect(operand)) return false;
    const text = printTerm(operand);
    const isRepeated = seen.has(text);
    seen.add(text);
    return isRepeated;
  });
}

/** Returns whether a second evaluation can differ from the first one: methods can return another value. */
export function hasEffect(term: TermNode): boolean {
  let found = false;
  const mark = (): void => void (found = true);
  visit(term, { 'method-call': mark, new: mark, assign: mark, cut: mark, print: mark, debug: mark });
  return found;
}
