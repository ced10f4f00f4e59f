import {
  describeValue,
  isAuthorizationError,
  isForbiddenError,
  isUndecided,
  type AuthorizationError,
  type Authorizer,
} from '@nanook/core';
import { AuthorizationConfigError } from '../config-errors/authorization-config-error.js';
import { DecisionCache } from './decision-cache.js';
import { PendingChecks } from '../pending-checks/pending-checks.js';
import { notFound, withoutStack } from '../refusals/refusal.js';
import { RequestActor, type RequestActorOptions } from './request-actor.js';
import { checkSource, resourceFrom, type ResourceSource } from '../requirements/resource-source.js';
import { RequirementScopes } from '../requirements/requirement-scope.js';
import {
  authorizeRequirement,
  checkAction,
  checkReason,
  describeRequirement,
} from '../requirements/route-requirement.js';

export interface RequestAuthorizationOptions<Actor = unknown> extends RequestActorOptions<Actor> {
  /** What `allow_request` is asked about. */
  readonly request?: () => unknown;
  /** The handlers of this request, for which its decisions count. Default: one scope for the whole request. */
  readonly scopes?: RequirementScopes;
  /** The value of `WWW-Authenticate` in a 401, which must have one: `'Basic'`, or several. Default: `'Bearer'`. */
  readonly challenge?: string | readonly string[] | undefined;
  /** The route of the request, with its method, for refusals. */
  readonly route?: () => string | undefined;
  /** Receives the faults that no response can carry any more. Default: `console.error`. */
  readonly report?: (fault: Error) => void;
}

/**
 * The authorization of one request: who is asking, what was decided, and the resource that was loaded.
 *
 * Only what throws when refused counts as a decision for the response guard: `authorize`, `authorizeField`, `load`; and `skip`.
 * The answers of `can`, `actions`, `fields` and `pick` can be ignored, so they do not count.
 */
export class RequestAuthorization<Actor = unknown> {
  readonly authorizer: Authorizer;
  /** The checks that the response has to wait for: for the response guard of an adapter. */
  readonly checks: PendingChecks;
  readonly #options: RequestAuthorizationOptions<Actor>;
  readonly #actor: RequestActor<Actor>;
  #cache = new DecisionCache<AuthorizationError | undefined>();
  /** The version of the actor that the memo is about. */
  #cacheVersion = 0;
  #loaded: { readonly resource: unknown } | undefined;
  readonly #loadedBy = new Map<unknown, unknown>();
  #skipped: string | undefined;
  readonly scopes: RequirementScopes;

  constructor(authorizer: Authorizer, options: RequestAuthorizationOptions<Actor>) {
    this.authorizer = authorizer;
    this.#options = options;
    this.#actor = new RequestActor(options);
    this.scopes = options.scopes ?? new RequirementScopes();
    // oxlint-disable-next-line no-console -- an error that nobody sees is none
    this.checks = new PendingChecks(options.report ?? ((fault) => console.error(fault)));
  }

  // ── the request's state ──

  /** Whether something was authorized or skipped on the path of the handler that is running: what the response guard asks. */
  get isSettled(): boolean {
    return this.scopes.current.isSettled;
  }

  /** The reason of the last skip, if there was one. */
  get skipReason(): string | undefined {
    return this.#skipped;
  }

  /** What the last `load` authorized. @throws {AuthorizationConfigError} `NANOOK_HTTP_NO_RESOURCE` */
  get resource(): unknown {
    if (this.#loaded === undefined) throw new AuthorizationConfigError('NANOOK_HTTP_NO_RESOURCE', {});
    return this.#loaded.resource;
  }

  /**
   * Returns the resource that a requirement loaded with this loader, with the loader's type. Where a route has several requirements,
   * it tells their resources apart.
   *
   * @param loader the function that was given to `authorize(action, loader)`
   * @throws {AuthorizationConfigError} `NANOOK_HTTP_NO_RESOURCE` when no requirement of this request has loaded it
   * @example
   * app.get('/notes/:id', authorize('read', findNote), (req, res) => res.json(req.authz.resourceOf(findNote).title));
   */
  resourceOf<Loader extends (...args: never[]) => unknown>(
    loader: Loader,
  ): NonNullable<Awaited<ReturnType<Loader>>> {
    if (!this.#loadedBy.has(loader)) throw new AuthorizationConfigError('NANOOK_HTTP_NO_RESOURCE', {});
    return this.#loadedBy.get(loader) as NonNullable<Awaited<ReturnType<Loader>>>;
  }

  /** Finds who is asking. @throws {UnauthenticatedError} when there is no actor, and no `anonymous` takes its place */
  actor(): Promise<Actor> {
    return this.#actor.find();
  }

  /** The value of `WWW-Authenticate` in a 401 of this request; `undefined` when no check failed for want of an actor. */
  get challenge(): string | readonly string[] | undefined {
    return this.#actor.wasUnauthenticated ? (this.#options.challenge ?? 'Bearer') : undefined;
  }

  /**
   * Forgets who is asking, and the decisions about them, so that the next check calls the actor hook again: after a user has signed
   * out, or in as another one. It is not needed after an anonymous actor has signed in.
   */
  forgetActor(): void {
    this.#actor.forget();
  }

  // ── decisions: they count, and throw when refused ──

  /**
   * Passes when the actor may do this to the resource.
   *
   * @returns the resource
   * @throws {UnauthenticatedError} {@link actor}
   * @throws {NotFoundError} when the actor may not even read it, or it is `null` or `undefined`
   * @throws {ForbiddenError} when the actor may read it, but not do this
   */
  authorize<Resource>(action: string, resource: Resource): Promise<NonNullable<Awaited<Resource>>> {
    const args = `${shown(action)}, …`;
    return this.#watch('authorize', args, async () => {
      const record = this.scopes.deciding(`authorize(${args})`);
      const awaited = await resource;
      const refusal = await this.#ask(action, awaited);
      if (refusal !== undefined) throw refusal;
      record('authorized');
      return awaited as NonNullable<Awaited<Resource>>;
    });
  }

  /** Passes when the actor may do this to one field of the resource (`allow_field`). @throws {ForbiddenError} */
  authorizeField(action: string, resource: unknown, field: string): Promise<void> {
    const args = `${shown(action)}, …, ${shown(field)}`;
    return this.#watch('authorizeField', args, async () => {
      const record = this.scopes.deciding(`authorizeField(${args})`);
      const refusal = await this.#askField(action, await resource, field);
      if (refusal !== undefined) throw refusal;
      record('authorized');
    });
  }

  /**
   * Passes when the policy lets the request itself in (`allow_request`). It says nothing about a resource, so it does not count
   * for the response guard. @throws {ForbiddenError}
   */
  authorizeRequest(request?: unknown): Promise<void> {
    return this.#watch('authorizeRequest', '', async () => {
      const seen = request === undefined ? this.#options.request?.() : request;
      // Not remembered: a framework changes the request while it routes it.
      await this.authorizer.authorizeRequest(await this.actor(), seen);
    });
  }

  /** Whether the policy has rules about requests. */
  get asksForRequests(): boolean {
    return this.authorizer.hasRule('allow_request');
  }

  /**
   * Gets the resource, authorizes the action on it, and keeps it for the handler. Nobody's requests load nothing.
   *
   * @throws what the loader throws, and what {@link authorize} throws
   */
  load<Context extends readonly unknown[], Resource>(
    action: string,
    source: ResourceSource<Context, Resource>,
    ...context: Context
  ): Promise<unknown> {
    return this.#watch('load', `${shown(action)}, …`, async () => {
      checkSource(action, source);
      const record = this.scopes.deciding(describeRequirement(authorizeRequirement(action, source)));
      await this.actor();
      const resource = await resourceFrom(this.authorizer, source, context);
      const refusal = await this.#ask(action, resource);
      if (refusal !== undefined) throw refusal;
      record('authorized');
      this.#loaded = { resource };
      this.#loadedBy.set(source, resource);
      return resource;
    });
  }

  /**
   * Skips authorization, with the reason. It counts for the handler that calls it, and for those after it in the same router or
   * route. Skipped in middleware of the application itself, it counts for the response of that middleware only.
   *
   * @throws {AuthorizationConfigError} `NANOOK_HTTP_NO_REASON`
   */
  skip(reason: string): void {
    checkReason(reason);
    this.checks.acceptRefusal();
    this.#skipped = reason;
    this.scopes.deciding(`skipped: ${reason}`)('skipped');
  }

  /**
   * Calls a handler for which nothing needs authorizing. The skip counts for what this handler answers, until `leave` is called: no
   * handler after it is skipped.
   *
   * @throws {AuthorizationConfigError} `NANOOK_HTTP_NO_REASON`
   */
  skipFor<Result>(reason: string, handler: (leave: () => void) => Result): Result {
    checkReason(reason);
    this.checks.acceptRefusal();
    return this.scopes.runSkipped(reason, handler);
  }

  // ── questions: they do not count ──

  /** May the actor do this? `false` for what is `null` or `undefined`. */
  can(action: string, resource: unknown): Promise<boolean> {
    return this.#watch(
      'can',
      `${shown(action)}, …`,
      async () => (await this.#ask(action, await resource)) === undefined,
    );
  }

  /**
   * Checks an action on many resources at once.
   *
   * @returns the answers of {@link can}, in the order of the resources
   */
  canAll(action: string, resources: Many<unknown>): Promise<boolean[]> {
    return this.#watch('canAll', `${shown(action)}, …`, async () => {
      const all = await elementsOf(resources);
      const refusals = await Promise.all(all.map((resource) => this.#ask(action, resource)));
      return refusals.map((refusal) => refusal === undefined);
    });
  }

  /**
   * Returns those of the resources on which the actor may do this, in their order. `null`, `undefined` and what is undecided are left
   * out.
   */
  filterAllowed<Resource>(
    action: string,
    resources: Many<Resource>,
  ): Promise<NonNullable<Awaited<Resource>>[]> {
    return this.#watch('filterAllowed', `${shown(action)}, …`, async () => {
      const all = await elementsOf(resources);
      const refusals = await Promise.all(
        all.map((resource) => this.#ask(action, resource).catch(undecidedIsRefused)),
      );
      return all.filter((_, i) => refusals[i] === undefined) as NonNullable<Awaited<Resource>>[];
    });
  }

  /** What the actor may do to the resource; what is undecided is left out. @throws {PolarError} as `authorizedActions` */
  actions(resource: unknown): Promise<Set<string>> {
    return this.#watch('actions', '…', async () =>
      this.authorizer.authorizedActions(await this.actor(), await resource),
    );
  }

  /** The fields on which the actor may do this; what is undecided is left out. @throws {PolarError} as `authorizedFields` */
  fields(action: string, resource: unknown): Promise<Set<string>> {
    return this.#watch('fields', `${shown(action)}, …`, async () =>
      this.authorizer.authorizedFields(await this.actor(), action, await resource),
    );
  }

  /**
   * A copy of the resource that has only the fields on which the actor may do this. Each of its own fields is asked for, so that
   * rules need not list them; what is undecided is left out. Values are taken over as they are.
   *
   * @throws {NotFoundError} for what is `null` or `undefined`
   */
  pick<Resource>(action: string, resource: Resource): Promise<Partial<NonNullable<Awaited<Resource>>>> {
    return this.#watch('pick', `${shown(action)}, …`, () => this.#pick(action, resource));
  }

  // ── inside ──

  #watch<T>(name: Check, args: string, start: () => Promise<T>): Promise<T> {
    const method = this[name] as (...args: never[]) => unknown;
    return this.checks.watch(`${name}(${args})`, method, deciding.has(name), start);
  }

  async #pick<Resource>(
    action: string,
    resource: Resource,
  ): Promise<Partial<NonNullable<Awaited<Resource>>>> {
    const awaited = await resource;
    if (awaited === null || awaited === undefined) throw this.#withRoute(notFound(action));
    const entries = Object.entries(awaited);
    const allowed = await Promise.all(
      entries.map(([field]) => this.#askField(action, awaited, field).catch(undecidedIsRefused)),
    );
    return Object.fromEntries(entries.filter((_, i) => allowed[i] === undefined)) as Partial<
      NonNullable<Awaited<Resource>>
    >;
  }

  /** Why not, or undefined. An answer is a refusal rather than a boolean, so that it is found out once, too. */
  async #ask(action: string, resource: unknown): Promise<AuthorizationError | undefined> {
    checkAction(action);
    const actor = await this.actor();
    if (resource === null || resource === undefined) return this.#withRoute(notFound(action));
    return this.#decisions.ask(JSON.stringify([this.authorizer.policyHash, action]), resource, () =>
      this.#refusalOf(this.authorizer.authorize(actor, action, resource)),
    );
  }

  async #askField(action: string, resource: unknown, field: string): Promise<AuthorizationError | undefined> {
    checkAction(action);
    const actor = await this.actor();
    if (resource === null || resource === undefined) return this.#withRoute(notFound(action));
    return this.#decisions.ask(JSON.stringify([this.authorizer.policyHash, action, field]), resource, () =>
      this.#refusalOf(this.authorizer.authorizeField(actor, action, resource, field)),
    );
  }

  async #refusalOf(decision: Promise<unknown>): Promise<AuthorizationError | undefined> {
    try {
      await decision;
      return undefined;
    } catch (error) {
      if (isAuthorizationError(error)) return this.#withRoute(withoutStack(error));
      throw error;
    }
  }

  #withRoute(refusal: AuthorizationError): AuthorizationError {
    refusal.route = this.#options.route?.();
    return refusal;
  }

  /** The decisions about the actor of now. */
  get #decisions(): DecisionCache<AuthorizationError | undefined> {
    if (this.#cacheVersion !== this.#actor.version) {
      this.#cacheVersion = this.#actor.version;
      this.#cache = new DecisionCache();
    }
    return this.#cache;
  }
}

/** Resources, or a promise of them; each may be a promise. */
type Many<Resource> = Iterable<Resource> | PromiseLike<Iterable<Resource>>;

async function elementsOf<Resource>(resources: Many<Resource>): Promise<Awaited<Resource>[]> {
  const list: unknown = await resources;
  if (typeof list !== 'object' || list === null || !(Symbol.iterator in list))
    throw new AuthorizationConfigError('NANOOK_HTTP_INVALID_OPTION', {
      option: 'resources',
      reason: `must be a list, got ${describeValue(list)}; for one resource use \`can\` or \`authorize\``,
    });
  return Promise.all(list as Iterable<Resource>);
}

type Check = Deciding | 'can' | 'canAll' | 'filterAllowed' | 'actions' | 'fields' | 'pick';
type Deciding = 'authorize' | 'authorizeField' | 'authorizeRequest' | 'load';

/** The checks that throw when refused. */
const deciding: ReadonlySet<Check> = new Set<Deciding>([
  'authorize',
  'authorizeField',
  'authorizeRequest',
  'load',
]);

/** An argument as a message shows it. */
const shown = (argument: unknown): string =>
  typeof argument === 'string' ? `'${argument}'` : String(argument);

function undecidedIsRefused(error: unknown): unknown {
  if (isUndecided(error) || isForbiddenError(error)) return error;
  throw error;
}
