import { causesOf, checksOf, ruleKeysOf, sampled, showValue, type Cause } from '@nanook/cli/tools';
import type { DecisionOutcome } from '@nanook/core';
import { diffPolicies, type DiffedCheck } from '@nanook/core/candidate';
import { Pauses } from './decide.js';
import type { LoadedProject } from './load-project.js';
import { PageProject } from './page-project.js';

/** An answer that a change of the policies changes. */
export interface ChangedAnswer {
  readonly actor: string;
  readonly action: string;
  readonly resource: string;
  /** The field, for a check of `allow_field`. */
  readonly field: string | undefined;
  readonly before: DecisionOutcome;
  readonly after: DecisionOutcome;
  /** The reasons, the most important first. */
  readonly causes: readonly Cause[];
}

export interface ChangedAnswers {
  readonly checked: number;
  /** The number of checks that were left out, because there would be too many. */
  readonly omitted: number;
  readonly changes: readonly ChangedAnswer[];
  /** The checks that neither version can decide. */
  readonly failed: number;
}

/**
 * Compares the answers of two versions of the policies about the types and the data of the second, as `nanook diff` does.
 *
 * @param options `signal` stops the work when the policy has changed. More checks than `maxChecks` would make a person wait; these are
 *   spread over all
 * @throws {PolicyError} when the first policies cannot be loaded with the types of the second
 */
export async function diffAnswers(
  before: LoadedProject,
  after: LoadedProject,
  { signal, maxChecks = 20_000 }: { readonly signal?: AbortSignal; readonly maxChecks?: number } = {},
): Promise<ChangedAnswers> {
  const old = await new PageProject(after.project.config, before.project.policies).load();
  const checks = checksOf(after.fixtures, after.project.trees, [old, after.authorizer]);
  const { differences, checked, failed } = await diffPolicies(old, after.authorizer, {
    over: withPauses(sampled(checks, maxChecks), signal),
    explanations: { names: after.names },
  });
  const rules = {
    before: ruleKeysOf(before.project.policies),
    after: ruleKeysOf(after.project.policies),
  };
  return {
    checked,
    omitted: Math.max(0, checks.length - maxChecks),
    failed,
    changes: differences.map((difference) => {
      const { kind, actor, action, resource, field } = difference;
      return {
        actor: nameOf(actor, after),
        action: kind === 'allow_request' ? kind : (action as string),
        resource: nameOf(resource, after),
        field: field as string | undefined,
        before: difference.before.outcome,
        after: difference.after.outcome,
        causes: causesOf(difference, rules),
      };
    }),
  };
}

/** Yields the checks, and lets the browser draw between them. */
async function* withPauses(
  checks: Iterable<DiffedCheck>,
  signal: AbortSignal | undefined,
): AsyncGenerator<DiffedCheck> {
  const pauses = new Pauses();
  for (const check of checks) {
    // oxlint-disable-next-line no-await-in-loop -- the pauses are between the checks
    await pauses.pauseIfNeeded();
    signal?.throwIfAborted();
    yield check;
  }
}

/** Returns the name of a value in the data, the name of a type, or the value as text. */
function nameOf(value: unknown, { names, authorizer, project }: LoadedProject): string {
  const type = Object.keys(project.types).find((name) => authorizer.type(name) === value);
  return names.get(value) ?? type ?? showValue(value, authorizer);
}
