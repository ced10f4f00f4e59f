import type { CheckContext } from '@nanook/core';

/**
 * Returns the origin of the checks of a request, for their records: its id, and the trace of `traceparent` (W3C Trace Context).
 *
 * @param header returns the value of a header, by its name in small letters
 */
export function checkContextOf(header: (name: string) => string | null | undefined): CheckContext {
  const requestId = header('x-request-id') ?? undefined;
  const [, traceId, spanId] =
    /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}/.exec(header('traceparent') ?? '') ?? [];
  return { requestId, traceId, spanId };
}
