import type { NamedPolicy } from '@nanook/core';
import { PolicyCoverage, type CoverageData } from '@nanook/core/testing';
import type { TestNode } from '@nanook/core/syntax';
import { messageOf } from '../errors/message-of.js';
import type { Fixtures } from '../project/config.js';
import type { Project } from '../project/project.js';
import { testsOf, TestRunner } from '../test/run-tests.js';
import { DifferenceSearch } from './find-difference.js';
import { applyEdits, type Mutant } from './mutant.js';
import type { StoredResult } from './mutant-result.js';
import { keyOf, reachedBy } from './reached.js';

/** Runs the tests against mutants. A test runs only if it reaches the change, and the first failure ends the run. */
export class MutantEvaluator {
  #search: Promise<DifferenceSearch> | undefined;

  private constructor(
    readonly project: Project,
    readonly fixtures: Fixtures,
    readonly tests: readonly TestNode[],
    /** The tests that do not pass without a mutant. */
    readonly failing: readonly TestNode[],
    /** The rules and predicates that each test reaches. */
    readonly reached: readonly ReadonlySet<string>[],
  ) {}

  /** Runs all tests with the policies, and notes the rules that each of them reaches. */
  static async create(project: Project): Promise<MutantEvaluator> {
    const fixtures = await project.fixtures();
    const tests = testsOf(project);
    const coverage = new PolicyCoverage();
    const runner = await TestRunner.create(project, { coverage, fixtures });
    const reached: ReadonlySet<string>[] = [];
    const failing: TestNode[] = [];
    for (const test of tests) {
      coverage.take();
      if ((await runner.run(test)).length > 0) failing.push(test);
      reached.push(new Set(reachedBy(coverage.take() satisfies CoverageData)));
    }
    return new MutantEvaluator(project, fixtures, tests, failing, reached);
  }

  /** @param skipped the positions of tests that pass with the mutant, as a run before has found */
  async evaluate(mutant: Mutant, skipped: ReadonlySet<number> = new Set()): Promise<StoredResult> {
    const { id } = mutant;
    const key = keyOf(mutant);
    const coveredBy = this.tests.flatMap((_, i) => (this.reached[i]!.has(key) ? [i] : []));
    const result = { id, coveredBy, killedBy: undefined, ran: 0, difference: undefined, error: undefined };
    const policies = this.#mutated(mutant);
    let runner: TestRunner;
    try {
      runner = await TestRunner.create(this.project, {
        policies,
        fixtures: this.fixtures,
        stopsAtFailure: true,
      });
    } catch (error) {
      return { ...result, status: 'error', error: messageOf(error).split('\n', 1)[0] };
    }
    let ran = 0;
    for (const index of coveredBy) {
      if (skipped.has(index)) continue;
      ran++;
      const failures = await runner.run(this.tests[index]!);
      if (failures.length > 0) return { ...result, status: 'killed', killedBy: index, ran };
    }
    this.#search ??= DifferenceSearch.create(this.project, this.fixtures, this.tests);
    const found = await (await this.#search).find(mutant, policies);
    if (found.kind === 'difference') {
      const status = coveredBy.length === 0 ? 'uncovered' : 'survived';
      return { ...result, status, ran, difference: found.difference };
    }
    const isReached = coveredBy.length > 0 || found.kind === 'none';
    return { ...result, status: isReached ? 'unresolved' : 'uncovered', ran };
  }

  #mutated({ file, edits }: Mutant): readonly NamedPolicy[] {
    return this.project.policies.map((policy) =>
      policy.name === file ? { ...policy, source: applyEdits(policy.source, edits) } : policy,
    );
  }
}
