import type { Goal, Rule } from '../../ir/goal.js';
import { headGoals } from '../../ir/head-goals.js';
import { constantTerm } from '../../ir/term.js';

/** A rule that may apply to arguments of certain types, with the part of its head that is still to be proved. */
export class Candidate {
  #goals: readonly Goal[] | undefined = undefined;

  /**
   * @param unify the positions of the parameters that must be unified with their argument, because they may not fit
   * @param head the tests of specializers that the types of the arguments leave open
   * @param isTrial whether the head is only tested: the candidate fails after it
   */
  constructor(
    readonly rule: Rule,
    readonly unify: readonly number[],
    readonly head: readonly Goal[],
    readonly isTrial = false,
  ) {}

  /** The goals of the head, then those of the body. A rule is lowered when they are first needed. */
  get goals(): readonly Goal[] {
    return (this.#goals ??= this.head.length === 0 ? this.#rest : [...this.head, ...this.#rest]);
  }

  get #rest(): readonly Goal[] {
    const { body, origin } = this.rule;
    return this.isTrial ? [{ kind: 'condition', span: origin.span, term: constantTerm(false) }] : body;
  }
}

/**
 * The rules for one tuple of argument types, most specific first. In the dialect oso, trials of heads that may end the query with an error come
 * before them.
 */
export interface CandidateTable {
  readonly candidates: readonly Candidate[];
  /**
   * Returns whether the first of two candidates is more specific than the second. Set only when specificity is not an order of the rules:
   * then the order depends on which of them apply.
   */
  readonly isMoreSpecific: ((left: number, right: number) => boolean) | undefined;
}

/** Returns a rule as a candidate of which nothing is proved. */
export const wholeCandidate = (rule: Rule): Candidate =>
  new Candidate(
    rule,
    rule.parameters.map((_, i) => i),
    headGoals(rule.parameters.map((parameter) => ({ parameter, hasType: false }))),
  );
