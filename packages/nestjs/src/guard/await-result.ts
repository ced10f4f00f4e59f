import { copyHeaders, guardResponse, type CopiedHeaders } from '@nanook/http/node';
import type { ExecutionContext } from '@nestjs/common';
import { NanookNestError } from '../errors/nanook-nest-error.js';
import { isSseHandler } from '../execution/event-stream.js';
import { executionOf } from '../execution/execution.js';
import { expectResult, lacksResult } from '../execution/expected-results.js';
import { handlerName } from '../execution/handler-location.js';
import { answer, logError, responseOf } from './await-checks.js';

/**
 * Makes the answer to a call wait until the result of the handler reaches the interceptor that authorizes it. An interceptor before it can
 * answer without calling the handler, as a cache does. A response over HTTP is blocked here; event streams, whose header Nest writes
 * first, and other transports have an interceptor.
 */
export function awaitResult(context: ExecutionContext, headersBefore?: CopiedHeaders): void {
  const handler = context.getHandler();
  const { callKey, method, kind } = executionOf(context);
  expectResult(callKey, handler);
  const response = responseOf(context);
  if (kind !== 'http' || typeof response?.writeHead !== 'function' || isSseHandler(handler)) return;
  const route = (): string => handlerName(context.getClass(), handler);
  guardResponse(response, {
    method: method!,
    headersBefore: headersBefore ?? copyHeaders(response),
    route,
    isSettled: () => !lacksResult(callKey, handler),
    fail: (cause) => {
      logError(new NanookNestError('NANOOK_NEST_BYPASSED_RESULT', { handler: route() }, { cause }));
      answer(response, cause.status);
    },
  });
}
