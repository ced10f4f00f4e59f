import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { isUnauthenticatedError } from '@nanook/core';
import { exceptionOf } from '../refusals/exceptions.js';
import { AuthorizationService } from './authorization.service.js';

// `@UseGuards` creates an instance in the module of the handler, so NanookModule exports its dependencies.
/**
 * The guard that checks the requirements of a handler before each call. It is global by default; with `guard: 'manual'`,
 * `@UseGuards(AuthorizationGuard)` puts it in a position among other guards.
 *
 * @example
 * @Controller('drafts') @UseGuards(AuthorizationGuard) class DraftsController { … }
 */
@Injectable()
export class AuthorizationGuard implements CanActivate {
  /** @internal */
  constructor(
    @Inject(AuthorizationService) private readonly authorization: AuthorizationService,
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
  ) {}

  /**
   * Returns `true` if all requirements of the handler hold.
   *
   * @throws {HttpException} or the exception of another transport, if the call is refused
   */
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    try {
      if (this.authorization.passes(context)) return true;
    } catch (error) {
      return this.#refuse(error, context);
    }
    return this.#check(context);
  }

  async #check(context: ExecutionContext): Promise<boolean> {
    try {
      await this.authorization.runChecks(context);
      return true;
    } catch (error) {
      return this.#refuse(error, context);
    }
  }

  async #refuse(error: unknown, context: ExecutionContext): Promise<never> {
    if (isUnauthenticatedError(error)) this.#challenge(context);
    throw await exceptionOf(error, context);
  }

  #challenge(context: ExecutionContext): void {
    if (context.getType() !== 'http') return;
    // An exception filter may write a 401 past the adapter. The response guard adds the header to every 401.
    this.authorization.of(context);
    const { challenge } = this.authorization;
    this.host.httpAdapter.appendHeader(context.getArgByIndex(1), 'WWW-Authenticate', challenge);
  }
}
