import type { CoverageData } from '@nanook/core/testing';
import type { Mutant } from './mutant.js';

/** Returns the keys of the rules that checks have entered, and of the predicates that they have called. */
export const reachedBy = ({ rules, calls }: CoverageData): readonly string[] => [
  ...rules.map(({ file, start }) => `${file} ${start}`),
  ...calls,
];

/** Returns the key that a check must have reached to notice a mutant. */
export const keyOf = ({ file, rule, reach }: Mutant): string =>
  reach.kind === 'rule' ? `${file} ${rule.start}` : reach.predicate;
