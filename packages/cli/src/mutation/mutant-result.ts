import type { Difference } from './find-difference.js';
import type { Mutant } from './mutant.js';

/**
 * The result of a mutant.
 *
 * - `killed`: a test fails
 * - `survived`: all tests pass, and a check exists that the mutant changes
 * - `uncovered`: no test reaches the change
 * - `unresolved`: all tests pass, and the search finds no check that the mutant changes. The mutant can be equivalent to the policy
 * - `error`: the mutant cannot be loaded
 */
export type MutantStatus = 'killed' | 'survived' | 'uncovered' | 'unresolved' | 'error';

export interface MutantResult {
  readonly mutant: Mutant;
  readonly status: MutantStatus;
  /** The tests that reach the change, by their position in the list of all tests. */
  readonly coveredBy: readonly number[];
  /** The test that failed. */
  readonly killedBy: number | undefined;
  /** The number of tests that ran. */
  readonly ran: number;
  /** A check that the mutant changes. */
  readonly difference: Difference | undefined;
  /** The reason why the mutant cannot be loaded. */
  readonly error: string | undefined;
}

/** The part of a result that a worker sends and the cache keeps. */
export type StoredResult = Omit<MutantResult, 'mutant'> & { readonly id: string };
