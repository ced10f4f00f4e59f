import { Authorizer, type ActionOf } from '@nanook/core';
import {
  AttachedValues,
  AuthorizationConfigError,
  RequestAuthorization,
  RequiredResource,
  explainWith,
  isClass,
  rowSourceOf,
} from '@nanook/http';
import { type CopiedHeaders } from '@nanook/http/node';
import { Inject, Injectable, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Exclusions } from '../entry-points/exclusions.js';
import { NanookNestError } from '../errors/nanook-nest-error.js';
import { ConnectionContext } from '../execution/connection-context.js';
import { executionOf, type Execution } from '../execution/execution.js';
import { checkContext, rememberRequest, scopedAuthorization } from '../execution/graphql-requests.js';
import { collectForMessage, collectForResolvers } from '../execution/handler-checks.js';
import { HandlerCall, findCall, rememberCall } from '../execution/handler-call.js';
import { HandlerCache } from '../execution/handler-cache.js';
import { handlerName } from '../execution/handler-location.js';
import { checkInput, inputOf } from '../input/checked-input.js';
import { inputRequirementsOf, type InputRequirement } from '../input/input-requirement.js';
import { MODULE_OPTIONS_TOKEN } from '../options/nanook.module-definition.js';
import type { ContextHook, NanookModuleOptions } from '../options/nanook.options.js';
import { fieldsKey, requirementsOf, type AuthorizeRequirement } from '../requirements/handler-requirement.js';
import { loadedResource } from '../resources/parameters.decorator.js';
import { ActorSource } from './actor-source.js';
import { AuditState } from './audit-state.js';
import { awaitChecks, headersOf } from './await-checks.js';
import { awaitResult } from './await-result.js';
import { CallOptions } from './call-options.js';
import { Connections } from './connections.js';
import { RequirementResources } from './requirement-resources.js';

/** The requirements of a handler, in the form in which a call needs them. */
interface HandlerPlan {
  /** The name of the handler for messages: `Class.method`. */
  readonly name: string;
  readonly skipReason: string | undefined;
  /** Whether the handler has no requirement. */
  readonly isEmpty: boolean;
  readonly isProtected: boolean;
  readonly checksRequest: boolean;
  readonly authorizes: readonly AuthorizeRequirement[];
  readonly inputs: readonly InputRequirement[];
  /** Whether the result of the handler is authorized. */
  readonly authorizesResult: boolean;
}

/**
 * Makes checks in guards, interceptors and gateways of the application, where a decorator is not enough. Inject it.
 *
 * @example
 * constructor(private readonly authorization: AuthorizationService) {}
 */
@Injectable()
export class AuthorizationService {
  readonly #requests = new AttachedValues<object, RequestAuthorization>();
  readonly #connections = new Connections();
  /** The authorizations whose checks the response awaits. */
  readonly #awaited = new WeakSet<RequestAuthorization>();
  readonly #passed = new AttachedValues<object, true>();
  readonly #plans = new HandlerCache<HandlerPlan>();
  readonly #explaining: ReturnType<typeof explainWith<Parameters<ContextHook>>>;

  /** @internal */
  constructor(
    @Inject(Authorizer) readonly authorizer: Authorizer,
    @Inject(MODULE_OPTIONS_TOKEN) private readonly options: NanookModuleOptions,
    @Inject(ActorSource) private readonly actors: ActorSource,
    @Inject(RequirementResources) private readonly resources: RequirementResources,
    @Inject(Exclusions) private readonly exclusions: Exclusions,
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(AuditState) private readonly audit: AuditState,
  ) {
    this.#explaining = explainWith(options.explain, options.mask);
  }

  /**
   * The value of `WWW-Authenticate` in a 401. Several values are one header, because on Fastify, Nest 11 sends only the last header.
   *
   * @internal
   */
  get challenge(): string {
    return [this.options.challenge ?? 'Bearer'].flat().join(', ');
  }

  /**
   * Returns the authorization of the request of a call: the one that `@Authz()` passes to the handler.
   *
   * @param context the execution context that a guard or an interceptor receives
   * @example
   * const actor = await this.authorization.of(context).actor();
   */
  of(context: ExecutionContext): RequestAuthorization {
    const execution = executionOf(context);
    const call = execution.kind === 'http' ? findCall(execution.callKey) : undefined;
    // The call knows the headers from before the handler and its interceptors.
    if (call?.authorizer === this.authorizer) return call.authz;
    const authz = this.#authzOf(execution, context);
    this.#awaitChecks(authz, context);
    return authz;
  }

  /**
   * Returns the resource that a requirement of the handler loaded and authorized, as `@AuthorizedResource()` does for the handler.
   *
   * @param context the execution context that an interceptor receives
   * @param position the position of the requirement, counted from 0, if several load a resource (default: the last)
   * @throws {NanookNestError} `NANOOK_NEST_NO_AUTHORIZATION` if the guard did not run
   * @throws {AuthorizationConfigError} `NANOOK_HTTP_NO_RESOURCE` if no requirement loads a resource
   * @example
   * const note = this.authorization.resourceOf(context) as Note;
   */
  resourceOf(context: ExecutionContext, position?: number): unknown {
    return loadedResource(context, position, 'resourceOf()');
  }

  /**
   * Loads the resources of a handler and checks its requirements. {@link AuthorizationGuard} calls it.
   *
   * @param context the execution context that a guard receives
   * @throws {AuthorizationError} if the call is refused
   * @throws {AuthorizationConfigError} `NANOOK_HTTP_UNPROTECTED_ROUTE` for a handler without a requirement
   * @example
   * await this.authorization.enforce(context);
   */
  async enforce(context: ExecutionContext): Promise<void> {
    if (this.passes(context)) return;
    this.of(context); // the response must wait, because the application may forget to await this promise
    await this.runChecks(context);
  }

  /**
   * Returns whether a call needs no check, or has passed its checks already. The global guard runs first, then the guard of the decorators;
   * Nest creates one context for all guards of a call.
   *
   * @internal for the guard, which then returns without a promise
   */
  passes(context: ExecutionContext): boolean {
    this.audit.assertPassed();
    if (this.#passed.has(context)) return true;
    if (context.getType() !== 'http') return false;
    const { skipReason, authorizesResult } = this.#planOf(context);
    const request = context.getArgByIndex<object>(0);
    if (skipReason === undefined || this.#requests.has(request) || findCall(request) !== undefined)
      return false;
    const headersBefore = headersOf(context);
    const create = (): RequestAuthorization => {
      const authz = this.#authzOf(executionOf(context), context);
      authz.skip(skipReason);
      return authz;
    };
    const call = new HandlerCall(this.authorizer, create, (authz) =>
      this.#awaitChecks(authz, context, headersBefore),
    );
    rememberCall(request, call);
    if (authorizesResult) awaitResult(context, headersBefore);
    this.#passed.set(context, true);
    return true;
  }

  /**
   * Loads the resources of a handler and checks its requirements, for a call for which {@link passes} returned `false`.
   *
   * @internal for the guard
   */
  async runChecks(context: ExecutionContext): Promise<void> {
    const execution = executionOf(context);
    if (execution.kind === 'ws') await this.#connections.pass(execution.request as object);
    const call = this.#callOf(execution, context);
    const plan = this.#planOf(context);
    const authz = call.authzOfGuard;
    if (plan.skipReason !== undefined) authz.skip(plan.skipReason);
    else if (this.#needsCheck(plan, authz, execution, context)) {
      if (this.actors.authenticates(execution)) await this.actors.authenticate(execution, context);
      const search = authz.searchActor(); // a request without an actor loads nothing
      if (search !== undefined) await search;
      if (this.#checksRequest(plan, authz, execution)) await authz.authorizeRequest();
      call.resources.length = 0;
      for (const requirement of plan.authorizes) {
        const action = this.resources.actionOf(requirement, execution.method, plan.name);
        call.resources.push(await this.#loadRequired(requirement, action, authz, execution, context));
      }
      for (const input of plan.inputs) await this.#checkInput(input, plan, call, execution);
    }
    if (plan.authorizesResult) awaitResult(context);
    this.#passed.set(context, true);
  }

  /**
   * Authorizes a connection to a gateway. Call it in `handleConnection`, for which Nest runs no guard.
   *
   * Messages of the client wait for the decision. A refused connection is closed, and its messages are not handled any more: a WebSocket is
   * closed with the code 4401, 4403 or 4404, and a socket of socket.io first gets the event `exception`. If an error prevents the decision,
   * the connection is closed with 1011, and the error is logged. The promise never rejects, because Nest does not await
   * `handleConnection`. Messages that arrive before the call do not wait; their own requirements apply.
   *
   * @param client the client that `handleConnection` receives
   * @param action an action of the policy
   * @param resource the resource, a promise of it, or a function that loads it, which is not called for an anonymous client; a class for an
   *   action on the type
   * @returns whether the client stays connected
   * @example
   * async handleConnection(client: Socket) {
   *   if (await this.authorization.authorizeConnection(client, 'join', Lobby)) await client.join('lobby');
   * }
   */
  async authorizeConnection<Resource>(
    client: object,
    action: ActionOf<Resource extends () => infer Loaded ? Loaded : Resource>,
    resource: Resource,
  ): Promise<boolean> {
    const given = Promise.resolve(resource);
    given.catch(() => {}); // it is awaited later, when the actor is known
    const context = new ConnectionContext(client);
    return this.#connections.admit(client, async () => {
      this.audit.assertPassed();
      await this.actors.authenticate(executionOf(context), context);
      const authz = this.of(context);
      await authz.actor();
      const isLoader = typeof resource === 'function' && !isClass(resource);
      return authz.authorize(action, isLoader ? (resource as () => unknown)() : given);
    });
  }

  // ── private ──

  /** Returns the resource of a requirement. @throws the refusal of the action */
  async #loadRequired(
    requirement: AuthorizeRequirement,
    action: string,
    authz: RequestAuthorization,
    execution: Execution,
    context: ExecutionContext,
  ): Promise<unknown> {
    const row = rowSourceOf(requirement.source);
    if (row === undefined) {
      const resource = await this.resources.load(requirement, action, execution, context);
      return authz.authorizeRequired(action, resource);
    }
    const key = await this.resources.keyOf(requirement, row.type, action, execution, context);
    const required = new RequiredResource<[unknown]>(action, requirement.source as (key: unknown) => unknown);
    return authz.loadRequired(required, key);
  }

  /** Returns whether a call needs a check. @throws the refusal of a handler without a requirement */
  #needsCheck(
    plan: HandlerPlan,
    authz: RequestAuthorization,
    execution: Execution,
    context: ExecutionContext,
  ): boolean {
    if (plan.isEmpty && this.exclusions.find(context.getClass()) !== undefined) return false;
    if (!plan.isProtected) this.#refuseUnprotected(plan, execution);
    return !plan.isEmpty || this.#checksRequest(plan, authz, execution);
  }

  #checksRequest({ checksRequest }: HandlerPlan, authz: RequestAuthorization, { kind }: Execution): boolean {
    const { authorizeRequests = true } = this.options;
    return checksRequest || (authorizeRequests && kind === 'http' && authz.hasRequestRules);
  }

  /** Returns the requirements of a handler, which are read once. */
  #planOf(context: ExecutionContext): HandlerPlan {
    const [type, handler] = [context.getClass(), context.getHandler()];
    return this.#plans.get(type, handler, () => {
      const requirements = requirementsOf(this.reflector, type, handler);
      return {
        name: handlerName(type, handler),
        skipReason: requirements.find((requirement) => requirement.kind === 'skip')?.reason,
        isEmpty: requirements.length === 0,
        // `allow_request` only admits the request; it does not authorize the handler.
        isProtected: requirements.some(({ kind }) => kind !== 'request'),
        checksRequest: requirements.some(({ kind }) => kind === 'request'),
        authorizes: requirements.filter((requirement) => requirement.kind === 'authorize'),
        inputs: inputRequirementsOf(type, handler),
        authorizesResult:
          requirements.some(({ kind }) => kind === 'result') ||
          this.reflector.getAllAndOverride(fieldsKey, [handler, type]) !== undefined,
      };
    });
  }

  async #checkInput(
    ofInput: InputRequirement,
    { name, authorizes }: HandlerPlan,
    { authzOfGuard, resources }: HandlerCall,
    execution: Execution,
  ): Promise<void> {
    const requirement = authorizes.at(-1);
    if (requirement === undefined)
      throw new NanookNestError('NANOOK_NEST_INPUT_WITHOUT_RESOURCE', { handler: name });
    const action = ofInput.action ?? this.resources.actionOf(requirement, execution.method, name);
    await checkInput(authzOfGuard, inputOf(execution), action, resources.at(-1), ofInput);
  }

  #callOf(execution: Execution, context: ExecutionContext): HandlerCall {
    const known = findCall(execution.callKey);
    // If two modules guard a handler, the policy of each must allow the call.
    if (known?.authorizer === this.authorizer) return known;
    const headersBefore = execution.kind === 'http' ? headersOf(context) : undefined;
    const call = new HandlerCall(
      this.authorizer,
      () => this.#authzOf(execution, context),
      (authz) => this.#awaitChecks(authz, context, headersBefore),
    );
    rememberCall(execution.callKey, call);
    return call;
  }

  #authzOf(execution: Execution, context: ExecutionContext): RequestAuthorization {
    const { requestKey, request, scope, kind } = execution;
    if (kind === 'graphql') checkContext(requestKey);
    let authz = this.#requests.get(requestKey);
    if (authz === undefined) {
      const explain = this.#explaining?.(request, context);
      const options = new CallOptions(execution, context, this.options, this.actors, explain);
      authz = new RequestAuthorization(this.authorizer, options);
      if (kind === 'graphql') collectForResolvers(authz.checks);
      else if (kind !== 'http') collectForMessage(authz.checks, execution.callKey);
      if (kind !== 'http') awaitChecks(authz, context);
      this.#requests.set(requestKey, authz);
      if (kind === 'graphql') rememberRequest(requestKey, authz, () => options.request());
    }
    return scope === undefined ? authz : scopedAuthorization(authz, scope);
  }

  /**
   * Makes the response of an HTTP request wait for the checks of the application. It does so when the application gets the authorization,
   * because it takes longer than the check of a requirement.
   */
  #awaitChecks(authz: RequestAuthorization, context: ExecutionContext, headersBefore?: CopiedHeaders): void {
    if (context.getType() !== 'http' || this.#awaited.has(authz)) return;
    this.#awaited.add(authz);
    awaitChecks(authz, context, headersBefore);
  }

  /** Refuses a handler without a requirement, also if the audit does not run or did not find the handler. */
  #refuseUnprotected({ name }: HandlerPlan, { method, kind }: Execution): void {
    if (this.options.audit === 'warn') return;
    throw new AuthorizationConfigError('NANOOK_HTTP_UNPROTECTED_ROUTE', {
      method: method ?? kind,
      route: name,
    });
  }
}
