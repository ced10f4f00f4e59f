import { decides, locationOf, type RouteRequirement } from '@nanook/http';
import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { answersItself } from '../results/answers-itself.js';
import { Exclusions } from '../exclusions.js';
import { inputDemandOf } from '../input/input-demand.js';
import { asListed, handlerName, rulesOf, type HandlerRule } from '../handler-rule.js';
import { MODULE_OPTIONS_TOKEN } from '../nanook.module-definition.js';
import type { NanookModuleOptions } from '../nanook.options.js';
import { NestFault, isNestFault, type AuditFinding } from '../nest-fault.js';
import { loaderKey } from '../resource-loader.decorator.js';
import { ResourceLoaders } from '../resource-loaders.js';
import { resultDemandsOf, type ResultDemands } from '../results/result-demands.js';
import { AuditState } from './audit-state.js';
import { findingTable, handlerTable, type AuditedHandler } from './audited-handler.js';
import { EntryPoints, type EntryPoint } from './entry-points.js';
import { finding, type Finding } from './finding.js';
import { Guarding } from './guarding.js';
import { RuleChecks } from './rule-checks.js';
import { SharedCaches } from './shared-caches.js';
import { UnreachedRules } from './unreached-rules.js';

/**
 * What every handler of the application demands: controllers, resolvers, gateways, and patterns of messages. It is looked at when
 * the application starts, and can be asked later: `app.get(AuthorizationAudit)`.
 *
 * @example
 * expect(String(app.get(AuthorizationAudit))).toMatchSnapshot();
 */
@Injectable()
export class AuthorizationAudit implements OnModuleInit {
  constructor(
    @Inject(MODULE_OPTIONS_TOKEN) private readonly options: NanookModuleOptions,
    @Inject(EntryPoints) private readonly entries: EntryPoints,
    @Inject(RuleChecks) private readonly checks: RuleChecks,
    @Inject(Guarding) private readonly guarding: Guarding,
    @Inject(Exclusions) private readonly exclusions: Exclusions,
    @Inject(UnreachedRules) private readonly unreached: UnreachedRules,
    @Inject(ResourceLoaders) private readonly loaders: ResourceLoaders,
    @Inject(SharedCaches) private readonly caches: SharedCaches,
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(AuditState) private readonly state: AuditState,
  ) {
    state.use(() => this.#start());
  }

  /** Every handler, in the order of the modules. */
  handlers(): readonly AuditedHandler[] {
    return this.entries.all().map((entry) => this.#audit(entry));
  }

  /** The handlers and their rules as a table of text. */
  toString(): string {
    return handlerTable(this.handlers());
  }

  /** @throws {NestFault} `NANOOK_NEST_AUDIT_FAILED` with everything that was found */
  check(): void {
    const findings = [
      ...this.handlers().flatMap(findingsOf),
      ...this.unreached.findings(),
      ...this.#ambiguousExclusions().map((found) => ({ ...nowhere, ...found })),
      ...this.loaders.faults().map(({ code, message }) => ({ ...nowhere, code, message })),
    ];
    if (findings.length === 0) return;
    throw new NestFault('NANOOK_NEST_AUDIT_FAILED', { findings, table: findingTable(findings) });
  }

  onModuleInit(): void {
    this.state.assertPassed();
  }

  // ── inside ──

  #start(): void {
    const { audit = 'error' } = this.options;
    if (audit === 'off') return;
    for (const { message } of this.#unusedExclusions()) logger.warn(message);
    try {
      this.check();
    } catch (error) {
      if (audit === 'error' || !isNestFault(error)) throw error;
      logger.warn(error.message);
    }
  }

  #audit(entry: EntryPoint): AuditedHandler {
    const { kind, type, handler, declared, name, routes, resolves } = entry;
    const isGuarded = this.guarding.standsBefore(entry);
    // A parent that was authorized leads to a field; a reference comes from outside.
    const needsRule = resolves !== 'field' || isGuarded;
    const all = this.#rulesOf(entry);
    const rules = 'code' in all || !needsRule ? [] : all;
    const excluded = rules.length === 0 && needsRule ? this.exclusions.find(type)?.reason : undefined;
    const listed = rules.map((rule) => this.#listed(rule, entry));
    const findings = [
      ...('code' in all
        ? [all]
        : [
            ...missingOf(entry, listed, { needsRule, isGuarded, excluded }),
            ...unseenOf(entry, resultDemandsOf(this.reflector, type, handler)),
            ...this.caches.of(entry),
            ...inputOf(entry, rules),
          ]),
      ...this.checks.of(entry, rules),
    ];
    return {
      kind,
      class: type.name,
      method: name,
      routes,
      rules: listed,
      needsRule,
      excluded,
      get location() {
        return locationOf(declared);
      },
      findings,
    };
  }

  #rulesOf({ type, handler, declared }: EntryPoint): readonly HandlerRule[] | Finding {
    try {
      return rulesOf(this.reflector, type, handler);
    } catch (error) {
      if (!isNestFault(error)) throw error;
      // What an instance has in its place may have no name.
      if (error.code === 'NANOOK_NEST_LOST_RULE')
        return finding(error.code, { handler: handlerName(type, declared) });
      return { code: error.code, message: error.message };
    }
  }

  #listed(rule: HandlerRule, entry: EntryPoint): RouteRequirement {
    if (rule.kind !== 'authorize') return asListed(rule, () => '');
    const { source } = rule;
    const loaded = typeof source === 'function' && (Reflect.getMetadata(loaderKey, source) as typeof source);
    return asListed(
      { ...rule, source: loaded || source },
      () => this.checks.actionOf(rule, entry) ?? 'by method',
    );
  }

  /** An entry that is about no class is stale, or misspelled: then the class is a finding of its own. */
  #unusedExclusions(): Finding[] {
    return [...this.exclusions.classes()]
      .filter(([, classes]) => classes.length === 0)
      .map(([{ class: one }]) =>
        finding('NANOOK_NEST_UNUSED_EXCLUSION', { class: typeof one === 'string' ? one : one.name }),
      );
  }

  /** Whoever wrote the name knew of one class. */
  #ambiguousExclusions(): Finding[] {
    return [...this.exclusions.classes().values()]
      .filter((classes) => classes.length > 1)
      .map((classes) =>
        finding('NANOOK_NEST_AMBIGUOUS_EXCLUSION', {
          name: classes[0]!.name,
          classes: classes.map((one) => locationOf(one) ?? 'somewhere'),
        }),
      );
  }
}

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

/** The rule, or the guard, that is not there. */
function missingOf(
  { type, declared }: EntryPoint,
  rules: readonly RouteRequirement[],
  at: Pick<AuditedHandler, 'needsRule' | 'excluded'> & { readonly isGuarded: boolean },
): Finding[] {
  const handler = handlerName(type, declared);
  if (!at.needsRule || at.excluded !== undefined || rules.some(({ kind }) => kind === 'skip')) return [];
  const isDecided = rules.some(decides);
  const found = isDecided ? [] : [finding('NANOOK_NEST_NO_RULE', { handler })];
  if (at.isGuarded) return found;
  return isDecided ? [finding('NANOOK_NEST_UNGUARDED_FIELD', { handler, missing: 'guards' })] : found;
}

/** The input that no requirement is about. */
function inputOf({ type, handler, declared }: EntryPoint, rules: readonly HandlerRule[]): Finding[] {
  const isAbout =
    inputDemandOf(type, handler) === undefined || rules.some(({ kind }) => kind === 'authorize');
  return isAbout
    ? []
    : [finding('NANOOK_NEST_INPUT_WITHOUT_RESOURCE', { handler: handlerName(type, declared) })];
}

/** What the handler sends without returning it is authorized by nobody, so a call would fail. */
function unseenOf({ kind, type, handler }: EntryPoint, { rules, fields }: ResultDemands): Finding[] {
  const isUnseen =
    (rules.length > 0 || fields !== undefined) && kind === 'http' && answersItself(type, handler);
  return isUnseen ? [finding('NANOOK_NEST_UNSEEN_RESULT', { handler: handlerName(type, handler) })] : [];
}
