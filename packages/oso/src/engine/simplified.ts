import { isDeepStrictEqual } from 'node:util';
import { Expression } from '../expression.js';
import { Predicate } from '../predicate.js';
import { Dict, type PolarOperator } from '../types.js';
import { Variable } from '../variable.js';

/**
 * Simplifies the conditions of an answer as oso does: each condition is mentioned once, and a variable that equals a value is replaced by it in
 * the other conditions.
 *
 * @param outputs the variables of the answer
 */
export function simplified(expression: Expression, outputs: ReadonlySet<string>): Expression {
  if (expression.operator !== 'And') return expression;
  let conditions = withoutRepetitions(expression.args);
  for (let i = 0; i < conditions.length; i++) {
    const found = replacementOf(conditions[i], conditions, outputs);
    if (found === undefined) continue;
    const [name, value] = found;
    const others = conditions.filter((_, j) => j !== i);
    conditions = withoutRepetitions(others.map((each) => replaced(each, name, value)));
    i = -1;
  }
  return new Expression('And', conditions);
}

/** Returns the variable that a condition makes superfluous, and its value. */
function replacementOf(
  condition: unknown,
  all: readonly unknown[],
  outputs: ReadonlySet<string>,
): readonly [name: string, value: unknown] | undefined {
  if (!(condition instanceof Expression) || condition.operator !== 'Eq') return undefined;
  const [left, right] = condition.args;
  const isOutput = (side: unknown): boolean =>
    side instanceof Variable && (side.name === '_this' || outputs.has(side.name));
  for (const [side, other] of [
    [left, right],
    [right, left],
  ]) {
    if (!(side instanceof Variable) || mentions(other, side.name)) continue;
    if (!isOutput(side)) return [side.name, other];
    const isNeeded = all.some((each) => each !== condition && mentions(each, side.name));
    if (isNeeded && isOfPolar(other)) return [side.name, other];
  }
  return undefined;
}

const symmetric: ReadonlySet<PolarOperator> = new Set(['Unify', 'Eq', 'Neq']);

/** Returns each condition once. `1 = x` repeats `x = 1`. */
function withoutRepetitions(conditions: readonly unknown[]): unknown[] {
  const known: unknown[] = [];
  for (const each of conditions) {
    const isSymmetric = each instanceof Expression && symmetric.has(each.operator);
    const forms = isSymmetric ? [each, new Expression(each.operator, each.args.toReversed())] : [each];
    if (!known.some((other) => forms.some((form) => isDeepStrictEqual(form, other)))) known.push(each);
  }
  return known;
}

/** Returns the terms of which a term consists. */
function partsOf(term: unknown): readonly unknown[] {
  if (Array.isArray(term)) return term;
  if (term instanceof Expression || term instanceof Predicate) return term.args;
  return term instanceof Dict ? Object.values(term) : [];
}

const mentions = (term: unknown, name: string): boolean =>
  term instanceof Variable ? term.name === name : partsOf(term).some((part) => mentions(part, name));

/** Returns whether a term is a text, a number or a boolean, or consists of them. Values of the application are excluded. */
const isOfPolar = (term: unknown): boolean =>
  ['string', 'number', 'boolean'].includes(typeof term) ||
  ((Array.isArray(term) || term instanceof Dict) && partsOf(term).every(isOfPolar));

/** Returns a term in which a variable is replaced. */
function replaced(term: unknown, name: string, value: unknown): unknown {
  if (!mentions(term, name)) return term;
  if (term instanceof Variable) return value;
  const parts = partsOf(term).map((part) => replaced(part, name, value));
  if (term instanceof Expression) return new Expression(term.operator, parts);
  if (term instanceof Predicate) return new Predicate(term.name, parts);
  if (Array.isArray(term)) return parts;
  return new Dict(Object.fromEntries(Object.keys(term as Dict).map((key, i) => [key, parts[i]])));
}
