import type { Code, DataOf } from '../diagnostics/codes.js';

/** The reason why there is no value: a code and its data. The machine reports it as undecided or throws it as a fault. */
export class MissingValue<C extends Code = Code> {
  /** The value whose member is missing or failed, for errors that show it. */
  receiver: unknown = undefined;
  /** The error of the application, if the member failed. */
  cause: unknown = undefined;

  constructor(
    readonly code: C,
    readonly data: DataOf<C>,
    /** Whether the query ends. Otherwise only the alternative ends. */
    readonly isFault = false,
    /** Whether the alternative fails without being undecided: a dictionary of the policy does not have the key. */
    readonly isPlainFailure = false,
  ) {}
}
