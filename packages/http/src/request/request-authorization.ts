import {
  isForbiddenError,
  isUndecided,
  type ActionOf,
  type AuthorizationError,
  type ActionOnRows,
  type Authorizer,
  type CheckContext,
  type CountOptions,
  type DraftOptions,
  type EnumerationOptions,
  type ExplainOptions,
  type Explanation,
  type FieldActionOf,
  type FieldOf,
  type ListOptions,
  type ListReference,
  type ListedAction,
  type ListedField,
  type ListedRow,
  type MaskedListOptions,
  type MaskedOneOptions,
  type OneOptions,
  type RelatedListOptions,
  type RelatedOneOptions,
  type ResourcePage,
  type RowCondition,
  type Fact,
  type RowKey,
  type RowWithRelated,
  type TypeReference,
  type WholeListOptions,
  type WholeOneOptions,
} from '@nanook/core';
import { describeValue } from '@nanook/core/internal';
import { AuthorizationConfigError } from '../config-errors/authorization-config-error.js';
import { WholeRequest, type RequestDecisions } from '../decisions/request-decisions.js';
import { isThenable } from '../internal/is-thenable.js';
import type { OpenCheck } from '../pending-checks/open-check.js';
import { PendingChecks } from '../pending-checks/pending-checks.js';
import type { Explain } from '../refusals/explained-refusal.js';
import type { LoaderLimits } from '../requirements/call-loader.js';
import type { RequestAuthorizer } from '../requirements/request-authorizer.js';
import { RequiredResource } from './required-resource.js';
import type { ResourceSource } from '../requirements/resource-source.js';
import { checkAction, checkReason } from '../requirements/route-requirement.js';
import { permissionsOf, type Permissions } from './permissions.js';
import { describeCall, findMissingArgument, throwsRefusal, type CheckName } from './check-call.js';
import { RequestActor, type RequestActorOptions } from './request-actor.js';
import { RequestRefusals, type RequestRefusalsOptions } from './request-refusals.js';
import { shownFields } from './shown-fields.js';

/** Options for {@link RequestAuthorization}. */
export interface RequestAuthorizationOptions<Actor = unknown>
  extends RequestActorOptions<Actor>, RequestRefusalsOptions, LoaderLimits {
  /** Returns the argument of `allow_request`, for checks of the request itself. */
  readonly request?: () => unknown;
  /** Returns the view of the policy that decides, for a part of a request. Default: the current policy at the first check. */
  readonly pinned?: () => Authorizer;
  /** The decisions of this request, as the adapter follows its handlers. Default: each decision counts for the whole request. */
  readonly decisions?: RequestDecisions;
  /** The value of `WWW-Authenticate`, which a 401 must have: `'Basic'`, or a list of values. Default: `'Bearer'`. */
  readonly challenge?: string | readonly string[] | undefined;
  /** Receives an error that no response can carry any more. Default: `console.error`. */
  readonly report?: (error: Error) => void;
}

/**
 * The authorization of one request: its actor, the decisions that were made, and the resource that was loaded.
 *
 * `authorize`, `authorizeField`, `one` and `load` throw when the action is refused, so a call that returns is a decision for the response guard.
 * So is `skip`. The results of `can`, `actions`, `fields` and `pick` can be ignored, so these calls are not decisions.
 *
 * Express has it as `req.authz`, Koa as `ctx.state.authz`, and NestJS injects it with `@Authz()`.
 *
 * @example
 * const authz = new RequestAuthorization(authorizer, { actor: () => sessionUser(req) });
 * await authz.authorize('update', note); // throws when the actor may not update the note
 */
export class RequestAuthorization<Actor = unknown> {
  /** The authorizer of the application. Its policy of the first check makes all decisions of the request. */
  readonly authorizer: Authorizer;
  /**
   * The checks for which the response must wait.
   *
   * @internal for the response guard of an adapter
   */
  readonly checks: PendingChecks;
  /**
   * The decisions of this request.
   *
   * @internal for adapters
   */
  readonly decisions: RequestDecisions;
  readonly #options: RequestAuthorizationOptions<Actor>;
  readonly #actor: RequestActor<Actor>;
  /** The authorization of which this one has other facts. */
  readonly #whole: RequestAuthorization<Actor> | undefined;
  #pinned: Authorizer | undefined;
  #refusals: RequestRefusals<Actor> | undefined;
  #loaded: { readonly source: unknown; readonly resource: unknown } | undefined;
  /** The resources of other requirements. Most requests have one requirement, so the second one creates the map. */
  #loadedBefore: Map<unknown, unknown> | undefined;
  #skipReason: string | undefined;
  #requestRefusal: AuthorizationError | undefined;

  /** Creates the authorization of one request. Adapters do this for each request. */
  constructor(authorizer: RequestAuthorizer, options: RequestAuthorizationOptions<Actor>);
  /** @internal @param whole the authorization of which this one has other facts */
  constructor(
    authorizer: RequestAuthorizer,
    options: RequestAuthorizationOptions<Actor>,
    whole?: RequestAuthorization<Actor>,
  );
  constructor(
    authorizer: RequestAuthorizer,
    options: RequestAuthorizationOptions<Actor>,
    whole?: RequestAuthorization<Actor>,
  ) {
    this.authorizer = authorizer as Authorizer;
    this.#options = options;
    this.#whole = whole;
    this.#actor = whole === undefined ? new RequestActor(options) : whole.#actor;
    this.decisions = whole?.decisions ?? options.decisions ?? new WholeRequest();
    this.checks = whole?.checks ?? new PendingChecks(options);
  }

  /**
   * Returns the authorization of this request with facts that hold for its checks only, such as the roles in a token. It has the same actor, and
   * its decisions count for the response guard. It remembers its own results: no check of this authorization has the facts.
   *
   * The facts grant like rules of the policy, so they must come from the application and never from the request.
   *
   * @throws {PolarError} the errors of `Authorizer.withFacts`
   * @example
   * const authz = req.authz.withFacts([['has_role', req.user, claims.role, organization]]);
   * await authz.authorize('edit', note);
   */
  withFacts(facts: readonly Fact[]): RequestAuthorization<Actor> {
    const view = this.pinned.withFacts(facts);
    return new RequestAuthorization(this.authorizer, { ...this.#options, pinned: () => view }, this);
  }

  // ── the state of the request ──

  /** Returns whether an action was authorized, or authorization was skipped, on the path of the handler that is running. */
  get isSettled(): boolean {
    return this.decisions.isSettled;
  }

  /** The reason of the last `skip`, or `undefined`. */
  get skipReason(): string | undefined {
    return this.#skipReason;
  }

  /**
   * The resource that the last requirement loaded and authorized.
   *
   * @throws {AuthorizationConfigError} `NANOOK_HTTP_NO_RESOURCE` when no requirement loaded a resource
   */
  get resource(): unknown {
    if (this.#loaded === undefined) throw new AuthorizationConfigError('NANOOK_HTTP_NO_RESOURCE', {});
    return this.#loaded.resource;
  }

  /**
   * Returns the resource that a requirement loaded with this loader, typed as the loader returns it. Use it where a route has several
   * requirements, to tell their resources apart.
   *
   * @param loader the function that was passed to `authorize(action, loader)`
   * @throws {AuthorizationConfigError} `NANOOK_HTTP_NO_RESOURCE` when no requirement of this request loaded a resource with it
   * @example
   * app.get('/notes/:id', authorize('read', findNote), (req, res) => res.json(req.authz.resourceOf(findNote).title));
   */
  resourceOf<Loader extends (...args: never[]) => unknown>(
    loader: Loader,
  ): NonNullable<Awaited<ReturnType<Loader>>> {
    const resource =
      this.#loaded?.source === loader ? this.#loaded.resource : this.#loadedBefore?.get(loader);
    if (resource === undefined) throw new AuthorizationConfigError('NANOOK_HTTP_NO_RESOURCE', {});
    return resource as NonNullable<Awaited<ReturnType<Loader>>>;
  }

  /**
   * Returns the actor of the request.
   *
   * @throws {UnauthenticatedError} when the actor is anonymous and the option `anonymous` is not set
   */
  actor(): Promise<Actor> {
    return this.#actor.find();
  }

  /**
   * Searches the actor.
   *
   * @returns a promise to await, with the errors of {@link actor}; `undefined` when the actor is known now
   * @internal for the requirements of an adapter
   */
  searchActor(): Promise<Actor> | undefined {
    return this.#actor.search();
  }

  /**
   * Returns the actor, or `undefined` for an anonymous one, for the authorization of a part of this request.
   *
   * @throws {UnauthenticatedError} as {@link actor}
   * @internal for adapters
   */
  async knownActor(): Promise<Actor | undefined> {
    const found = await this.#actor.find();
    return this.#actor.isAnonymous ? undefined : found;
  }

  /**
   * The option `anonymous`, for the authorization of a part of this request.
   *
   * @internal for adapters
   */
  get anonymous(): unknown {
    return this.#options.anonymous;
  }

  /**
   * The option `explain`, for the authorization of a part of this request.
   *
   * @internal for adapters
   */
  get explanations(): Explain | undefined {
    return this.#options.explain;
  }

  /**
   * The value of `WWW-Authenticate` for a 401 of this request; `undefined` unless a check failed because the actor is anonymous.
   *
   * @internal for the response guard of an adapter
   */
  get challenge(): string | readonly string[] | undefined {
    return this.#actor.wasUnauthenticated ? (this.#options.challenge ?? 'Bearer') : undefined;
  }

  /**
   * Forgets the actor and the decisions about it, so that the next check calls the actor hook again. Call it when a user signs out, or
   * signs in as another user. It is not necessary after an anonymous user signed in.
   */
  forgetActor(): void {
    this.#actor.forget();
  }

  /**
   * The view of the policy that decides this request. The first check takes it, so that a reload does not change the policy of later
   * checks. An authorizer that was compiled ahead of time has one policy only.
   *
   * @internal for adapters
   */
  get pinned(): Authorizer {
    return (this.#pinned ??= this.#options.pinned?.() ?? this.authorizer.pinned?.() ?? this.authorizer);
  }

  /**
   * The context of the checks, which their decisions contain.
   *
   * @internal for adapters
   */
  get context(): CheckContext | undefined {
    return this.#finder().context;
  }

  /**
   * Returns whether the policy has rules for requests, `allow_request(actor, request)`.
   *
   * @internal for adapters
   */
  get hasRequestRules(): boolean {
    return this.pinned.policy.hasRule('allow_request');
  }

  // ── decisions: they throw when refused, and they count for the response guard ──

  /**
   * Checks that the actor may perform the action on the resource.
   *
   * @param resource the resource, or a promise of it; for *create* and *list* its class or type
   * @returns the resource
   * @throws {UnauthenticatedError} when the actor is anonymous and the option `anonymous` is not set
   * @throws {NotFoundError} when the actor may not even read the resource, or the resource is `null` or `undefined`
   * @throws {ForbiddenError} when the actor may read the resource, but may not perform this action
   * @throws {PolarError} `POLAR_UNDECIDED_…` when the data cannot decide; `POLAR_RUN_…` for an error in the policy
   * @example
   * const note = await req.authz.authorize('update', findNote(id)); // responds with 403 or 404 when refused
   */
  authorize<Resource>(
    action: ActionOf<Resource>,
    resource: Resource,
  ): Promise<NonNullable<Awaited<Resource>>> {
    return this.#check('authorize', arguments, (call) => this.#authorize(call, action, resource));
  }

  /**
   * Does what {@link authorize} does, for a guard of an adapter, which awaits the promise. Messages do not contain the location of this
   * call, as for {@link loadRequired}.
   *
   * @internal for the requirements of an adapter
   */
  authorizeRequired<Resource>(action: string, resource: Resource): Promise<NonNullable<Awaited<Resource>>> {
    const call = describeCall('authorize', arguments);
    return this.#authorize(call, action, resource, this.checks.startAwaited(call));
  }

  /** @param check the check, if it ends here */
  async #authorize<Resource>(
    call: string,
    action: string,
    resource: Resource,
    check?: OpenCheck,
  ): Promise<NonNullable<Awaited<Resource>>> {
    try {
      this.#checkAdmitted();
      const record = this.decisions.deciding(call);
      const awaited = isThenable(resource) ? await resource : resource;
      const refusal = await this.#finder().find(action, awaited, true);
      if (refusal !== undefined) throw refusal;
      record('authorized');
      if (check !== undefined) this.checks.pass(check);
      return awaited as NonNullable<Awaited<Resource>>;
    } catch (error) {
      if (check !== undefined) this.checks.fail(check, error);
      throw error;
    }
  }

  /**
   * Checks that the actor may perform the action on one field of the resource, with the rules `allow_field`.
   *
   * @param resource the resource, or a promise of it
   * @throws {ForbiddenError} when the policy refuses
   * @throws {NotFoundError} when the resource is `null` or `undefined`
   * @throws {UnauthenticatedError} when the actor is anonymous and the option `anonymous` is not set
   * @example
   * await req.authz.authorizeField('update', profile, 'salary');
   */
  authorizeField<Resource>(
    action: FieldActionOf<Resource>,
    resource: Resource,
    field: FieldOf<Resource>,
  ): Promise<void> {
    return this.#check('authorizeField', arguments, async (call) => {
      this.#checkAdmitted();
      const record = this.decisions.deciding(call);
      const refusal = await this.#finder().findOfField(action, await resource, field, true);
      if (refusal !== undefined) throw refusal;
      record('authorized');
    });
  }

  /**
   * Checks that the policy admits the request itself, with the rules `allow_request`. The check says nothing about a resource, so it is
   * not a decision for the response guard.
   *
   * @param request the argument of `allow_request`; default: the result of the option `request`
   * @throws {ForbiddenError} when the policy refuses
   * @throws {UnauthenticatedError} when the actor is anonymous and the option `anonymous` is not set
   */
  authorizeRequest(request?: unknown): Promise<void> {
    return this.#check('authorizeRequest', arguments, async () => {
      const checked = request === undefined ? this.#options.request?.() : request;
      const refusal = await this.#finder().findOfRequest(checked);
      if (refusal !== undefined) throw refusal;
    });
  }

  /**
   * Lets a refused request continue to a route that skips authorization. Every other decision fails with the refusal from now on.
   *
   * @internal for adapters
   */
  admitSkippedOnly(refusal: AuthorizationError): void {
    this.#requestRefusal = refusal;
  }

  /** @throws the refusal of the request itself */
  #checkAdmitted(): void {
    if (this.#requestRefusal !== undefined) throw this.#requestRefusal;
    if (this.#whole !== undefined) this.#whole.#checkAdmitted();
  }

  /**
   * Loads the resource, authorizes the action on it, and keeps it as {@link resource}. It loads nothing for an anonymous actor that is
   * refused.
   *
   * @param source a loader; or, for *create* and *list*, a class, a type or the name of a type
   * @param context the arguments for the loader
   * @returns the resource
   * @throws the errors of the loader, and those of {@link authorize}
   * @internal for the requirements of an adapter
   */
  load<Context extends readonly unknown[], Resource>(
    action: string,
    source: ResourceSource<NoInfer<Context>, Resource>,
    ...context: Context
  ): Promise<unknown> {
    return this.#check('load', arguments, async () =>
      this.#load(new RequiredResource<Context>(action, source), context),
    );
  }

  /**
   * Does what {@link load} does, for middleware of an adapter. Messages do not contain the location of this call, because it is not in the
   * application, and finding it takes longer than the check.
   *
   * @internal for the requirements of an adapter
   */
  loadRequired<Context extends readonly unknown[]>(
    required: RequiredResource<Context>,
    ...context: Context
  ): Promise<unknown> {
    return this.#load(required, context, this.checks.startAwaited(required.call));
  }

  /** @param check the check, if it ends here */
  async #load<Context extends readonly unknown[]>(
    required: RequiredResource<Context>,
    context: Context,
    check?: OpenCheck,
  ): Promise<unknown> {
    try {
      this.#checkAdmitted();
      const record = this.decisions.deciding(required.decision);
      const search = this.#actor.search();
      if (search !== undefined) await search;
      const { action, row } = required;
      let resource: unknown;
      if (row === undefined) {
        const given = required.load(this.pinned, context, this.#options);
        resource = isThenable(given) ? await given : given;
        const refusal = await this.#finder().find(action, resource, true);
        if (refusal !== undefined) throw refusal;
      } else {
        const missing = this.#findMissing('one');
        if (missing !== undefined) throw missing;
        const key = Reflect.apply(row.keyOf, undefined, context) as RowKey;
        resource = await this.#finder().one(action, row.type, key);
      }
      record('authorized');
      this.#keepLoaded(required.source, resource);
      if (check !== undefined) this.checks.pass(check);
      return resource;
    } catch (error) {
      if (check !== undefined) this.checks.fail(check, error);
      throw error;
    }
  }

  #keepLoaded(source: unknown, resource: unknown): void {
    if (this.#loaded !== undefined)
      (this.#loadedBefore ??= new Map()).set(this.#loaded.source, this.#loaded.resource);
    this.#loaded = { source, resource };
  }

  /**
   * Skips authorization, with a reason. The skip counts for the handler that calls it and for the handlers after it in the same router
   * or route. In middleware of the application itself, it counts only for the response of that middleware.
   *
   * @throws {AuthorizationConfigError} `NANOOK_HTTP_NO_REASON`
   * @example
   * req.authz.skip('the login page is public');
   */
  skip(reason: string): void {
    checkReason(reason);
    this.checks.acceptRefusal();
    this.#skipReason = reason;
    this.decisions.deciding(`skipped: ${reason}`)('skipped');
  }

  /**
   * Runs a handler that needs no authorization. The skip counts for the response of this handler, and ends with the call of `leave`.
   *
   * @throws {AuthorizationConfigError} `NANOOK_HTTP_NO_REASON`
   * @internal for `skipAuthorization(reason, middleware)` of an adapter
   */
  skipFor<Result>(reason: string, handler: (leave: () => void) => Result): Result {
    checkReason(reason);
    this.checks.acceptRefusal();
    return this.decisions.runSkipped(reason, handler);
  }

  /**
   * Loads the row that has a key, and checks that the actor may perform the action on it, with one query on the database of the authorizer.
   *
   * @param type the class, the type or the name of the type of the row
   * @param key the value of the key, or an object with the values of all key fields. `null`, `undefined` and `NaN` mean *not found*
   * @returns the row
   * @throws {NotFoundError} when no row has the key, or the actor may not even read the row
   * @throws {ForbiddenError} when the actor may read the row, but may not perform this action
   * @throws {UnauthenticatedError} when the actor is anonymous and the option `anonymous` is not set
   * @throws {PolarError} the errors of `authorizer.one`
   * @example
   * const note = await req.authz.one('update', 'Note', Number(req.params.id));
   */
  one<Row extends object = Readonly<Record<string, unknown>>, Type extends TypeReference = TypeReference>(
    action: ActionOnRows<Type>,
    type: ListReference<Row, Type>,
    key: RowKey | null | undefined,
    options?: WholeOneOptions<NoInfer<ListedRow<Row, Type>>>,
  ): Promise<ListedRow<Row, Type>>;
  one<Row extends object = Readonly<Record<string, unknown>>, Type extends TypeReference = TypeReference>(
    action: ActionOnRows<Type>,
    type: ListReference<Row, Type>,
    key: RowKey | null | undefined,
    options?: MaskedOneOptions<NoInfer<ListedRow<Row, Type>>>,
  ): Promise<Partial<ListedRow<Row, Type>>>;
  one<Row extends object = Readonly<Record<string, unknown>>, Type extends TypeReference = TypeReference>(
    action: ActionOnRows<Type>,
    type: ListReference<Row, Type>,
    key: RowKey | null | undefined,
    options?: RelatedOneOptions<NoInfer<ListedRow<Row, Type>>>,
  ): Promise<RowWithRelated<ListedRow<Row, Type>>>;
  one<Row extends object = Readonly<Record<string, unknown>>, Type extends TypeReference = TypeReference>(
    action: ActionOnRows<Type>,
    type: ListReference<Row, Type>,
    key: RowKey | null | undefined,
    options?: OneOptions<NoInfer<ListedRow<Row, Type>>>,
  ): Promise<Partial<RowWithRelated<ListedRow<Row, Type>>>>;
  one<Row extends object, Type extends TypeReference>(
    action: ActionOnRows<Type>,
    type: ListReference<Row, Type>,
    key: RowKey | null | undefined,
    options?: OneOptions<NoInfer<ListedRow<Row, Type>>>,
  ): Promise<Partial<RowWithRelated<ListedRow<Row, Type>>>> {
    return this.#decide('one', arguments, async () => {
      const row = await this.#finder().one(action, type as TypeReference, key, options as OneOptions);
      return row as Partial<RowWithRelated<ListedRow<Row, Type>>>;
    });
  }

  /**
   * Checks that the actor may create a row with these values, before it is written.
   *
   * @param type the class, the type or the name of the type of the row
   * @returns a copy of the values
   * @throws {ForbiddenError} when the actor may not create this row
   * @throws {UnauthenticatedError} when the actor is anonymous and the option `anonymous` is not set
   * @throws {PolarError} `POLAR_DRAFT_VALUE` and `POLAR_DRAFT_EXISTS`, to which the response is a 400; the errors of
   *   `authorizer.authorizeNew`
   * @example
   * const { title, folderId } = req.body;
   * await db.insert(notes).values(await req.authz.authorizeNew('create', 'Note', { title, folderId }));
   */
  authorizeNew<Values extends object, Type extends TypeReference>(
    action: ActionOnRows<Type>,
    type: Type,
    values: Values,
    options?: DraftOptions,
  ): Promise<Values> {
    return this.#decide('authorizeNew', arguments, () =>
      this.#finder().authorizeNew(action, type, values, options),
    );
  }

  /**
   * Checks that the actor may change a row, before the change is written: on the row as it is, and on the row with the changes.
   *
   * @param type the class, the type or the name of the type of the row
   * @param key the value of the key, or an object with the values of all key fields. `null`, `undefined` and `NaN` mean *not found*
   * @returns a copy of the changes
   * @throws {NotFoundError} when no row has the key, or the actor may not even read the row
   * @throws {ForbiddenError} when the actor may not perform the action on the row, before or after the change
   * @throws the other errors of {@link authorizeNew}
   * @example
   * const { title } = req.body;
   * const changes = await req.authz.authorizeChange('update', 'Note', Number(req.params.id), { title });
   */
  authorizeChange<Changes extends object, Type extends TypeReference>(
    action: ActionOnRows<Type>,
    type: Type,
    key: RowKey | null | undefined,
    changes: Changes,
    options?: DraftOptions,
  ): Promise<Changes> {
    return this.#decide('authorizeChange', arguments, () =>
      this.#finder().authorizeChange(action, type, key, changes, options),
    );
  }

  // ── checks with a result: they do not count for the response guard ──

  /**
   * Checks whether the actor may perform the action on the resource.
   *
   * @param resource the resource, or a promise of it
   * @returns `false` when the policy refuses, and for `null` and `undefined`
   * @throws {UnauthenticatedError} when the actor is anonymous and the option `anonymous` is not set
   * @throws {PolarError} `POLAR_UNDECIDED_…` when the data cannot decide
   * @example
   * res.json({ ...note, mayDelete: await req.authz.can('delete', note) });
   */
  can<Resource>(action: ActionOf<Resource>, resource: Resource): Promise<boolean> {
    return this.#check(
      'can',
      arguments,
      async () => (await this.#finder().find(action, await resource, true)) === undefined,
    );
  }

  /**
   * Checks an action on several resources at once.
   *
   * @returns the results of {@link can}, in the order of the resources
   * @throws {AuthorizationConfigError} `NANOOK_HTTP_INVALID_OPTION` when `resources` is not a list
   * @throws the errors of {@link can}
   */
  canAll<Resource>(action: ActionOf<Resource>, resources: Many<Resource>): Promise<boolean[]> {
    return this.#check('canAll', arguments, async () => {
      const all = await elementsOf(resources);
      const refusals = await Promise.all(all.map((resource) => this.#finder().find(action, resource)));
      return refusals.map((refusal) => refusal === undefined);
    });
  }

  /**
   * Returns the resources on which the actor may perform the action, in their order. It leaves out `null`, `undefined` and resources
   * for which the data cannot decide.
   *
   * @throws {UnauthenticatedError} when the actor is anonymous and the option `anonymous` is not set
   * @throws {AuthorizationConfigError} `NANOOK_HTTP_INVALID_OPTION` when `resources` is not a list
   * @example
   * res.json(await req.authz.filter('read', findNotes()));
   */
  filter<Resource>(
    action: ActionOf<Resource>,
    resources: Many<Resource>,
  ): Promise<NonNullable<Awaited<Resource>>[]> {
    return this.#check('filter', arguments, async () => {
      const all = await elementsOf(resources);
      const refusals = await Promise.all(
        all.map((resource) => this.#finder().find(action, resource).catch(undecidedIsRefused)),
      );
      return all.filter((_, i) => refusals[i] === undefined) as NonNullable<Awaited<Resource>>[];
    });
  }

  /**
   * Finds the condition of the rows on which the actor may perform the action, for an adapter of `@nanook/orm` to put into a query. It
   * is not a decision: the route needs a requirement, such as `authorize('list', 'Note')`, or the handler a check, such as
   * `await authz.authorize('list', authorizer.type('Note'))`.
   *
   * @param type the class, the type or the name of the type of the rows
   * @throws {UnauthenticatedError} when the actor is anonymous and the option `anonymous` is not set
   * @throws {PolarError} `POLAR_FILTER_UNTRANSLATABLE` for a construct that no query expresses
   * @example
   * const { text, values } = print(await req.authz.where('read', 'Note'));
   */
  where<Type extends TypeReference>(action: ActionOnRows<Type>, type: Type): Promise<RowCondition> {
    return this.#check('where', arguments, async () => this.pinned.where(await this.actor(), action, type));
  }

  /**
   * Lists a page of the rows on which the actor may perform the action, with one query on the database of the authorizer. Later checks of the
   * action on these rows, and `pick` of rows that were listed with `fields`, use the decision of the database.
   *
   * It is not a decision: the route needs a requirement, such as `authorize('list', 'Note')`, or the handler a check, such as
   * `await authz.authorize('list', authorizer.type('Note'))`.
   *
   * @param type the class, the type or the name of the type of the rows
   * @returns the rows, and the cursor of the next page
   * @throws {UnauthenticatedError} when the actor is anonymous and the option `anonymous` is not set
   * @throws {PolarError} `POLAR_LIST_CURSOR` and `POLAR_LIST_FIELD`, to which the response is a 400; the errors of
   *   `list`
   * @example
   * const { rows, next } = await req.authz.list('read', 'Note', { take: 20, after: req.query.after });
   */
  list<Row extends object = Readonly<Record<string, unknown>>, Type extends TypeReference = TypeReference>(
    action: ActionOnRows<Type>,
    type: ListReference<Row, Type>,
    options?: WholeListOptions<NoInfer<ListedRow<Row, Type>>>,
  ): Promise<ResourcePage<ListedRow<Row, Type>>>;
  list<Row extends object = Readonly<Record<string, unknown>>, Type extends TypeReference = TypeReference>(
    action: ActionOnRows<Type>,
    type: ListReference<Row, Type>,
    options?: MaskedListOptions<NoInfer<ListedRow<Row, Type>>>,
  ): Promise<ResourcePage<Partial<ListedRow<Row, Type>>>>;
  list<Row extends object = Readonly<Record<string, unknown>>, Type extends TypeReference = TypeReference>(
    action: ActionOnRows<Type>,
    type: ListReference<Row, Type>,
    options?: RelatedListOptions<NoInfer<ListedRow<Row, Type>>>,
  ): Promise<ResourcePage<RowWithRelated<ListedRow<Row, Type>>>>;
  list<Row extends object = Readonly<Record<string, unknown>>, Type extends TypeReference = TypeReference>(
    action: ActionOnRows<Type>,
    type: ListReference<Row, Type>,
    options?: ListOptions<NoInfer<ListedRow<Row, Type>>>,
  ): Promise<ResourcePage<Partial<RowWithRelated<ListedRow<Row, Type>>>>>;
  list<Row extends object, Type extends TypeReference>(
    action: ActionOnRows<Type>,
    type: ListReference<Row, Type>,
    options?: ListOptions<NoInfer<ListedRow<Row, Type>>>,
  ): Promise<ResourcePage<Partial<RowWithRelated<ListedRow<Row, Type>>>>> {
    return this.#check('list', arguments, async () => {
      const page = await this.#finder().list(
        action,
        type as TypeReference,
        options as ListOptions | undefined,
      );
      return page as ResourcePage<Partial<RowWithRelated<ListedRow<Row, Type>>>>;
    });
  }

  /**
   * Counts the rows on which the actor may perform the action, with one query. It is not a decision, as {@link list}.
   *
   * @throws the errors of {@link list}
   * @example
   * const total = await req.authz.count('read', 'Note', { where: { archived: false } });
   */
  count<Type extends TypeReference>(
    action: ActionOnRows<Type>,
    type: Type,
    options?: CountOptions,
  ): Promise<number> {
    return this.#check('count', arguments, async () =>
      this.pinned.count(await this.actor(), action, type, options),
    );
  }

  /**
   * Returns the actions that the actor may perform on the resource. It leaves out actions for which the data cannot decide.
   *
   * @param resource the resource, or a promise of it
   * @param options `allowWildcard` returns `'*'` for a rule that allows every action, which is otherwise an error
   * @throws {UnauthenticatedError} when the actor is anonymous and the option `anonymous` is not set
   * @throws {PolarError} the errors of `actions`
   */
  actions<Resource>(resource: Resource, options?: EnumerationOptions): Promise<Set<ListedAction<Resource>>> {
    return this.#check('actions', arguments, async () =>
      this.pinned.actions(await this.actor(), await resource, options),
    );
  }

  /**
   * Returns the fields on which the actor may perform the action. It leaves out fields for which the data cannot decide.
   *
   * @param resource the resource, or a promise of it
   * @param options `allowWildcard` returns `'*'` for a rule that allows every field, which is otherwise an error
   * @throws {UnauthenticatedError} when the actor is anonymous and the option `anonymous` is not set
   * @throws {PolarError} the errors of `fields`
   */
  fields<Resource>(
    action: FieldActionOf<Resource>,
    resource: Resource,
    options?: EnumerationOptions,
  ): Promise<Set<ListedField<Resource>>> {
    return this.#check('fields', arguments, async () => {
      checkAction(action);
      return this.pinned.fields(await this.actor(), action, await resource, options);
    });
  }

  /**
   * Returns the actions that the actor may perform on each of the resources, for a page: `permissionsOf`.
   *
   * @param resources rows with a key, or types for actions such as *create*
   * @throws {UnauthenticatedError} when the actor is anonymous and the option `anonymous` is not set
   * @throws {AuthorizationConfigError} `NANOOK_HTTP_INVALID_OPTION` for an actor or a resource without a key
   * @throws {PolarError} the errors of `actions`
   * @example
   * res.json({ note, permissions: await req.authz.permissions([note]) });
   */
  permissions(resources: Iterable<unknown>): Promise<Permissions> {
    return this.#check('permissions', arguments, async () =>
      permissionsOf(this.pinned, await this.actor(), resources),
    );
  }

  /**
   * Explains why the action is allowed, denied or undecided for the actor, without a decision. An explanation names rules and values, so do
   * not send it to clients that may not see them.
   *
   * @param resource the resource, or a promise of it
   * @throws {UnauthenticatedError} when the actor is anonymous and the option `anonymous` is not set
   * @throws {PolarError} the errors of `can`, except when the check is undecided
   * @example
   * logger.debug(renderExplanation(await req.authz.explain('read', note)));
   */
  explain<Resource>(
    action: ActionOf<Resource>,
    resource: Resource,
    options?: ExplainOptions,
  ): Promise<Explanation> {
    return this.#check('explain', arguments, async () => {
      checkAction(action);
      return this.pinned.explain(await this.actor(), action, await resource, options);
    });
  }

  /**
   * Returns a copy of the resource with only the fields on which the actor may perform the action. It checks each own field of the
   * resource, so that rules need not list the fields; of a document of Mongoose or an instance of Sequelize, the fields that its `toJSON()`
   * shows. It leaves out fields for which the data cannot decide, and copies values as they are.
   *
   * @param resource the resource, or a promise of it
   * @throws {NotFoundError} when the resource is `null` or `undefined`
   * @throws {UnauthenticatedError} when the actor is anonymous and the option `anonymous` is not set
   * @example
   * res.json(await req.authz.pick('read', profile));
   */
  pick<Resource>(
    action: FieldActionOf<Resource>,
    resource: Resource,
  ): Promise<Partial<NonNullable<Awaited<Resource>>>> {
    return this.#check('pick', arguments, () => this.#pick(action, resource));
  }

  // ── private ──

  /** Runs a check, for which the response waits from now on. */
  #check<T>(name: CheckName, given: ArrayLike<unknown>, run: (call: string) => Promise<T>): Promise<T> {
    const call = describeCall(name, given);
    const method = this[name] as (...args: never[]) => unknown;
    const error = findMissingArgument(name, given) ?? this.#findMissing(name);
    return this.checks.watch(call, method, throwsRefusal(name), () =>
      error === undefined ? run(call) : Promise.reject(error),
    );
  }

  /** Returns the error for a method that an authorizer compiled ahead of time does not have. */
  #findMissing(name: CheckName | 'one'): AuthorizationConfigError | undefined {
    return needEngine.has(name) && !(name in this.pinned)
      ? new AuthorizationConfigError('NANOOK_HTTP_INVALID_OPTION', {
          option: 'authorizer',
          reason:
            `must be an Authorizer for \`${name}\`, got a CompiledAuthorizer, which only makes checks; ` +
            `load the policy with Authorizer.load(…)`,
        })
      : undefined;
  }

  /** Runs a check that is a decision for the response guard. */
  #decide<T>(name: CheckName, given: ArrayLike<unknown>, run: () => Promise<T>): Promise<T> {
    return this.#check(name, given, async (call) => {
      this.#checkAdmitted();
      const record = this.decisions.deciding(call);
      const result = await run();
      record('authorized');
      return result;
    });
  }

  async #pick<Resource>(
    action: string,
    resource: Resource,
  ): Promise<Partial<NonNullable<Awaited<Resource>>>> {
    checkAction(action);
    const awaited = await resource;
    if (awaited === null || awaited === undefined) throw this.#finder().ofMissing(action);
    const entries = Object.entries(typeof awaited === 'object' ? shownFields(awaited) : awaited);
    const names = entries.map(([name]) => name);
    const allowed = await this.#finder().findFields(action, awaited, names);
    return Object.fromEntries(entries.filter(([name]) => allowed.has(name))) as Partial<
      NonNullable<Awaited<Resource>>
    >;
  }

  /** Finds the refusals of the checks. It is created for the first check. */
  #finder(): RequestRefusals<Actor> {
    return (this.#refusals ??= new RequestRefusals(this.pinned, this.#actor, this.#options, this.checks));
  }
}

/** The checks that the authorizer makes with a method of the same name, which needs the whole engine. */
const needEngine: ReadonlySet<CheckName> = new Set<CheckName>([
  'one',
  'authorizeNew',
  'authorizeChange',
  'where',
  'list',
  'count',
  'actions',
  'fields',
  'explain',
]);

/** Resources, or a promise of them. Each resource may be a promise, too. */
type Many<Resource> = Iterable<Resource> | PromiseLike<Iterable<Resource>>;

async function elementsOf<Resource>(resources: Many<Resource>): Promise<Awaited<Resource>[]> {
  const list: unknown = await resources;
  if (typeof list !== 'object' || list === null || !(Symbol.iterator in list))
    throw new AuthorizationConfigError('NANOOK_HTTP_INVALID_OPTION', {
      option: 'resources',
      reason: `must be a list, got ${describeValue(list)}; for one resource call \`can\` or \`authorize\``,
    });
  return Promise.all(list as Iterable<Resource>);
}

function undecidedIsRefused(error: unknown): unknown {
  if (isUndecided(error) || isForbiddenError(error)) return error;
  throw error;
}
