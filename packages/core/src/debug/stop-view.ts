import type { HaltReason } from './halt.js';

// The state of a query at a stop, as plain data: a debugger in another process receives it.

/** A range of a policy, or of the query. Lines and columns start at 1, and the end is exclusive. */
export interface PlaceView {
  /** The name of the policy, or `query`. */
  readonly source: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** A part of a policy with its place. */
export interface TextView {
  readonly text: string;
  readonly place: PlaceView;
}

/** A value with the expression in the policy that it belongs to. */
export interface ValueView {
  readonly name: string;
  /** The value as text; `_` for a variable without a value, followed by its conditions. */
  readonly value: string;
  /** The parts of the value; undefined for a value without parts. */
  readonly parts?: PartsView;
}

/** The parts of a value: the elements of a list, the fields of an object, or the value of a getter. */
export interface PartsView {
  /** The number with which a debugger asks for the parts, as long as the query is stopped. */
  readonly id: number;
  readonly kind: 'elements' | 'fields' | 'getter';
  readonly count: number;
}

/** A text that a breakpoint prints instead of a stop. */
export interface LogView {
  readonly query: number;
  readonly text: string;
  readonly place: PlaceView;
}

/** A rule on the stack, or the query. */
export interface FrameView {
  /** The name of the rule; undefined for the query. */
  readonly rule: string | undefined;
  readonly place: PlaceView;
  readonly bindings: readonly ValueView[];
}

/** A stop of the debugger. */
export interface StopView {
  readonly query: number;
  readonly queryText: string;
  readonly reason: HaltReason;
  /** The number of the step, and whether the user has gone back to it. */
  readonly step: number;
  readonly isEarlier: boolean;
  /** The text of the goal, the rule or the answer. */
  readonly text: string;
  /** The values that the goal reads, or those of an answer. */
  readonly values: readonly ValueView[];
  /** The message of an error, of an undecided goal, or of a condition of a breakpoint that cannot be decided. */
  readonly message: string | undefined;
  /** The goal that failed directly before, so that another alternative is tried. */
  readonly failed: TextView | undefined;
  /** The rules, innermost first. The last one is the query, unless there are very many. */
  readonly stack: readonly FrameView[];
  /** The goals that are left to prove, next first. */
  readonly goals: readonly TextView[];
  /** The alternatives that were not tried, next first. */
  readonly alternatives: readonly TextView[];
  /** The lines around the place. */
  readonly lines: readonly SourceLine[];
}

export interface SourceLine {
  readonly number: number;
  readonly text: string;
}

/** The end of a query. */
export interface EndView {
  readonly query: number;
  readonly queryText: string;
  readonly outcome: 'answered' | 'no answer' | 'error';
  readonly message: string | undefined;
}
