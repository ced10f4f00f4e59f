/** The result of proving a goal. */
export const GoalResult = {
  proved: 0,
  /** The machine must backtrack. */
  failed: 1,
  /** Other goals have taken the place of the goal. */
  replaced: 2,
  /** A promise must be awaited. Then the same goal is proved again. */
  waits: 3,
} as const;
export type GoalResult = (typeof GoalResult)[keyof typeof GoalResult];
