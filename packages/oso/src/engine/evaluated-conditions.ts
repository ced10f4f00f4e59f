import { childrenOf, type Node, type Span } from '@nanook/core/syntax';

/** The conditions that oso evaluates around a place, outermost first. */
export interface Conditions {
  readonly spans: readonly Span[];
  /** Whether the place is below a negation, whose conditions oso evaluates apart from those around it. */
  readonly isNegated: boolean;
}

/**
 * Returns the conditions that oso evaluates around a place. It computes the parts of a condition first: `f(x.a.b)` becomes the conjunction of
 * `x.a`, `.b` and the call, in which each part is the start of a conjunction with the rest.
 *
 * @param position `operand` for an operand of `and`, `or` or `not`, and for the body of a rule
 */
export function conditionsAround(node: Node, place: Span, position: 'query' | 'operand'): Conditions {
  const within = (): Conditions | undefined => {
    const operand = childrenOf(node).find((child) => contains(child.span, place));
    return operand && conditionsAround(operand, place, 'operand');
  };
  switch (node.kind) {
    case 'and': {
      const { spans = [], isNegated = false } = within() ?? {};
      return isNegated ? { spans, isNegated } : { spans: [node.span, ...spans], isNegated };
    }
    case 'or':
      return within() ?? { spans: [], isNegated: false };
    case 'not':
    case 'forall':
      return { spans: within()?.spans ?? [], isNegated: true };
    default:
      return { spans: stepsTo(node, place, position), isNegated: false };
  }
}

function stepsTo(condition: Node, place: Span, position: 'query' | 'operand'): Span[] {
  const parts = computedParts(condition);
  const index = parts.findIndex(({ span }) => isSame(span, place));
  const target = index === -1 ? condition.span : place;
  // The parts of `=` follow the comparison, and each of them is joined to all that comes before it.
  const followComparison =
    position === 'operand' && condition.kind === 'unify' && !parts.some(({ kind }) => kind === 'new');
  if (followComparison) {
    const depth = index === -1 ? parts.length : parts.length - index;
    return [...Array.from({ length: depth }, () => condition.span), target];
  }
  const before = index === -1 ? parts : parts.slice(0, index + 1);
  return [...before.map(({ span }) => span), target];
}

const computed: ReadonlySet<string> = new Set(['lookup', 'method-call', 'new', 'arithmetic']);

/** Returns the terms in a condition that are computed, innermost first. */
export function computedParts(node: Node): Node[] {
  const inside = childrenOf(node).flatMap(computedParts);
  return computed.has(node.kind) ? [...inside, node] : inside;
}

export const contains = (outer: Span, inner: Span): boolean =>
  outer.start <= inner.start && inner.end <= outer.end;

const isSame = (one: Span, other: Span): boolean => one.start === other.start && one.end === other.end;
