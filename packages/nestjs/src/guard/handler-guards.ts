import { Inject, Injectable, type CanActivate, type Type } from '@nestjs/common';
import { ApplicationConfig, ModulesContainer } from '@nestjs/core';
import { EntryPoints, type EntryPoint } from '../entry-points/entry-points.js';
import { isSseHandler } from '../execution/event-stream.js';
import { requireCheckedInput } from '../input/checked-input.js';
import { inputRequirementsOf } from '../input/input-requirement.js';
import { GUARD_MODE } from '../options/nanook.module-definition.js';
import type { GuardMode } from '../options/nanook.options.js';
import { convertRefusals, refusals } from '../refusals/refusal.interceptor.js';
import {
  ClassGuard,
  HandlerGuard,
  OverrideGuard,
  hasHandlerGuard,
  placeGuard,
} from '../requirements/requirement-guard.js';

/**
 * Adds a guard to every handler that the global guard does not cover, with or without requirements: to messages and events, because a hybrid
 * application does not share its global guards with its microservices, and Nest 11 runs none for gateways; and with `guard: 'manual'`, to
 * all handlers. Messages and events also get the interceptor that converts refusals, and so do all handlers if there are resolvers of
 * GraphQL or event streams. This happens while Nest instantiates the application, before it resolves any handler.
 */
@Injectable()
export class HandlerGuards {
  constructor(
    @Inject(GUARD_MODE) private readonly mode: GuardMode,
    @Inject(EntryPoints) private readonly entries: EntryPoints,
    @Inject(ModulesContainer) modules: ModulesContainer,
    @Inject(ApplicationConfig) config: ApplicationConfig,
  ) {
    const guards = new Map<Type<CanActivate>, CanActivate>([
      [HandlerGuard, new HandlerGuard(modules)],
      [ClassGuard, new ClassGuard(modules)],
      [OverrideGuard, new OverrideGuard(modules)],
    ]);
    const hosts = this.entries.hosts();
    const entryPoints = this.entries.all();
    // A global interceptor, so that it also converts what interceptors of the application throw.
    if (entryPoints.some(bypassesExceptionLayer)) config.addGlobalInterceptor(refusals);
    for (const entry of entryPoints) {
      if (entry.kind === 'http' && inputRequirementsOf(entry.type, entry.declared).length > 0)
        requireCheckedInput(entry.declared);
      if (!this.#isUncovered(entry)) continue;
      this.#place(entry);
      if (isMessage(entry)) convertRefusals(entry.type);
      // Nest takes the instance of a guard class from the module of the handler, and has collected the guard classes already.
      for (const host of hosts.get(entry.type) ?? [])
        for (const [guard, useValue] of guards)
          if (!host.injectables.has(guard)) host.addInjectable({ provide: guard, useValue }, 'guard');
    }
  }

  #isUncovered(entry: EntryPoint): boolean {
    return isMessage(entry) || (this.mode === 'manual' && entry.resolves !== 'field');
  }

  /** Adds the guard: with `guard: 'manual'` as the last one. For a message, the guards keep the order of the decorators. */
  #place({ kind, type, declared }: EntryPoint): void {
    if (this.mode === 'manual' || !hasHandlerGuard(declared)) placeGuard(declared, 'handler');
    // Also on the class, because the called function can be another one than the method, bound by a constructor. Fields have no class guards.
    if (kind !== 'graphql') placeGuard(type, 'class');
  }
}

const isMessage = ({ kind }: EntryPoint): boolean => kind === 'ws' || kind === 'rpc';

/** Returns whether errors of a handler go to the client without the exception layer of Nest. */
const bypassesExceptionLayer = ({ kind, declared, handler }: EntryPoint): boolean =>
  kind === 'graphql' || [declared, handler].some(isSseHandler);
