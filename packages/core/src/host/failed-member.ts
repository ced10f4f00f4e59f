import { messageOfThrown } from '../internal/message-of-thrown.js';
import { MissingValue } from './missing-value.js';

/** Returns the failure of a member of the application, in the dialect oso: a negation loses it, as it loses that of a missing member. */
export function failedMember(error: unknown, origin: string, receiver: unknown): MissingValue {
  const failed = new MissingValue('POLAR_RUN_HOST_ERROR', { origin, message: messageOfThrown(error) });
  failed.receiver = receiver;
  failed.cause = error;
  return failed;
}

/** Returns whether a value is the failure of a member, and not a member that is missing. */
export const isFailedMember = (found: MissingValue): boolean => found.code === 'POLAR_RUN_HOST_ERROR';
