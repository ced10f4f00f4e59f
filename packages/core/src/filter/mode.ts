/**
 * Selects the rows that a filter accepts, by two facts about its condition: *true*, if one alternative of the condition holds, and
 * *undecided*, if one alternative is undecided. A row can have both. The modes are these facts, their union, and the negations of the three.
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
