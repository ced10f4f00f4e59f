import { Inject, Injectable, type CanActivate, type Type } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { EntryPoints, type EntryPoint } from '../entry-points/entry-points.js';
import { GUARD_MODE } from '../options/nanook.module-definition.js';
import type { GuardMode } from '../options/nanook.options.js';
import {
  ClassGuard,
  HandlerGuard,
  OverrideGuard,
  hasHandlerGuard,
  placeGuard,
} from '../requirements/requirement-guard.js';

/**
 * Puts a guard on every handler that a global guard does not cover, with or without requirements: messages and events, because a
 * hybrid application does not share its global guards with its microservices, and gateways have none on Nest 11; and with
 * `guard: 'manual'` all handlers. It happens while the application is instantiated, before Nest resolves any handler.
 */
@Injectable()
export class HandlerGuards {
  constructor(
    @Inject(GUARD_MODE) private readonly mode: GuardMode,
    @Inject(EntryPoints) private readonly entries: EntryPoints,
    @Inject(ModulesContainer) modules: ModulesContainer,
  ) {
    const guards = new Map<Type<CanActivate>, CanActivate>([
      [HandlerGuard, new HandlerGuard(modules)],
      [ClassGuard, new ClassGuard(modules)],
      [OverrideGuard, new OverrideGuard(modules)],
    ]);
    const hosts = this.entries.hosts();
    for (const entry of this.entries.all()) {
      if (!this.#isUncovered(entry)) continue;
      this.#place(entry);
      // Nest takes a guard that is a class from the module of the handler, and has looked for them before.
      for (const host of hosts.get(entry.type) ?? [])
        for (const [guard, useValue] of guards)
          if (!host.injectables.has(guard)) host.addInjectable({ provide: guard, useValue }, 'guard');
    }
  }

  #isUncovered({ kind, resolves }: EntryPoint): boolean {
    if (kind === 'ws' || kind === 'rpc') return true;
    return this.mode === 'manual' && resolves !== 'field';
  }

  /** With `guard: 'manual'` ours is the last one. A message keeps the order in which its decorators are written. */
  #place({ kind, type, declared }: EntryPoint): void {
    if (this.mode === 'manual' || !hasHandlerGuard(declared)) placeGuard(declared, 'handler');
    // What is called may be another function than the method: one that a constructor bound. Fields have no part in this.
    if (kind !== 'graphql') placeGuard(type, 'class');
  }
}
