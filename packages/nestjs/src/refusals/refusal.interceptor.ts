import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { catchError, tap, type Observable } from 'rxjs';
import { NanookNestError } from '../errors/nanook-nest-error.js';
import { isSseHandler } from '../execution/event-stream.js';
import { executionOf, type ContextKind } from '../execution/execution.js';
import { lacksResult } from '../execution/expected-results.js';
import { findCall } from '../execution/handler-call.js';
import { collectForMessage, handleWithChecks } from '../execution/handler-checks.js';
import { handlerName } from '../execution/handler-location.js';
import { exceptionOf } from './exceptions.js';

const knownKinds: ReadonlySet<ContextKind> = new Set(['http', 'graphql', 'ws', 'rpc']);

/**
 * Converts a refusal that a handler throws, such as that of `authz.authorize(…)` or of `@CurrentActor()`, as the guard does. Only handlers
 * whose errors do not reach the exception layer of Nest have it: resolvers of GraphQL, event streams, and handlers of messages. A handler
 * can have it twice, because it leaves converted exceptions unchanged.
 *
 * Resolvers, event streams and handlers of messages also wait for the checks that they have started. Other responses over HTTP wait
 * themselves.
 */
class RefusalInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const convert = async (error: unknown): Promise<never> => {
      throw await exceptionOf(error, context);
    };
    const kind = context.getType<ContextKind>();
    if (!knownKinds.has(kind)) return next.handle().pipe(catchError(convert));
    const results =
      kind !== 'http' || collectsForEvents(context)
        ? handleWithChecks(context, next, convert)
        : next.handle();
    return results.pipe(
      tap(() => requireSeenResult(context)),
      catchError(convert),
    );
  }
}

/** Collects the checks of an event stream for its handler. @returns whether the handler sends server-sent events, and makes checks */
function collectsForEvents(context: ExecutionContext): boolean {
  if (!isSseHandler(context.getHandler())) return false;
  const { callKey } = executionOf(context);
  const call = findCall(callKey);
  if (call === undefined) return false;
  collectForMessage(call.authzOfGuard.checks, callKey);
  return true;
}

/** @throws {NanookNestError} `NANOOK_NEST_BYPASSED_RESULT` if an interceptor has answered, and the result was not authorized */
function requireSeenResult(context: ExecutionContext): void {
  const handler = context.getHandler();
  if (lacksResult(executionOf(context).callKey, handler))
    throw new NanookNestError('NANOOK_NEST_BYPASSED_RESULT', {
      handler: handlerName(context.getClass(), handler),
    });
}

// The metadata key of Nest.
const interceptorsKey = '__interceptors__';
// An instance, because Nest skips an interceptor class that it did not instantiate.
export const refusals = new RefusalInterceptor();

/** Adds the interceptor to a class with handlers of messages, for which global interceptors do not run. It is the first one. */
export function convertRefusals(type: object): void {
  const others = (Reflect.getMetadata(interceptorsKey, type) ?? []) as readonly unknown[];
  if (!others.includes(refusals)) Reflect.defineMetadata(interceptorsKey, [refusals, ...others], type);
}
