import type { BundleManifest } from '@nanook/policies/bundle';
import { UsageError } from '../errors/usage-error.js';
import { readTime } from '../values/read-time.js';

/** @throws {UsageError} for a time that is not in the future */
export function expiryOf(text: string): Date {
  const time = readTime('--expires', text, 'future');
  if (time.getTime() <= Date.now())
    throw new UsageError(`--expires expects a time in the future, found ${text}`);
  return time;
}

/**
 * Returns the expiry of a bundle that is made of others: the earliest of theirs, unless another one is given.
 *
 * @throws {UsageError} if it has passed
 */
export function renewedExpiry(
  given: string | undefined,
  bundles: readonly Pick<BundleManifest, 'expiresAt'>[],
): Date | undefined {
  if (given === 'never') return undefined;
  if (given !== undefined) return expiryOf(given);
  const times = bundles.flatMap(({ expiresAt }) => (expiresAt === undefined ? [] : [Date.parse(expiresAt)]));
  if (times.length === 0) return undefined;
  const earliest = new Date(Math.min(...times));
  if (earliest.getTime() <= Date.now())
    throw new UsageError(
      `the bundle expired at ${earliest.toISOString()}; give a new expiry: --expires 30d, or --expires never`,
    );
  return earliest;
}
