import { isThenable } from './is-thenable.js';

/**
 * Passes an error to a hook of the application. If the hook fails, both errors are logged: a hook must not end the process.
 *
 * @param hook default: `console.error`
 */
export function reportError<Reported>(
  hook: ((error: Reported) => unknown) | undefined,
  error: Reported,
): void {
  if (hook === undefined) {
    log(error);
    return;
  }
  const logBoth = (failure: unknown): void => log(error, failure);
  try {
    const result = hook(error);
    if (isThenable(result)) result.then(undefined, logBoth);
  } catch (failure) {
    logBoth(failure);
  }
}

// oxlint-disable-next-line no-console -- an error must not get lost
const log = (...errors: readonly unknown[]): void => console.error(...errors);
