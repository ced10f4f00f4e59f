import type { QueryLimits } from '../engine/compiled/compiled-policy.js';
import type { Limits } from '../engine/limits.js';
import type { CheckOptions } from './query-options.js';
import { limitsOf } from './limits-of.js';
import { validateQueryOptions } from './validate-options.js';

/** The options of a check that has none. */
export const noOptions: CheckOptions = Object.freeze({});

/**
 * Returns the limits and the signal of a check, or undefined if it has none of its own.
 *
 * @param limits the limits of the authorizer
 * @returns `'machine'` for invalid options, and for an aborted signal: the machine reports the error
 */
export function ownLimitsOf(options: CheckOptions, limits: Limits): QueryLimits | undefined | 'machine' {
  if (options === noOptions) return undefined;
  try {
    validateQueryOptions(options);
    const { signal } = options;
    if (signal?.aborted === true) return 'machine';
    if (options.limits !== undefined) return { limits: limitsOf({ ...limits, ...options.limits }), signal };
    return signal === undefined ? undefined : { limits, signal };
  } catch {
    return 'machine';
  }
}
