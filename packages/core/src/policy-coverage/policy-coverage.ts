import type { Machine } from '../engine/machine/machine.js';
import type { Rule } from '../ir/goal.js';
import { CoveringMachine, type CoverageCounts } from './covering-machine.js';
import type { CoverageData, CoveredPlace, CoveredRole } from './coverage-data.js';
import { RulePlaces, type Place } from './rule-places.js';

/**
 * Records the rules, conditions, alternatives and roles of a policy that checks reach. An authorizer with this option decides every check
 * and query on the machine. Explanations, `where` and lists are not recorded.
 *
 * @example
 * const coverage = new PolicyCoverage();
 * const authorizer = await Authorizer.load({ policies: 'policy.polar', coverage });
 * await authorizer.can(user, 'read', note);
 * await writeFile('policy-coverage.json', JSON.stringify(coverage));
 */
export class PolicyCoverage {
  readonly #places = new WeakMap<Rule, RulePlaces>();
  /** The rules that were reached since the last call of `take`. */
  readonly #reached = new Set<RulePlaces>();
  readonly #calls = new Set<string>();
  readonly #roles = new Map<string, CoveredRole>();

  /**
   * Creates the machine of a query. The authorizer calls it.
   *
   * @internal
   */
  readonly createMachine: (...args: ConstructorParameters<typeof Machine>) => Machine;

  constructor() {
    const counts: CoverageCounts = {
      placesOf: (rule) => {
        let places = this.#places.get(rule);
        if (places === undefined) this.#places.set(rule, (places = new RulePlaces(rule)));
        this.#reached.add(places);
        return places;
      },
      called: (predicate, arity) => void this.#calls.add(`${predicate}/${arity}`),
      hadRole: (type, name) => {
        const key = `${type} ${name}`;
        const { held } = this.#roles.get(key) ?? { held: 0 };
        this.#roles.set(key, { type, name, held: held + 1 });
      },
    };
    this.createMachine = (...args) => new CoveringMachine(...args, counts);
  }

  /** Returns the coverage since the beginning, or since the last call of `take`. */
  toJSON(): CoverageData {
    const all = [...this.#reached];
    return {
      rules: placesOf(all.map(({ rule }) => rule)),
      conditions: placesOf(all.flatMap(({ conditions }) => conditions)),
      alternatives: placesOf(all.flatMap(({ alternatives }) => [...alternatives.values()])),
      roles: [...this.#roles.values()],
      calls: [...this.#calls],
    };
  }

  /** Returns the coverage, and starts again without one. */
  take(): CoverageData {
    const data = this.toJSON();
    for (const places of this.#reached) places.reset();
    this.#reached.clear();
    this.#calls.clear();
    this.#roles.clear();
    return data;
  }
}

const placesOf = (places: readonly Place[]): readonly CoveredPlace[] =>
  places
    .filter(({ held, failed }) => held + failed > 0)
    .map(({ span: { source, start, end }, held, failed }) => ({
      file: source.name ?? 'policy',
      start,
      end,
      held,
      failed,
    }));
