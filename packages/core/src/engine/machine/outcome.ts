/** What became of a goal. */
export const Outcome = {
  proved: 0,
  /** Backtrack. */
  failed: 1,
  /** The machine has already been sent elsewhere. */
  jumped: 2,
  /** A promise must be awaited, then the same goal is proved again. */
  waits: 3,
  paused: 4,
} as const;
export type Outcome = (typeof Outcome)[keyof typeof Outcome];
