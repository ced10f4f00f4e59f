import type { RuleReference } from '../engine/proof.js';

/** A check whose cost is measured. */
export interface ProfiledCheck {
  /** The rule. Default: `allow_field` for a check with a field, otherwise `allow`. */
  readonly kind?: 'allow' | 'allow_field' | 'allow_request';
  readonly actor: unknown;
  readonly action?: unknown;
  readonly resource: unknown;
  readonly field?: unknown;
}

/** The cost of a rule in all checks. The cost of the rules that it calls is not part of it. */
export interface ProfiledRule extends RuleReference {
  /** The number of times that the arguments of a call matched the head. */
  readonly entered: number;
  /** The number of conditions and parts of conditions that were proved. It is the same in each run. */
  readonly steps: number;
  /** The time of these steps, in milliseconds, with the methods of the application that they call. */
  readonly ms: number;
  /** The time for which these steps waited for promises, in milliseconds. */
  readonly waitMs: number;
}

/** The cost of checks, by rule. Plain data, which `JSON.stringify` writes. */
export interface PolicyProfile {
  readonly checks: number;
  /** The number of checks that ended with an error, or undecided. */
  readonly failed: number;
  readonly steps: number;
  readonly ms: number;
  readonly waitMs: number;
  /** The rules that were entered, the most expensive first: by their time with the time of waiting. */
  readonly rules: readonly ProfiledRule[];
}
