import { Authorizer } from '@nanook/core';
import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR, DiscoveryModule } from '@nestjs/core';
import { ActorSource } from './actor-source.js';
import { AuthorizationGuard } from './authorization.guard.js';
import { AuthorizationService } from './authorization.service.js';
import { GraphqlEnhancers } from './graphql-enhancers.js';
import { loadAuthorizer } from './load-authorizer.js';
import {
  ASYNC_OPTIONS_TYPE,
  ConfigurableModuleClass,
  GUARD_MODE,
  MODULE_OPTIONS_TOKEN,
  OPTIONS_TYPE,
} from './nanook.module-definition.js';
import { AUTHORIZATION_GUARD } from './message-guard.js';
import type { GuardMode } from './nanook.options.js';
import { NestFault } from './nest-fault.js';
import { PolicyWatcher } from './policy-watcher.js';
import { RefusalInterceptor } from './refusal.interceptor.js';
import { ResourceLoaders } from './resource-loaders.js';

/** Authorization for a Nest application: a policy, and a guard that asks it. */
@Module({
  imports: [DiscoveryModule],
  providers: [
    { provide: Authorizer, useFactory: loadAuthorizer, inject: [MODULE_OPTIONS_TOKEN] },
    ActorSource,
    ResourceLoaders,
    AuthorizationService,
    AuthorizationGuard,
    { provide: AUTHORIZATION_GUARD, useExisting: AuthorizationGuard },
    PolicyWatcher,
    GraphqlEnhancers,
    { provide: APP_INTERCEPTOR, useClass: RefusalInterceptor },
  ],
  exports: [Authorizer, AuthorizationService, AuthorizationGuard],
})
export class NanookModule extends ConfigurableModuleClass {
  /**
   * @example
   * NanookModule.forRoot({ policies: ['policy/*.polar'], types: { User, Repository } })
   */
  static override forRoot(options: typeof OPTIONS_TYPE): DynamicModule {
    return guarded(super.forRoot(options), options.guard);
  }

  /** As `forRoot`, with options that are injected: `{ useFactory, inject }`, `useClass` or `useExisting`. */
  static override forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    return guarded(super.forRootAsync(options), options.guard);
  }

  /** Provides loaders, in the module that can give them what they need: its `imports`. */
  static forFeature({
    loaders,
    imports = [],
  }: {
    loaders: Type[];
    imports?: DynamicModule['imports'];
  }): DynamicModule {
    return { module: NanookFeatureModule, imports: imports ?? [], providers: loaders, exports: loaders };
  }
}

/** Loaders, and what they need. */
@Module({})
class NanookFeatureModule {}

function guarded(definition: DynamicModule, guard: GuardMode = 'global'): DynamicModule {
  if (guard !== 'global' && guard !== 'manual')
    throw new NestFault('NANOOK_NEST_INVALID_OPTION', {
      option: 'guard',
      reason: "is neither 'global' nor 'manual'",
    });
  const providers = [...(definition.providers ?? []), { provide: GUARD_MODE, useValue: guard }];
  // As an existing one, so that `overrideGuard(AuthorizationGuard)` replaces it.
  if (guard === 'global') providers.push({ provide: APP_GUARD, useExisting: AuthorizationGuard });
  return { ...definition, providers };
}
