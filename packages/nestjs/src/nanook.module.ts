import { Authorizer } from '@nanook/core';
import { Inject, Module, type DynamicModule, type NestModule, type Provider } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR, DiscoveryModule, ModulesContainer } from '@nestjs/core';
import { ActorSource } from './actor-source.js';
import { AuditState } from './audit/audit-state.js';
import { AuthorizationAudit } from './audit/authorization-audit.js';
import { EntryPoints } from './audit/entry-points.js';
import { GraphqlEnhancers } from './audit/graphql-enhancers.js';
import { Guarding } from './audit/guarding.js';
import { MercuriusLoaders } from './audit/mercurius-loaders.js';
import { RuleChecks } from './audit/rule-checks.js';
import { SharedCaches } from './audit/shared-caches.js';
import { StartGate } from './audit/start-gate.js';
import { UnreachedRules } from './audit/unreached-rules.js';
import { AuthorizationGuard } from './authorization.guard.js';
import { AuthorizationService } from './authorization.service.js';
import { Exclusions } from './exclusions.js';
import { featureModule, type NanookFeatureOptions } from './module/feature-module.js';
import { loadAuthorizer } from './module/load-authorizer.js';
import {
  ASYNC_OPTIONS_TYPE,
  ConfigurableModuleClass,
  GUARD_MODE,
  MODULE_OPTIONS_TOKEN,
  OPTIONS_TYPE,
} from './nanook.module-definition.js';
import { HandlerGuards } from './guard/handler-guards.js';
import { AUTHORIZATION_GUARD } from './guard/requirement-guard.js';
import type { GuardMode, NanookModuleOptions } from './nanook.options.js';
import { NestFault } from './nest-fault.js';
import { PolicyWatcher } from './policy-watcher.js';
import { RefusalInterceptor } from './refusal.interceptor.js';
import { ReplaceableGuard } from './replaceable-guard.js';
import { ResourceLoaders } from './resource-loaders.js';
import { STAND_IN, type StandIn } from './stand-in.js';

/** Authorization for a Nest application: a policy, and a guard that asks it. */
@Module({
  imports: [DiscoveryModule],
  providers: [
    { provide: Authorizer, useFactory: loadAuthorizer, inject: [MODULE_OPTIONS_TOKEN, ModulesContainer] },
    ActorSource,
    ResourceLoaders,
    AuthorizationService,
    AuthorizationGuard,
    { provide: AUTHORIZATION_GUARD, useClass: ReplaceableGuard },
    PolicyWatcher,
    AuditState,
    StartGate,
    EntryPoints,
    HandlerGuards,
    Exclusions,
    Guarding,
    RuleChecks,
    SharedCaches,
    UnreachedRules,
    AuthorizationAudit,
    GraphqlEnhancers,
    MercuriusLoaders,
    { provide: APP_INTERCEPTOR, useClass: RefusalInterceptor },
  ],
  exports: [Authorizer, AuthorizationService, AuthorizationGuard, AuthorizationAudit],
})
export class NanookModule extends ConfigurableModuleClass implements NestModule {
  constructor(@Inject(AuditState) private readonly audit: AuditState) {
    super();
  }

  /** Nest calls this before it registers the first route: a failed audit leaves the application without any. */
  configure(): void {
    this.audit.run();
  }

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

  /**
   * Adds the loaders and the policies of a feature, in the module that has what they need.
   *
   * @throws {NestFault} `NANOOK_NEST_INVALID_OPTION`
   * @example
   * NanookModule.forFeature({ policies: ['notes/*.polar'], loaders: [NoteLoader], imports: [NotesStoreModule] })
   */
  static forFeature(options: NanookFeatureOptions): DynamicModule {
    return featureModule(options);
  }
}

function guarded(definition: DynamicModule, guard: GuardMode = 'global'): DynamicModule {
  if (guard !== 'global' && guard !== 'manual')
    throw new NestFault('NANOOK_NEST_INVALID_OPTION', {
      option: 'guard',
      reason: "is neither 'global' nor 'manual'",
    });
  const providers = [
    ...(definition.providers ?? []).map(replaceable),
    optionsProvider,
    { provide: GUARD_MODE, useValue: guard },
  ];
  if (guard === 'global') providers.push({ provide: APP_GUARD, useExisting: AUTHORIZATION_GUARD });
  return { ...definition, providers };
}

/** The options as they were given, before a test had its way with them. */
const GIVEN_OPTIONS = Symbol('given options');

const replaceable = (provider: Provider): Provider =>
  typeof provider === 'object' && provider.provide === MODULE_OPTIONS_TOKEN
    ? { ...provider, provide: GIVEN_OPTIONS }
    : provider;

const optionsProvider: Provider = {
  provide: MODULE_OPTIONS_TOKEN,
  useFactory: (given: NanookModuleOptions, standIn: StandIn = (options) => options) => standIn(given),
  inject: [GIVEN_OPTIONS, { token: STAND_IN, optional: true }],
};
