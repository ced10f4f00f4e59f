import {
  parse,
  visit,
  type Node,
  type RuleNode,
  type Source,
  type Span,
  type TermNode,
} from '@nanook/core/syntax';
import { rulesOf } from '../lints/rules-of.js';

/**
 * Returns the place of the condition that a part of a rule belongs to: the outermost `not` around it, or else the smallest comparison.
 *
 * @returns undefined within a `forall`, whose variables exist only there
 */
export function conditionAround({ source, start, end }: Span): Span | undefined {
  const isAround = ({ span }: Node): boolean => span.start <= start && span.end >= end;
  let negation: TermNode | undefined;
  let comparison: TermNode | undefined;
  let isInForall = false;
  for (const { body } of rulesIn(source)) {
    if (body === undefined || !isAround(body)) continue;
    // Outer terms are visited first.
    visit(body, {
      not: (node) => void (isAround(node) && (negation ??= node)),
      compare: (node) => void (isAround(node) && (comparison = node)),
      forall: (node) => void (isInForall ||= isAround(node)),
    });
  }
  const found = negation ?? comparison;
  return found === undefined || isInForall ? undefined : { ...found.span, source };
}

/** Returns whether a condition can become an `and` without parentheses: it is a whole body, or part of an `and`. */
export function isAlone({ source, start, end }: Span): boolean {
  const isSame = ({ span }: Node): boolean => span.start === start && span.end === end;
  return rulesIn(source).some(({ body }) => {
    if (body === undefined) return false;
    if (isSame(body)) return true;
    let isOperand = false;
    visit(body, { and: ({ operands }) => void (isOperand ||= operands.some(isSame)) });
    return isOperand;
  });
}

/** Returns whether a condition has several parts, of which one can decide it without the others. */
export function hasSeveralParts({ source, start, end }: Span): boolean {
  const isInside = ({ span }: Node): boolean => span.start >= start && span.end <= end;
  let found = false;
  const find = (node: Node): void => void (found ||= isInside(node));
  for (const { body } of rulesIn(source)) if (body !== undefined) visit(body, { and: find, or: find });
  return found;
}

/** One source has many findings, and its tree is the same for all of them. */
const rules = new WeakMap<Source, readonly RuleNode[]>();

function rulesIn(source: Source): readonly RuleNode[] {
  const known = rules.get(source);
  if (known !== undefined) return known;
  const found = rulesOf([parse({ name: source.name ?? 'policy', source: source.text }).policy]);
  rules.set(source, found);
  return found;
}
