import { decides, locationOf, type RouteRequirement } from '@nanook/http';
import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { EntryPoints, type EntryPoint } from '../entry-points/entry-points.js';
import { Exclusions } from '../entry-points/exclusions.js';
import {
  NanookNestError,
  errorText,
  isNanookNestError,
  type AuditFinding,
} from '../errors/nanook-nest-error.js';
import { handlerName } from '../execution/handler-location.js';
import { AuditState } from '../guard/audit-state.js';
import { inputRequirementsOf } from '../input/input-requirement.js';
import { MODULE_OPTIONS_TOKEN } from '../options/nanook.module-definition.js';
import type { NanookModuleOptions } from '../options/nanook.options.js';
import {
  asRouteRequirement,
  requirementsOf,
  type HandlerRequirement,
} from '../requirements/handler-requirement.js';
import { resourcePositionsOf } from '../resources/parameters.decorator.js';
import { loaderKey } from '../resources/resource-loader.decorator.js';
import { ResourceLoaders } from '../resources/resource-loaders.js';
import { resultRequirementsOf, type ResultRequirements } from '../results/result-requirements.js';
import { usesRawResponse } from '../results/uses-raw-response.js';
import { findingTable, handlerTable, type AuditedHandler } from './audited-handler.js';
import { ConstructorTypes } from './constructor-types.js';
import { finding, type Finding } from './finding.js';
import { GuardCoverage } from './guard-coverage.js';
import { RequirementChecks } from './requirement-checks.js';
import { SharedCaches } from './shared-caches.js';
import { UnreachedRequirements } from './unreached-requirements.js';

/**
 * Lists the handlers of the application with their requirements, and checks them when the application starts: those of controllers,
 * resolvers, gateways and message patterns. Get it with `app.get(AuthorizationAudit)`.
 *
 * @example
 * expect(String(app.get(AuthorizationAudit))).toMatchSnapshot();
 */
@Injectable()
export class AuthorizationAudit implements OnModuleInit {
  /** @internal */
  constructor(
    @Inject(MODULE_OPTIONS_TOKEN) private readonly options: NanookModuleOptions,
    @Inject(EntryPoints) private readonly entries: EntryPoints,
    @Inject(RequirementChecks) private readonly checks: RequirementChecks,
    @Inject(GuardCoverage) private readonly guarding: GuardCoverage,
    @Inject(Exclusions) private readonly exclusions: Exclusions,
    @Inject(UnreachedRequirements) private readonly unreached: UnreachedRequirements,
    @Inject(ResourceLoaders) private readonly loaders: ResourceLoaders,
    @Inject(ConstructorTypes) private readonly constructors: ConstructorTypes,
    @Inject(SharedCaches) private readonly caches: SharedCaches,
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(AuditState) private readonly state: AuditState,
  ) {
    state.use(() => this.#start());
  }

  /**
   * Returns every handler, in the order of the modules.
   *
   * @example
   * const skipped = app.get(AuthorizationAudit).handlers().filter(({ requirements }) => requirements.some(({ kind }) => kind === 'skip'));
   */
  handlers(): readonly AuditedHandler[] {
    return this.entries.all().map((entry) => this.#audit(entry));
  }

  /** Returns the handlers and their requirements as a table of text. */
  toString(): string {
    return handlerTable(this.handlers());
  }

  /**
   * Checks all handlers. The application calls it when it starts.
   *
   * @throws {NanookNestError} `NANOOK_NEST_AUDIT_FAILED` with all findings
   * @example
   * expect(() => app.get(AuthorizationAudit).check()).not.toThrow();
   */
  check(): void {
    const findings = [
      ...this.handlers().flatMap(findingsOf),
      ...this.unreached.findings(),
      ...this.#ambiguousExclusions().map((found) => ({ ...nowhere, ...found })),
      ...this.constructors.findings(this.entries.all()).map((found) => ({ ...nowhere, ...found })),
      ...this.loaders.errors().map(({ code, message }) => ({ ...nowhere, code, message })),
    ];
    if (findings.length === 0) return;
    throw new NanookNestError('NANOOK_NEST_AUDIT_FAILED', { findings, table: findingTable(findings) });
  }

  /** @internal */
  onModuleInit(): void {
    this.state.assertPassed();
  }

  // ── inside ──

  #start(): void {
    const { audit = 'error' } = this.options;
    if (audit === 'off') return;
    for (const { message } of this.#unusedExclusions()) logger.warn(message);
    if (this.guarding.isManualWithoutGuard(this.entries.all()))
      logger.warn(errorText('NANOOK_NEST_MANUAL_WITHOUT_GUARD', {}));
    try {
      this.check();
    } catch (error) {
      if (audit === 'error' || !isNanookNestError(error)) throw error;
      logger.warn(error.message);
    }
  }

  #audit(entry: EntryPoint): AuditedHandler {
    const { kind, type, handler, declared, name, routes, resolves } = entry;
    const isGuarded = this.guarding.covers(entry);
    // A field is reached through a parent that was authorized; a reference comes from outside the application.
    const needsRequirement = resolves !== 'field' || isGuarded;
    const all = this.#requirementsOf(entry);
    const requirements = 'code' in all || !needsRequirement ? [] : all;
    const excluded =
      requirements.length === 0 && needsRequirement ? this.exclusions.find(type)?.reason : undefined;
    const listed = requirements.map((requirement) => this.#listed(requirement, entry));
    const findings = [
      ...('code' in all
        ? [all]
        : [
            ...missingOf(entry, listed, { needsRequirement, isGuarded, excluded }),
            ...unseenOf(entry, resultRequirementsOf(this.reflector, type, handler)),
            ...this.caches.of(entry),
            ...inputOf(entry, requirements),
            ...resourceOf(entry, all),
            ...resultRequirementsOf(this.reflector, type, handler).fields.flatMap(({ type: ofFields }) =>
              this.checks.ofFields(ofFields, entry),
            ),
          ]),
      ...this.checks.of(entry, requirements),
    ];
    return {
      kind,
      class: type.name,
      method: name,
      routes,
      requirements: listed,
      needsRequirement,
      excluded,
      get location() {
        return locationOf(declared);
      },
      findings,
    };
  }

  #requirementsOf({ type, handler, declared }: EntryPoint): readonly HandlerRequirement[] | Finding {
    try {
      return requirementsOf(this.reflector, type, handler);
    } catch (error) {
      if (!isNanookNestError(error)) throw error;
      // A function that replaced the method can have no name.
      if (error.code === 'NANOOK_NEST_LOST_REQUIREMENT')
        return finding(error.code, { handler: handlerName(type, declared) });
      return { code: error.code, message: error.message };
    }
  }

  #listed(requirement: HandlerRequirement, entry: EntryPoint): RouteRequirement {
    if (requirement.kind !== 'authorize') return asRouteRequirement(requirement, () => '');
    const { source } = requirement;
    const loaded = typeof source === 'function' && (Reflect.getMetadata(loaderKey, source) as typeof source);
    return asRouteRequirement(
      { ...requirement, source: loaded || source },
      () => this.checks.actionOf(requirement, entry) ?? 'by method',
    );
  }

  /** Entries that match no class, because they are outdated or misspelled. */
  #unusedExclusions(): Finding[] {
    return [...this.exclusions.classes()]
      .filter(([, classes]) => classes.length === 0)
      .map(([{ class: one }]) =>
        finding('NANOOK_NEST_UNUSED_EXCLUSION', { class: typeof one === 'string' ? one : one.name }),
      );
  }

  /** Names in `exclude` that several classes have. */
  #ambiguousExclusions(): Finding[] {
    return [...this.exclusions.classes().values()]
      .filter((classes) => classes.length > 1)
      .map((classes) =>
        finding('NANOOK_NEST_AMBIGUOUS_EXCLUSION', {
          name: classes[0]!.name,
          classes: classes.map((one) => locationOf(one) ?? 'an unknown place'),
        }),
      );
  }
}

/** The place of a finding that concerns no handler. */
const nowhere = { handler: undefined, routes: [], location: undefined };

function findingsOf(audited: AuditedHandler): AuditFinding[] {
  const { class: type, method, routes, findings } = audited;
  return findings.map(({ code, message }) => ({
    code,
    message,
    handler: `${type}.${method}`,
    routes,
    location: audited.location,
  }));
}

const logger = new Logger('Nanook');

/** Finds a missing requirement or guard. */
function missingOf(
  { type, declared }: EntryPoint,
  requirements: readonly RouteRequirement[],
  at: Pick<AuditedHandler, 'needsRequirement' | 'excluded'> & { readonly isGuarded: boolean },
): Finding[] {
  const handler = handlerName(type, declared);
  if (!at.needsRequirement || at.excluded !== undefined || requirements.some(({ kind }) => kind === 'skip'))
    return [];
  const isDecided = requirements.some(decides);
  const found = isDecided ? [] : [finding('NANOOK_NEST_NO_REQUIREMENT', { handler })];
  if (at.isGuarded) return found;
  return isDecided ? [finding('NANOOK_NEST_UNGUARDED_FIELD', { handler, missing: 'guards' })] : found;
}

/** Finds an `@AuthorizedInput` without a requirement that loads its resource. */
function inputOf(
  { type, handler, declared }: EntryPoint,
  requirements: readonly HandlerRequirement[],
): Finding[] {
  const hasResource =
    inputRequirementsOf(type, handler).length === 0 || requirements.some(({ kind }) => kind === 'authorize');
  return hasResource
    ? []
    : [finding('NANOOK_NEST_INPUT_WITHOUT_RESOURCE', { handler: handlerName(type, declared) })];
}

/** Finds an `@AuthorizedResource` without a requirement that loads its resource. */
function resourceOf(
  { type, declared, name }: EntryPoint,
  requirements: readonly HandlerRequirement[],
): Finding[] {
  const count = requirements.filter(({ kind }) => kind === 'authorize').length;
  const handler = handlerName(type, declared);
  return resourcePositionsOf(type, name)
    .filter((position) => (position ?? 0) >= count)
    .map((position) => finding('NANOOK_NEST_RESOURCE_WITHOUT_REQUIREMENT', { handler, position, count }));
}

/** Finds a handler that writes its response itself, so that its result cannot be authorized. */
function unseenOf(
  { kind, type, handler }: EntryPoint,
  { ofResources, fields }: ResultRequirements,
): Finding[] {
  const isUnseen =
    (ofResources.length > 0 || fields.length > 0) && kind === 'http' && usesRawResponse(type, handler);
  return isUnseen ? [finding('NANOOK_NEST_UNSEEN_RESULT', { handler: handlerName(type, handler) })] : [];
}
