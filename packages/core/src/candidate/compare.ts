import type { DecidedCheck } from '../authorization/decision-engine.js';
import { outcomeOfError, type DecisionOutcome } from '../authorization/decision.js';
import type { Explanation } from '../explanation/explanation.js';
import type { PolicyVersion } from '../policy/policy-version.js';
import type { ComparedDecision, DecisionDifference } from './difference.js';

/** The outcome of a check, and the error of a check that failed or was undecided. */
export interface ComparedOutcome {
  readonly outcome: DecisionOutcome;
  readonly error: unknown;
}

/** Decides a check. An error is an outcome. */
export async function outcomeOf(decide: () => boolean | Promise<boolean>): Promise<ComparedOutcome> {
  try {
    return { outcome: (await decide()) ? 'allowed' : 'denied', error: undefined };
  } catch (error) {
    return { outcome: outcomeOfError(error), error };
  }
}

/** Counts the outcomes of checks that two sides have decided. */
export class OutcomeCounts {
  same = 0;
  different = 0;
  /** Different checks that only the first side allows. */
  onlyFirst = 0;
  /** Different checks that only the second side allows. */
  onlySecond = 0;

  /** @returns whether the outcomes differ */
  add(first: ComparedOutcome, second: ComparedOutcome): boolean {
    if (first.outcome === second.outcome) {
      this.same++;
      return false;
    }
    this.different++;
    if (first.outcome === 'allowed') this.onlyFirst++;
    if (second.outcome === 'allowed') this.onlySecond++;
    return true;
  }
}

/** Returns whether a check belongs to the sample of the checks that are compared. */
export const isSampled = (sample: number): boolean => sample >= 1 || Math.random() < sample;

/** Describes the decision of one policy. An explanation of another outcome is left out. */
export const decisionBy = (
  { hash, version }: PolicyVersion,
  { outcome, error }: ComparedOutcome,
  explained: { readonly outcome: string; readonly explanation: Explanation | undefined } | undefined,
): ComparedDecision => ({
  policy: hash,
  policyVersion: version,
  outcome,
  error,
  explanation: explained?.outcome === outcome ? explained.explanation : undefined,
});

/** Describes a check that two policies decide differently. */
export function differenceOf(
  { kind, args }: Pick<DecidedCheck, 'kind' | 'args'>,
  before: ComparedDecision,
  after: ComparedDecision,
): DecisionDifference {
  const [actor, ...others] = args;
  const [action, resource, field] = kind === 'allow_request' ? [undefined, others[0]] : others;
  return { kind, actor, action, resource, field, before, after };
}

/** The callbacks of a comparison. */
interface Callbacks<Difference> {
  readonly onDifference?: (difference: Difference) => unknown;
  readonly onError?: (error: unknown) => void;
}

/** Passes a difference to `onDifference`, and its error to `onError`. @param of the function that has the callbacks as options */
export async function report<Difference>(
  callbacks: Callbacks<Difference>,
  difference: Difference,
  of: string,
): Promise<void> {
  try {
    await callbacks.onDifference?.(difference);
  } catch (error) {
    reportError(error, callbacks, of);
  }
}

/** Passes an error of a callback to `onError`. An error of `onError` itself goes to the console. */
export function reportError(
  error: unknown,
  { onError }: Pick<Callbacks<never>, 'onError'>,
  of: string,
): void {
  try {
    if (onError !== undefined) {
      onError(error);
      return;
    }
  } catch (failure) {
    // oxlint-disable-next-line no-console -- the callback for errors has failed
    console.error(`[error] onError of ${of} failed:`, failure);
  }
  // oxlint-disable-next-line no-console -- without `onError` the console is the only place that is read
  console.error(`[error] a callback of ${of} failed:`, error);
}
