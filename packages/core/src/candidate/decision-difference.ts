import type { Decision, DecisionOutcome } from '../authorization/decision.js';
import type { Explanation } from '../explanation/explanation.js';

/** The outcome of a check under one of two policies. */
export interface ComparedDecision {
  /** The content hash of the policy. */
  readonly policy: string;
  /** The label of the policy. */
  readonly policyVersion: string | undefined;
  readonly outcome: DecisionOutcome;
  /** The error of a check that failed or was undecided. */
  readonly error: unknown;
  /** The reasons; undefined for an error, and where the policy would call a method that must not be called. */
  readonly explanation: Explanation | undefined;
}

/** A check that two policies decide differently. */
export interface DecisionDifference extends Pick<
  Decision,
  'kind' | 'actor' | 'action' | 'resource' | 'field'
> {
  /** The decision of the old policy, or of the one that is in use. */
  readonly before: ComparedDecision;
  /** The decision of the new policy, or of the candidate. */
  readonly after: ComparedDecision;
}
