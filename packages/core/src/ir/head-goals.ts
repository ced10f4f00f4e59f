import type { Goal, Parameter } from './goal.js';

/** A parameter whose specializer is still to be proved, and whether the type of its argument is known to fit. */
export interface OpenParameter {
  readonly parameter: Parameter;
  readonly hasType: boolean;
}

/**
 * Returns the goals of a head in the order in which they are proved: the type tests of all parameters, then the patterns. A pattern reads
 * fields, so it can be undecided; a rule for other types is false before that.
 */
export function headGoals(parameters: readonly OpenParameter[]): Goal[] {
  const tests: Goal[] = [];
  const patterns: Goal[] = [];
  for (const { parameter, hasType } of parameters) {
    const [first, ...others] = parameter.goals;
    if (first === undefined) continue;
    if (first.kind !== 'isa') patterns.push(first);
    else if (!hasType) tests.push(first);
    patterns.push(...others);
  }
  return [...tests, ...patterns];
}
