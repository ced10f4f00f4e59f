import type { Code } from '../diagnostics/codes.js';
import type { RuleReference } from '../engine/proof.js';

/** The reasons of a decision. Plain data, which `JSON.stringify` writes. */
export interface Explanation {
  readonly outcome: 'allowed' | 'denied' | 'undecided';
  /** The query with its values, such as `allow(User{id: 7}, "read", Note{id: 1})`. */
  readonly query: string;
  /** The rules that allow the action; empty when it is not allowed. */
  readonly proof: readonly ExplainedUse[];
  /** The rules that could have allowed the action, nearest first, each with the condition that failed; empty when it is allowed. */
  readonly misses: readonly ExplainedMiss[];
  /** The number of further rules that are left out because of the options. */
  readonly omitted: number;
  /** The condition that the data cannot decide; undefined for another outcome. */
  readonly undecided: ExplainedError | undefined;
  /** Probable mistakes in the call, such as an action that no rule names, and a note if the explanation is incomplete. */
  readonly advice: readonly string[];
}

/** A place in a policy. */
export interface ExplainedPlace {
  readonly file: string | undefined;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in code points. */
  readonly column: number;
}

/** A value that a condition read, as text. */
export interface ExplainedValue {
  /** The expression in the policy: a variable, or an attribute such as `user.id`. */
  readonly name: string;
  readonly value: string;
}

/** A rule that is part of a proof. */
export interface ExplainedUse extends RuleReference {
  readonly bindings: readonly ExplainedValue[];
  /** The rules that this rule calls. */
  readonly calls: readonly ExplainedUse[];
}

/** A rule that does not allow the action. */
export interface ExplainedMiss extends RuleReference {
  readonly bindings: readonly ExplainedValue[];
  /** The conditions that hold before the one that fails. */
  readonly held: readonly string[];
  /** The part of the conditions that hold, from 0 to 1. */
  readonly progress: number;
  readonly failure: ExplainedFailure;
}

/** The reason why a rule fails. */
export type ExplainedFailure =
  | ExplainedCondition
  | ExplainedCall
  | ExplainedAlternatives
  | ExplainedNegation
  | ExplainedMismatch;

interface FailureAt<Kind extends string> extends ExplainedPlace {
  readonly kind: Kind;
  /** The text of the condition in the policy. */
  readonly text: string;
  /** The reason, such as `4 is not 7`. */
  readonly reason: string;
}

/** A condition that is false, or that the data cannot decide. */
export interface ExplainedCondition extends FailureAt<'condition'> {
  readonly values: readonly ExplainedValue[];
  /** The values of the variables of the rule. */
  readonly bindings: readonly ExplainedValue[];
  /** The reason why the data cannot decide the condition; undefined for a condition that is false. */
  readonly undecided: ExplainedError | undefined;
}

/** A call for which no rule holds. */
export interface ExplainedCall extends FailureAt<'call'> {
  readonly predicate: string;
  readonly args: readonly string[];
  /** The rules of the predicate, nearest first. */
  readonly misses: readonly ExplainedMiss[];
  /** The number of further rules. */
  readonly omitted: number;
  /** Whether the same call encloses this one, so that its rules are explained there. */
  readonly isRepeated: boolean;
}

/** Alternatives of which none holds. */
export interface ExplainedAlternatives extends FailureAt<'or'> {
  readonly alternatives: readonly ExplainedFailure[];
}

/** A `not` or a `forall` that fails. */
export interface ExplainedNegation extends FailureAt<'not'> {
  /** The values for which the negated condition holds. */
  readonly values: readonly ExplainedValue[];
  readonly bindings: readonly ExplainedValue[];
  /** The rules that prove the negated condition. */
  readonly proof: readonly ExplainedUse[];
  /** The failure of the second argument of a `forall`. */
  readonly failure: ExplainedFailure | undefined;
  readonly undecided: ExplainedError | undefined;
}

/** A rule whose head does not fit the arguments, or that a cut excludes. */
export interface ExplainedMismatch extends FailureAt<'head' | 'cut'> {}

/** A condition that the data cannot decide. */
export interface ExplainedError extends ExplainedPlace {
  readonly code: Code;
  readonly message: string;
}
