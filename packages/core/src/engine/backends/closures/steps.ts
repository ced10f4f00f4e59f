import type { Ending } from '../../runtime/way.js';

/** The locals of one call, the arguments first. */
export type Locals = unknown[];

/** Reads an operand. */
export type Get = (locals: Locals) => unknown;

export type Check = (locals: Locals) => boolean;

/** Calls a function, which calls `then` at each success. */
export type CallAll = (locals: Locals, then: () => Ending) => Ending;

/**
 * The result of a step: `false` to try the next alternative, `true` for success, `ended` for failure of the whole function, `again` to
 * restart it, and `stop` for failure of the call that it continues.
 */
export type StepEnding = Ending | 'ended' | 'again';

/** A statement as a closure that also runs the statements after it. A check is a step without statements after it. */
export type Step = (locals: Locals) => StepEnding;

export const failed = false;
export const succeeded = true;

/** The step after a success. It runs once, however many successes there are. */
export interface Then {
  readonly step: Step;
  /** The local that holds the function that was passed in, if `step` only calls that. */
  readonly passed?: number;
}

/** One success is enough: the remaining alternatives are not tried. */
export const enough: Then = { step: () => succeeded };

/** Combines alternatives. Few are written out, because that is faster than a loop. */
export function firstOf(steps: readonly Step[]): Step {
  const [first, second, third] = steps;
  switch (steps.length) {
    case 0:
      return () => failed;
    case 1:
      return first!;
    case 2:
      return (locals) => first!(locals) || second!(locals);
    case 3:
      return (locals) => first!(locals) || second!(locals) || third!(locals);
    default:
      return (locals) => {
        for (const step of steps) {
          const ending = step(locals);
          if (ending !== failed) return ending;
        }
        return failed;
      };
  }
}
