import type { BreakpointSettings } from './breakpoint-settings.js';
import type { FoundBreakpoints } from './breakpoints.js';
import type { Movement } from './halt.js';
import type { EndView, LogView, StopView, ValueView } from './stop-view.js';

/** Receives the events of the queries that are debugged. */
export interface DebugListener {
  /** A query has stopped, and waits for `move`. */
  stopped(stop: StopView): void;
  /** A query has passed a breakpoint, because it is synchronous and cannot wait. Called once for each query. */
  passed(stop: StopView): void;
  ended(end: EndView): void;
  /** A breakpoint prints a text instead of a stop. */
  logged(log: LogView): void;
}

/** The queries of a process that are debugged. The implementation in another process has the same methods. */
export interface DebugTarget {
  /** Sets the receiver of events. */
  listen(listener: DebugListener): void;
  /** Replaces the breakpoints. */
  setBreakpoints(settings: BreakpointSettings): Promise<FoundBreakpoints>;
  /** Lets the next query stop before its first goal. */
  stopAtNextQuery(): Promise<void>;
  /** Goes on in a stopped query. An earlier or later stop follows, or the end of the query. */
  move(query: number, movement: Movement): Promise<void>;
  /**
   * Answers a query, or computes an expression, with the variables of a rule on the stack of a stopped query.
   *
   * @param frame the position on the stack, innermost first
   * @returns the value, or a line for each answer
   */
  evaluate(query: number, frame: number, text: string): Promise<readonly string[]>;
  /**
   * Returns parts of a value of a stopped query. The parts of a getter are its value: it is called.
   *
   * @param id the number in the `parts` of the value
   * @param start the number of parts before the first one. Default: 0
   * @param count at most 100, which is the default. If parts are left, the last one of the result stands for them
   */
  parts(query: number, id: number, start?: number, count?: number): Promise<readonly ValueView[]>;
  /** Returns the text of a policy of a stopped query, or with the name `query` of the query itself; undefined if there is none. */
  sourceText(query: number, name: string): Promise<string | undefined>;
  /** Lets all queries run on, without breakpoints. */
  detach(): Promise<void>;
}
