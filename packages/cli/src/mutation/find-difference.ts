import type { Authorizer, NamedPolicy } from '@nanook/core';
import { printString, type TestNode } from '@nanook/core/syntax';
import { PolicyCoverage } from '@nanook/core/testing';
import type { Fixtures } from '../project/config.js';
import type { Project } from '../project/project.js';
import { TestRunner } from '../test/run-tests.js';
import { isKnownAction } from '../test/test-mistakes.js';
import { withChanges, type Change } from './changes.js';
import { checksOf, decide, differ, TypeArgument, type Check, type CheckOutcome } from './checks.js';
import { ComparedValues } from './compared-values.js';
import { Exploration, type ExploredCheck, type ExploredPolicy } from './explore.js';
import type { Mutant } from './mutant.js';
import { PolicyNames } from './names.js';
import { keyOf, reachedBy } from './reached.js';
import { withFurtherFacts } from './further-facts.js';
import { facts, factsOf, prepared, setupOf, type Setup } from './setups.js';
import { TestData } from './test-data.js';

/** A check whose outcome a mutant changes. */
export interface Difference {
  /** The line that a test needs: `assert_not allow(ben, "edit", draft);` */
  readonly assertion: string;
  /** The facts that the test needs in its setup. */
  readonly setup: readonly string[];
  /** The objects and changes that the assertion needs in the test data. */
  readonly changes: readonly string[];
}

export type SearchResult =
  | { readonly kind: 'difference'; readonly difference: Difference }
  /** No check of the search tells the mutant from the policy. */
  | { readonly kind: 'none' }
  /** No check of the search reaches the change. */
  | { readonly kind: 'unreached' };

/** Checks that reach a place, with the facts and the outcome without a mutant. */
interface ReachingCheck {
  readonly check: Check;
  readonly setup: Setup | undefined;
  readonly outcome: CheckOutcome;
}

/** The most checks that reach a place: of fixtures, with objects that the fixtures do not have, and with a setup. */
const maxReaching = { fixtures: 1500, invented: 1500, setup: 1000 };

type ReachingChecks = Readonly<Record<keyof typeof maxReaching, ReachingCheck[]>>;

/**
 * Searches a check that a mutant changes: over the fixtures, the setups of the tests and single further facts, and then with changes of the
 * test data.
 */
export class DifferenceSearch {
  readonly #reaching = new Map<string, ReachingChecks>();
  readonly #all: ReachingChecks = { fixtures: [], invented: [], setup: [] };

  private constructor(
    readonly project: Project,
    readonly fixtures: Fixtures,
    readonly runner: TestRunner,
    readonly exploration: Exploration,
  ) {}

  /** Decides the checks with the policies, and notes the rules that each check reaches. */
  static async create(
    project: Project,
    fixtures: Fixtures,
    tests: readonly TestNode[],
  ): Promise<DifferenceSearch> {
    const coverage = new PolicyCoverage();
    const covered = await TestRunner.create(project, { coverage, fixtures });
    const plain = await TestRunner.create(project, { fixtures });
    const names = new PolicyNames(project.policies, project.types);
    const data = new TestData(fixtures, project.types, plain.authorizer, names);
    const scope = { fixtures: data.named, added: data.added };
    const compared = new ComparedValues(project.policies, names, project.config.constants ?? {});
    const checks = checksOf(project, scope, plain.authorizer, tests, compared);
    const exploration = new Exploration(project, data, compared, exploredPolicy(covered, coverage));
    const search = new DifferenceSearch(project, fixtures, plain, exploration);
    await search.#note(checks, undefined, covered.authorizer, coverage);
    for (const test of [...tests, ...withFurtherFacts(tests, data, compared.names)]) {
      const setup = setupOf(test, fixtures, project);
      if (setup === undefined) continue;
      const { texts } = setup;
      const hasFacts = test.items.some(({ kind }) => kind === 'setup');
      if (hasFacts) await search.#noteWithSetup(checks, setup, covered, coverage);
      if (texts.size === 0) continue;
      const added = new Set([...texts.keys()].map((name) => setup.fixtures[name]));
      const own = checksOf(project, setup, plain.authorizer, [setup.test], compared);
      const ofObjects = own.filter(({ args }) => args.some((arg) => added.has(arg)));
      await search.#noteWithSetup(ofObjects, setup, covered, coverage);
    }
    for (const { test, actor } of facts(fixtures, plain.authorizer, project, names))
      await search.#noteWithSetup(
        checks.filter(({ args, isInvented }) => args[0] === actor && !isInvented),
        { test, fixtures, texts: new Map() },
        covered,
        coverage,
      );
    return search;
  }

  /** @param policies the policies with the mutant */
  async find(mutant: Mutant, policies: readonly NamedPolicy[]): Promise<SearchResult> {
    const reaching = listOf(this.#reaching.get(keyOf(mutant)));
    const { project, fixtures } = this;
    const runner = await TestRunner.create(project, { policies, fixtures });
    const authorizers = new Map<Setup | undefined, Authorizer | undefined>([[undefined, runner.authorizer]]);
    for (const { check, setup, outcome } of reaching) {
      if (!authorizers.has(setup)) authorizers.set(setup, await prepared(runner, setup!));
      const authorizer = authorizers.get(setup);
      if (authorizer === undefined) continue;
      if (differ(outcome, await decide(authorizer, check), check.isInvented))
        return this.#found({ check, setup, changes: [] }, outcome);
    }
    const coverage = new PolicyCoverage();
    const mutated = exploredPolicy(
      await TestRunner.create(project, { policies, fixtures, coverage }),
      coverage,
    );
    const seeds = reaching.length > 0 ? reaching : listOf(this.#all);
    const explored = await this.exploration.explore(mutant, mutated, seeds);
    const found = explored && (await this.#confirmed(explored, runner));
    if (found !== undefined) return found;
    return { kind: reaching.length > 0 ? 'none' : 'unreached' };
  }

  /** Decides a check again, and leaves out the changes that it does not need. */
  async #confirmed(explored: ExploredCheck, runner: TestRunner): Promise<SearchResult | undefined> {
    const { check, setup } = explored;
    const own = await authorizerOf(this.runner, setup);
    const mutated = await authorizerOf(runner, setup);
    if (own === undefined || mutated === undefined) return undefined;
    const outcomeWith = (changes: readonly Change[]): Promise<CheckOutcome | undefined> =>
      withChanges(changes, async () => {
        const outcome = await decide(own, check);
        return differ(outcome, await decide(mutated, check), true) ? outcome : undefined;
      });
    let { changes } = explored;
    let outcome = await outcomeWith(changes);
    for (const change of explored.changes) {
      const fewer = changes.filter((each) => each !== change);
      const same = await outcomeWith(fewer);
      if (same === undefined) continue;
      changes = fewer;
      outcome = same;
    }
    return outcome && this.#found({ check, setup, changes }, outcome);
  }

  async #found({ check, setup, changes }: ExploredCheck, outcome: CheckOutcome): Promise<SearchResult> {
    const own = await authorizerOf(this.runner, setup);
    const exact = own && (await withChanges(changes, () => exactAssertion(own, check, this.project)));
    return {
      kind: 'difference',
      difference: {
        assertion: exact ?? `${outcome === 'allowed' ? 'assert' : 'assert_not'} ${check.text};`,
        setup: setup === undefined ? [] : factsOf(setup),
        changes: this.exploration.changes.textsOf(changes, check.args),
      },
    };
  }

  async #noteWithSetup(
    checks: readonly Check[],
    setup: Setup,
    runner: TestRunner,
    coverage: PolicyCoverage,
  ): Promise<void> {
    const authorizer = await prepared(runner, setup);
    if (authorizer !== undefined) await this.#note(checks, setup, authorizer, coverage);
  }

  async #note(
    checks: readonly Check[],
    setup: Setup | undefined,
    authorizer: Authorizer,
    coverage: PolicyCoverage,
  ): Promise<void> {
    for (const check of checks) {
      coverage.take();
      const outcome = await decide(authorizer, check);
      const reaching = { check, setup, outcome };
      add(this.#all, reaching);
      for (const key of reachedBy(coverage.take())) {
        let all = this.#reaching.get(key);
        if (all === undefined) this.#reaching.set(key, (all = { fixtures: [], invented: [], setup: [] }));
        add(all, reaching);
      }
    }
  }
}

function add(all: ReachingChecks, reaching: ReachingCheck): void {
  const kind = reaching.check.isInvented ? 'invented' : reaching.setup === undefined ? 'fixtures' : 'setup';
  if (all[kind].length < maxReaching[kind]) all[kind].push(reaching);
}

/** Returns the checks in the order in which people prefer them. */
const listOf = (checks: ReachingChecks | undefined): readonly ReachingCheck[] =>
  checks === undefined ? [] : [...checks.fixtures, ...checks.setup, ...checks.invented];

/**
 * Returns an assertion of all actions of the actor, if no rule can allow the action of a check: `nanook test` refuses an assertion about such
 * an action. Returns undefined for another check.
 */
async function exactAssertion(
  authorizer: Authorizer,
  check: Check,
  { trees }: Project,
): Promise<string | undefined> {
  const [actor, action, given] = check.args;
  if (check.predicate !== 'allow' || check.args.length !== 3 || typeof action !== 'string') return undefined;
  if (isKnownAction(action, authorizer, trees)) return undefined;
  const resource = given instanceof TypeArgument ? authorizer.type(given.type) : given;
  const actions = [...(await authorizer.actions(actor, resource))].toSorted();
  const text = check.text.replace(`, ${printString(action)}, `, ', action, ');
  return `assert ${text} iff action in [${actions.map(printString).join(', ')}];`;
}

const authorizerOf = async (runner: TestRunner, setup: Setup | undefined): Promise<Authorizer | undefined> =>
  setup === undefined ? runner.authorizer : prepared(runner, setup);

const exploredPolicy = (runner: TestRunner, coverage: PolicyCoverage): ExploredPolicy => {
  const authorizers = new Map<Setup | undefined, Promise<Authorizer | undefined>>();
  return {
    coverage,
    authorizerFor: (setup) => {
      let known = authorizers.get(setup);
      if (known === undefined) authorizers.set(setup, (known = authorizerOf(runner, setup)));
      return known;
    },
  };
};
