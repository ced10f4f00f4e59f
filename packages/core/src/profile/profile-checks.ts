import { isPolarError, PolarError } from '../diagnostics/polar-error.js';
import type { Limits } from '../engine/limits.js';
import type { ProgramContext } from '../engine/program-context.js';
import { referenceTo } from '../engine/proof.js';
import { QueryRun } from '../engine/query/query-run.js';
import { describeValue } from '../internal/describe-value.js';
import { isObject } from '../internal/is-object.js';
import type { Rule } from '../ir/goal.js';
import type { LinkedQuery } from '../ir/program.js';
import { noCost, ProfilingMachine, type Costs, type RuleCost } from './profiling-machine.js';
import type { PolicyProfile, ProfiledCheck, ProfiledRule } from './profile.js';

/** Runs checks of one policy on the machine. */
export interface ProfiledQueries {
  readonly context: ProgramContext;
  readonly limits: Limits;
  prepareCall(
    name: string,
    args: readonly unknown[],
  ): { readonly query: LinkedQuery; readonly given: ReadonlyMap<string, unknown> };
}

/**
 * Runs checks one after the other, and returns what each rule costs.
 *
 * @param now the clock, in milliseconds
 */
export async function profileChecks(
  queries: ProfiledQueries,
  checks: Iterable<ProfiledCheck> | AsyncIterable<ProfiledCheck>,
  signal: AbortSignal | undefined,
  now: () => number,
): Promise<PolicyProfile> {
  const costs = new Map<Rule | undefined, RuleCost>();
  const ofRule: Costs = {
    now,
    of(rule) {
      let cost = costs.get(rule);
      if (cost === undefined) costs.set(rule, (cost = noCost()));
      return cost;
    },
  };
  const { limits } = queries;
  const quiet = { ...queries.context, print: () => {} };
  let [count, failed] = [0, 0];
  if (!isObject(checks) || !(Symbol.iterator in checks || Symbol.asyncIterator in checks))
    throw invalid('a list of checks', checks);
  for await (const check of checks) {
    if (!isObject(check)) throw invalid('checks', check);
    count++;
    const { query, given } = queries.prepareCall(...callOf(check));
    const run = new QueryRun(quiet, query, given, {
      limits,
      signal,
      acceptExpression: true,
      createMachine: (...args) => new ProfilingMachine(...args, ofRule),
    });
    try {
      await run.next();
    } catch (error) {
      if (!isPolarError(error) || signal?.aborted === true) throw error;
      failed++;
    } finally {
      run.dispose();
    }
  }
  const rules = [...costs].flatMap(([rule, cost]): ProfiledRule[] =>
    rule === undefined ? [] : [{ ...referenceTo(rule), ...cost }],
  );
  return {
    checks: count,
    failed,
    ...sumOf([...costs.values()]),
    rules: rules.sort((a, b) => b.ms + b.waitMs - (a.ms + a.waitMs) || b.steps - a.steps),
  };
}

function invalid(expected: string, found: unknown): PolarError {
  const example = 'such as { actor, action, resource }';
  const data = { call: 'profile(checks)', expected: `${expected}, ${example}`, found: describeValue(found) };
  return new PolarError('POLAR_TYPE_INVALID_ARGUMENT', data);
}

function callOf({ field, kind = field === undefined ? 'allow' : 'allow_field', ...check }: ProfiledCheck) {
  const { actor, action, resource } = check;
  const args =
    kind === 'allow_request'
      ? [actor, resource]
      : kind === 'allow'
        ? [actor, action, resource]
        : [actor, action, resource, field];
  return [kind, args] as const;
}

function sumOf(costs: readonly RuleCost[]) {
  const sum = (part: 'steps' | 'ms' | 'waitMs'): number => costs.reduce((all, cost) => all + cost[part], 0);
  return { steps: sum('steps'), ms: sum('ms'), waitMs: sum('waitMs') };
}
