import {
  NotFoundError,
  UnauthenticatedError,
  isAuthorizationError,
  isForbiddenError,
  isUndecided,
  type AuthorizationError,
  type Authorizer,
} from '@nanook/core';
import { AuthorizationFault } from './authorization-fault.js';
import { DecisionMemo } from './decision-memo.js';
import { PendingChecks } from './pending-checks.js';
import { checkSource, resourceFrom, type ResourceSource } from './resource-source.js';
import { RequirementScopes } from './requirement-scope.js';
import { authorizeRule, checkAction, checkReason, describeRule } from './rule.js';

export interface RequestAuthorizationOptions<Actor = unknown> {
  /**
   * Says who is asking. Called at most once a request, when the first question needs it; what it throws passes through.
   * `undefined` is nobody; `null` is asked as `nil`.
   */
  readonly actor: () => Actor | PromiseLike<Actor>;
  /** The actor in place of nobody; `null` asks the policy with `nil`. Without it nobody gets a 401. */
  readonly anonymous?: unknown;
  /** What `allow_request` is asked about. */
  readonly request?: () => unknown;
  /** The handlers of this request, for which its decisions count. Default: one scope for the whole request. */
  readonly scopes?: RequirementScopes;
  /** Receives the faults that no response can carry any more. Default: `console.error`. */
  readonly report?: (fault: Error) => void;
}

/**
 * The authorization of one request: who is asking, what was decided, and the resource that was loaded.
 *
 * Only what throws when refused counts as a decision for the safety net: `authorize`, `authorizeField`, `load`; and `skip`.
 * The answers of `can`, `actions`, `fields` and `pick` can be ignored, so they do not count.
 */
export class RequestAuthorization<Actor = unknown> {
  readonly authorizer: Authorizer;
  /** The checks that the response has to wait for: for the response guard of an adapter. */
  readonly checks: PendingChecks;
  readonly #options: RequestAuthorizationOptions<Actor>;
  readonly #memo = new DecisionMemo<AuthorizationError | undefined>();
  #actor: Promise<Actor> | undefined;
  #loaded: { readonly resource: unknown } | undefined;
  #skipped: string | undefined;
  readonly scopes: RequirementScopes;

  constructor(authorizer: Authorizer, options: RequestAuthorizationOptions<Actor>) {
    this.authorizer = authorizer;
    this.#options = options;
    this.scopes = options.scopes ?? new RequirementScopes();
    // oxlint-disable-next-line no-console -- an error that nobody sees is none
    this.checks = new PendingChecks(options.report ?? ((fault) => console.error(fault)));
  }

  // ── the request's state ──

  /** Whether something was authorized or skipped on the path of the handler that is running: what the safety net asks. */
  get isSettled(): boolean {
    return this.scopes.current.isSettled;
  }

  /** The reason of the last skip, if there was one. */
  get skipReason(): string | undefined {
    return this.#skipped;
  }

  /** What the last `load` authorized. @throws {AuthorizationFault} `NANOOK_HTTP_NO_RESOURCE` */
  get resource(): unknown {
    if (this.#loaded === undefined) throw new AuthorizationFault('NANOOK_HTTP_NO_RESOURCE', {});
    return this.#loaded.resource;
  }

  /** Who is asking. @throws {UnauthenticatedError} when it is nobody and no `anonymous` stands in */
  actor(): Promise<Actor> {
    if (this.#actor === undefined) {
      this.#actor = this.#findActor();
      this.#actor.catch(() => {}); // to look who is asking, and not to wait for it, ends no process
    }
    return this.#actor;
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
   * for the safety net. @throws {ForbiddenError}
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
      const record = this.scopes.deciding(describeRule(authorizeRule(action, source)));
      await this.actor();
      const resource = await resourceFrom(this.authorizer, source, context);
      const refusal = await this.#ask(action, resource);
      if (refusal !== undefined) throw refusal;
      record('authorized');
      this.#loaded = { resource };
      return resource;
    });
  }

  /**
   * Skips authorization, with the reason. It counts for the handler that calls it, and for those after it in the same router or
   * route. Skipped in middleware of the application itself, it counts for the response of that middleware only.
   *
   * @throws {AuthorizationFault} `NANOOK_HTTP_NO_REASON`
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
   * @throws {AuthorizationFault} `NANOOK_HTTP_NO_REASON`
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
    if (awaited === null || awaited === undefined) throw new NotFoundError(action);
    const entries = Object.entries(awaited);
    const allowed = await Promise.all(
      entries.map(([field]) => this.#askField(action, awaited, field).catch(undecidedIsRefused)),
    );
    return Object.fromEntries(entries.filter((_, i) => allowed[i] === undefined)) as Partial<
      NonNullable<Awaited<Resource>>
    >;
  }

  async #findActor(): Promise<Actor> {
    const { actor, anonymous } = this.#options;
    const found = await actor();
    if (found !== undefined) return found;
    if (anonymous === undefined) throw new UnauthenticatedError();
    return anonymous as Actor;
  }

  /** Why not, or undefined. An answer is a refusal rather than a boolean, so that it is found out once, too. */
  #ask(action: string, resource: unknown): Promise<AuthorizationError | undefined> {
    checkAction(action);
    return this.#memo.ask(JSON.stringify([this.authorizer.policyHash, action]), resource, async () => {
      const actor = await this.actor();
      if (resource === null || resource === undefined) return new NotFoundError(action);
      return refusalOf(this.authorizer.authorize(actor, action, resource));
    });
  }

  #askField(action: string, resource: unknown, field: string): Promise<AuthorizationError | undefined> {
    checkAction(action);
    return this.#memo.ask(JSON.stringify([this.authorizer.policyHash, action, field]), resource, async () => {
      const actor = await this.actor();
      if (resource === null || resource === undefined) return new NotFoundError(action);
      return refusalOf(this.authorizer.authorizeField(actor, action, resource, field));
    });
  }
}

type Check = Deciding | 'can' | 'actions' | 'fields' | 'pick';
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

async function refusalOf(decision: Promise<unknown>): Promise<AuthorizationError | undefined> {
  try {
    await decision;
    return undefined;
  } catch (error) {
    if (isAuthorizationError(error)) return error;
    throw error;
  }
}

function undecidedIsRefused(error: unknown): unknown {
  if (isUndecided(error) || isForbiddenError(error)) return error;
  throw error;
}
