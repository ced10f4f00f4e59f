import { everyAction } from '../advice/denial-advice.js';
import { UnawaitedChecks } from '../advice/unawaited-checks.js';
import type { Decision } from './decision.js';
import { resourceTypeOf } from './resource-type.js';
import { DecisionLog } from './decision-log.js';
import { Report, type Diagnostic } from '../diagnostics/diagnostic.js';
import { PolarError } from '../diagnostics/polar-error.js';
import { PolicyError } from '../diagnostics/policy-error.js';
import { Source } from '../diagnostics/source.js';
import type { CompiledPolicy } from '../engine/compiled/compiled-policy.js';
import type { HostReplay } from '../engine/host-log.js';
import type { Limits } from '../engine/limits.js';
import type { ProgramContext } from '../engine/program-context.js';
import { type Arguments, QueryRun, type Bindings } from '../engine/query/query-run.js';
import { isQueryVariable, QueryVariable } from '../engine/terms/query-variable.js';
import { isThenable } from '../host/value.js';
import { nearNames } from '../internal/near-names.js';
import { mapConcurrently } from '../internal/map-concurrently.js';
import { givenName, linkCall, linkQuery } from '../ir/link.js';
import { type LinkedQuery, type Program } from '../ir/program.js';
import { awaitArgument, BaseAuthorizer, listOfResources } from './base-authorizer.js';
import { explainMissingAwait } from './missing-await.js';
import { loadPolicy, warn, type LoadedPolicy } from './loaded-policy.js';
import { checkArgument, checkOptions, checkQueryOptions, isText, limitsOf } from './check-options.js';
import { constantsOf, type AuthorizerOptions } from './options.js';
import { listOf, textReader, type PolicyInput, type PolicyReader } from '../policy/policy-source.js';
import type {
  AuthorizeOptions,
  EnumerationOptions,
  GrantableOptions,
  QueryOptions,
  CheckOptions,
} from './query-options.js';
import { isUndecided } from './undecided.js';
import { DecisionRecorder, RecordedCheck } from './decision-recorder.js';
import { parseQuery } from '../syntax/parser.js';
import { TypeToken, type DeclaredType } from '../types/declared-type.js';
import type { Class } from '../types/type-declaration.js';
import { TypeTable } from '../types/type-table.js';

// cspell:ignore raed

/**
 * Decides whether an actor may do something to a resource, by a policy written in Polar.
 *
 * @example
 * const authorizer = await Authorizer.load({ policies: 'allow(_, "read", _);' });
 * await authorizer.isAllowed(user, 'read', document);
 */
export class Authorizer extends BaseAuthorizer {
  /** How policies are read; the entry for Node reads files, too. */
  protected static readonly reader: PolicyReader = textReader;

  #loaded: LoadedPolicy;
  readonly #options: AuthorizerOptions;
  readonly #types: TypeTable;
  readonly #limits: Limits;
  readonly #reader: PolicyReader;
  readonly #clock: () => Date;
  readonly #log: DecisionLog | undefined;
  readonly #unawaited = new UnawaitedChecks((warning) => warn(warning, this.#options));
  /** Questions made by `#callOf`, by rule name and arity: the same for every check. */
  #calls = new Map<string, LinkedQuery>();
  /** As `#calls`, for decisions: by the name alone. */
  #decisions = new Map<Decision['kind'], LinkedQuery>();
  #reloads: Promise<unknown> = Promise.resolve();

  protected constructor(
    options: AuthorizerOptions,
    types: TypeTable,
    reader: PolicyReader,
    clock: () => Date,
  ) {
    // JavaScript callers reach it: `new Authorizer({ policies })`.
    if ((clock as unknown) === undefined) throw new PolarError('POLAR_LOAD_CONSTRUCTOR', {});
    super(options);
    this.#options = options;
    this.#types = types;
    this.#reader = reader;
    this.#clock = clock;
    this.#limits = limitsOf(options.limits);
    this.#log = options.onDecision && new DecisionLog(options.onDecision, options);
    this.#loaded = undefined as never; // set by `load` before the authorizer is returned
  }

  /**
   * Reads, checks and links policies.
   *
   * @throws {PolicyError} with every error of every policy
   * @throws {PolarError} `POLAR_TYPE_…` for a wrong option or type, `POLAR_LOAD_…` for a policy that cannot be read
   */
  static load<This extends Authorizer>(
    this: { readonly prototype: This } & typeof Authorizer,
    options: AuthorizerOptions,
  ): Promise<This> {
    // Not `this.#create`: a subclass has no private members of its base class.
    return explainMissingAwait(Authorizer.#create<This>(this, options), this.prototype);
  }

  static async #create<This extends Authorizer>(
    own: { readonly prototype: This } & typeof Authorizer,
    options: AuthorizerOptions,
  ): Promise<This> {
    checkOptions(options);
    const clock = options.clock ?? (() => new Date());
    const types = new TypeTable(options.types, constantsOf(options, clock));
    const authorizer = new own(options, types, own.reader, clock);
    authorizer.#loaded = await authorizer.#load(options.policies);
    return authorizer as This;
  }

  // ── the policy ──

  /** The content hash of the current policy, as decisions carry it. */
  get policyHash(): string {
    return this.#loaded.context.program.policy.hash;
  }

  /** What answers questions whose arguments are known: compiled source, closures, or the machine alone. */
  get engine(): 'source' | 'closures' | 'machine' {
    return this.#loaded.compiled?.kind ?? 'machine';
  }

  /** What the current policy was warned about. */
  get warnings(): readonly Diagnostic[] {
    return this.#loaded.warnings;
  }

  /** The names of the current policy's rules. */
  get ruleNames(): readonly string[] {
    return definedNames(this.#loaded.context.program);
  }

  /** Whether the policy has a rule of this name. */
  hasRule(name: string): boolean {
    return this.#loaded.context.program.predicates.get(name)?.isDefined === true;
  }

  /**
   * Reads the policies again, or others, and swaps them in whole. When they cannot be loaded the old ones go on serving.
   *
   * @throws what `load` throws
   */
  reload(policies: PolicyInput | readonly PolicyInput[] = this.#options.policies): Promise<void> {
    // One after the other: the last call wins, not the slowest.
    const reloaded = this.#reloads.then(async () => {
      this.#loaded = await this.#load(policies);
      this.#calls = new Map();
      this.#decisions = new Map();
    });
    this.#reloads = reloaded.catch(() => {});
    return reloaded;
  }

  /**
   * Returns whether any rule of the policy can allow the action: for checks when an application starts. A misspelled action, or
   * one of another type, gives `false`. It reads the rules only, and calls no code of the application.
   *
   * @param action as written in the policy
   * @param resource a type: its name, its class, or the result of `type(name)`. Without it: any resource
   * @returns `false` only when `allow(actor, action, resource)` certainly holds for no actor and no instance of the type, nor
   *   for the type itself
   * @throws {PolarError} `POLAR_TYPE_UNKNOWN_TYPE`
   * @example
   * authorizer.isGrantable('raed', Repository); // false
   */
  isGrantable(
    action: string,
    resource?: Class | TypeToken | string,
    settings: GrantableOptions = {},
  ): boolean {
    const { grantability } = this.#loaded;
    if (resource === undefined) return grantability.forAnything(action);
    const type = this.#typeOf('isGrantable(action, resource)', resource);
    return (
      (settings.resource !== 'type' && grantability.forInstance(action, type)) ||
      (settings.resource !== 'instance' &&
        grantability.forValue(action, typeof resource === 'function' ? resource : type.value))
    );
  }

  /**
   * Checks that a rule of the policy can allow the action, as `isGrantable` does. Call it when the application starts.
   *
   * @throws {PolarError} `POLAR_TYPE_NOT_GRANTABLE`, with the actions whose names are near; `POLAR_TYPE_UNKNOWN_TYPE`
   * @example
   * authorizer.requireGrantable('raed', Repository); // no rule can allow "raed" on a Repository; did you mean "read"?
   */
  requireGrantable(
    action: string,
    resource?: Class | TypeToken | string,
    settings: GrantableOptions = {},
  ): void {
    if (this.isGrantable(action, resource, settings)) return;
    checkArgument('requireGrantable(action, resource)', action, "an action, such as 'read'", isText);
    const near = nearNames(action, this.#loaded.literals()).filter((name) =>
      this.isGrantable(name, resource, settings),
    );
    const type =
      resource === undefined ? undefined : this.#typeOf('requireGrantable(action, resource)', resource).name;
    throw new PolarError('POLAR_TYPE_NOT_GRANTABLE', { action, type, resource: settings.resource, near });
  }

  /**
   * Lists the actions that the policy writes and that one of its rules can allow, in alphabetical order. Actions that only the
   * data names (`action in user.actions`) are not among them.
   *
   * @throws {PolarError} `POLAR_TYPE_UNKNOWN_TYPE`
   * @example
   * authorizer.grantableActions(Repository); // ['delete', 'read']
   */
  grantableActions(
    resource?: Class | TypeToken | string,
    settings: GrantableOptions = {},
  ): readonly string[] {
    return this.#loaded
      .literals()
      .filter((literal) => this.isGrantable(literal, resource, settings))
      .toSorted();
  }

  /**
   * What a type without a class is as a resource: `authorizer.type('Repository')` is what a policy calls `Repository`.
   *
   * @throws {PolarError} `POLAR_TYPE_UNKNOWN_TYPE`
   */
  type(name: string): Class | TypeToken {
    return this.#typeOf('type(name)', name).value;
  }

  /** The declared types of a value, most specific first, by name. */
  typesOf(value: unknown): readonly string[] {
    return [...this.#loaded.context.typeSets.of(value).types].map((type: DeclaredType) => type.name);
  }

  /** What `load` was given to read. */
  protected get policyInputs(): readonly PolicyInput[] {
    return listOf(this.#options.policies);
  }

  // ── decisions ──

  /**
   * May the actor do this to the resource? Asks `allow(actor, action, resource)`.
   *
   * @throws {PolarError} `POLAR_RUN_…` for a fault, `POLAR_UNDECIDED_…` when nothing grants and the data could not decide
   */
  isAllowed(actor: unknown, action: string, resource: unknown, settings?: CheckOptions): Promise<boolean> {
    const { compiled } = this.#loaded;
    if (compiled === undefined || isSpecial(settings))
      return this.#watched(this.#decide('allow', [actor, action, resource], settings), action);
    if (compiled.waits)
      return this.#watched(this.#wait(compiled, 'allow', [actor, action, resource]), action);
    const answer = compiled.allow(actor, action, resource);
    if (answer === true) return allowed;
    if (answer === false) {
      if (this.#loaded.advice === undefined) return refused;
      return this.#advise('allow', [actor, action, resource]) ?? this.#watched(refused, action);
    }
    const replay = compiled.takeReplay();
    return this.#watched(this.#decide('allow', [actor, action, resource], settings, replay), action);
  }

  /** As `isAllowed`, at once. @throws {PolarError} `POLAR_RUN_PROMISE_IN_SYNC` when the policy meets a promise */
  isAllowedSync(actor: unknown, action: string, resource: unknown, settings?: CheckOptions): boolean {
    const { compiled } = this.#loaded;
    if (compiled === undefined || isSpecial(settings))
      return this.#decideSync('allow', [actor, action, resource], settings);
    const answer = compiled.allow(actor, action, resource);
    if (answer === undefined)
      return this.#decideSync('allow', [actor, action, resource], settings, compiled.takeReplay());
    if (!answer) this.#warnOfCheck(actor, action, resource);
    return answer;
  }

  /** `authorizedActions` for each of the resources, side by side, in their order. */
  async authorizedActionsAll(
    actor: unknown,
    resources: Iterable<unknown>,
    settings?: EnumerationOptions,
  ): Promise<Set<string>[]> {
    const all = listOfResources('authorizedActionsAll(actor, resources)', resources);
    const who = await awaitArgument(actor);
    return mapConcurrently(all, (resource) => this.authorizedActions(who, resource, settings));
  }

  /**
   * The actions that the actor may perform on the resource. What is undecided is left out.
   *
   * @throws {PolarError} `POLAR_RUN_WILDCARD` when a rule allows any action and `allowWildcard` is not set
   */
  authorizedActions(
    actor: unknown,
    resource: unknown,
    settings: EnumerationOptions = {},
  ): Promise<Set<string>> {
    return this.#enumerate(
      'authorizedActions',
      'action',
      'allow',
      [actor, new QueryVariable('action'), resource],
      settings,
    );
  }

  /** The fields on which the actor may perform the action: `allow_field(actor, action, resource, field)`. As `authorizedActions`. */
  authorizedFields(
    actor: unknown,
    action: string,
    resource: unknown,
    settings: EnumerationOptions = {},
  ): Promise<Set<string>> {
    return this.#enumerate(
      'authorizedFields',
      'field',
      'allow_field',
      [actor, action, resource, new QueryVariable('field')],
      settings,
    );
  }

  /**
   * Waits until the promises that `onDecision` has returned so far are settled: for the shutdown of a server, and for tests.
   *
   * @example
   * server.close(() => void authorizer.flush());
   */
  async flush(): Promise<void> {
    await this.#log?.flush();
  }

  /** The same questions, always as this actor. */
  as<Actor>(actor: Actor): ActorAuthorizer<Actor> {
    return new ActorAuthorizer(this, actor);
  }

  // ── queries ──

  /**
   * Asks anything, in Polar: `query('has_role(user, name, repo)', { bindings: { user, repo } })`. Answers come as they are
   * found. Leaving the loop early ends the question.
   *
   * @throws {PolicyError} at once, when the text is no Polar
   */
  query(text: string, settings: QueryOptions = {}): AsyncGenerator<Bindings, void, undefined> {
    checkArgument('query(text)', text, "a query in Polar, such as 'has_role(user, name, repo)'", isText);
    checkQueryOptions(settings);
    const report = new Report();
    const term = parseQuery(new Source(text), report);
    if (term === undefined || report.hasErrors) throw new PolicyError(report.diagnostics);
    const { context } = this.#loaded;
    const linked = linkQuery(term, context.program);
    const given = new Map<string, unknown>();
    for (const [name, value] of entriesOf(settings.bindings)) {
      if (!linked.slotNames.includes(name)) throw new PolarError('POLAR_RUN_NO_SUCH_BINDING', { name });
      given.set(name, value);
    }
    return this.#answers(context, linked, given, settings);
  }

  /**
   * Asks one rule. A `QueryVariable` among the arguments asks for its values.
   *
   * @example
   * for await (const answer of authorizer.queryRule('has_role', [user, new QueryVariable('name'), repo])) answer.get('name');
   */
  queryRule(
    name: string,
    args: readonly unknown[],
    settings: QueryOptions = {},
  ): AsyncGenerator<Bindings, void, undefined> {
    checkArgument('queryRule(name, args)', name, "the name of a rule, such as 'has_role'", isText);
    checkArgument('queryRule(name, args)', args, 'a list of arguments, such as [user, repo]', Array.isArray);
    checkQueryOptions(settings);
    const { context } = this.#loaded;
    const { query, given } = this.#callOf(context.program, name, args);
    for (const [variable, value] of entriesOf(settings.bindings)) given.set(variable, value);
    return this.#answers(context, query, given, settings);
  }

  // ── inside ──

  #load(policies: PolicyInput | readonly PolicyInput[]): Promise<LoadedPolicy> {
    return loadPolicy(listOf(policies), {
      options: this.#options,
      types: this.#types,
      limits: this.#limits,
      reader: this.#reader,
    });
  }

  #typeOf(call: string, resource: Class | TypeToken | string): DeclaredType {
    checkArgument(call, resource, "a type: a class, a name, or the result of type('Name')", isTypeReference);
    const named = typeof resource === 'object' ? resource.name : resource;
    const found =
      typeof named === 'string'
        ? this.#types.find(named)
        : // A class that nobody registered is of the type of the nearest one above it, as its instances are.
          (this.#types.findByClass(named) ?? this.#types.ancestorsOfClass(named)[0]);
    if (found !== undefined) return found;
    const name = typeof named === 'string' ? named : named.name;
    throw new PolarError('POLAR_TYPE_UNKNOWN_TYPE', { name, known: nearNames(name, this.#types.typeNames) });
  }

  #question(
    context: ProgramContext,
    query: LinkedQuery,
    given: ReadonlyMap<string, unknown> | readonly unknown[],
    settings: QueryOptions,
    replay?: HostReplay,
  ): QueryRun {
    checkQueryOptions(settings);
    return new QueryRun(context, query, given, {
      limits:
        settings.limits === undefined ? this.#limits : limitsOf({ ...this.#limits, ...settings.limits }),
      signal: settings.signal,
      acceptExpression: settings.acceptExpression ?? false,
      replay,
    });
  }

  async *#answers(
    context: ProgramContext,
    query: LinkedQuery,
    given: ReadonlyMap<string, unknown>,
    settings: QueryOptions,
  ): AsyncGenerator<Bindings, void, undefined> {
    const question = this.#question(context, query, given, settings);
    try {
      while (await question.next()) yield question.bindings();
    } finally {
      question.dispose();
    }
  }

  protected ask(
    kind: Decision['kind'],
    args: Arguments,
    settings: CheckOptions | undefined,
  ): boolean | Promise<boolean> {
    const { compiled } = this.#loaded;
    if (compiled === undefined || isSpecial(settings)) return this.#decide(kind, args, settings);
    if (compiled.waits) return this.#wait(compiled, kind, args);
    const answer = compiled.ask(kind, args.length, args[0], args[1], args[2], args[3]);
    if (answer === undefined) return this.#decide(kind, args, settings, compiled.takeReplay());
    if (!answer) this.#warnAbout(kind, args);
    return answer;
  }

  protected holds(args: Arguments, settings: CheckOptions | undefined): boolean | Promise<boolean> {
    const { compiled } = this.#loaded;
    if (compiled === undefined || isSpecial(settings)) return this.#unreported(args, settings);
    if (compiled.waits)
      return compiled.askWaiting('allow', args.length, args, (replay) =>
        this.#unreported(args, settings, replay),
      );
    return (
      compiled.ask('allow', args.length, args[0], args[1], args[2]) ??
      this.#unreported(args, settings, compiled.takeReplay())
    );
  }

  protected typeNameOf(resource: unknown): string | undefined {
    return resourceTypeOf(resource, this.#loaded.context.typeSets);
  }

  async #unreported(args: Arguments, settings: CheckOptions = {}, replay?: HostReplay): Promise<boolean> {
    const { context } = this.#loaded;
    const { query, given } = this.#callOf(context.program, 'allow', args);
    const question = this.#question(context, query, given, settings, replay);
    try {
      return await question.next();
    } finally {
      question.dispose();
    }
  }

  #wait(compiled: CompiledPolicy, kind: Decision['kind'], args: Arguments): Promise<boolean> {
    const asked = compiled.askWaiting(kind, args.length, args, (replay) =>
      this.#decide(kind, args, undefined, replay),
    );
    if (this.#loaded.advice === undefined) return asked;
    return asked.then((holds) => {
      if (!holds) this.#warnAbout(kind, args);
      return holds;
    });
  }

  /** As `#warnAbout`, without a list of the arguments where the denial has been explained. */
  #warnOfCheck(actor: unknown, action: unknown, resource: unknown): void {
    const { advice } = this.#loaded;
    if (advice === undefined) return;
    try {
      if (advice.isExplained(actor, action, resource)) return;
    } catch {
      // A proxy that cannot be looked at: the denial stands without advice.
      return;
    }
    this.#warnAbout('allow', [actor, action, resource]);
  }

  /** Warns about a denial that a mistake has probably caused. */
  #warnAbout(kind: Decision['kind'], args: readonly unknown[]): void {
    const { advice } = this.#loaded;
    if (advice === undefined) return;
    let warnings: ReturnType<typeof advice.about>;
    try {
      for (const arg of args) {
        if (isQueryVariable(arg)) return;
        if (!isThenable(arg)) continue;
        // They were awaited to decide, so that this takes no longer.
        void Promise.all(args).then(
          (values) => this.#warnAbout(kind, values),
          () => {},
        );
        return;
      }
      warnings = advice.about(kind, args);
    } catch {
      // A proxy that cannot be looked at: the denial stands without advice.
      return;
    }
    for (const warning of warnings) warn(warning, this.#options);
  }

  /** Outside production, watches whether the application awaits the answer. */
  #watched(answer: Promise<boolean>, action: unknown): Promise<boolean> {
    return this.#loaded.advice === undefined ? answer : this.#unawaited.watch(answer, action);
  }

  /** As `#warnAbout`, for a method that returns a promise. @returns a rejection when `onWarning` throws */
  #advise(kind: Decision['kind'], args: readonly unknown[]): Promise<never> | undefined {
    try {
      this.#warnAbout(kind, args);
      return undefined;
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  async #decide(
    kind: Decision['kind'],
    args: readonly unknown[],
    settings: CheckOptions = {},
    replay?: HostReplay,
  ): Promise<boolean> {
    const decision = this.#begin(kind, args, settings, replay);
    let holds: boolean;
    try {
      holds = decision.end(await decision.question.next());
    } catch (error) {
      holds = decision.fail(error);
    } finally {
      decision.question.dispose();
    }
    // With `decisionLog: 'required'` no answer is given before it is recorded.
    if (decision.recorded !== undefined) await decision.recorded;
    if (!holds) this.#warnAbout(kind, args);
    return holds;
  }

  #decideSync(
    kind: Decision['kind'],
    args: readonly unknown[],
    settings: CheckOptions = {},
    replay?: HostReplay,
  ): boolean {
    const decision = this.#begin(kind, args, settings, replay);
    let holds: boolean;
    try {
      holds = decision.end(decision.question.nextSync());
    } catch (error) {
      holds = decision.fail(error);
    } finally {
      decision.question.dispose();
    }
    if (decision.recorded !== undefined) {
      throw new PolarError('POLAR_RUN_PROMISE_IN_SYNC', { what: 'the result of `onDecision`' });
    }
    if (!holds) this.#warnAbout(kind, args);
    return holds;
  }

  #decisionOf(
    kind: Decision['kind'],
    args: readonly unknown[],
    settings: CheckOptions,
    replay: HostReplay | undefined,
  ): QueryRun {
    const { context } = this.#loaded;
    for (const arg of args) {
      if (!isQueryVariable(arg)) continue;
      const { query, given } = this.#callOf(context.program, kind, args);
      return this.#question(context, query, given, settings, replay);
    }
    let query = this.#decisions.get(kind);
    if (query === undefined) {
      ({ query } = this.#callOf(context.program, kind, args));
      this.#decisions.set(kind, query);
    }
    for (const arg of args) ignoreRejection(arg);
    return this.#question(context, query, args, settings, replay);
  }

  /** A question whose outcome is reported. */
  #begin(
    kind: Decision['kind'],
    args: readonly unknown[],
    settings: CheckOptions,
    replay: HostReplay | undefined,
  ): RecordedCheck {
    const { context } = this.#loaded;
    const question = this.#decisionOf(kind, args, settings, replay);
    const log = this.#log;
    const report = log && new DecisionRecorder(log, kind, args, context.program.policy.hash, this.#clock());
    return new RecordedCheck(question, report, this.#options.undecided === 'deny');
  }

  async #enumerate(
    method: string,
    what: string,
    rule: 'allow' | 'allow_field',
    args: readonly unknown[],
    settings: EnumerationOptions,
  ): Promise<Set<string>> {
    const found = new Set<string>();
    try {
      for await (const answer of this.queryRule(rule, args, settings)) {
        const value = answer.get(what);
        if (isQueryVariable(value)) {
          if (settings.allowWildcard === true) return new Set(['*']);
          throw new PolarError('POLAR_RUN_WILDCARD', { method, what });
        }
        found.add(value as string);
      }
    } catch (error) {
      if (!isUndecided(error)) throw error;
      return found;
    }
    if (found.size === 0)
      this.#warnAbout(
        rule,
        args.map((arg) => (isQueryVariable(arg) ? everyAction : arg)),
      );
    return found;
  }

  /** The question `name(…args)`: arguments that are variables are asked for, the others are given. */
  #callOf(
    program: Program,
    name: string,
    args: readonly unknown[],
  ): { query: LinkedQuery; given: Map<string, unknown> } {
    const asked = args.map((arg) => (isQueryVariable(arg) ? arg.name : undefined));
    const key = JSON.stringify([name, ...asked.map((variable) => variable ?? null)]);
    let query = this.#calls.get(key);
    if (query === undefined) {
      query = linkCall(name, asked, program);
      if (this.#calls.size < 256) this.#calls.set(key, query);
    }
    const given = new Map<string, unknown>();
    args.forEach((arg, i) => {
      if (asked[i] === undefined) given.set(givenName(i), arg);
      // When it is awaited its failure is the question's; when the question ends before, it is nobody's.
      ignoreRejection(arg);
    });
    return { query, given };
  }
}

/** Returns whether a query has options that only the machine follows, or that it must refuse. */
function isSpecial(settings: CheckOptions | undefined): boolean {
  if (settings === undefined) return false;
  if (typeof settings !== 'object' || settings === null) return true;
  for (const [name, value] of Object.entries(settings))
    if (value !== undefined && !(name === 'checkRead' && typeof value === 'boolean')) return true;
  return false;
}

// One each: a promise for each check would cost more than the check.
const allowed = Promise.resolve(true);
const refused = Promise.resolve(false);

/** The questions of one actor. */
export class ActorAuthorizer<Actor = unknown> {
  constructor(
    readonly authorizer: Authorizer,
    readonly actor: Actor,
  ) {}

  /** May this actor do this? */
  can(action: string, resource: unknown, settings?: CheckOptions): Promise<boolean> {
    return this.authorizer.isAllowed(this.actor, action, resource, settings);
  }

  async cannot(action: string, resource: unknown, settings?: CheckOptions): Promise<boolean> {
    return !(await this.can(action, resource, settings));
  }

  /** May this actor do this to each of them? */
  canAll(action: string, resources: Iterable<unknown>, settings?: CheckOptions): Promise<boolean[]> {
    return this.authorizer.isAllowedAll(this.actor, action, resources, settings);
  }

  filterAllowed<Resource>(
    action: string,
    resources: Iterable<Resource>,
    settings?: CheckOptions,
  ): Promise<Resource[]> {
    return this.authorizer.filterAllowed(this.actor, action, resources, settings);
  }

  authorize<Resource>(
    action: string,
    resource: Resource,
    settings?: AuthorizeOptions,
  ): Promise<Awaited<Resource>> {
    return this.authorizer.authorize(this.actor, action, resource, settings);
  }

  authorizeField(action: string, resource: unknown, field: string, settings?: CheckOptions): Promise<void> {
    return this.authorizer.authorizeField(this.actor, action, resource, field, settings);
  }

  authorizeRequest(request: unknown, settings?: CheckOptions): Promise<void> {
    return this.authorizer.authorizeRequest(this.actor, request, settings);
  }

  actions(resource: unknown, settings?: EnumerationOptions): Promise<Set<string>> {
    return this.authorizer.authorizedActions(this.actor, resource, settings);
  }

  fields(action: string, resource: unknown, settings?: EnumerationOptions): Promise<Set<string>> {
    return this.authorizer.authorizedFields(this.actor, action, resource, settings);
  }
}

/** Handles the rejection of an argument that no rule may wait for. */
function ignoreRejection(arg: unknown): void {
  try {
    if (isThenable(arg)) arg.then(undefined, () => {});
  } catch {
    // A proxy that cannot be looked at: the query finds out, and says where.
  }
}

const entriesOf = (bindings: QueryOptions['bindings']): Iterable<[string, unknown]> =>
  bindings instanceof Map ? (bindings as ReadonlyMap<string, unknown>) : Object.entries(bindings ?? {});

const isTypeReference = (value: unknown): boolean =>
  isText(value) || typeof value === 'function' || value instanceof TypeToken;

const definedNames = (program: Program): string[] =>
  [...program.predicates.values()].filter((p) => p.isDefined).map((p) => p.name);
