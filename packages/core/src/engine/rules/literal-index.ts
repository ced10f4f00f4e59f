import type { Rule } from '../../ir/goal.js';

/** The rules of one name and arity by the literal that they have at one position. */
export interface LiteralIndex {
  readonly byLiteral: ReadonlyMap<unknown, { readonly id: number; readonly rules: Rule[] }>;
  /** The rules that have no literal at the position. */
  readonly others: readonly Rule[];
}

/** Returns the index of the literals at a position; undefined when no rule has one. */
export function literalsAt(rules: readonly Rule[], position: number): LiteralIndex | undefined {
  const byLiteral = new Map<unknown, { id: number; rules: Rule[] }>();
  const others: Rule[] = [];
  for (const rule of rules) {
    const { literal } = rule.parameters[position]!;
    // NaN equals no value, not even itself, but a Map finds it.
    if (literal === undefined || Number.isNaN(literal)) {
      others.push(rule);
      continue;
    }
    const known = byLiteral.get(literal);
    if (known === undefined) byLiteral.set(literal, { id: byLiteral.size, rules: [rule] });
    else known.rules.push(rule);
  }
  return byLiteral.size === 0 ? undefined : { byLiteral, others };
}
