import { parse, visit, type Node, type Span, type TermNode } from '@nanook/core/syntax';
import { rulesOf } from '../lints/rules-of.js';

/** Returns the place of the smallest comparison or \`not\` around a part of a rule. */
export function conditionAround({ source, start, end }: Span): Span | undefined {
  const { policy } = parse({ name: source.name ?? 'policy', source: source.text });
  let found: TermNode | undefined;
  for (const { body } of rulesOf([policy])) {
    if (body === undefined || body.span.start > start || body.span.end < end) continue;
    const keep = (node: TermNode): void => {
      if (node.span.start <= start && node.span.end >= end) found = node;
    };
    visit(body, { compare: keep, not: keep });
  }
  return found && { ...found.span, source };
}

/** Returns whether a condition can become an `and` without parentheses: it is a whole body, or part of an `and`. */
export function isAlone({ source, start, end }: Span): boolean {
  const { policy } = parse({ name: source.name ?? 'policy', source: source.text });
  const isSame = ({ span }: Node): boolean => span.start === start && span.end === end;
  return rulesOf([policy]).some(({ body }) => {
    if (body === undefined) return false;
    if (isSame(body)) return true;
    let isOperand = false;
    visit(body, { and: ({ operands }) => void (isOperand ||= operands.some(isSame)) });
    return isOperand;
  });
}
