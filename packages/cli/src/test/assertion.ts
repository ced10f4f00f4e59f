import { isPolarError, isUndecided, type Authorizer, type Explanation } from '@nanook/core';
import { printTerm, type AssertionNode, type TermNode } from '@nanook/core/syntax';
import type { Fixtures } from '../project/config.js';
import { bindingsOf } from '../values/bindings-of.js';
import { showValue } from '../values/show-value.js';
import type { TestWithFixtures } from './with-entities.js';

/**
 * Returns the reason why an assertion does not hold; undefined when it holds.
 *
 * @param explain returns the text of an explanation; undefined if only the failure counts
 */
export async function reasonOfFailure(
  { isNegated, term, values }: AssertionNode,
  authorizer: Authorizer,
  { fixtures, texts }: Pick<TestWithFixtures, 'fixtures' | 'texts'>,
  explain: ((explanation: Explanation) => string) | undefined,
): Promise<string | undefined> {
  if (values?.kind === 'in' && values.item.kind === 'variable')
    return differenceOf(term, values.item.name, values.collection, authorizer, fixtures);
  if (values?.kind === 'unify' && values.left.kind === 'variable') {
    const { left, right, span } = values;
    const list: TermNode = { kind: 'list', span, items: [right], rest: undefined };
    return differenceOf(term, left.name, list, authorizer, fixtures);
  }
  const text = printTerm(term);
  const bindings = bindingsOf(text, fixtures);
  if ((await outcomeOf(authorizer, text, bindings)) === (isNegated ? 'denied' : 'allowed')) return undefined;
  if (explain === undefined) return 'it does not hold';
  const names = new Map(
    Object.entries(fixtures).map(([name, value]) => [value, texts.get(name) ?? name] as const),
  );
  return explain(await authorizer.policy.explainQuery(text, { bindings, names }));
}

type Outcome = Explanation['outcome'];

/** Decides whether a query has an answer. */
export async function outcomeOf(authorizer: Authorizer, text: string, bindings: Fixtures): Promise<Outcome> {
  const answers = authorizer.policy.query(text, { bindings, acceptExpression: true });
  try {
    const { done } = await answers.next();
    return done === true ? 'denied' : 'allowed';
  } catch (error) {
    if (isUndecided(error)) return 'undecided';
    throw error;
  } finally {
    await answers.return();
  }
}

/** Compares the values of a variable in all answers with the values after `iff`. */
async function differenceOf(
  term: TermNode,
  variable: string,
  collection: TermNode,
  authorizer: Authorizer,
  fixtures: Fixtures,
): Promise<string | undefined> {
  const text = printTerm(term);
  const expected = await valuesOf(`${variable} in ${printTerm(collection)}`, variable, authorizer, fixtures);
  const found = await valuesOf(text, variable, authorizer, fixtures);
  const nameOf = (value: unknown): string | undefined =>
    typeof value === 'object' ? Object.keys(fixtures).find((name) => fixtures[name] === value) : undefined;
  const show = (values: readonly unknown[]): string =>
    values.map((value) => nameOf(value) ?? showValue(value, authorizer)).join(', ');
  const missing = await valuesNotIn(found, expected, authorizer);
  const unexpected = await valuesNotIn(expected, found, authorizer);
  const parts = [
    ...(missing.length > 0 ? [`missing: ${show(missing)}`] : []),
    ...(unexpected.length > 0 ? [`unexpected: ${show(unexpected)}`] : []),
  ];
  return parts.length === 0 ? undefined : parts.join('\n');
}

/** Returns the values that equal none of the others, as a policy compares them: two lists with the same items are equal. */
async function valuesNotIn(
  others: readonly unknown[],
  values: readonly unknown[],
  authorizer: Authorizer,
): Promise<readonly unknown[]> {
  const missing: unknown[] = [];
  for (const value of values) {
    if (others.includes(value)) continue;
    const bindings = { value, others };
    const { done } = await authorizer.policy.query('value in others', { bindings }).next();
    if (done === true) missing.push(value);
  }
  return missing;
}

/** Returns the values of a variable in the answers. If an answer does not bind it, each fixture is tried. */
async function valuesOf(
  text: string,
  variable: string,
  authorizer: Authorizer,
  fixtures: Fixtures,
): Promise<readonly unknown[]> {
  const { [variable]: _hidden, ...bindings } = bindingsOf(text, fixtures);
  const values = new Set<unknown>();
  try {
    for await (const answer of authorizer.policy.query(text, { bindings })) values.add(answer.get(variable));
  } catch (error) {
    if (!isPolarError(error) || error.code !== 'POLAR_RUN_UNEXPECTED_CONSTRAINT') throw error;
    for (const value of Object.values(fixtures)) {
      const outcome = await outcomeOf(authorizer, text, { ...bindings, [variable]: value });
      if (outcome === 'allowed') values.add(value);
    }
  }
  return [...values];
}
