import {
  Authorizer,
  renderExplanation,
  type AuthorizerOptions,
  type Diagnostic,
  type Explanation,
  type NamedPolicy,
  type RenderOptions,
} from '@nanook/core';
import { nearNames } from '@nanook/core/internal';
import { isWithin, positionOf, textOf, visit, type AssertionNode, type TestNode } from '@nanook/core/syntax';
import { PolicyCoverage } from '@nanook/core/testing';
import { findingOf, type Finding } from '@nanook/analysis';
import { messageOf } from '../errors/message-of.js';
import type { Fixtures } from '../project/config.js';
import type { Project } from '../project/project.js';
import { reasonOfFailure } from './assertion.js';
import { InvalidTest, messageWithFrame } from './invalid-test.js';
import { lacksRules, rulesOfSetups, withRulesOfSetups } from './rules-of-setups.js';
import { asWritten, fixtureConstants, setupSource } from './setup-source.js';
import { TestMistakes } from './test-mistakes.js';
import type { TestFailure, TestResult } from './test-result.js';
import { withEntities } from './with-entities.js';
import { withoutRowFacts } from './without-row-facts.js';
import { requireFixtures, testsWithFixtures } from './with-fixtures.js';

export interface TestOptions {
  /** Runs only the tests whose name contains this text. */
  readonly name?: string | undefined;
  /** Whether the results have the coverage of the assertions. */
  readonly measuresCoverage?: boolean;
  /** The form of the explanations of failures. Default: `full`. */
  readonly form?: ExplanationForm;
}

/** The form of an explanation: the whole tree, or one reason. */
export type ExplanationForm = NonNullable<RenderOptions['form']>;

/**
 * Runs the tests of the policies of a project, one after the other.
 *
 * @throws {PolicyError} when a policy has an error
 */
export async function* runTests(
  project: Project,
  { name = '', measuresCoverage = false, form = 'full' }: TestOptions = {},
): AsyncGenerator<TestResult> {
  const coverage = measuresCoverage ? new PolicyCoverage() : undefined;
  const runner = await TestRunner.create(project, { coverage, form });
  for (const test of testsOf(project)) {
    if (!test.name.value.includes(name)) continue;
    const start = performance.now();
    const failures = await runner.run(test);
    const { line } = positionOf(test.span);
    const durationMs = performance.now() - start;
    const file = test.span.source.name ?? 'policy';
    yield { name: test.name.value, file, line, durationMs, failures, coverage: coverage?.take() };
  }
}

export const testsOf = ({ trees }: Pick<Project, 'trees'>): readonly TestNode[] => testsWithFixtures(trees);

export interface TestRunnerOptions {
  /** Receives the coverage of the assertions. */
  readonly coverage?: PolicyCoverage | undefined;
  /** Replaces the policies of the project. */
  readonly policies?: readonly NamedPolicy[];
  /** Replaces the fixtures of the project, which are loaded again otherwise. */
  readonly fixtures?: Fixtures;
  /** The form of the explanations of failures. Default: `full`. */
  readonly form?: ExplanationForm;
  /** Whether only the failure counts: a test ends at its first one, which is not explained. */
  readonly stopsAtFailure?: boolean;
}

/** A test that can run. */
export interface PreparedTest {
  /** The policies with the setup. */
  readonly authorizer: Authorizer;
  /** The values that the test can name. */
  readonly fixtures: Fixtures;
  /** The texts of objects such as `User{"ann"}`, by the name of the fixture. */
  readonly texts: ReadonlyMap<string, string>;
  readonly assertions: readonly AssertionNode[];
  /** The facts and rules of the setup; undefined for a test without a setup. */
  readonly setup: NamedPolicy | undefined;
}

/** Runs tests with the policies of a project, or with others. */
export class TestRunner {
  #mistakes: TestMistakes | undefined;

  private constructor(
    readonly project: Project,
    readonly fixtures: Fixtures,
    /** The policies without the setup of a test. */
    readonly authorizer: Authorizer,
    readonly options: TestRunnerOptions,
  ) {}

  /** @throws {PolicyError} when a policy has an error */
  static async create(project: Project, options: TestRunnerOptions = {}): Promise<TestRunner> {
    const fixtures = options.fixtures ?? (await project.fixtures());
    const create = async (used: TestRunnerOptions): Promise<TestRunner> =>
      new TestRunner(project, fixtures, await Authorizer.load(loadOptions(project, used)), used);
    try {
      return await create(options);
    } catch (error) {
      if (!lacksRules(error)) throw error;
      const policies = options.policies ?? project.policies;
      return create({ ...options, policies: [...policies, rulesOfSetups(policies)] });
    }
  }

  /** Returns the assertions of a test that do not hold. */
  async run(test: TestNode): Promise<readonly TestFailure[]> {
    const failures: TestFailure[] = [];
    const fail = (node: { readonly span: TestNode['span'] }, assertion: string, reason: string): void =>
      void failures.push({ assertion, line: positionOf(node.span).line, reason });
    const isQuiet = this.options.stopsAtFailure === true;
    let prepared: PreparedTest;
    try {
      prepared = await this.prepare(test);
    } catch (error) {
      fail(test, 'setup', messageOf(error));
      return failures;
    }
    const { authorizer, assertions, setup, texts } = prepared;
    const explain = (explanation: Explanation): string =>
      renderExplanation(
        setup === undefined ? explanation : asWritten(explanation, setup, test, texts),
        this.options.form && { form: this.options.form },
      );
    // A mutant can make an action of an assertion ungrantable. The test has not failed then.
    const mistakes = isQuiet ? [] : this.mistakesIn(test, prepared);
    if (assertions.length === 0)
      fail(test, 'no assertion', 'expected `assert …;` or `assert_not …;` in the test, found none');
    for (const item of assertions) {
      try {
        const mistake = mistakes.filter(({ span }) => span !== undefined && isWithin(span, item.span));
        const reason =
          mistake.length > 0
            ? mistake.map(messageWithFrame).join('\n')
            : await reasonOfFailure(item, authorizer, prepared, isQuiet ? undefined : explain);
        if (reason !== undefined) fail(item, textOf(item.span), reason);
      } catch (error) {
        fail(item, textOf(item.span), messageOf(error));
      }
      if (failures.length > 0 && isQuiet) break;
    }
    return failures;
  }

  /** Returns the mistakes in the assertions of a test. */
  mistakesIn(test: TestNode, prepared: PreparedTest): readonly Finding[] {
    const { project, fixtures } = this;
    this.#mistakes ??= new TestMistakes(
      project,
      this.options.policies ?? project.policies,
      fixtures,
      testsOf(project),
    );
    return this.#mistakes.of(test, prepared);
  }

  /**
   * Loads the policies with the rules of the setup of a test.
   *
   * @param given the values that the test can name
   * @throws {Error} when the setup cannot be loaded, or names a role that no block declares
   */
  async prepare(written: TestNode, given: Fixtures = this.fixtures): Promise<PreparedTest> {
    const { project, authorizer } = this;
    requireFixtures(written);
    const { test, fixtures, texts } = withEntities(written, given, project.types);
    const assertions = test.items.filter((item) => item.kind === 'assertion');
    const setup = setupSource(test, fixtures, authorizer);
    // No row belongs to an object such as `User{"ann"}`. Its facts are those of the setup.
    const types = texts.size > 0 ? withoutRowFacts(project.types) : undefined;
    if (setup === undefined && types === undefined) return { authorizer, fixtures, texts, assertions, setup };
    const misspelled: Finding[] = [];
    const queried = calledNames(assertions);
    const options = loadOptions(project, this.options, (warning) => {
      if (setup === undefined || warning.file !== setup.name) return;
      if (warning.code === 'POLAR_CHECK_UNDECLARED_NAME') misspelled.push(findingOf(warning));
      const { name = '' } = warning.data as { readonly name?: string };
      if (warning.code === 'POLAR_CHECK_UNUSED_RULE' && !queried.has(name))
        misspelled.push(unusedRule(warning, name, authorizer));
    });
    const policies = [
      ...(options.policies as readonly NamedPolicy[]),
      ...(setup === undefined ? [] : [setup]),
    ];
    const prepared = await Authorizer.load({
      ...options,
      ...(types && { types }),
      policies: types === undefined ? policies : withRulesOfSetups(policies),
      constants: { ...options.constants, ...fixtureConstants(fixtures) },
    });
    // A fact with a misspelled role or rule gives nothing, and an `assert_not` would hold for the wrong reason.
    if (misspelled.length > 0)
      throw new InvalidTest(misspelled.map((finding) => ({ ...finding, severity: 'error' })));
    return { authorizer: prepared, fixtures, texts, assertions, setup };
  }
}

/** The names of the rules that the assertions of a test query. */
function calledNames(assertions: readonly AssertionNode[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const assertion of assertions)
    visit(assertion, { call: ({ predicate }) => void names.add(predicate) });
  return names;
}

function unusedRule(warning: Diagnostic, name: string, { policy }: Authorizer): Finding {
  const near = nearNames(name, policy.rules);
  const advice = near.length === 0 ? 'correct its name' : `did you mean \`${near.join('` or `')}\`?`;
  const message = `neither the policy nor the test uses \`${name}\`, so this fact changes nothing; ${advice}`;
  return { ...findingOf(warning), message };
}

function loadOptions(
  project: Project,
  { coverage, policies = project.policies }: TestRunnerOptions,
  onWarning: (warning: Diagnostic) => void = () => {},
): AuthorizerOptions {
  // `print` in a policy must not write into a report.
  const options = { ...project.authorizerOptions(onWarning), policies, print: () => {} };
  return coverage === undefined ? options : { ...options, coverage };
}
