import { describeValue } from '@nanook/core/internal';
import { NanookPoliciesError } from '../errors/nanook-policies-error.js';
import { isName, type Fleet } from '../fleet/announcement.js';
import type { AnnounceOptions } from '../fleet/announcer.js';
import type { FollowOptions } from './policy-follower.js';

type Check = (value: unknown) => boolean;

const isFunction: Check = (value) => typeof value === 'function';
const isTime: Check = (value) => typeof value === 'number' && value > 0;

const isAnnouncing: Check = (value) => {
  const { to, process = 'a', everyMs = 1 } = Object(value) as Partial<Record<keyof AnnounceOptions, unknown>>;
  const methods = Object(to) as Partial<Record<keyof Fleet, unknown>>;
  return isFunction(methods.announce) && isFunction(methods.leave) && isName(process) && isTime(everyMs);
};

const checks: { readonly [Option in keyof FollowOptions]-?: readonly [Check, string] } = {
  keys: [(value) => typeof value === 'object' && value !== null, 'a public key, or a list of them'],
  minRevision: [
    (value) => Number.isSafeInteger(value) && (value as number) >= 0,
    'a whole number that is not negative',
  ],
  check: [isFunction, 'a function'],
  candidate: [
    (value) => typeof value === 'object' && value !== null,
    'an object with options of `loadCandidate`',
  ],
  announce: [
    isAnnouncing,
    'an object with a fleet as `to`, and optionally the name of the `process` and `everyMs`',
  ],
  onChange: [isFunction, 'a function'],
  onError: [isFunction, 'a function'],
  pollMs: [isTime, 'a positive number of milliseconds'],
  timeoutMs: [isTime, 'a positive number of milliseconds'],
  checkTimeoutMs: [isTime, 'a positive number of milliseconds'],
};

/** Checks the options of `followPolicies` and `readPolicies`. @throws {NanookPoliciesError} `NANOOK_POLICIES_INVALID_OPTION` */
export function checkOptions(options: FollowOptions): void {
  for (const [option, value] of Object.entries(options)) {
    const known = Object.hasOwn(checks, option) ? checks[option as keyof FollowOptions] : undefined;
    // A key that is undefined, because a setting is missing, must not mean that no key is needed.
    const reason =
      known === undefined
        ? `does not exist; the options are ${Object.keys(checks).join(', ')}`
        : (value === undefined && option !== 'keys') || known[0](value)
          ? undefined
          : `must be ${known[1]}, found ${describeValue(value)}`;
    if (reason !== undefined)
      throw new NanookPoliciesError('NANOOK_POLICIES_INVALID_OPTION', { option, reason });
  }
}
