import type { Step } from './step.js';

/**
 * A way to go on.
 *
 * - `into`: to the next goal or rule
 * - `over`: to the next condition at the same depth, or at a smaller one
 * - `out`: to the next condition at a smaller depth
 * - `continue`: to the next breakpoint
 */
export type ForwardMovement = 'into' | 'over' | 'out' | 'continue';
/** `back`: to the goal or rule before. `reverse`: back to the breakpoint before, or to the first step. */
export type BackwardMovement = 'back' | 'reverse';
export type Movement = ForwardMovement | BackwardMovement;

/** The reason for which a debugger stops at a step, if a breakpoint is the reason. */
export type BreakpointReason = 'debug' | 'breakpoint' | 'rule' | 'failure' | 'undecided' | 'error';

/** The reason for which a debugger stops. */
export type HaltReason = BreakpointReason | 'step' | 'answer' | 'end' | 'start';

/** A step at which the debugger has stopped. */
export interface Halt {
  readonly step: Step;
  readonly reason: HaltReason;
  /** Whether the user has gone back to the step. */
  readonly isEarlier: boolean;
  /** The reason why a condition of a breakpoint cannot be decided. */
  readonly problem: string | undefined;
}

/** The result of going on: a stop, or an outcome of the query. The debugger has stopped at the outcome before, if it wanted to. */
export type Progress = Halt | 'answer' | 'end';
