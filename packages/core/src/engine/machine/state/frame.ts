import type { Span } from '../../../diagnostics/span.js';
import type { Rule } from '../../../ir/goal.js';

/** One use of a rule: its variables, and the choice points that a cut in it drops. */
export interface Frame {
  readonly slots: unknown[];
  /** Number of choice points when the rule was entered. */
  readonly cutBase: number;
  readonly depth: number;
  /** undefined for the query itself */
  readonly rule: Rule | undefined;
  /** The frame of the call, for traces. */
  readonly caller: Frame | undefined;
  readonly callSpan: Span | undefined;
  /** The rule that the proof used before this one. */
  readonly previous: Frame | undefined;
  /** The proof of a question that was proved before; only in a frame without a rule. */
  readonly reused?: ProofPart;
}

/** The rules of the proof of a question, from the last one back to the one before the first. */
export interface ProofPart {
  /** The rule that called it. */
  readonly caller: Frame;
  readonly last: Frame | undefined;
  readonly before: Frame | undefined;
}
