import type { CheckContext } from '@nanook/core';

/** Returns the origin of the checks of a request, for their records: its id, and the trace of `traceparent` (W3C Trace Context). */
export function checkContextOf(headers: Headers): CheckContext {
  const requestId = headers.get('X-Request-ID') ?? undefined;
  const [, traceId, spanId] =
    /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}/.exec(headers.get('traceparent') ?? '') ?? [];
  return { requestId, traceId, spanId };
}
