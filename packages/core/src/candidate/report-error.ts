import type { CandidateOptions } from './candidate-options.js';

/**
 * Passes an error of a callback to `onError`. An error of `onError` itself goes to the console.
 *
 * @param of the function that has the callback as an option
 */
export function reportError(
  error: unknown,
  { onError }: Pick<CandidateOptions, 'onError'>,
  of = 'loadCandidate',
): void {
  try {
    if (onError !== undefined) {
      onError(error);
      return;
    }
  } catch (failure) {
    // oxlint-disable-next-line no-console -- the callback for errors has failed
    console.error(`[error] onError of ${of} failed:`, failure);
  }
  // oxlint-disable-next-line no-console -- without `onError` the console is the only place that is read
  console.error(`[error] a callback of ${of} failed:`, error);
}
