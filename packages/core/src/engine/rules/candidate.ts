import type { Goal, Rule } from '../../ir/goal.js';

/** A rule that may apply to arguments of certain types, with the part of its head that is still to be proved. */
export interface Candidate {
  readonly rule: Rule;
  /** Positions of the parameters that must be unified with their argument, because they may not fit. */
  readonly unify: readonly number[];
  /** Tests of specializers that the types of the arguments leave open, then the body. */
  readonly goals: readonly Goal[];
  /** Number of `goals` that belong to the head. */
  readonly headLength: number;
}

/** The rules for one tuple of argument types, most specific first. */
export interface CandidateTable {
  readonly candidates: readonly Candidate[];
  /**
   * Returns whether the first of two candidates is more specific than the second. Set only when specificity is not an order of the rules:
   * then the order depends on which of them apply.
   */
  readonly isMoreSpecific: ((left: number, right: number) => boolean) | undefined;
}

/** Returns a rule as a candidate of which nothing is proved. */
export function wholeCandidate(rule: Rule): Candidate {
  const head = rule.parameters.flatMap((p) => p.goals);
  return {
    rule,
    unify: rule.parameters.map((_, i) => i),
    goals: [...head, ...rule.body],
    headLength: head.length,
  };
}
