import type { Span } from '../../diagnostics/span.js';
import type { Rule } from '../../ir/goal.js';

/** The variables of one use of a rule, and where a cut in it goes back to. */
export interface Frame {
  readonly slots: unknown[];
  /** Height of the choice points when the rule was entered. */
  readonly cutBase: number;
  readonly depth: number;
  /** undefined for the question itself */
  readonly rule: Rule | undefined;
  /** Who called: for traces. */
  readonly caller: Frame | undefined;
  readonly callSpan: Span | undefined;
  /** The rule that the proof used before this one. */
  readonly previous: Frame | undefined;
}
