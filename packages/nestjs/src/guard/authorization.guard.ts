import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { isUnauthenticatedError } from '@nanook/core';
import { AuthorizationService } from './authorization.service.js';
import { exceptionOf } from '../refusals/exceptions.js';

// Where `@UseGuards` puts it, Nest makes one in that module: what it needs is exported.
/** Stands before handlers, and lets a call through when everything that its decorators demand holds. */
@Injectable()
export class AuthorizationGuard implements CanActivate {
  constructor(
    @Inject(AuthorizationService) private readonly authorization: AuthorizationService,
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    try {
      await this.authorization.enforce(context);
      return true;
    } catch (error) {
      if (isUnauthenticatedError(error)) this.#challenge(context);
      throw await exceptionOf(error, context);
    }
  }

  #challenge(context: ExecutionContext): void {
    if (context.getType() !== 'http') return;
    const { challenge } = this.authorization;
    this.host.httpAdapter.appendHeader(context.getArgByIndex(1), 'WWW-Authenticate', challenge);
  }
}
