import { Inject, Injectable, UseGuards, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { AuthorizationGuard } from './authorization.guard.js';

/**
 * The guard that stands before everything, or what a test put in its place. `overrideProvider` replaces the one that is injected;
 * `overrideGuard` replaces only what `@UseGuards` made in some module, so this class has one made here.
 */
@Injectable()
@UseGuards(AuthorizationGuard)
export class ReplaceableGuard implements CanActivate {
  #found: CanActivate | undefined;

  constructor(
    @Inject(AuthorizationGuard) private readonly guard: CanActivate,
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
  ) {}

  canActivate(context: ExecutionContext): ReturnType<CanActivate['canActivate']> {
    return (this.#found ??= this.#replacement() ?? this.guard).canActivate(context);
  }

  #replacement(): CanActivate | undefined {
    for (const { injectables } of this.modules.values()) {
      const made = injectables.get(AuthorizationGuard);
      if (made !== undefined && made.metatype !== AuthorizationGuard) return made.instance as CanActivate;
    }
    return undefined;
  }
}
