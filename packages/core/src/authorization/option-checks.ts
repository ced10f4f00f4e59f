import type { DecisionOptions } from './options.js';
import type { CheckOptions } from './query-options.js';

/** The checks of the options of a policy that was compiled ahead of time. They find mistakes, and change no decision. */
export interface OptionChecks {
  /** Checks the options of `load`. @throws {PolarError} `POLAR_TYPE_INVALID_OPTION` */
  readonly ofLoad: (options: DecisionOptions) => void;
  /** Checks the options of one check. @throws {PolarError} `POLAR_TYPE_INVALID_OPTION` */
  readonly ofCheck: (options: CheckOptions) => void;
}

// A bundle contains them with the texts of errors only.
let checks: OptionChecks | undefined;

/** Checks the options of applications from now on. */
export function addOptionChecks(added: OptionChecks): void {
  checks = added;
}

/** Returns the checks of the moment; undefined if there are none. */
export const optionChecks = (): OptionChecks | undefined => checks;
