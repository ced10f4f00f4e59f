import { Authorizer, NotFoundError, type Class, type TypeToken } from '@nanook/core';
import { AuthorizationConfigError, RequestAuthorization, isClass } from '@nanook/http';
import { BadRequestException, Inject, Injectable, Logger, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { actionOfMethod, defaultTypeActions } from '../options/method-actions.js';
import { ActorSource } from './actor-source.js';
import { awaitChecks, reportFault } from './await-checks.js';
import { AuditState } from './audit-state.js';
import { ConnectionContext } from '../execution/connection-context.js';
import { Connections } from './connections.js';
import { Exclusions } from '../entry-points/exclusions.js';
import { executionOf, type Execution } from '../execution/execution.js';
import { checkContext, rememberRequest, scopedAuthorization } from '../execution/graphql-requests.js';
import { findCall, rememberCall, type HandlerCall } from '../execution/handler-call.js';
import {
  requirementsOf,
  type HandlerRequirement,
  type InlineLoader,
} from '../requirements/handler-requirement.js';
import { handlerName } from '../execution/handler-location.js';
import { checkInput } from '../input/checked-input.js';
import { inputRequirementOf } from '../input/input-requirement.js';
import { NanookNestError, errorText } from '../errors/nanook-nest-error.js';
import type { NanookModuleOptions } from '../options/nanook.options.js';
import { MODULE_OPTIONS_TOKEN } from '../options/nanook.module-definition.js';
import { ResourceLoaders, type FoundLoader } from '../resources/resource-loaders.js';

type AuthorizeRequirement = Extract<HandlerRequirement, { kind: 'authorize' }>;

/** Decides about calls of handlers. Inject it where a decorator is not enough. */
@Injectable()
export class AuthorizationService {
  readonly #requests = new WeakMap<object, RequestAuthorization>();
  readonly #connections = new Connections();
  readonly #passed = new WeakSet<object>();
  readonly #explained = new Set<string>();

  /** @internal */
  constructor(
    @Inject(Authorizer) readonly authorizer: Authorizer,
    @Inject(MODULE_OPTIONS_TOKEN) private readonly options: NanookModuleOptions,
    @Inject(ActorSource) private readonly actors: ActorSource,
    @Inject(ResourceLoaders) private readonly loaders: ResourceLoaders,
    @Inject(Exclusions) private readonly exclusions: Exclusions,
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(AuditState) private readonly audit: AuditState,
  ) {}

  /** The value of `WWW-Authenticate` in a 401, in one header: on Fastify, Nest 11 would send the last of several only. */
  get challenge(): string {
    return [this.options.challenge ?? 'Bearer'].flat().join(', ');
  }

  /** The authorization of the request that a handler is called for: the one that `@Authz()` gives. */
  of(context: ExecutionContext): RequestAuthorization {
    return this.#authzOf(executionOf(context), context);
  }

  /**
   * Passes when everything that the handler demands holds; its resources are loaded then.
   *
   * @throws {AuthorizationError} when refused
   * @throws {AuthorizationConfigError} `NANOOK_HTTP_UNPROTECTED_ROUTE` for a handler without a requirement
   */
  async enforce(context: ExecutionContext): Promise<void> {
    this.audit.assertPassed();
    // The global guard comes first, then the one that the decorators bring: Nest makes one context for all guards of a call.
    if (this.#passed.has(context)) return;
    const execution = executionOf(context);
    const { kind, request } = execution;
    if (kind === 'ws') await this.#connections.pass(request as object);
    await this.#enforce(execution, context);
    this.#passed.add(context);
  }

  /**
   * Decides about a connection to a gateway, for its `handleConnection`: no guard stands before that. Messages of the client wait
   * for the decision. A connection that is refused is ended, and none of its messages is handled any more: a WebSocket is closed
   * with the code 4401, 4403 or 4404, a socket of socket.io is told by the event `exception`. One about which nothing can be
   * decided is ended, too (1011), and the error logged. It never rejects: Nest waits for nobody there.
   *
   * What arrives before this is called does not wait: the requirements of the messages decide.
   *
   * @param resource or a promise of it, or a loader, which is not called for nobody; a class where it is about the type
   * @returns whether the client may stay
   * @example
   * async handleConnection(client: Socket) {
   *   if (await this.authorization.authorizeConnection(client, 'join', Lobby)) await client.join('lobby');
   * }
   */
  async authorizeConnection(client: object, action: string, resource: unknown): Promise<boolean> {
    const given = Promise.resolve(resource);
    given.catch(() => {}); // it is awaited when it is known who asks
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

  /** The action of a requirement in a call. @throws {NanookNestError} `NANOOK_NEST_NO_ACTION` */
  actionOf(requirement: AuthorizeRequirement, method: string | undefined, handler: string): string {
    const action =
      requirement.action ?? (method === undefined ? undefined : actionOfMethod(method, this.options.actions));
    if (action === undefined || action === '')
      throw new NanookNestError('NANOOK_NEST_NO_ACTION', { handler, method: method ?? 'a message' });
    return action;
  }

  /** Whether the type itself is the resource. */
  isAboutType(requirement: AuthorizeRequirement, action: string): boolean {
    const { typeActions = defaultTypeActions } = this.options;
    return requirement.options.id === undefined
      ? typeActions.includes(action)
      : requirement.options.id === false;
  }

  // ── inside ──

  async #enforce(execution: Execution, context: ExecutionContext): Promise<void> {
    const call = this.#callOf(execution, context);
    const requirements = requirementsOf(this.reflector, context.getClass(), context.getHandler());
    const skipped = requirements.find((requirement) => requirement.kind === 'skip');
    if (skipped !== undefined) return call.authz.skip(skipped.reason);
    if (requirements.length === 0 && this.exclusions.find(context.getClass()) !== undefined) return;
    // That a request may come in decides nothing about what the handler does.
    if (requirements.every(({ kind }) => kind === 'request')) this.#refuseUnprotected(execution, context);
    const { authorizeRequests = true } = this.options;
    const asksForRequest =
      requirements.some(({ kind }) => kind === 'request') ||
      (authorizeRequests && execution.kind === 'http' && call.authz.hasRequestRules);
    if (requirements.length === 0 && !asksForRequest) return;

    await this.actors.authenticate(execution, context);
    await call.authz.actor(); // nobody's requests load nothing
    if (asksForRequest) await call.authz.authorizeRequest();
    call.resources.length = 0;
    for (const requirement of requirements)
      if (requirement.kind === 'authorize')
        call.resources.push(await this.#authorize(requirement, call, execution, context));
    await this.#checkInput(requirements, call, execution, context);
  }

  async #checkInput(
    requirements: readonly HandlerRequirement[],
    { authz, resources }: HandlerCall,
    { kind, request, method }: Execution,
    context: ExecutionContext,
  ): Promise<void> {
    const demand = inputRequirementOf(context.getClass(), context.getHandler());
    if (demand === undefined || kind !== 'http') return;
    const handler = handlerName(context.getClass(), context.getHandler());
    const requirement = requirements.findLast((one) => one.kind === 'authorize');
    if (requirement === undefined)
      throw new NanookNestError('NANOOK_NEST_INPUT_WITHOUT_RESOURCE', { handler });
    const action = demand.action ?? this.actionOf(requirement, method, handler);
    await checkInput(authz, request as object, action, resources.at(-1), demand);
  }

  #callOf(execution: Execution, context: ExecutionContext): HandlerCall {
    const known = findCall(execution.callKey);
    // Where two modules guard one handler, the policy of each has its say.
    if (known?.authz.authorizer === this.authorizer) return known;
    const call = { authz: this.#authzOf(execution, context), resources: [] };
    rememberCall(execution.callKey, call);
    return call;
  }

  #authzOf(execution: Execution, context: ExecutionContext): RequestAuthorization {
    const { requestKey, request, scope, kind } = execution;
    if (kind === 'graphql') checkContext(requestKey);
    let authz = this.#requests.get(requestKey);
    if (authz === undefined) {
      const hook = this.options.request ?? ((it: unknown) => it);
      const seen = (): unknown => hook(request, context);
      authz = new RequestAuthorization(this.authorizer, {
        actor: () => this.actors.find(execution, context),
        anonymous: this.options.anonymous,
        request: seen,
        challenge: this.options.challenge,
        report: reportFault,
        route: () => `${execution.method ?? kind} ${handlerName(context.getClass(), context.getHandler())}`,
      });
      awaitChecks(authz, context);
      this.#requests.set(requestKey, authz);
      if (kind === 'graphql') rememberRequest(requestKey, authz, seen);
    }
    return scope === undefined ? authz : scopedAuthorization(authz, scope);
  }

  /** Refuses a handler without a requirement, also where the audit does not run or could not see it. */
  #refuseUnprotected(execution: Execution, context: ExecutionContext): void {
    if (this.options.audit === 'warn') return;
    throw new AuthorizationConfigError('NANOOK_HTTP_UNPROTECTED_ROUTE', {
      method: execution.method ?? execution.kind,
      route: handlerName(context.getClass(), context.getHandler()),
    });
  }

  async #authorize(
    requirement: AuthorizeRequirement,
    { authz }: HandlerCall,
    execution: Execution,
    context: ExecutionContext,
  ): Promise<unknown> {
    const handler = handlerName(context.getClass(), context.getHandler());
    const action = this.actionOf(requirement, execution.method, handler);
    return authz.authorize(action, await this.#resourceOf(requirement, action, execution, context, handler));
  }

  async #resourceOf(
    requirement: AuthorizeRequirement,
    action: string,
    execution: Execution,
    context: ExecutionContext,
    handler: string,
  ): Promise<unknown> {
    const { source } = requirement;
    const isInline = typeof source === 'function' && !isClass(source);
    if (isInline) return (source as InlineLoader)(execution.request, context);
    const type = source as Class | TypeToken | string;
    const loader = this.loaders.find(type);
    if (this.isAboutType(requirement, action))
      return loader?.type ?? (typeof type === 'string' ? this.authorizer.type(type) : type);
    if (loader === undefined)
      throw new NanookNestError('NANOOK_NEST_NO_LOADER', { handler, action, type: nameOf(type) });
    const id = await this.#idOf(requirement, loader, action, execution, context, handler);
    return this.loaders.load(loader, id, execution);
  }

  async #idOf(
    { source, options }: AuthorizeRequirement,
    loader: FoundLoader,
    action: string,
    execution: Execution,
    context: ExecutionContext,
    handler: string,
  ): Promise<unknown> {
    const { id = execution.defaultId, parse = loader.parse } = options;
    const raw: unknown =
      typeof id === 'function' ? await id(execution.request, context) : at(execution.inputs, id as string);
    if (raw === undefined || raw === null) {
      // A path without the parameter is our developer's mistake; what the client leaves out is the client's.
      if (typeof id === 'string' && id.startsWith('params.'))
        throw new NanookNestError('NANOOK_NEST_NO_ID', { handler, path: id, type: nameOf(source) });
      if (typeof id === 'string' && id.startsWith('body.')) this.#explainBody(execution, handler, id);
      throw new NotFoundError(action);
    }
    // A loader hands it to a database: an object from the client could be an operator there.
    if (typeof raw !== 'string' && typeof raw !== 'number' && typeof raw !== 'bigint')
      throw new BadRequestException();
    const parsed = parse === undefined ? raw : await parse(String(raw));
    // A loader hands it to a database, and some find the first row by an id that is undefined.
    if (parsed === undefined || parsed === null || Number.isNaN(parsed)) throw new NotFoundError(action);
    return parsed;
  }

  /** Warns of a form that an interceptor would parse, once a handler: the client is told no more than 404. */
  #explainBody({ inputs: { body, headers } }: Execution, handler: string, path: string): void {
    const { 'content-type': type } = headers as { readonly 'content-type'?: string };
    if (body !== undefined || !/^multipart\//i.test(type ?? '')) return;
    if (process.env['NODE_ENV'] === 'production' || this.#explained.has(handler)) return;
    this.#explained.add(handler);
    new Logger('Nanook').warn(errorText('NANOOK_NEST_UNPARSED_BODY', { handler, path }));
  }
}

/** The value at a path of own fields. */
function at(inputs: unknown, path: string): unknown {
  let value = inputs;
  for (const field of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, field)) return undefined;
    value = (value as Record<string, unknown>)[field];
  }
  return value;
}

const nameOf = (source: { readonly name: string } | string): string =>
  typeof source === 'string' ? source : source.name;
