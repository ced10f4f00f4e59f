import type { InNode, PatternNode, PatternOrTermNode, TermNode } from '../../syntax/ast.js';
import { childrenOf } from '../../syntax/visit.js';
import type { NilPlaces } from './nil-places.js';

/** A condition, and whether the rule needs it to hold or not to hold. */
export interface Condition {
  readonly term: TermNode;
  readonly isNegated: boolean;
}

/** The facts that hold where all conditions of a conjunction hold. */
export interface Facts {
  /** The pairs of keys of equal values. */
  readonly equal: readonly (readonly [string, string])[];
  /** The keys of values that are certainly not nil, or that the rule itself compares with nil. */
  readonly settled: readonly string[];
  /** The facts of disjunctions: those of at least one alternative of each hold, too. */
  readonly anyOf: readonly (readonly Facts[])[];
}

export const noFacts: Facts = { equal: [], settled: [], anyOf: [] };

/** Returns the fact that two values are equal. */
export const equality = (left: string, right: string): Facts => ({ ...noFacts, equal: [[left, right]] });

export const joined = (...facts: readonly Facts[]): Facts => ({
  equal: facts.flatMap(({ equal }) => equal),
  settled: facts.flatMap(({ settled }) => settled),
  anyOf: facts.flatMap(({ anyOf }) => anyOf),
});

/**
 * Returns the parts of a condition. All parts of a conjunction hold if it holds, and at least one part of a disjunction. A negation
 * exchanges the two, so that conditions below it need no case of their own.
 */
export function partsOf({
  term,
  isNegated,
}: Condition): { readonly as: 'all' | 'any'; readonly parts: readonly Condition[] } | undefined {
  switch (term.kind) {
    case 'and':
    case 'or':
      return {
        as: (term.kind === 'and') === isNegated ? 'any' : 'all',
        parts: term.operands.map((operand) => ({ term: operand, isNegated })),
      };
    case 'not':
      return { as: 'all', parts: [{ term: term.operand, isNegated: !isNegated }] };
    case 'forall':
      return {
        as: isNegated ? 'all' : 'any',
        parts: [
          { term: term.condition, isNegated: !isNegated },
          { term: term.action, isNegated },
        ],
      };
    default:
      return undefined;
  }
}

/** Returns the keys of all values that are equal to one, itself included. */
export function equalTo(key: string, { equal }: Facts): ReadonlySet<string> {
  const keys = new Set([key]);
  for (const each of keys)
    for (const [left, right] of equal) {
      if (left === each) keys.add(right);
      if (right === each) keys.add(left);
    }
  return keys;
}

/** Returns whether one of the values is settled in each combination of alternatives. */
export function isSettled(keys: readonly string[], facts: Facts): boolean {
  const settled = new Set(facts.settled);
  return (
    keys.some((key) => [...equalTo(key, facts)].some((each) => settled.has(each))) ||
    facts.anyOf.some((alternatives) =>
      alternatives.every((each) => isSettled(keys, { ...each, equal: [...facts.equal, ...each.equal] })),
    )
  );
}

/** Finds the facts of conditions. */
export class FactFinder {
  constructor(readonly places: NilPlaces) {}

  of(condition: Condition): Facts {
    const inner = partsOf(condition);
    if (inner === undefined) return this.#ofAtom(condition);
    const facts = inner.parts.map((part) => this.of(part));
    return inner.as === 'all' ? joined(...facts) : { ...noFacts, anyOf: [facts] };
  }

  #ofAtom({ term, isNegated }: Condition): Facts {
    const read = this.#ofRead(term);
    switch (term.kind) {
      case 'unify':
        return joined(read, this.#ofEquality(term.left, term.right, isNegated));
      case 'assign':
        return joined(read, this.#ofEquality(term.variable, term.value, isNegated));
      case 'compare':
        if (term.operator === '==') return joined(read, this.#ofEquality(term.left, term.right, isNegated));
        if (term.operator === '!=') return joined(read, this.#ofEquality(term.left, term.right, !isNegated));
        // nil has no order, and then neither the condition nor its negation holds.
        return joined(read, this.#settled(term.left), this.#settled(term.right));
      case 'in':
        return isNegated ? read : joined(read, this.#ofMembership(term));
      case 'matches':
        return isNegated ? read : joined(read, this.ofPattern(term.value, term.pattern));
      case 'lookup':
      case 'variable':
        // A value that is a condition must be a Boolean.
        return joined(read, this.#settled(term));
      default:
        return read;
    }
  }

  #ofEquality(left: PatternOrTermNode, right: PatternOrTermNode, isNegated: boolean): Facts {
    const { places } = this;
    const [a, b] = [places.keyOf(left), places.keyOf(right)];
    const isSettled = places.isNil(left) || places.isNil(right);
    if (isNegated) return isSettled ? settled(a, b) : noFacts;
    if (isSettled || places.isPresent(left) || places.isPresent(right)) return settled(a, b);
    return a === undefined || b === undefined ? noFacts : equality(a, b);
  }

  #ofMembership(term: InNode): Facts {
    if (this.places.hasOnlyPresent(term.collection)) return this.#settled(term.item);
    const item = this.places.keyOf(term.item);
    if (item === undefined || term.collection.kind === 'list') return noFacts;
    return equality(item, this.places.keyOfElement(term));
  }

  /** Returns the facts about a value that matches a pattern. */
  ofPattern(value: PatternOrTermNode, pattern: PatternNode): Facts {
    return this.#ofPatternAt(this.places.keyOf(value), pattern);
  }

  #ofPatternAt(key: string | undefined, pattern: PatternNode): Facts {
    if (key === undefined || pattern.kind === 'literal' || pattern.kind === 'list-pattern')
      return settled(key);
    const fields = pattern.fields.map(({ key: name, keySpan, value }) => {
      const field = this.places.keyOfField(key, pattern, name, keySpan);
      if (isPattern(value)) return this.#ofPatternAt(field, value);
      const declared = this.places.declared.fields.get(keySpan);
      const other = this.places.keyOf(value);
      if (this.places.isNil(value) || this.places.isPresent(value)) return settled(field, other);
      const equal = other === undefined ? noFacts : equality(field, other);
      const isPresent = declared !== undefined && !this.places.nilPlaces.has(field);
      return isPresent ? joined(equal, settled(field)) : equal;
    });
    return joined(settled(key), ...fields);
  }

  /** An attribute of nil, and arithmetic with nil, are undecided: then neither the condition nor its negation holds. */
  #ofRead(term: TermNode): Facts {
    const found: string[] = [];
    const read = (node: PatternOrTermNode): void => {
      if (node.kind === 'lookup' || node.kind === 'method-call')
        found.push(...keysOf(this.places.keyOf(node.object)));
      if (node.kind === 'arithmetic')
        for (const side of [node.left, node.right]) found.push(...keysOf(this.places.keyOf(side)));
      for (const child of childrenOf(node)) read(child as PatternOrTermNode);
    };
    read(term);
    return settled(...found);
  }

  #settled(term: PatternOrTermNode): Facts {
    return settled(this.places.keyOf(term));
  }
}

export function isPattern(node: PatternOrTermNode): node is PatternNode {
  return ['instance-pattern', 'dictionary-pattern', 'list-pattern', 'literal'].includes(node.kind);
}

const keysOf = (...keys: readonly (string | undefined)[]): string[] =>
  keys.filter((key) => key !== undefined);

const settled = (...keys: readonly (string | undefined)[]): Facts => ({
  ...noFacts,
  settled: keysOf(...keys),
});
