/**
 * The rows of a condition that a filter accepts. A condition has two facts: *true*, some way through it holds; *undecided*, some way
 * through it is undecided. Both may hold at once. The modes are the facts, their union, and the opposites of these three.
 */
export type Mode = 'true' | 'not true' | 'undecided' | 'not undecided' | 'true or undecided' | 'false';

export const opposite = {
  true: 'not true',
  'not true': 'true',
  undecided: 'not undecided',
  'not undecided': 'undecided',
  'true or undecided': 'false',
  false: 'true or undecided',
} as const satisfies Record<Mode, Mode>;

export const isPositive = (mode: Mode): boolean =>
  mode === 'true' || mode === 'undecided' || mode === 'true or undecided';
