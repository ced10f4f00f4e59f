import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { isUnauthenticatedError } from '@nanook/core';
import { AuthorizationService } from './authorization.service.js';
import { exceptionOf } from './exceptions.js';
import { MODULE_OPTIONS_TOKEN } from './nanook.module-definition.js';
import type { NanookModuleOptions } from './nanook.options.js';

/** Stands before handlers, and lets a call through when everything that its decorators demand holds. */
@Injectable()
export class AuthorizationGuard implements CanActivate {
  constructor(
    @Inject(AuthorizationService) private readonly authorization: AuthorizationService,
    @Inject(MODULE_OPTIONS_TOKEN) private readonly options: NanookModuleOptions,
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
    const { challenge } = this.options;
    if (challenge === undefined || context.getType() !== 'http') return;
    for (const value of [challenge].flat())
      this.host.httpAdapter.appendHeader(context.getArgByIndex(1), 'WWW-Authenticate', value);
  }
}
