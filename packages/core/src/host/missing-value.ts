import type { Code, DataOf } from '../diagnostics/codes.js';

/** Why there is no value: a code and its data, for the machine to report as undecided or throw as a fault. */
export class MissingValue<C extends Code = Code> {
  constructor(
    readonly code: C,
    readonly data: DataOf<C>,
    /** A fault ends the question; anything else only the alternative. */
    readonly isFault = false,
    /** A key that a dictionary of the policy does not have: a plain failure, nothing to report. */
    readonly isPlainFailure = false,
  ) {}
}
