import { Authorizer } from '@nanook/core';
import { describeValue } from '@nanook/core/internal';
import { Inject, Module, type DynamicModule, type NestModule, type Provider } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule, HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { AuthorizationAudit } from '../audit/authorization-audit.js';
import { GraphqlEnhancers } from '../audit/graphql-enhancers.js';
import { GuardCoverage } from '../audit/guard-coverage.js';
import { MercuriusLoaders } from '../audit/mercurius-loaders.js';
import { RequirementChecks } from '../audit/requirement-checks.js';
import { ConstructorTypes } from '../audit/constructor-types.js';
import { SharedCaches } from '../audit/shared-caches.js';
import { StartGate } from '../audit/start-gate.js';
import { UnreachedRequirements } from '../audit/unreached-requirements.js';
import { EntryPoints } from '../entry-points/entry-points.js';
import { Exclusions } from '../entry-points/exclusions.js';
import { NanookNestError } from '../errors/nanook-nest-error.js';
import { ActorSource } from '../guard/actor-source.js';
import { AuditState } from '../guard/audit-state.js';
import { AuthorizationGuard } from '../guard/authorization.guard.js';
import { AuthorizationService } from '../guard/authorization.service.js';
import { HandlerGuards } from '../guard/handler-guards.js';
import { ReplaceableGuard } from '../guard/replaceable-guard.js';
import { RequirementResources } from '../guard/requirement-resources.js';
import {
  ASYNC_OPTIONS_TYPE,
  ConfigurableModuleClass,
  GUARD_MODE,
  MODULE_OPTIONS_TOKEN,
  OPTIONS_TYPE,
} from '../options/nanook.module-definition.js';
import type { GuardMode, NanookModuleOptions } from '../options/nanook.options.js';
import { TEST_DOUBLE, type TestDouble } from '../options/test-double.js';
import { convertRefusalsOfRoutes, convertRefusalsOfUnknownTransports } from '../refusals/exception-layer.js';
import { AUTHORIZATION_GUARD } from '../requirements/requirement-guard.js';
import { ResourceLoaders } from '../resources/resource-loaders.js';
import { featureModule, type NanookFeatureOptions } from './feature-module.js';
import { loadAuthorizer } from './load-authorizer.js';
import { PolicyWatcher } from './policy-watcher.js';

/**
 * Adds authorization to a Nest application: loads the policy, and guards every handler.
 *
 * Import it once, in the root module, with {@link NanookModule.forRoot} or {@link NanookModule.forRootAsync}.
 */
@Module({
  imports: [DiscoveryModule],
  providers: [
    { provide: Authorizer, useFactory: loadAuthorizer, inject: [MODULE_OPTIONS_TOKEN, ModulesContainer] },
    // For the module without `forRoot`: the options of `forRoot` replace it.
    { provide: MODULE_OPTIONS_TOKEN, useFactory: () => refuseWithoutOptions('forRoot') },
    ActorSource,
    ResourceLoaders,
    RequirementResources,
    AuthorizationService,
    AuthorizationGuard,
    { provide: AUTHORIZATION_GUARD, useClass: ReplaceableGuard },
    PolicyWatcher,
    AuditState,
    StartGate,
    EntryPoints,
    HandlerGuards,
    Exclusions,
    GuardCoverage,
    RequirementChecks,
    ConstructorTypes,
    SharedCaches,
    UnreachedRequirements,
    AuthorizationAudit,
    GraphqlEnhancers,
    MercuriusLoaders,
    { provide: GUARD_MODE, useValue: 'global' },
  ],
  exports: [Authorizer, AuthorizationService, AuthorizationGuard, AuthorizationAudit],
})
export class NanookModule extends ConfigurableModuleClass implements NestModule {
  /** @internal */
  constructor(
    @Inject(AuditState) private readonly audit: AuditState,
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
  ) {
    super();
    convertRefusalsOfUnknownTransports();
  }

  /**
   * Runs the audit, and converts refusals of routes. Nest calls this method before it registers the first route, so that a failed audit leaves no route.
   *
   * @internal
   */
  configure(): void {
    convertRefusalsOfRoutes(this.host.httpAdapter);
    this.audit.run();
  }

  /**
   * Creates the module with its options.
   *
   * @param options the options of `Authorizer.load`, and those of {@link NanookModuleOptions}
   * @throws {NanookNestError} `NANOOK_NEST_NO_OPTIONS`, `NANOOK_NEST_INVALID_OPTION`
   * @example
   * NanookModule.forRoot({ policies: ['policy/*.polar'], types: { User, Repository } })
   */
  static override forRoot(options: typeof OPTIONS_TYPE): DynamicModule {
    if (!isObject(options)) refuseWithoutOptions('forRoot');
    return withGuard(super.forRoot(options), options.guard);
  }

  /**
   * Creates the module with options that a factory or a provider returns.
   *
   * @param options `{ useFactory, inject }`, `useClass` or `useExisting`; `guard` and `isGlobal` beside them
   * @throws {NanookNestError} `NANOOK_NEST_NO_OPTIONS`, `NANOOK_NEST_INVALID_OPTION`
   * @example
   * NanookModule.forRootAsync({ inject: [Settings], useFactory: (settings: Settings) => ({ policies: settings.policies }) })
   */
  static override forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    const hasSource =
      isObject(options) && (options.useFactory ?? options.useClass ?? options.useExisting) !== undefined;
    if (!hasSource) refuseWithoutOptions('forRootAsync');
    return withGuard(super.forRootAsync(options), options.guard);
  }

  /**
   * Adds the resource loaders and the policies of a feature. Import it in the module of the feature.
   *
   * @param options the loaders, the policies, and the modules that the loaders need
   * @throws {NanookNestError} `NANOOK_NEST_INVALID_OPTION`
   * @example
   * NanookModule.forFeature({ policies: ['notes/*.polar'], loaders: [NoteLoader], imports: [NotesStoreModule] })
   */
  static forFeature(options: NanookFeatureOptions): DynamicModule {
    return featureModule(options);
  }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** @throws {NanookNestError} `NANOOK_NEST_NO_OPTIONS` */
function refuseWithoutOptions(method: 'forRoot' | 'forRootAsync'): never {
  const example = {
    forRoot: `NanookModule.forRoot({ policies: 'policy/*.polar' })`,
    forRootAsync: `NanookModule.forRootAsync({ useFactory: () => ({ policies: 'policy/*.polar' }) })`,
  }[method];
  throw new NanookNestError('NANOOK_NEST_NO_OPTIONS', { example });
}

function withGuard(definition: DynamicModule, guard: GuardMode = 'global'): DynamicModule {
  if (guard !== 'global' && guard !== 'manual')
    throw new NanookNestError('NANOOK_NEST_INVALID_OPTION', {
      option: 'guard',
      reason: `must be 'global' or 'manual', got ${describeValue(guard)}`,
    });
  const providers = [
    ...(definition.providers ?? []).map(asGivenOptions),
    optionsProvider,
    { provide: GUARD_MODE, useValue: guard },
  ];
  if (guard === 'global') providers.push({ provide: APP_GUARD, useExisting: AUTHORIZATION_GUARD });
  return { ...definition, providers };
}

/** The token of the options of the application, before a test double changes them. */
const GIVEN_OPTIONS = Symbol('given options');

const asGivenOptions = (provider: Provider): Provider =>
  typeof provider === 'object' && provider.provide === MODULE_OPTIONS_TOKEN
    ? { ...provider, provide: GIVEN_OPTIONS }
    : provider;

const optionsProvider: Provider = {
  provide: MODULE_OPTIONS_TOKEN,
  useFactory: (given: NanookModuleOptions, double: TestDouble = (options) => options) => double(given),
  inject: [GIVEN_OPTIONS, { token: TEST_DOUBLE, optional: true }],
};
