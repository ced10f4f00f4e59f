import type { Proof, RuleReference } from '../engine/proof.js';
import type { PolicyVersion } from '../policy/policy-version.js';

export type DecisionOutcome = 'allowed' | 'denied' | 'undecided' | 'error';

/** A decision for the audit trail: the argument of `onDecision`. */
export interface Decision {
  /** The queried rule. */
  readonly kind: 'allow' | 'allow_field' | 'allow_request';
  readonly actor: unknown;
  /** The action; undefined for a request. */
  readonly action: unknown;
  /** The resource, or the request. */
  readonly resource: unknown;
  /** The field of `allow_field`. */
  readonly field: unknown;
  readonly outcome: DecisionOutcome;
  /** The rule that granted the action. */
  readonly rule: RuleReference | undefined;
  /** All rules of the proof, in the order in which they were used. */
  readonly proof: readonly RuleReference[];
  /** The error of a check that failed or was undecided. */
  readonly error: unknown;
  /** The content hash of the policy that decided. */
  readonly policy: string;
  /** The label of that policy: the option `version` of `load` or `reload`. */
  readonly policyVersion: string | undefined;
  /** The time when the check started, by the authorizer's clock. */
  readonly at: Date;
  readonly durationMs: number;
}

/** The beginning of a check: its arguments and its time. */
export interface StartedCheck {
  readonly kind: Decision['kind'];
  readonly policy: PolicyVersion;
  readonly at: Date;
  readonly startedMs: number;
}

const noRules: readonly RuleReference[] = Object.freeze([]);

/**
 * Creates the decision of a check that ends now.
 *
 * @param a the arguments of the check, in order
 * @param proof the proof of an allowed check
 */
export function decisionOf(
  { kind, policy, at, startedMs }: StartedCheck,
  a: unknown,
  b: unknown,
  c: unknown,
  d: unknown,
  outcome: DecisionOutcome,
  proof: Proof | undefined,
  error: unknown,
): Decision {
  const isRequest = kind === 'allow_request';
  return {
    kind,
    actor: a,
    action: isRequest ? undefined : b,
    resource: isRequest ? b : c,
    field: d,
    outcome,
    rule: proof?.decisive,
    proof: proof === undefined ? noRules : proof.references,
    error,
    policy: policy.hash,
    policyVersion: policy.version,
    at,
    durationMs: performance.now() - startedMs,
  };
}
