import type { Span } from '../../../diagnostics/span.js';
import { Predicate, type Rule } from '../../../ir/goal.js';
import type { DeclaredType } from '../../../types/declared-type.js';

/** The differences between two rules that are otherwise the same. */
export interface RuleComparison {
  /** The types that one rule mentions, each with the type in its place in the other rule. */
  readonly types: readonly (readonly [DeclaredType, DeclaredType])[];
  /** The positions of their goals. */
  readonly spans: readonly (readonly [Span, Span])[];
}

interface Differences {
  readonly types: [DeclaredType, DeclaredType][];
  readonly spans: [Span, Span][];
}

/** Compares rules, each pair once. */
export class RuleComparisons {
  readonly #known = new WeakMap<Rule, WeakMap<Rule, RuleComparison | 'different'>>();

  /** Returns undefined for rules that differ in more than types. */
  of(left: Rule, right: Rule): RuleComparison | undefined {
    let others = this.#known.get(left);
    if (others === undefined) this.#known.set(left, (others = new WeakMap()));
    let known = others.get(right);
    if (known === undefined) others.set(right, (known = compareRules(left, right) ?? 'different'));
    return known === 'different' ? undefined : known;
  }
}

function compareRules(left: Rule, right: Rule): RuleComparison | undefined {
  const found: Differences = { types: [], spans: [] };
  const areSame =
    left.name === right.name &&
    left.slotNames.length === right.slotNames.length &&
    areAlike(left.parameters, right.parameters, found) &&
    areAlike(left.body, right.body, found);
  return areSame ? found : undefined;
}

/** Compares parts of rules. Everything must be the same except types and positions, which are collected. */
function areAlike(left: unknown, right: unknown, found: Differences): boolean {
  if (typeof left !== 'object' || left === null || typeof right !== 'object' || right === null)
    return Object.is(left, right);
  if (Array.isArray(left))
    return (
      Array.isArray(right) &&
      left.length === right.length &&
      left.every((each, i) => areAlike(each, right[i], found))
    );
  if (left instanceof Predicate) return right instanceof Predicate && left.name === right.name;
  const [some, other] = [left as Part, right as Part];
  if (some.kind !== other.kind) return false;
  if (some.kind === 'declared-type') {
    found.types.push([left as DeclaredType, right as DeclaredType]);
    return true;
  }
  // A value of the application is the same only if it is the same object.
  if (some.kind === 'constant') return Object.is(some['value'], other['value']);
  if (some['span'] !== undefined) found.spans.push([some['span'] as Span, other['span'] as Span]);
  for (const name in some) {
    if (name === 'span' || isDerived(name, some)) continue;
    if (!areAlike(some[name], other[name], found)) return false;
  }
  return true;
}

type Part = Readonly<Record<string, unknown>> & { readonly kind?: string };

/**
 * Checks for a property that follows from others: `test` and `tests` refer to later goals; next to a type, `name` is its name, and `text`
 * is its text.
 */
const isDerived = (name: string, part: Part): boolean =>
  name === 'test' ||
  name === 'tests' ||
  ((name === 'name' || name === 'text') && typeof part['type'] === 'object');
