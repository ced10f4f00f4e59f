import { Authorizer, type NamedPolicy } from '@nanook/core';
import { parse, printRule, type TestNode } from '@nanook/core/syntax';
import { PolicyCoverage } from '@nanook/core/testing';
import type { Fixtures } from '../project/config.js';
import type { Project } from '../project/project.js';
import { TestRunner } from '../test/run-tests.js';
import { withEntities } from '../test/with-entities.js';
import { checksOf, decide, type Check, type CheckOutcome } from './checks.js';
import type { Mutant } from './mutant.js';
import { PolicyNames } from './names.js';
import { keyOf, reachedBy } from './reached.js';
import { Variations, withVariation } from './variations.js';

/** A check whose outcome a mutant changes. */
export interface Difference {
  /** The line that a test needs: `assert_not allow(ben, "edit", draft);` */
  readonly assertion: string;
  /** The facts that the test needs in its setup. */
  readonly setup: readonly string[];
  /** The change of the test data that the assertion needs; undefined: the fixtures as they are. */
  readonly change: string | undefined;
}

export type SearchResult =
  | { readonly kind: 'difference'; readonly difference: Difference }
  /** No check of the search tells the mutant from the policy. */
  | { readonly kind: 'none' }
  /** No check of the search reaches the change. */
  | { readonly kind: 'unreached' };

/** The facts that hold while checks are made, and the values that they name. */
interface Setup {
  readonly test: TestNode;
  readonly fixtures: Fixtures;
  /** The texts of objects such as `User{"ann"}`, by their names. */
  readonly texts: ReadonlyMap<string, string>;
}

/** Checks that reach a place, with the facts and the outcome without a mutant. */
interface ReachingCheck {
  readonly check: Check;
  readonly setup: Setup | undefined;
  readonly outcome: CheckOutcome;
}

const maxReaching = 1500;
/** The most decisions of one mutant with changed test data. */
const maxVaried = 6000;

/**
 * Searches a check that a mutant changes, over the fixtures, the setups of the tests, single further facts, and single changes of the
 * test data.
 */
export class DifferenceSearch {
  readonly #reaching = new Map<string, ReachingCheck[]>();
  /** The outcomes without a mutant, by check and variation. */
  readonly #outcomes = new Map<string, CheckOutcome | undefined>();

  private constructor(
    readonly project: Project,
    readonly fixtures: Fixtures,
    readonly authorizer: Authorizer,
    readonly variations: Variations,
  ) {}

  /** Decides the checks with the policies, and notes the rules that each check reaches. */
  static async create(
    project: Project,
    fixtures: Fixtures,
    tests: readonly TestNode[],
  ): Promise<DifferenceSearch> {
    const coverage = new PolicyCoverage();
    const runner = await TestRunner.create(project, { coverage, fixtures });
    const plain = await TestRunner.create(project, { fixtures });
    const names = new PolicyNames(project.policies, project.types);
    const checks = checksOf(project, fixtures, plain.authorizer, tests, names);
    const variations = new Variations(project, fixtures, plain.authorizer);
    const search = new DifferenceSearch(project, fixtures, plain.authorizer, variations);
    await search.#note(checks, undefined, runner.authorizer, coverage);
    for (const test of tests) {
      const setup = setupOf(test, fixtures, project);
      if (setup === undefined) continue;
      const { texts } = setup;
      const hasFacts = test.items.some(({ kind }) => kind === 'setup');
      if (hasFacts) await search.#noteWithSetup(checks, setup, runner, coverage);
      if (texts.size === 0) continue;
      const added = new Set([...texts.keys()].map((name) => setup.fixtures[name]));
      const own = checksOf(project, setup.fixtures, plain.authorizer, [setup.test], names, texts);
      const ofObjects = own.filter(({ args }) => args.some((arg) => added.has(arg)));
      await search.#noteWithSetup(ofObjects, setup, runner, coverage);
    }
    for (const { test, actor } of facts(fixtures, plain.authorizer, project, names))
      await search.#noteWithSetup(
        checks.filter(({ args }) => args[0] === actor),
        { test, fixtures, texts: new Map() },
        runner,
        coverage,
      );
    return search;
  }

  /** @param policies the policies with the mutant */
  async find(mutant: Mutant, policies: readonly NamedPolicy[]): Promise<SearchResult> {
    const reaching = this.#reaching.get(keyOf(mutant)) ?? [];
    if (reaching.length === 0) return { kind: 'unreached' };
    const runner = await TestRunner.create(this.project, { policies, fixtures: this.fixtures });
    const authorizers = new Map<Setup | undefined, Authorizer | undefined>([[undefined, runner.authorizer]]);
    for (const { check, setup, outcome } of reaching) {
      if (!canAssert(outcome)) continue;
      if (!authorizers.has(setup)) authorizers.set(setup, await prepared(runner, setup!));
      const authorizer = authorizers.get(setup);
      if (authorizer === undefined || (await decide(authorizer, check)) === outcome) continue;
      return found(check, outcome, setup, undefined);
    }
    return this.#findVaried(reaching, runner.authorizer);
  }

  async #findVaried(reaching: readonly ReachingCheck[], mutated: Authorizer): Promise<SearchResult> {
    let made = 0;
    for (const { check, setup } of reaching) {
      if (setup !== undefined) continue;
      for (const variation of this.variations.of(check.args)) {
        const key = `${check.text} ${variation.text}`;
        if (made > maxVaried) return { kind: 'none' };
        made++;
        const outcome = await withVariation(variation, async () => {
          if (!this.#outcomes.has(key)) this.#outcomes.set(key, await decide(this.authorizer, check));
          const before = this.#outcomes.get(key)!;
          return canAssert(before) && (await decide(mutated, check)) !== before ? before : undefined;
        });
        if (outcome !== undefined) return found(check, outcome, setup, variation.text);
      }
    }
    return { kind: 'none' };
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
      for (const key of reachedBy(coverage.take())) {
        const all = this.#reaching.get(key) ?? [];
        if (all.length < maxReaching) all.push({ check, setup, outcome });
        this.#reaching.set(key, all);
      }
    }
  }
}

/** A test cannot assert that a check is undecided. */
const canAssert = (outcome: CheckOutcome): boolean => outcome === 'allowed' || outcome === 'denied';

async function prepared(runner: TestRunner, { test, fixtures }: Setup): Promise<Authorizer | undefined> {
  try {
    const { authorizer } = await runner.prepare(test, fixtures);
    return authorizer;
  } catch {
    return undefined;
  }
}

/** Returns the setup of a test with its objects. Returns undefined if the test names an unknown type. */
function setupOf(test: TestNode, fixtures: Fixtures, { types }: Project): Setup | undefined {
  try {
    return withEntities(test, fixtures, types);
  } catch {
    return undefined;
  }
}

/** Prints the facts of a setup as the test writes them. */
function factsOf({ test, texts }: Setup): readonly string[] {
  const rules = test.items.flatMap((item) => (item.kind === 'setup' ? item.rules.map(printRule) : []));
  return rules.map((rule) => rule.replaceAll(/\bentity__\d+\b/g, (name) => texts.get(name) ?? name));
}

const found = (
  { text }: Check,
  outcome: CheckOutcome,
  setup: Setup | undefined,
  change: string | undefined,
): SearchResult => ({
  kind: 'difference',
  difference: {
    assertion: `${outcome === 'allowed' ? 'assert' : 'assert_not'} ${text};`,
    setup: setup === undefined ? [] : factsOf(setup),
    change,
  },
});

interface Fact {
  readonly test: TestNode;
  /** The actor whose checks the fact can change. */
  readonly actor: unknown;
}

/** Returns setups with one further role each, for the first actors and resources of each type. */
function facts(
  fixtures: Fixtures,
  authorizer: Authorizer,
  project: Project,
  names: PolicyNames,
): readonly Fact[] {
  const isOf = (type: string, value: unknown): boolean =>
    typeof value === 'object' && value !== null && authorizer.typesOf(value).includes(type);
  const named = Object.entries(fixtures).filter(([name]) => /^[\p{L}_][\p{L}\p{N}_]*$/u.test(name));
  const ofType = (type: string) => named.filter(([, value]) => isOf(type, value)).slice(0, 3);
  const actors = [...new Set([...names.actorTypes].flatMap(ofType))];
  return Object.keys(project.types).flatMap((type) => {
    const resources = named.filter(([, value]) => isOf(type, value)).slice(0, 2);
    return names.declared('role', type).flatMap((role) =>
      actors.flatMap(([actor, value]) =>
        resources.flatMap(([resource]) => {
          const source = `test "" { setup { has_role(${actor}, ${JSON.stringify(role)}, ${resource}); } }`;
          const [test] = parse({ name: 'fact', source }).policy.statements;
          return test?.kind === 'test' ? [{ test, actor: value }] : [];
        }),
      ),
    );
  });
}
