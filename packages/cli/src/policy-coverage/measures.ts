import type { CoveredFile } from './covered-policy.js';

export const measureNames = ['rules', 'conditions', 'alternatives', 'roles'] as const;
export type MeasureName = (typeof measureNames)[number];

export interface Measure {
  readonly covered: number;
  readonly total: number;
  /** From 0 to 100; 100 for a total of 0. */
  readonly percent: number;
}

export type Measures = Readonly<Record<MeasureName, Measure>>;

/** Counts the covered parts. A condition counts twice: for the outcome that it holds, and for the outcome that it fails. */
export function measuresOf(files: readonly CoveredFile[]): Measures {
  const rules = files.flatMap((file) => file.rules);
  const conditions = rules.flatMap((rule) => rule.conditions);
  return {
    rules: measure(rules.map(({ held }) => held)),
    conditions: measure(conditions.flatMap(({ held, failed }) => [held, failed])),
    alternatives: measure(rules.flatMap((rule) => rule.alternatives).map(({ held }) => held)),
    roles: measure(files.flatMap((file) => file.roles).map(({ held }) => held)),
  };
}

export function measure(counts: readonly number[]): Measure {
  const covered = counts.filter((number) => number > 0).length;
  const total = counts.length;
  return { covered, total, percent: total === 0 ? 100 : (100 * covered) / total };
}

/** Returns a percentage with one decimal that is never rounded up to 100. */
export const percentText = (percent: number): string => `${(Math.floor(percent * 10) / 10).toFixed(1)} %`;
