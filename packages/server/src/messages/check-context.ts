import type { CheckContext } from '@nanook/core';

/**
 * Returns the origin of the checks of a request, for their records: its id, and the trace of `traceparent` (W3C Trace Context).
 *
 * @param requestId the header `x-request-id`
 * @param traceparent the header with this name
 */
export function checkContextOf(
  requestId: string | undefined,
  traceparent: string | null | undefined,
): CheckContext {
  const [, traceId, spanId] =
    /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}/.exec(traceparent ?? '') ?? [];
  return { requestId, traceId, spanId };
}
