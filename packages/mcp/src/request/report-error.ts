import { isThenable } from '@nanook/core/internal';
import type { FailedCall } from './options.js';

type Hook = ((error: Error, call: FailedCall) => unknown) | undefined;

/** Passes an error to the application. If its hook fails, both errors are logged. */
export function reportError(hook: Hook, thrown: unknown, call: FailedCall): void {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown });
  if (hook === undefined) return log(error);
  const logBoth = (failure: unknown): void => log(error, failure);
  try {
    const result: unknown = hook(error, call);
    if (isThenable(result)) result.then(undefined, logBoth);
  } catch (failure) {
    logBoth(failure);
  }
}

// oxlint-disable-next-line no-console -- an error must not get lost
const log = (...errors: readonly unknown[]): void => console.error(...errors);
