import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { catchError, type Observable } from 'rxjs';
import { exceptionOf } from './exceptions.js';

/**
 * Converts a refusal that a handler throws, such as that of `authz.authorize(…)` or of `@CurrentActor()`, as the guard does. Only handlers
 * whose errors do not reach the exception layer of Nest have it: resolvers of GraphQL, event streams, and handlers of messages. A handler
 * can have it twice, because it leaves converted exceptions unchanged.
 */
class RefusalInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      catchError(async (error: unknown) => {
        throw await exceptionOf(error, context);
      }),
    );
  }
}

// The metadata key of Nest.
const interceptorsKey = '__interceptors__';
// An instance, because Nest skips an interceptor class that it did not instantiate.
export const refusals = new RefusalInterceptor();

/** Adds the interceptor to a handler of messages, for which global interceptors do not run. */
export function convertRefusals(handler: object): void {
  const others = (Reflect.getMetadata(interceptorsKey, handler) ?? []) as readonly unknown[];
  if (!others.includes(refusals)) Reflect.defineMetadata(interceptorsKey, [...others, refusals], handler);
}
