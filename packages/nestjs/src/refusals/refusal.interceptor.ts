import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { catchError, type Observable } from 'rxjs';
import { exceptionOf } from './exceptions.js';

/**
 * Makes of a refusal within a handler what the guard would have made of it: `authz.authorize(…)`, `@CurrentActor()` of nobody. It
 * may stand there twice: what it has made it leaves as it is.
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
