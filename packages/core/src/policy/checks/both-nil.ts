import type { Span } from '../../diagnostics/span.js';
import type { DataOf } from '../../diagnostics/codes.js';
import type { PatternNode, PatternOrTermNode, TermNode } from '../../syntax/ast.js';
import type { TypeTable } from '../../types/type-table.js';
import type { Scope } from '../policy-draft.js';
import { policyCheck } from './check.js';
import {
  type Condition,
  equality,
  equalTo,
  FactFinder,
  type Facts,
  isPattern,
  isSettled,
  joined,
  noFacts,
  partsOf,
} from './nil-facts.js';
import { canBeNil, type NilPlace, NilPlaces } from './nil-places.js';
import { useOf } from './rule-uses.js';
import { declaredPlacesIn, type DeclaredPlaces } from './static-types.js';

/**
 * Warns about `note.teamId = user.teamId` when both can be nil: without a team, every user and every note would be of one team. It warns
 * about `!=`, too, which holds if only one of them is nil. A test of either value in the same rule ends the warning.
 */
export const bothNil = policyCheck({
  code: 'POLAR_CHECK_BOTH_NIL',
  severity: 'warning',
  scope(scope, report, draft) {
    if (!draft.types.hasFields) return;
    const { isPlain, isNegated } = useOf(scope.name, draft);
    const found: Found = new Map([
      // The conditions of a rule that is used below `not` grant where they do not hold.
      ...(isNegated ? pairsIn(scope, true, draft.types) : []),
      ...(isPlain ? pairsIn(scope, false, draft.types) : []),
    ]);
    for (const [span, data] of found) report({ span, data });
  },
});

/** The pairs of values that can both be nil, by their place. */
type Found = ReadonlyMap<Span, DataOf<'POLAR_CHECK_BOTH_NIL'>>;

/** Computed once for each use of a scope. */
const plain = new WeakMap<Scope, Found>();
const negated = new WeakMap<Scope, Found>();

function pairsIn(scope: Scope, isNegated: boolean, types: TypeTable): Found {
  const known = isNegated ? negated : plain;
  let found = known.get(scope);
  if (found === undefined) known.set(scope, (found = findPairs(scope, isNegated, types)));
  return found;
}

const none: Found = new Map();

function findPairs(scope: Scope, isNegated: boolean, types: TypeTable): Found {
  const declared = declaredPlacesIn(scope, types);
  if (!mayHaveTwo(declared)) return none;
  const walk = new NilWalk(types, declared);
  walk.run(scope, isNegated);
  return walk.found;
}

function mayHaveTwo({ fields, lists }: DeclaredPlaces): boolean {
  let count = 0;
  for (const field of fields.values()) if (canBeNil(field)) count++;
  for (const { hasNil } of lists.values()) if (hasNil) count++;
  return count > 1;
}

/** Two terms that a rule compares. */
interface Pair {
  readonly left: PatternOrTermNode;
  readonly leftKey: string | undefined;
  readonly right: PatternOrTermNode;
  readonly rightKey: string | undefined;
  readonly operator: '=' | '!=' | 'in';
  readonly span: Span;
  /** Whether the two are equal where the rule continues. */
  readonly binds: boolean;
}

/** Follows the conjunctions and disjunctions of a rule with the facts that hold in each. */
class NilWalk {
  readonly places: NilPlaces;
  readonly facts: FactFinder;

  readonly found = new Map<Span, DataOf<'POLAR_CHECK_BOTH_NIL'>>();

  constructor(types: TypeTable, declared: DeclaredPlaces) {
    this.places = new NilPlaces(types, declared);
    this.facts = new FactFinder(this.places);
  }

  run({ parameters, body }: Scope, isNegated: boolean): void {
    const heads = parameters.map(({ term, specializer }) =>
      specializer === undefined ? noFacts : this.facts.ofPattern(term, specializer),
    );
    const ofHead = joined(...heads);
    const whole = body === undefined ? undefined : { term: body, isNegated };
    const ofBody = whole === undefined || isNegated ? noFacts : this.facts.of(whole);
    if (!isNegated) {
      const all = joined(ofHead, ofBody);
      let before = noFacts;
      for (const [i, { term, specializer }] of parameters.entries()) {
        if (specializer !== undefined)
          before = this.#compareAll(this.#pairsOfPattern(term, specializer), before, all);
        before = joined(before, heads[i]!);
      }
    }
    if (whole !== undefined) this.#follow(whole, ofHead);
  }

  /** @param outer the facts that hold around the condition, before and after it */
  #follow(condition: Condition, outer: Facts): void {
    const parts: Condition[] = [];
    const flatten = (each: Condition): void => {
      const inner = partsOf(each);
      if (inner?.as === 'all') inner.parts.forEach(flatten);
      else parts.push(each);
    };
    flatten(condition);
    const own = parts.map((part) => this.facts.of(part));
    const all = joined(outer, ...own);
    let before = outer;
    for (const [i, part] of parts.entries()) {
      const inner = partsOf(part);
      if (inner === undefined) before = this.#compareAll(this.#pairsOf(part), before, all);
      else this.#followEach(inner.parts, all);
      before = joined(before, own[i]!);
    }
  }

  /** An alternative matters where no other one holds. So `note.teamId = nil or note.teamId = user.teamId` needs no guard. */
  #followEach(alternatives: readonly Condition[], outer: Facts): void {
    const opposites = alternatives.map((each) =>
      joined(this.facts.of({ ...each, isNegated: !each.isNegated }), this.#nilCase(each)),
    );
    for (const [i, alternative] of alternatives.entries())
      this.#follow(alternative, joined(outer, ...opposites.toSpliced(i, 1)));
  }

  /** An alternative that only compares values with nil says that nil is meant: `(a.x = nil and b.x = nil) or a.x = b.x`. */
  #nilCase(condition: Condition): Facts {
    return this.#comparesWithNil(condition) ? this.facts.of(condition) : noFacts;
  }

  #comparesWithNil({ term, isNegated }: Condition): boolean {
    if (isNegated) return false;
    if (term.kind === 'and')
      return term.operands.every((operand) => this.#comparesWithNil({ term: operand, isNegated }));
    const isEquality = term.kind === 'unify' || (term.kind === 'compare' && term.operator === '==');
    return isEquality && (this.places.isNil(term.left) || this.places.isNil(term.right));
  }

  #pairsOf({ term, isNegated }: Condition): readonly Pair[] {
    switch (term.kind) {
      case 'unify':
        return isNegated ? [] : [this.#pair(term.left, term.right, '=', term.span)];
      case 'assign':
        return isNegated ? [] : [this.#pair(term.variable, term.value, '=', term.span)];
      case 'compare':
        if (term.operator === '==')
          return isNegated ? [] : [this.#pair(term.left, term.right, '=', term.span)];
        if (term.operator !== '!=') return [];
        return [this.#pair(term.left, term.right, isNegated ? '=' : '!=', term.span)];
      case 'in': {
        const { item, collection, span } = term;
        if (isNegated) return [];
        if (collection.kind === 'list')
          return collection.items.map((each) => ({
            ...this.#pair(item, each, '=', each.span),
            binds: false,
          }));
        const rightKey = this.places.keyOfElement(term);
        return [{ ...this.#pair(item, collection, 'in', span), rightKey }];
      }
      case 'matches':
        return isNegated ? [] : this.#pairsOfPattern(term.value, term.pattern);
      default:
        return [];
    }
  }

  #pair(left: PatternOrTermNode, right: PatternOrTermNode, operator: Pair['operator'], span: Span): Pair {
    const [leftKey, rightKey] = [this.places.keyOf(left), this.places.keyOf(right)];
    return { left, leftKey, right, rightKey, operator, span, binds: operator === '=' };
  }

  #pairsOfPattern(value: TermNode, pattern: PatternNode): readonly Pair[] {
    const key = this.places.keyOf(value);
    return key === undefined ? [] : this.#pairsInPattern(key, pattern);
  }

  #pairsInPattern(object: string, pattern: PatternNode): readonly Pair[] {
    if (pattern.kind === 'literal' || pattern.kind === 'list-pattern') return [];
    return pattern.fields.flatMap(({ key, keySpan, value }) => {
      const field = this.places.keyOfField(object, pattern, key, keySpan);
      if (isPattern(value)) return this.#pairsInPattern(field, value);
      const pair = this.#pair(value, value, '=', value.span);
      return [{ ...pair, rightKey: field }];
    });
  }

  /** Compares pairs one after the other, and returns the facts after them. */
  #compareAll(pairs: readonly Pair[], start: Facts, all: Facts): Facts {
    let before = start;
    for (const pair of pairs) {
      this.#compare(pair, before, all);
      const { leftKey, rightKey, binds } = pair;
      if (binds && leftKey !== undefined && rightKey !== undefined)
        before = joined(before, equality(leftKey, rightKey));
    }
    return before;
  }

  #compare({ left, leftKey, right, rightKey, operator, span }: Pair, before: Facts, all: Facts): void {
    if (leftKey === undefined || rightKey === undefined) return;
    const lefts = equalTo(leftKey, before);
    if (lefts.has(rightKey)) return;
    const rights = equalTo(rightKey, before);
    if (isSettled([leftKey, rightKey], all)) return;
    const a = this.#firstOf(lefts);
    const b = this.#firstOf(rights);
    if (a === undefined || b === undefined) return;
    if (operator === '!=' && a.object === b.object) return;
    const isInPattern = left === right;
    const [first, second] = isInPattern ? [b, a] : [a, b];
    const guardOf = (term: PatternOrTermNode, { text }: NilPlace): string =>
      term.kind === 'variable' ? term.name : text;
    const guards =
      operator === '!='
        ? [guardOf(left, a), guardOf(right, b)]
        : [right.kind === 'variable' ? right.name : guardOf(left, first)];
    this.found.set(span, { left: first.text, right: second.text, operator, guards });
  }

  #firstOf(keys: ReadonlySet<string>): NilPlace | undefined {
    for (const key of keys) {
      const place = this.places.nilPlaces.get(key);
      if (place !== undefined) return place;
    }
    return undefined;
  }
}
