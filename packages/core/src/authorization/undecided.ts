import { isPolarError, type PolarError } from '../diagnostics/polar-error.js';

/** Whether an error says that the data could not decide a question. */
export const isUndecided = (error: unknown): error is PolarError =>
  isPolarError(error) && error.code.startsWith('POLAR_UNDECIDED_');
