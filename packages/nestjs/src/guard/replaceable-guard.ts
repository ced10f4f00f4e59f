import { Inject, Injectable, UseGuards, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { AuthorizationGuard } from './authorization.guard.js';

/**
 * The global guard, which tests can replace. `overrideProvider` replaces the injected guard. `overrideGuard` replaces only a guard that
 * `@UseGuards` created in a module, so this class has `@UseGuards`, too.
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
