import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { catchError, type Observable } from 'rxjs';
import { exceptionOf } from './exceptions.js';

/**
 * Converts a refusal that a handler throws, such as that of `authz.authorize(…)` or of `@CurrentActor()`, as the guard does. A handler can
 * have the interceptor twice, because it leaves converted exceptions unchanged.
 */
@Injectable()
export class RefusalInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      catchError(async (error: unknown) => {
        throw await exceptionOf(error, context);
      }),
    );
  }
}
