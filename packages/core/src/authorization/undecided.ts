import { isPolarError, type PolarError } from '../diagnostics/polar-error.js';

/** Returns whether an error means that the data could not decide a check or query. */
export const isUndecided = (error: unknown): error is PolarError =>
  isPolarError(error) && error.code.startsWith('POLAR_UNDECIDED_');
