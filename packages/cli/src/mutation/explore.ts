import type { Authorizer } from '@nanook/core';
import type { CoverageData, PolicyCoverage } from '@nanook/core/testing';
import type { Project } from '../project/project.js';
import { Changes, withChanges, type Change } from './changes.js';
import { decide, differ, TypeArgument, type Check, type CheckOutcome } from './checks.js';
import type { ComparedValues } from './compared-values.js';
import type { Mutant } from './mutant.js';
import { ReadRecorder, type Read } from './read-recorder.js';
import type { Setup } from './setups.js';
import { isObject, type TestData } from './test-data.js';

/** A check with the test data that it needs. */
export interface ExploredCheck {
  readonly check: Check;
  readonly setup: Setup | undefined;
  readonly changes: readonly Change[];
}

/** Policies that note the conditions that checks try. */
export interface ExploredPolicy {
  readonly coverage: PolicyCoverage;
  authorizerFor(setup: Setup | undefined): Promise<Authorizer | undefined>;
}

/** A decision with the fields that it has read, and the conditions that it has tried. */
interface Observation {
  readonly outcome: CheckOutcome;
  readonly reads: readonly Read[];
  readonly covered: CoverageData;
}

interface Explored extends ExploredCheck {
  readonly reads: readonly Read[];
  /** The number of conditions of the changed rule that hold. */
  readonly score: number;
}

/** A range of a policy. */
interface Region {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

/** The most checks from which the search begins. */
const maxSeeds = 12;
/** The most checks that are compared to find the first ones. */
const maxSampled = 200;
const maxSetups = 4;
const maxChanges = 3;
/** The most checks whose test data is changed further. */
const width = 16;
/** The most decisions with the same number of changes. */
const maxDecisions = 900;
const maxKnown = 60_000;
/** A number beyond the limits of applications. */
const farNumber = 2 ** 40;

/**
 * Searches test data for which a mutant decides otherwise than the policies. It changes fields that a decision has read, one after the
 * other. It goes on with the checks that try other conditions than all before, and for which most conditions of the changed rule hold.
 */
export class Exploration {
  readonly changes: Changes;
  readonly #recorder: ReadRecorder;
  readonly #known = new Map<string, Observation | undefined>();
  readonly #setups = new Map<Setup, number>();

  constructor(
    project: Project,
    readonly data: TestData,
    compared: ComparedValues,
    readonly policy: ExploredPolicy,
  ) {
    this.changes = new Changes(data, compared, project.declaresTypes, data.authorizer);
    this.#recorder = new ReadRecorder(data, compared.fields);
  }

  explore(
    mutant: Mutant,
    mutated: ExploredPolicy,
    checks: readonly Omit<ExploredCheck, 'changes'>[],
  ): Promise<ExploredCheck | undefined> {
    const regions = regionsOf(mutant);
    return this.#recorder.record(async () => {
      const signatures = new Set<string>();
      let current: readonly Explored[] = [];
      for (let count = 0; count <= maxChanges; count++) {
        const next: Explored[] = [];
        let decisions = 0;
        for await (const check of count === 0 ? sampled(checks, this.data) : this.#changed(current)) {
          if (decisions++ > maxDecisions) break;
          const before = await this.#observe(check);
          const after = await this.#decide(check, mutated);
          if (before === undefined || after === undefined) continue;
          if (differ(before.outcome, after.outcome, true)) return check;
          const signature = signatureOf(check, before, after);
          if (signatures.has(signature)) continue;
          signatures.add(signature);
          const score = heldIn(before.covered, regions.before) + heldIn(after.covered, regions.after);
          next.push({ ...check, reads: [...before.reads, ...after.reads], score });
        }
        current = best(next, count === 0 ? maxSeeds : width);
      }
      return undefined;
    });
  }

  /** Yields checks with one more change: of each field that they have read. */
  async *#changed(checks: readonly Explored[]): AsyncGenerator<ExploredCheck> {
    for (const { check, setup, changes, reads } of checks)
      for (const { object, field } of unchanged(reads, changes)) {
        for (const change of this.changes.of(object, field))
          yield { check, setup, changes: [...changes, change] };
        if (!this.changes.hasComputedLimit(field)) continue;
        for (const change of await this.#limits({ check, setup, changes }, object, field))
          yield { check, setup, changes: [...changes, change] };
      }
  }

  /** Returns changes of a number to both sides of each place where the policies try other conditions, for fractions to two digits. */
  async #limits(node: ExploredCheck, object: object, field: string): Promise<readonly Change[]> {
    const row = this.data.rowOf(object);
    const current = (object as Record<string, unknown>)[field];
    if (row === undefined || typeof current !== 'number' || !Number.isFinite(current)) return [];
    const unit = Number.isInteger(current) && this.data.declaredField(row.type, field) !== 'Float' ? 1 : 100;
    const changeTo = (value: number): Change => this.changes.make(row, field, value / unit);
    const triedAt = async (value: number): Promise<string> => {
      const seen = await this.#observe({ ...node, changes: [...node.changes, changeTo(value)] });
      return JSON.stringify(seen && [seen.outcome, triedConditions(seen.covered)]);
    };
    const found: Change[] = [];
    for (const end of [-farNumber, farNumber]) {
      let [near, far] = [Math.round(current * unit), end];
      const atNear = await triedAt(near);
      if ((await triedAt(far)) === atNear) continue;
      while (Math.abs(far - near) > 1) {
        const middle = Math.trunc((near + far) / 2);
        if ((await triedAt(middle)) === atNear) near = middle;
        else far = middle;
      }
      found.push(changeTo(near), changeTo(far));
    }
    return found;
  }

  /** Decides a check without the mutant. Other mutants of the same rule ask for the same checks. */
  async #observe(explored: ExploredCheck): Promise<Observation | undefined> {
    const { check, setup, changes } = explored;
    if (setup !== undefined && !this.#setups.has(setup)) this.#setups.set(setup, this.#setups.size);
    const texts = changes.map(({ text }) => text).toSorted();
    const key = JSON.stringify([check.text, setup && this.#setups.get(setup), texts]);
    if (this.#known.has(key)) return this.#known.get(key);
    const observation = await this.#decide(explored, this.policy);
    if (this.#known.size < maxKnown) this.#known.set(key, observation);
    return observation;
  }

  async #decide(
    { check, setup, changes }: ExploredCheck,
    policy: ExploredPolicy,
  ): Promise<Observation | undefined> {
    const authorizer = await policy.authorizerFor(setup);
    if (authorizer === undefined) return undefined;
    return withChanges(changes, async () => {
      this.#recorder.take();
      policy.coverage.take();
      const outcome = await decide(authorizer, check);
      return { outcome, reads: this.#recorder.take(check.args), covered: policy.coverage.take() };
    });
  }
}

/** Returns the fields that were read and are not changed yet. */
function unchanged(reads: readonly Read[], changes: readonly Change[]): readonly Read[] {
  const seen = new Map<object, Set<string>>();
  const add = ({ object, field }: Read): boolean => {
    const fields = seen.get(object) ?? new Set();
    seen.set(object, fields);
    return !fields.has(field) && fields.add(field).has(field);
  };
  changes.flatMap(({ assignments }) => assignments).forEach(add);
  return reads.filter(add);
}

/** Returns where the changed rule is in the text of the policy, and in that of the mutant. */
function regionsOf({ file, rule, edits }: Mutant): { readonly before: Region; readonly after: Region } {
  const before = { file, start: rule.start, end: rule.end };
  const [first] = edits;
  // A rule that is added after the other.
  if (first !== undefined && first.start >= rule.end)
    return { before, after: { file, start: first.start, end: first.start + first.text.length } };
  const growth = edits.reduce((sum, { start, end, text }) => sum + text.length - (end - start), 0);
  return { before, after: { ...before, end: rule.end + growth } };
}

const isIn = ({ file, start, end }: Region, region: Region): boolean =>
  file === region.file && start >= region.start && end <= region.end;

/** Returns how far a decision comes in a rule. */
function heldIn({ rules, conditions }: CoverageData, region: Region): number {
  const own = (places: CoverageData['rules']) => places.filter((place) => isIn(place, region));
  const held = (places: CoverageData['rules']) => own(places).filter((place) => place.held > 0).length;
  return own(rules).length + held(conditions) + 2 * held(rules);
}

const triedConditions = ({ conditions, rules }: CoverageData): readonly unknown[] =>
  [...rules, ...conditions].map(({ file, start, held, failed }) => [file, start, held > 0, failed > 0]);

/** Returns the same text for checks that change the same fields and try the same conditions. */
const signatureOf = ({ check, changes }: ExploredCheck, before: Observation, after: Observation): string =>
  JSON.stringify([
    check.text,
    changes.map(({ place }) => place),
    ...[before, after].map(({ outcome, covered }) => [outcome, triedConditions(covered)]),
  ]);

const best = (explored: readonly Explored[], count: number): Explored[] =>
  explored
    .toSorted((a, b) => b.score - a.score || Number(a.check.isInvented) - Number(b.check.isInvented))
    .slice(0, count);

/** Returns some of the checks, as different as possible. A setup costs a load of the policies, so only some take part. */
function sampled(
  checks: readonly Omit<ExploredCheck, 'changes'>[],
  { authorizer }: TestData,
): readonly ExploredCheck[] {
  const groups = new Map<string, ExploredCheck[]>();
  const setups = new Set<Setup>();
  for (const each of checks) {
    if (each.setup !== undefined && !setups.has(each.setup) && setups.size === maxSetups) continue;
    if (each.setup !== undefined) setups.add(each.setup);
    const { predicate, args } = each.check;
    const kinds = args.map((arg) => {
      if (arg instanceof TypeArgument) return arg.type;
      return isObject(arg) ? authorizer.policy.typesOf(arg) : arg;
    });
    const key = JSON.stringify([predicate, kinds, each.setup && [...setups].indexOf(each.setup)]);
    groups.set(key, [...(groups.get(key) ?? []), { check: each.check, setup: each.setup, changes: [] }]);
  }
  const found: ExploredCheck[] = [];
  for (let i = 0; found.length < maxSampled; i++) {
    const round = [...groups.values()].flatMap((group) => group[i] ?? []);
    if (round.length === 0) break;
    found.push(...round);
  }
  return found.slice(0, maxSampled);
}
