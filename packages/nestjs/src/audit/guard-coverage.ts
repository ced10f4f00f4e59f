import { Inject, Injectable, type CanActivate } from '@nestjs/common';
import { ApplicationConfig } from '@nestjs/core';
import type { EntryPoint } from '../entry-points/entry-points.js';
import { AuthorizationGuard } from '../guard/authorization.guard.js';
import { GUARD_MODE } from '../options/nanook.module-definition.js';
import type { GuardMode } from '../options/nanook.options.js';
import { ClassGuard, HandlerGuard, guardsOf, isPlacedGuard } from '../requirements/requirement-guard.js';
import { GraphqlEnhancers } from './graphql-enhancers.js';

/** Finds out whether the guard runs for a handler. Without the guard, the requirements of the handler are not checked. */
@Injectable()
export class GuardCoverage {
  constructor(
    @Inject(GUARD_MODE) private readonly mode: GuardMode,
    // In a test, the injected guard can be a test double.
    @Inject(AuthorizationGuard) private readonly guard: CanActivate,
    @Inject(ApplicationConfig) private readonly config: ApplicationConfig,
    @Inject(GraphqlEnhancers) private readonly enhancers: GraphqlEnhancers,
  ) {}

  /** Returns whether the guard runs for a handler. For fields and references, guards run only with an option of the GraphQL module. */
  covers({ type, handler, resolves }: EntryPoint): boolean {
    if (resolves === 'root') return true;
    if (!this.enhancers.runForFields('guards')) return false;
    return (
      this.mode === 'global' ||
      [
        ...this.config.getGlobalGuards(),
        ...this.config.getGlobalRequestGuards().map(({ metatype }) => metatype),
        ...guardsOf(type),
        ...guardsOf(handler),
      ].some((guard) => this.#isOurs(guard))
    );
  }

  /** Returns whether the position of the guard is `'manual'`, although the application has no guards that could run before it. */
  isManualWithoutGuard(entries: readonly EntryPoint[]): boolean {
    if (this.mode !== 'manual') return false;
    const { config } = this;
    if (config.getGlobalGuards().length > 0 || config.getGlobalRequestGuards().length > 0) return false;
    return !entries.some(({ type, handler }) =>
      [...guardsOf(type), ...guardsOf(handler)].some((guard) => !isPlacedGuard(guard)),
    );
  }

  #isOurs(guard: unknown): boolean {
    return (
      guard === HandlerGuard ||
      guard === ClassGuard ||
      guard === this.guard ||
      guard === AuthorizationGuard ||
      guard instanceof AuthorizationGuard ||
      (typeof guard === 'function' && guard.prototype instanceof AuthorizationGuard)
    );
  }
}
