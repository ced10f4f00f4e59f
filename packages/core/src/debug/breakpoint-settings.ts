/** When a breakpoint stops; without these, always. */
export interface Breakpoint {
  /**
   * A condition over the variables of the rule at the place, such as `user.id = 7`. The debugger stops where it holds, and where it cannot be
   * decided.
   */
  readonly condition?: string;
  /** The times at which the condition holds that count: `3` is the third one; `>= 3`, `> 3`, `<= 3`, `< 3`, and `% 3` for each third one. */
  readonly hitCondition?: string;
}

/** A line of a policy. */
export interface LineBreakpoint extends Breakpoint {
  readonly file: string;
  readonly line: number;
  /** A text that is printed instead of a stop. Expressions in braces are replaced by their values: `edit of {note.id}`. */
  readonly logMessage?: string;
}

/** The rules with a name: the debugger stops when one of them is entered. */
export interface RuleBreakpoint extends Breakpoint {
  readonly name: string;
}

/** The places at which a debugger stops, next to `debug()` in a policy. */
export interface BreakpointSettings {
  readonly lines?: readonly LineBreakpoint[];
  readonly rules?: readonly RuleBreakpoint[];
  /** Whether it stops when a goal fails. Default: `false`. */
  readonly failures?: boolean;
  /** Whether it stops when the data cannot decide a goal. Default: `false`. */
  readonly undecided?: boolean;
  /** Whether it stops when an error ends the query. Default: `true`. */
  readonly errors?: boolean;
}
