import {
  Authorizer,
  isPolarError,
  renderDiagnostic,
  renderExplanation,
  type Diagnostic,
  type Explanation,
} from '@nanook/core';
import {
  parse,
  positionOf,
  printTerm,
  textOf,
  type AssertionNode,
  type TermNode,
  type TestNode,
} from '@nanook/core/syntax';
import { bindingsOf } from '../commands/query.js';
import { messageOf } from '../errors/message-of.js';
import type { Fixtures } from '../project/config.js';
import type { Project } from '../project/project.js';
import { showValue } from '../values/show-value.js';
import { fixtureConstants, setupSource } from './setup-source.js';
import type { TestFailure, TestResult } from './test-result.js';

export interface TestOptions {
  /** Runs only the tests whose name contains this text. */
  readonly name?: string | undefined;
  /** Receives the explanation of each assertion that holds. */
  readonly onProof?: (explanation: Explanation) => void;
}

/**
 * Runs the tests of the policies of a project, one after the other.
 *
 * @throws {PolicyError} when a policy has an error
 */
export async function* runTests(
  project: Project,
  { name = '', onProof }: TestOptions = {},
): AsyncGenerator<TestResult> {
  const fixtures = await project.fixtures();
  const authorizer = await project.load();
  for (const test of testsOf(project)) {
    if (!test.name.value.includes(name)) continue;
    const start = performance.now();
    const failures = await failuresOf(test, project, fixtures, authorizer, onProof);
    const { line } = positionOf(test.span);
    const durationMs = performance.now() - start;
    yield { name: test.name.value, file: test.span.source.name ?? 'policy', line, durationMs, failures };
  }
}

const testsOf = ({ policies }: Project): readonly TestNode[] =>
  policies.flatMap(
    (policy) => parse(policy).policy.statements.filter(({ kind }) => kind === 'test') as TestNode[],
  );

async function failuresOf(
  test: TestNode,
  project: Project,
  fixtures: Fixtures,
  authorizer: Authorizer,
  onProof: TestOptions['onProof'],
): Promise<readonly TestFailure[]> {
  const failures: TestFailure[] = [];
  const fail = (node: { readonly span: TestNode['span'] }, assertion: string, reason: string): void =>
    void failures.push({ assertion, line: positionOf(node.span).line, reason });
  let prepared: Authorizer;
  try {
    prepared = await withSetup(test, project, fixtures, authorizer);
  } catch (error) {
    fail(test, 'setup', messageOf(error));
    return failures;
  }
  const assertions = test.items.filter((item) => item.kind === 'assertion');
  if (assertions.length === 0)
    fail(test, 'no assertion', 'expected `assert …;` or `assert_not …;` in the test, found none');
  for (const item of assertions) {
    try {
      const reason = await reasonOfFailure(item, prepared, fixtures, onProof);
      if (reason !== undefined) fail(item, textOf(item.span), reason);
    } catch (error) {
      fail(item, textOf(item.span), messageOf(error));
    }
  }
  return failures;
}

/** Loads the policies with the rules of the setup. */
async function withSetup(
  test: TestNode,
  project: Project,
  fixtures: Fixtures,
  authorizer: Authorizer,
): Promise<Authorizer> {
  const setup = setupSource(test, fixtures, authorizer);
  if (setup === undefined) return authorizer;
  const misspelled: Diagnostic[] = [];
  const options = project.authorizerOptions((warning) => {
    if (warning.code === 'POLAR_CHECK_UNDECLARED_NAME' && warning.file === setup.name)
      misspelled.push(warning);
  });
  const prepared = await Authorizer.load({
    ...options,
    policies: [...project.policies, setup],
    constants: { ...options.constants, ...fixtureConstants(fixtures) },
  });
  // A fact with a misspelled role gives nothing, and an `assert_not` would hold for the wrong reason.
  if (misspelled.length > 0) throw new Error(misspelled.map(renderDiagnostic).join('\n'));
  return prepared;
}

/** Returns the reason why an assertion does not hold; undefined when it holds. */
async function reasonOfFailure(
  { isNegated, term, values }: AssertionNode,
  authorizer: Authorizer,
  fixtures: Fixtures,
  onProof: TestOptions['onProof'],
): Promise<string | undefined> {
  if (values?.kind === 'in' && values.item.kind === 'variable')
    return differenceOf(term, values.item.name, values.collection, authorizer, fixtures, onProof);
  const text = printTerm(term);
  const explanation = await authorizer.explainQuery(text, { bindings: bindingsOf(text, fixtures) });
  const { outcome } = explanation;
  if (outcome === 'undecided' || (outcome === 'allowed') === isNegated) return renderExplanation(explanation);
  onProof?.(explanation);
  return undefined;
}

/** Compares the values of a variable in all answers with the values after `iff`. */
async function differenceOf(
  term: TermNode,
  variable: string,
  collection: TermNode,
  authorizer: Authorizer,
  fixtures: Fixtures,
  onProof: TestOptions['onProof'],
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
  if (onProof !== undefined)
    for (const value of found)
      onProof(
        await authorizer.explainQuery(text, {
          bindings: { ...bindingsOf(text, fixtures), [variable]: value },
        }),
      );
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
    const { done } = await authorizer.query('value in others', { bindings }).next();
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
    for await (const answer of authorizer.query(text, { bindings })) values.add(answer.get(variable));
  } catch (error) {
    if (!isPolarError(error) || error.code !== 'POLAR_RUN_UNEXPECTED_CONSTRAINT') throw error;
    for (const value of Object.values(fixtures)) {
      const { outcome } = await authorizer.explainQuery(text, {
        bindings: { ...bindings, [variable]: value },
      });
      if (outcome === 'allowed') values.add(value);
    }
  }
  return [...values];
}
