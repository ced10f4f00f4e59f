import type { RequestHeaders } from './server-request.js';
import { badRequest, RequestError } from './request-error.js';

/** The header with the lowest revision of the policy that a caller accepts. */
export const minRevisionHeader = 'X-Nanook-Min-Revision';

/**
 * Checks that the policy in use is not older than the caller accepts.
 *
 * @throws {RequestError} 400 for a header that is not a number; 503 for an older policy, or one without a revision
 */
export function requireRevision(headers: RequestHeaders, revision: number | undefined): void {
  const wanted = headers.get(minRevisionHeader);
  if (wanted === null) return;
  if (!/^\d{1,16}$/.test(wanted)) throw badRequest(`${minRevisionHeader} must be a whole number`);
  if (revision === undefined || revision < Number(wanted))
    throw new RequestError(503, `the policy is older than the revision ${wanted}`, { 'Retry-After': '1' });
}
