import type { PolicyProfile, ProfiledCheck } from '../profile/profile.js';
import type { Dialect } from '../dialect/dialect.js';
import { addMessages } from '../diagnostics/messages.js';
import { PolarError } from '../diagnostics/polar-error.js';
import type { ActorCondition, RowCondition } from '../filter/row-condition.js';
import { mapConcurrently, Sequence } from '../internal/concurrency.js';
import type {
  AnyRow,
  CountOptions,
  ListOptions,
  MaskedListOptions,
  RelatedListOptions,
  ResourcePage,
  RowKey,
  RowWithRelated,
  WholeListOptions,
} from '../lists/list-options.js';
import { listOf, textReader, type PolicyInput, type PolicyReader } from '../policy/policy-source.js';
import type {
  ActionOf,
  ActionOrFieldActionOf,
  ActionOnRows,
  FieldActionOf,
  FieldOf,
  ListReference,
  ListedAction,
  ListedField,
  ListedRow,
  TypeItself,
  TypeName,
} from '../types/policy-types.js';
import { ActorAuthorizer } from './actor-authorizer.js';
import type { AuthorizerParts } from './authorizer-parts.js';
import {
  awaitArgument,
  BaseAuthorizer,
  isTypeItself,
  listOfResources,
  type Decider,
} from './base-authorizer.js';
import type { DecisionContext, DecisionEngine } from './decision-engine.js';
import type { Fact } from '../ir/link-facts.js';
import { Engines } from './engines.js';
import { findType, type TypeReference } from './find-type.js';
import type { LoadContext, LoadedPolicy, QueryInspector } from './loaded-policy.js';
import { explainMissingAwait } from './missing-await.js';
import { invalidOption } from './invalid-option.js';
import { missingResource } from './missing-resource.js';
import { onDemand } from './on-demand.js';
import type { Compiler } from './deferred-policy.js';
import type { AuthorizerOptions, CheckedReloadOptions } from './options.js';
import type {
  AuthorizeOptions,
  AuthorizeSyncOptions,
  CheckOptions,
  DraftOptions,
  EnumerationOptions,
  ExplainOptions,
  OneOptions,
  MaskedOneOptions,
  RelatedOneOptions,
  WarmUpOptions,
  WhoCanOptions,
  WholeOneOptions,
} from './query-options.js';
import type { NextPolicy, PolicySlot } from './policy-slot.js';
import { PolicySnapshot } from './policy-snapshot.js';
import { refusalSync } from './refusal.js';
import type { RelationsOptions, RelationTree } from './relations-for.js';
import type { FindCondition, ListContext, ResourceLists } from './resource-lists.js';
import type { Explanation } from '../explanation/explanation.js';
import type { WhereExplanation } from './where-explanation.js';
import type { WhatCan, WhoCan } from './who-can.js';
import { withoutFacts } from './without-facts.js';

addMessages();

/**
 * Decides whether an actor may perform an action on a resource, by a policy written in Polar.
 *
 * @example
 * const authorizer = await Authorizer.load({ policies: 'allow(_, "read", _);' });
 * await authorizer.can(user, 'read', document);
 */
export class Authorizer extends BaseAuthorizer {
  /** Reads the policies. The entry for Node also reads files. */
  protected static readonly reader: PolicyReader = textReader;
  /** Compiles policies. The entry for Node has it at once; elsewhere it is loaded on demand. */
  protected static readonly compiler: Compiler | undefined = undefined;
  /** Starts to inspect the queries of the process, if its environment says so. Only the entry for Node does. */
  protected static readonly inspector: (() => Promise<QueryInspector | undefined>) | undefined = undefined;

  /** The dialect of the policies. The entry `@nanook/core/compat` has others. */
  protected static readonly dialect: Dialect | undefined = undefined;

  // `load` sets these before it returns the authorizer, and `reload` replaces them.
  #loaded: LoadedPolicy = undefined as never;
  #engines: Engines = undefined as never;
  readonly #loading: LoadContext;
  readonly #deciding: DecisionContext;
  #next: NextPolicy | undefined;
  #policy: PolicySnapshot | undefined;
  #pinned: this | undefined;
  readonly #changes = new Sequence();
  readonly #listeners = new Set<() => void>();

  protected constructor(parts: AuthorizerParts) {
    if ((parts as Partial<AuthorizerParts> | undefined)?.deciding === undefined)
      throw new PolarError('POLAR_LOAD_CONSTRUCTOR', {}); // from JavaScript
    super(parts.loading.options);
    this.#loading = parts.loading;
    this.#deciding = parts.deciding;
  }

  /**
   * Reads, checks and links policies.
   *
   * @throws {PolicyError} with every error of every policy
   * @throws {PolarError} `POLAR_TYPE_…` for an invalid option or type, `POLAR_LOAD_…` for a policy that cannot be read
   */
  static load<This extends Authorizer>(
    this: { readonly prototype: This } & typeof Authorizer,
    options: AuthorizerOptions,
  ): Promise<This> {
    const load = async (): Promise<This> => {
      const { createParts, DecisionEngine, loadPolicy } = await onDemand.loader();
      const authorizer = new this(
        createParts(options, this.reader, this.compiler, await this.inspector?.(), this.dialect),
      );
      const loaded = await loadPolicy(listOf(options.policies), authorizer.#loading, options.version);
      authorizer.use(loaded, DecisionEngine);
      return authorizer as This;
    };
    return explainMissingAwait(load(), this.prototype);
  }

  /** Replaces the policy as a whole. @internal */
  protected use(loaded: LoadedPolicy, Engine: typeof DecisionEngine): void {
    // The start and the end of a candidate keep the policy in use.
    if (loaded !== this.#loaded) {
      this.#policy = undefined;
      // Later, when the new policy is in use. A listener that throws does not fail the change.
      this.#listeners.forEach(queueMicrotask);
    }
    this.#loaded = loaded;
    this.#engines = this.#next?.enginesFor(loaded) ?? new Engines(new Engine(loaded, this.#deciding));
    this.#pinned = undefined;
  }

  /**
   * Calls a listener after each change of the policy, when checks use the new one. The change does not wait for it: an error that it throws is
   * an uncaught exception of the process.
   *
   * @returns a function that removes the listener
   * @example
   * const stop = authorizer.onReload(() => cache.clear());
   */
  onReload(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Returns a view of the current policy: an authorizer that decides by this policy also after a reload. Use it where several checks belong
   * together, such as those of one request. Each loaded policy has one view, so a call costs nothing.
   *
   * The view cannot change its policy: `reload` and `loadCandidate` reject with `POLAR_LOAD_PINNED`.
   *
   * @example
   * const policy = authorizer.pinned();
   * const mayRead = await policy.can(user, 'read', note);
   * const mayEdit = await policy.can(user, 'edit', note); // by the same policy
   */
  pinned(): this {
    return (this.#pinned ??= this.#pin());
  }

  /**
   * Returns a view of the current policy with facts that the application knows, such as roles in a token. Each method of the view uses them:
   * `can`, `actions`, `list`, `where`, `explain` and the others. The option `facts` of a check does the same for one question.
   *
   * The facts hold in the view only. They are added to the rules of the policy, so that they grant: they must never come from a client. Checks
   * run on the machine, and a candidate does not take part.
   *
   * @throws {PolarError} `POLAR_RUN_UNDEFINED_RULE` for a fact of which the policy has no rule and no `declare`; `POLAR_TYPE_INVALID_ARGUMENT`
   * @example
   * const withToken = authorizer.withFacts([['has_role', user, 'admin', organization]]);
   * const page = await withToken.list(user, 'read', 'Repository');
   */
  withFacts(facts: readonly Fact[]): this {
    const Engine = this.#engines.own.constructor as typeof DecisionEngine;
    const loaded = this.#loaded.withFacts(facts);
    return this.#viewOf(loaded, new Engines(new Engine(loaded, this.#deciding)), new PolicySnapshot(loaded));
  }

  #pin(): this {
    return this.#viewOf(this.#loaded, this.#engines, this.policy);
  }

  #viewOf(loaded: LoadedPolicy, engines: Engines, policy: PolicySnapshot): this {
    const view = this.#copyWith(this.#deciding);
    view.#loaded = loaded;
    view.#engines = engines;
    view.#policy = policy;
    view.#pinned = view;
    // A method that the application has replaced, such as a spy of a test, is replaced in the view, too.
    return Object.setPrototypeOf(view, this) as this;
  }

  /** Creates an authorizer of the same class that has no policy yet. */
  #copyWith(deciding: DecisionContext): this {
    const Copy = this.constructor as new (parts: AuthorizerParts) => this;
    return new Copy({ loading: this.#loading, deciding });
  }

  /** Runs a change of the policy after those that have begun. @internal */
  changePolicy<T>(change: (slot: PolicySlot) => T | Promise<T>): Promise<T> {
    if (this.#pinned === this) return Promise.reject(new PolarError('POLAR_LOAD_PINNED', {}));
    return this.#changes.run(() => change(this.#slot));
  }

  get #slot(): PolicySlot {
    return {
      loading: this.#loading,
      deciding: this.#deciding,
      current: () => ({ loaded: this.#loaded, next: this.#next }),
      use: (loaded, Engine, next) => {
        this.#next = next;
        this.use(loaded, Engine);
      },
    };
  }

  /**
   * The current policy: its version, its rules, and the actions that they can grant.
   *
   * @example
   * logger.info('policy %s', authorizer.policy.hash);
   */
  get policy(): PolicySnapshot {
    return (this.#policy ??= new PolicySnapshot(this.#loaded));
  }

  /**
   * Loads the same policies again, or others. If they cannot be loaded, the authorizer keeps the current policy as a whole.
   *
   * @param policies the policies to load; default: those of `load`
   * @param options the label of these policies, and a test of them. Without a label, only a policy with the same texts keeps its label
   * @throws the errors of `load`
   * @example
   * await authorizer.reload('policy/*.polar', { version: '1.4.0' });
   */
  reload(
    policies: PolicyInput | readonly PolicyInput[] = this.#loading.options.policies,
    options: CheckedReloadOptions<this> = {},
  ): Promise<void> {
    return this.changePolicy(async () => {
      const { DecisionEngine, loadPolicy, validateReloadOptions, withoutRecords } = await onDemand.loader();
      validateReloadOptions(options);
      const { version, check } = options;
      const loaded = await loadPolicy(listOf(policies), this.#loading, version, this.#loaded);
      if (check !== undefined) {
        const next = this.#copyWith(withoutRecords(this.#deciding));
        next.use({ ...loaded, denials: undefined }, DecisionEngine);
        await check(next);
      }
      this.use(loaded, DecisionEngine);
    });
  }

  /**
   * Compiles the code for the checks of all declared types and actions, which otherwise happens at the first check of each combination.
   * Call it before a server accepts requests, and after `reload`. It works in short slices, so that other work of the process continues.
   * It calls no code of the application.
   *
   * @returns a promise that is fulfilled when the code is compiled; with the engine `'machine'` at once
   * @example
   * await authorizer.warmUp();
   * server.listen(3000);
   */
  async warmUp(options: WarmUpOptions = {}): Promise<void> {
    const { warmUp } = await onDemand.loader();
    await warmUp(this.#loaded, options);
  }

  /** The policies that were passed to `load`. */
  protected get policyInputs(): readonly PolicyInput[] {
    return listOf(this.#loading.options.policies);
  }

  /**
   * Returns a type as a resource, for actions such as *create* and *list*: its class, or a token for a type without a class.
   *
   * @throws {PolarError} `POLAR_TYPE_UNKNOWN_TYPE`
   * @example
   * await authorizer.authorize(user, 'create', authorizer.type('Repository'));
   */
  type<Name extends TypeName>(name: Name): TypeItself<Name> {
    return findType(this.#loading.types, 'type(name)', name).value as TypeItself<Name>;
  }

  /**
   * Returns whether the actor may perform the action on the resource: whether `allow(actor, action, resource)` holds.
   *
   * @param actor the user or service, or `null` for an anonymous actor
   * @param action as written in the policy
   * @param resource an instance, or a type for actions such as *create*; it may be a promise, and so may the actor
   * @throws {PolarError} `POLAR_RUN_…` for an error during the check; `POLAR_UNDECIDED_…` when no rule grants the action and the data
   *   could not decide a condition; `POLAR_TYPE_INVALID_ARGUMENT` for a call without a resource, unless a rule `allow` takes two arguments
   * @example
   * if (await authorizer.can(user, 'read', note)) show(note);
   */
  can<Resource>(
    actor: unknown,
    action: ActionOf<Resource>,
    resource: Resource,
    options?: CheckOptions,
  ): Promise<boolean> {
    if (resource === undefined && arguments.length < 3)
      return this.#engines.run(actor, (engine, who) => engine.allowAnyResource(who, action));
    if (options?.facts !== undefined)
      return this.#run(actor, options, (engine, who, own) => engine.allow(who, action, resource, own));
    const engines = this.#engines;
    // Without a closure, which costs 7 ns of 40.
    if (!engines.hasCandidate) return engines.own.allow(actor, action, resource, options);
    return engines.run(actor, (engine, who) => engine.allow(who, action, resource, options));
  }

  /**
   * Returns the result of `can` without a promise.
   *
   * @throws {PolarError} `POLAR_RUN_PROMISE_IN_SYNC` when the check meets a promise; the errors of `can`
   */
  canSync<Resource>(
    actor: unknown,
    action: ActionOf<Resource>,
    resource: Resource,
    options?: CheckOptions,
  ): boolean {
    const engine = this.#enginesFor(options).engineFor(actor);
    if (resource === undefined && arguments.length < 3) return engine.allowAnyResourceSync(actor, action);
    return engine.allowSync(actor, action, resource, withoutFacts(options));
  }

  /**
   * Does what `authorize` does, without a promise. The error has no explanation.
   *
   * @throws {NotFoundError} when the actor may not even read the resource
   * @throws {ForbiddenError} when the actor may read the resource, or the resource is a type
   * @throws {PolarError} `POLAR_RUN_PROMISE_IN_SYNC` when the check meets a promise; the errors of `can`
   * @example
   * const note = authorizer.authorizeSync(user, 'edit', notes.get(id));
   */
  authorizeSync<Resource>(
    actor: unknown,
    action: ActionOf<Resource>,
    resource: Resource,
    options: AuthorizeSyncOptions = {},
  ): Resource {
    if (arguments.length < 3) throw missingResource('authorizeSync');
    const { explain } = (options ?? {}) as AuthorizeOptions; // from JavaScript
    if (explain !== undefined && explain !== false)
      throw invalidOption('explain', 'needs a promise; call `authorize`');
    const engine = this.#enginesFor(options).engineFor(actor);
    if (engine.allowSync(actor, action, resource, withoutFacts(options))) return resource;
    const shown = isTypeItself(resource) ? { checkRead: false } : options;
    throw refusalSync(action, engine.typeNameOf(resource), shown, this.#loading.options, (readAction) =>
      engine.allowUnrecordedSync(actor, readAction, resource, withoutFacts(options)),
    );
  }

  /**
   * Whether decisions are recorded, so that the context of a check matters.
   *
   * @internal for the adapters
   */
  get recordsDecisions(): boolean {
    return this.#deciding.log !== undefined;
  }

  /**
   * Returns the engine that decides for an actor, which has one policy.
   *
   * @internal for `permissionsOf` of `@nanook/http`
   */
  engineFor(actor: unknown): DecisionEngine {
    return this.#engines.engineFor(actor);
  }

  protected get decider(): Decider {
    return this.#engines.own;
  }

  protected override decideFor<Result, Options extends CheckOptions | undefined>(
    actor: unknown,
    decide: (decider: Decider, actor: unknown, options: Options) => Result,
    options: Options,
  ): Result {
    const own = withoutFacts(options);
    return this.#enginesFor(options).run(actor, (engine, who) => decide(engine, who, own));
  }

  /** Returns the engines for a question, which can have facts of its own. */
  #enginesFor(options: CheckOptions | undefined): Engines {
    // From JavaScript, the options can be null.
    const facts = options?.facts;
    return facts === undefined ? this.#engines : this.withFacts(facts).#engines;
  }

  /** Calls the engine that decides for an actor, with the options besides the facts. An error of the facts rejects the promise. */
  #run<Result, Options extends CheckOptions>(
    actor: unknown,
    options: Options,
    call: (engine: DecisionEngine, actor: unknown, options: Options) => Promise<Result>,
  ): Promise<Result> {
    // From JavaScript, the options can be null.
    if ((options as Options | null)?.facts === undefined)
      return this.#engines.run(actor, (engine, who) => call(engine, who, options));
    const own = withoutFacts(options);
    return Promise.resolve(options).then((given) =>
      this.#enginesFor(given).run(actor, (engine, who) => call(engine, who, own)),
    );
  }

  /**
   * Returns the actions that the actor may perform on the resource, without those that are undecided.
   *
   * @throws {PolarError} `POLAR_RUN_WILDCARD` when a rule allows any action and `allowWildcard` is not set
   */
  actions<Resource>(
    actor: unknown,
    resource: Resource,
    options: EnumerationOptions = {},
  ): Promise<Set<ListedAction<Resource>>> {
    return this.#run(actor, options, (engine, who, own) => engine.actions(who, resource, own));
  }

  /**
   * Returns the result of `actions` without a promise.
   *
   * @throws {PolarError} `POLAR_RUN_PROMISE_IN_SYNC` when the query meets a promise; the errors of `actions`
   */
  actionsSync<Resource>(
    actor: unknown,
    resource: Resource,
    options: EnumerationOptions = {},
  ): Set<ListedAction<Resource>> {
    const engine = this.#enginesFor(options).engineFor(actor);
    return engine.actionsSync(actor, resource, withoutFacts(options)) as Set<ListedAction<Resource>>;
  }

  /** Returns the result of `actions` for each of the resources, in their order. The queries run concurrently. */
  async actionsAll<Resource>(
    actor: unknown,
    resources: Iterable<Resource>,
    options?: EnumerationOptions,
  ): Promise<Set<ListedAction<Resource>>[]> {
    const all = listOfResources('actionsAll(actor, resources)', resources);
    const awaited = await awaitArgument(actor);
    return mapConcurrently(all, (resource) => this.actions(awaited, resource, options));
  }

  /**
   * Returns the fields for which `allow_field(actor, action, resource, field)` holds, without those that are undecided.
   *
   * @throws {PolarError} `POLAR_RUN_WILDCARD` when a rule allows any field and `allowWildcard` is not set
   */
  fields<Resource>(
    actor: unknown,
    action: FieldActionOf<Resource>,
    resource: Resource,
    options: EnumerationOptions = {},
  ): Promise<Set<ListedField<Resource>>> {
    return this.#run(actor, options, (engine, who, own) => engine.fields(who, action, resource, own));
  }

  /**
   * Returns the result of `fields` without a promise.
   *
   * @throws {PolarError} `POLAR_RUN_PROMISE_IN_SYNC` when the query meets a promise; the errors of `fields`
   */
  fieldsSync<Resource>(
    actor: unknown,
    action: FieldActionOf<Resource>,
    resource: Resource,
    options: EnumerationOptions = {},
  ): Set<ListedField<Resource>> {
    const engine = this.#enginesFor(options).engineFor(actor);
    return engine.fieldsSync(actor, action, resource, withoutFacts(options)) as Set<ListedField<Resource>>;
  }

  /**
   * Finds the actors who may perform an action on a resource. It checks each of the given actors, and `onDecision` receives no record of
   * these checks.
   *
   * @param actors a list or another iterable, also an asynchronous one such as a stream of rows; an actor may be a promise
   * @throws {PolarError} as `can` does, except when a check is undecided; the errors of the iterable
   * @example
   * const { allowed, undecided } = await authorizer.whoCan('read', note, users);
   */
  async whoCan<Actor, Resource>(
    action: ActionOrFieldActionOf<Resource>,
    resource: Resource,
    actors: Iterable<Actor> | AsyncIterable<Actor>,
    options: WhoCanOptions = {},
  ): Promise<WhoCan<Awaited<Actor>>> {
    const { checkWhoCan, whoCan } = await onDemand.whoCan();
    const awaited = await awaitArgument(resource);
    checkWhoCan(action, actors, withoutFacts(options));
    return whoCan(this.#enginesFor(options), action, awaited, actors, withoutFacts(options));
  }

  /**
   * Finds the actions that an actor may perform on a resource: `actions`, and the actions for which the data cannot decide.
   *
   * @throws {PolarError} as `actions` does
   * @example
   * const { allowed, undecided } = await authorizer.whatCan(user, note);
   */
  async whatCan(actor: unknown, resource: unknown, options: EnumerationOptions = {}): Promise<WhatCan> {
    const [who, what] = [await awaitArgument(actor), await awaitArgument(resource)];
    const { whatCan } = await onDemand.whoCan();
    // All checks use the same policy, also if a reload ends in between.
    return whatCan(this.#enginesFor(options).engineFor(who), who, what, withoutFacts(options));
  }

  /**
   * Returns an authorizer for one actor, whose methods take no actor.
   *
   * @example
   * await authorizer.as(user).can('read', note);
   */
  as<Actor>(actor: Actor): ActorAuthorizer<Actor, this> {
    return new ActorAuthorizer(this, actor);
  }

  /**
   * Waits for the promises that `onDecision` has returned: before a server stops, and in tests.
   *
   * @example
   * server.close(() => void authorizer.flush());
   */
  async flush(): Promise<void> {
    await this.#deciding.log?.flush();
  }

  /**
   * Explains why an action is allowed, denied or undecided. A denial has the rules that could have allowed it, nearest first, each with the
   * first condition that fails and the values that it read. The result is plain data; `renderExplanation` makes text of it. It runs the
   * check again, on the machine, and `onDecision` does not receive it.
   *
   * @throws {PolarError} as `can` does, except when the check is undecided
   * @example
   * const explanation = await authorizer.explain(user, 'read', note);
   * console.log(renderExplanation(explanation));
   */
  explain<Resource>(
    actor: unknown,
    action: ActionOf<Resource>,
    resource: Resource,
    options: ExplainOptions = {},
  ): Promise<Explanation> {
    return this.#run(actor, options, (engine, who, own) =>
      engine.explain('allow', [who, action, resource], own),
    );
  }

  /** Explains whether `allow_field(actor, action, resource, field)` holds: `explain`, for a field. */
  explainField<Resource>(
    actor: unknown,
    action: FieldActionOf<Resource>,
    resource: Resource,
    field: FieldOf<Resource>,
    options: ExplainOptions = {},
  ): Promise<Explanation> {
    return this.#run(actor, options, (engine, who, own) =>
      engine.explain('allow_field', [who, action, resource, field], own),
    );
  }

  /** Explains whether `allow_request(actor, request)` holds: `explain`, for a request. */
  explainRequest(actor: unknown, request: unknown, options: ExplainOptions = {}): Promise<Explanation> {
    return this.#run(actor, options, (engine, who, own) =>
      engine.explain('allow_request', [who, request], own),
    );
  }

  /**
   * Runs checks, and returns which rules cost how much. The checks run one after the other on the reference engine, which is slower than the
   * compiled one, so compare the rules and not the times of checks. The log of decisions does not contain them.
   *
   * @example
   * const { rules } = await authorizer.profile([{ actor: user, action: 'read', resource: note }]);
   * for (const { text, ms, waitMs } of rules) console.log(ms + waitMs, text);
   */
  profile(
    checks: Iterable<ProfiledCheck> | AsyncIterable<ProfiledCheck>,
    options: Pick<CheckOptions, 'signal'> = {},
  ): Promise<PolicyProfile> {
    return this.#engines.own.profile(checks, options);
  }

  /**
   * Finds the condition under which an actor may perform an action on a row of a type, for an adapter of `@nanook/orm` to put into a
   * query. A row satisfies it if and only if `can` returns `true` for the row.
   *
   * @param type the type of the rows, whose `fields` and `relations` are declared: its name, its class, or the result of `type(name)`
   * @throws {PolarError} `POLAR_FILTER_UNTRANSLATABLE` with the place of a construct that no query expresses; `POLAR_FILTER_NO_FIELDS`
   *   for a type whose columns are not declared
   * @example
   * const condition = await authorizer.where(user, 'read', 'Document');
   */
  where<Type extends TypeReference>(
    actor: unknown,
    action: ActionOnRows<Type>,
    type: Type,
    options: CheckOptions = {},
  ): Promise<RowCondition> {
    return this.#run(actor, options, (engine, who, own) => engine.where(who, action, type, own));
  }

  /**
   * Explains the condition of `where`: the rules that allow the action, each with its place in the policy, its part of the condition, and
   * the rules that it calls. The result is plain data, with the same as text.
   *
   * @throws {PolarError} as `where` does
   * @example
   * const { text, rules } = await authorizer.explainWhere(user, 'read', 'Document');
   * console.log(text);
   */
  explainWhere<Type extends TypeReference>(
    actor: unknown,
    action: ActionOnRows<Type>,
    type: Type,
    options: CheckOptions = {},
  ): Promise<WhereExplanation> {
    return this.#run(actor, options, (engine, who, own) => engine.explainWhere(who, action, type, own));
  }

  /**
   * Lists the rows of a type on which an actor may perform an action: exactly the rows for which `can` returns `true`. It runs one query
   * on the database of the option `resources`, after bounded ones that find small sets of related rows, and one for each included relation.
   *
   * @param type the type of the rows, whose `fields` and `key` are declared: its name, its class, or the result of `type(name)`
   * @returns a page of rows, and the cursor of the next page
   * @throws {PolarError} `POLAR_LIST_CURSOR` when `after` is not a cursor of this list; `POLAR_LIST_FIELD` when the list is searched or
   *   sorted by a field that the actor may not use; `POLAR_LIST_NO_ADAPTER`, `POLAR_LIST_NO_KEY`, `POLAR_LIST_HIDDEN_KEY`; the errors of
   *   `where`
   * @example
   * const { rows, next } = await authorizer.list(user, 'read', 'Document', { take: 20, orderBy: { title: 'asc' } });
   */
  list<Row extends object = Readonly<Record<string, unknown>>, Type extends TypeReference = TypeReference>(
    actor: unknown,
    action: ActionOnRows<Type>,
    type: ListReference<Row, Type>,
    options?: WholeListOptions<NoInfer<ListedRow<Row, Type>>>,
  ): Promise<ResourcePage<ListedRow<Row, Type>>>;
  list<Row extends object = Readonly<Record<string, unknown>>, Type extends TypeReference = TypeReference>(
    actor: unknown,
    action: ActionOnRows<Type>,
    type: ListReference<Row, Type>,
    options?: MaskedListOptions<NoInfer<ListedRow<Row, Type>>>,
  ): Promise<ResourcePage<Partial<ListedRow<Row, Type>>>>;
  list<Row extends object = Readonly<Record<string, unknown>>, Type extends TypeReference = TypeReference>(
    actor: unknown,
    action: ActionOnRows<Type>,
    type: ListReference<Row, Type>,
    options?: RelatedListOptions<NoInfer<ListedRow<Row, Type>>>,
  ): Promise<ResourcePage<RowWithRelated<ListedRow<Row, Type>>>>;
  list<Row extends object = Readonly<Record<string, unknown>>, Type extends TypeReference = TypeReference>(
    actor: unknown,
    action: ActionOnRows<Type>,
    type: ListReference<Row, Type>,
    options?: ListOptions<NoInfer<ListedRow<Row, Type>>>,
  ): Promise<ResourcePage<Partial<RowWithRelated<ListedRow<Row, Type>>>>>;
  async list<Row extends object, Type extends TypeReference>(
    actor: unknown,
    action: ActionOnRows<Type>,
    type: ListReference<Row, Type>,
    options: ListOptions<NoInfer<ListedRow<Row, Type>>> = {},
  ): Promise<ResourcePage<Partial<RowWithRelated<ListedRow<Row, Type>>>>> {
    rejectFacts(options);
    const lists = await this.#resourceLists();
    const declared = findType(this.#loading.types, 'list(actor, action, type)', type);
    const page = await this.#engines.run(actor, (engine, who) =>
      lists.list(declared, this.#listContext(engine, who, action, type), options as ListOptions),
    );
    return page as ResourcePage<Partial<RowWithRelated<ListedRow<Row, Type>>>>;
  }

  /**
   * Counts the rows of a type on which an actor may perform an action, with the queries of `list`.
   *
   * @throws {PolarError} the errors of `list`
   * @example
   * const total = await authorizer.count(user, 'read', 'Document', { where: { status: 'open' } });
   */
  async count<Type extends TypeReference>(
    actor: unknown,
    action: ActionOnRows<Type>,
    type: Type,
    options: CountOptions = {},
  ): Promise<number> {
    rejectFacts(options);
    const lists = await this.#resourceLists();
    return this.#engines.run(actor, (engine, who) =>
      lists.count(conditionFinder(engine, who, action, type), options),
    );
  }

  /**
   * Returns the row of a type that has a key, if the actor may perform the action on it: the row that `list` returns. The
   * database decides, so that no related row must be loaded. It runs one query; a refusal runs one more, to choose the error. `onDecision`
   * receives one decision, whose resource has only the key.
   *
   * @param key the value of the key, or an object with the values of all key fields
   * @throws {NotFoundError} when no row has the key, or the actor may not even read the row
   * @throws {ForbiddenError} when the actor may read the row
   * @throws {PolarError} the errors of `list`; `POLAR_TYPE_INVALID_OPTION` for a key of another type
   * @example
   * const document = await authorizer.one(user, 'edit', 'Document', 5);
   */
  one<Row extends object = Readonly<Record<string, unknown>>, Type extends TypeReference = TypeReference>(
    actor: unknown,
    action: ActionOnRows<Type>,
    type: ListReference<Row, Type>,
    key: RowKey,
    options?: WholeOneOptions<NoInfer<ListedRow<Row, Type>>>,
  ): Promise<ListedRow<Row, Type>>;
  one<Row extends object = Readonly<Record<string, unknown>>, Type extends TypeReference = TypeReference>(
    actor: unknown,
    action: ActionOnRows<Type>,
    type: ListReference<Row, Type>,
    key: RowKey,
    options?: MaskedOneOptions<NoInfer<ListedRow<Row, Type>>>,
  ): Promise<Partial<ListedRow<Row, Type>>>;
  one<Row extends object = Readonly<Record<string, unknown>>, Type extends TypeReference = TypeReference>(
    actor: unknown,
    action: ActionOnRows<Type>,
    type: ListReference<Row, Type>,
    key: RowKey,
    options?: RelatedOneOptions<NoInfer<ListedRow<Row, Type>>>,
  ): Promise<RowWithRelated<ListedRow<Row, Type>>>;
  one<Row extends object = Readonly<Record<string, unknown>>, Type extends TypeReference = TypeReference>(
    actor: unknown,
    action: ActionOnRows<Type>,
    type: ListReference<Row, Type>,
    key: RowKey,
    options?: OneOptions<NoInfer<ListedRow<Row, Type>>>,
  ): Promise<Partial<RowWithRelated<ListedRow<Row, Type>>>>;
  async one<Row extends object, Type extends TypeReference>(
    actor: unknown,
    action: ActionOnRows<Type>,
    type: ListReference<Row, Type>,
    key: RowKey,
    options: OneOptions<NoInfer<ListedRow<Row, Type>>> = {},
  ): Promise<Partial<RowWithRelated<ListedRow<Row, Type>>>> {
    rejectFacts(options);
    const { refusalOfRow, findAnyRow, keyRow } = await onDemand.resourceLists();
    const lists = await this.#resourceLists(options.resources);
    // The read check uses the same policy, also if a reload ends in between.
    return this.#engines.run(actor, async (engine, who) => {
      const context = this.#listContext(engine, who, action, type);
      const declared = findType(this.#loading.types, 'one(actor, action, type, key)', type);
      const row = await engine.decideRow(who, action, keyRow(declared, key), options, () =>
        lists.one(declared, context, key, options as OneOptions),
      );
      if (row !== undefined) return row as Partial<RowWithRelated<ListedRow<Row, Type>>>;
      const { name } = declared;
      throw await refusalOfRow(action, name, options, this.#loading.options, (readAction) => {
        const findShown =
          readAction === undefined
            ? findAnyRow(context.find)
            : conditionFinder(engine, who, readAction, type);
        return lists.has(findShown, key, options);
      });
    });
  }

  /**
   * Checks that the actor may create a row with these values, before it is written. The database of the option `resources` is asked for the
   * rows that the foreign keys name, where the policy reads them. Write the returned values, in the transaction of the check.
   *
   * @param values the values of the columns, also those for which the database has a default; a generated key may be left out
   * @returns a copy of the values
   * @throws {ForbiddenError} when the actor may not perform the action on the row
   * @throws {PolarError} `POLAR_DRAFT_VALUE` for a value that the row cannot have, or that the policy needs and that is not given;
   *   `POLAR_DRAFT_EXISTS` when a row has this key; `POLAR_LIST_NO_ADAPTER`; the errors of `can`
   * @example
   * const values = await authorizer.authorizeNew(user, 'create', 'Document', { title, folderId });
   * await db.insert(documents).values(values);
   */
  async authorizeNew<Values extends object, Type extends TypeReference>(
    actor: unknown,
    action: ActionOnRows<Type>,
    type: Type,
    values: Values,
    options: DraftOptions = {},
  ): Promise<Values> {
    const { resources, facts, ...checked } = options;
    if (facts !== undefined)
      return this.withFacts(facts).authorizeNew(actor, action, type, values, withoutFacts(options));
    const lists = await this.#resourceLists(resources);
    const declared = findType(this.#loading.types, 'authorizeNew(actor, action, type, values)', type);
    const given = await lists
      .drafts()
      .checkNew(declared, values, (row) =>
        this.authorize(actor, action as never, row, { ...checked, checkRead: false }),
      );
    return given as Values;
  }

  /**
   * Checks that the actor may change a row, before the change is written: that the actor may perform the action on the row as it is, and
   * on the row with the changes.
   *
   * @param key the value of the key, or an object with the values of all key fields
   * @param changes the new values of some columns
   * @returns a copy of the changes
   * @throws {NotFoundError} when no row has the key, or the actor may not even read the row
   * @throws {ForbiddenError} when the actor may not perform the action on the row, before or after the change
   * @throws {PolarError} `POLAR_DRAFT_VALUE` for a value that the row cannot have; the errors of `one` and `can`
   * @example
   * const changes = await authorizer.authorizeChange(user, 'update', 'Document', id, { folderId });
   * await db.update(documents).set(changes).where(eq(documents.id, id));
   */
  async authorizeChange<Changes extends object, Type extends TypeReference>(
    actor: unknown,
    action: ActionOnRows<Type>,
    type: Type,
    key: RowKey,
    changes: Changes,
    options: DraftOptions = {},
  ): Promise<Changes> {
    const { resources, facts, ...checked } = options;
    if (facts !== undefined)
      return this.withFacts(facts).authorizeChange(actor, action, type, key, changes, withoutFacts(options));
    const lists = await this.#resourceLists(resources);
    const declared = findType(
      this.#loading.types,
      'authorizeChange(actor, action, type, key, changes)',
      type,
    );
    // Both checks use the same policy, also if a reload ends in between.
    const policy = this.pinned();
    const { explain: _explain, limits: _limits, ...shown } = options;
    const given = await lists.drafts().checkChange(
      declared,
      changes,
      () => policy.one<AnyRow>(actor, action as never, declared.name as never, key, shown),
      (row) => policy.authorize(actor, action as never, row, { ...checked, checkRead: false }),
    );
    return given as Changes;
  }

  async #resourceLists(resources = this.#loading.options.resources): Promise<ResourceLists> {
    const { ResourceLists: Lists } = await onDemand.resourceLists();
    return new Lists(resources, this.#loading.types);
  }

  #listContext(engine: DecisionEngine, actor: unknown, action: string, type: TypeReference): ListContext {
    const { readAction = 'read' } = this.#loading.options;
    return {
      find: conditionFinder(engine, actor, action, type),
      findRelated: (related) => conditionFinder(engine, actor, readAction, related),
      typeSets: this.#loaded.context.typeSets,
    };
  }

  /**
   * Finds the relations of a row that checks of an action can read: what an ORM must load with the row, so that a check in memory has it. It
   * follows the rules only, for every actor and row, so it can find more than one check reads. Functions of `@nanook/orm` turn the result
   * into an option of a query, such as `include`.
   *
   * @param action an action, or a list of actions. `authorize` also checks the action *read* before it refuses another one
   * @param type the type of the rows, whose `relations` are declared: its name, its class, or the result of `type(name)`
   * @returns the relations by their names, each with those of the related rows: `{ folder: { owner: {} } }`
   * @throws {PolarError} `POLAR_TYPE_UNKNOWN_TYPE`; `POLAR_FILTER_TOO_LARGE` for more than 1,000 relations
   * @example
   * const relations = await authorizer.relationsFor('read', 'Document');
   * const document = await client.document.findUnique({ where: { id }, include: prismaInclude(relations) });
   */
  async relationsFor<Type extends TypeReference>(
    action: ActionOnRows<Type> | readonly ActionOnRows<Type>[],
    type: Type,
    options: RelationsOptions = {},
  ): Promise<RelationTree> {
    const { relationsFor } = await onDemand.readRelations();
    return relationsFor(this.#loaded.context.program, action, type, options);
  }

  /**
   * Finds the condition of `where` for every actor of a type at once, as row-level security of a database needs it. `rowLevelSecurity` of
   * `@nanook/orm/rls` calls it.
   *
   * @param actorType the type of the actors, whose `fields` are declared
   * @throws {PolarError} as `where` does; also `POLAR_FILTER_UNTRANSLATABLE` for a call of the application, whose result can change after
   *   the condition is stored
   * @internal for `@nanook/orm/rls`
   */
  whereActorIs<Type extends TypeReference>(
    actorType: TypeReference,
    action: ActionOnRows<Type>,
    type: Type,
    options: CheckOptions = {},
  ): Promise<ActorCondition> {
    return this.#enginesFor(options).own.queries.whereActorIs(actorType, action, type, withoutFacts(options));
  }
}

/** Rejects facts that JavaScript passes to a list. Only a view has facts for lists. */
function rejectFacts(options: object): void {
  if ((options as CheckOptions).facts !== undefined)
    throw invalidOption('facts', 'needs a view: `authorizer.withFacts(facts).list(…)`');
}

/** Returns a function that finds the condition of a list. */
const conditionFinder =
  (engine: DecisionEngine, actor: unknown, action: string, type: TypeReference): FindCondition =>
  async (options, fieldAction, included) =>
    fieldAction === undefined
      ? { condition: await engine.where(actor, action, type, options), fields: undefined }
      : engine.whereWithFields(actor, action, type, fieldAction, included, options);
