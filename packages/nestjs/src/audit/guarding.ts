import { Inject, Injectable, type CanActivate } from '@nestjs/common';
import { ApplicationConfig, DiscoveryService } from '@nestjs/core';
import { AuthorizationGuard } from '../authorization.guard.js';
import { GUARD_MODE } from '../nanook.module-definition.js';
import type { GuardMode } from '../nanook.options.js';
import type { EntryPoint } from './entry-points.js';

// As Nest calls them; `@nestjs/graphql` may not be installed.
const guardsKey = '__guards__';
const graphqlOptionsToken = 'GqlModuleOptions';

/** Knows whether the guard stands before a handler: a rule that nobody asks for would let everybody in. */
@Injectable()
export class Guarding {
  constructor(
    @Inject(GUARD_MODE) private readonly mode: GuardMode,
    // What takes the place of the guard in a test stands where it stood.
    @Inject(AuthorizationGuard) private readonly guard: CanActivate,
    @Inject(ApplicationConfig) private readonly config: ApplicationConfig,
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
  ) {}

  standsBefore({ kind, type, handler, resolves }: EntryPoint): boolean {
    // It comes along with each rule there.
    if (kind === 'ws' || kind === 'rpc') return true;
    if (resolves !== 'root' && !this.#asksGuardsAboutFields()) return false;
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

  /** Nest asks guards about fields and references only where the GraphQL module says so. */
  #asksGuardsAboutFields(): boolean {
    const options = this.discovery.getProviders().filter(({ token }) => token === graphqlOptionsToken);
    return (
      options.length > 0 &&
      options.every(({ instance }) =>
        (
          instance as { readonly fieldResolverEnhancers?: readonly string[] }
        ).fieldResolverEnhancers?.includes('guards'),
      )
    );
  }

  #isOurs(guard: unknown): boolean {
    return (
      guard === this.guard ||
      guard === AuthorizationGuard ||
      guard instanceof AuthorizationGuard ||
      (typeof guard === 'function' && guard.prototype instanceof AuthorizationGuard)
    );
  }
}

const guardsOf = (place: object): readonly unknown[] =>
  (Reflect.getMetadata(guardsKey, place) as readonly unknown[] | undefined) ?? [];
