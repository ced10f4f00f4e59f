import { ForbiddenError, NotFoundError } from './authorization/authorization-error.js';
import { decisiveRule, referenceTo, type Decision, type Outcome } from './authorization/decision.js';
import { Report, renderDiagnostic, type Diagnostic } from './diagnostics/diagnostic.js';
import { isPolarError, PolarError, PolicyError } from './diagnostics/polar-error.js';
import { Source } from './diagnostics/source.js';
import { textOf } from './diagnostics/span.js';
import type { Limits } from './engine/limits.js';
import type { Frame } from './engine/machine/frame.js';
import type { MachineContext } from './engine/machine/machine.js';
import { Question, type Bindings } from './engine/question.js';
import { QueryVariable } from './engine/query-variable.js';
import { Grantability } from './grantable/grantability.js';
import { TypeSets } from './host/type-set.js';
import { isThenable } from './host/value.js';
import { nearNames } from './internal/near-names.js';
import { givenName, link, linkCall, linkQuery } from './ir/link.js';
import { type LinkedQuery, type Program } from './ir/program.js';
import { checkOptions, limitsOf, type AuthorizerOptions } from './options.js';
import { textReader, type PolicyInput, type PolicyReader } from './policy-source.js';
import { buildPolicy } from './policy/build-policy.js';
import { parseQuery } from './syntax/parser.js';
import { TypeToken, type DeclaredType } from './types/declared-type.js';
import type { Class } from './types/type-declaration.js';
import { TypeTable } from './types/type-table.js';

/** Options of one question. */
export interface QuestionSettings {
  readonly signal?: AbortSignal;
  /** Overrides the authorizer's limits. */
  readonly limits?: Partial<Limits>;
}
export interface QuerySettings extends QuestionSettings {
  /** Values for variables of the query, by name. */
  readonly bindings?: Readonly<Record<string, unknown>> | ReadonlyMap<string, unknown>;
  /** Whether an answer may hold an `Expression` for a variable that has no single value. Default: that is an error. */
  readonly acceptExpression?: boolean;
}
export interface AuthorizeSettings extends QuestionSettings {
  /** `false`: a refusal is a `ForbiddenError` even when the actor may not read the resource. */
  readonly checkRead?: boolean;
}
export interface EnumerationSettings extends QuestionSettings {
  /** A rule that allows everything gives `'*'`. Default: it is an error, since it cannot be listed. */
  readonly allowWildcard?: boolean;
}

export interface GrantableSettings {
  /** What the resource is: an instance, or the type itself, as for a *create*. Default: either. */
  readonly resource?: 'instance' | 'type';
}

/** A policy and the types it was linked to: swapped whole. */
interface Loaded {
  readonly context: MachineContext;
  readonly grantability: Grantability;
  readonly warnings: readonly Diagnostic[];
}

/**
 * Decides whether an actor may do something to a resource, by a policy written in Polar.
 *
 * @example
 * const authorizer = await Authorizer.load({ policies: 'allow(_, "read", _);' });
 * await authorizer.isAllowed(user, 'read', document);
 */
export class Authorizer {
  /** How policies are read; the entry for Node reads files, too. */
  protected static readonly reader: PolicyReader = textReader;

  #loaded: Loaded;
  readonly #options: AuthorizerOptions;
  readonly #types: TypeTable;
  readonly #limits: Limits;
  readonly #reader: PolicyReader;
  readonly #clock: () => Date;
  /** Questions made by `#ask`, by rule name and arity: the same for every check. */
  #calls = new Map<string, LinkedQuery>();
  #reloads: Promise<unknown> = Promise.resolve();

  protected constructor(
    options: AuthorizerOptions,
    types: TypeTable,
    reader: PolicyReader,
    clock: () => Date,
  ) {
    this.#options = options;
    this.#types = types;
    this.#reader = reader;
    this.#clock = clock;
    this.#limits = limitsOf(options.limits);
    this.#loaded = undefined as never; // `load` sets it before anybody sees the authorizer
  }

  /**
   * Reads, checks and links policies.
   *
   * @throws {PolicyError} with every error of every policy
   * @throws {PolarError} `POLAR_TYPE_…` for a wrong option or type, `POLAR_LOAD_…` for a policy that cannot be read
   */
  static async load<This extends Authorizer>(
    this: { readonly prototype: This } & typeof Authorizer,
    options: AuthorizerOptions,
  ): Promise<This> {
    checkOptions(options);
    const clock = options.clock ?? (() => new Date());
    // A type or constant of the application may take this name.
    const ownClock =
      options.types !== undefined && 'Clock' in options.types
        ? {}
        : { Clock: Object.freeze({ now: () => clock() }) };
    const types = new TypeTable(options.types, { ...ownClock, ...options.constants });
    const authorizer = new this(options, types, this.reader, clock);
    authorizer.#loaded = await authorizer.#prepare(options.policies);
    return authorizer as This;
  }

  // ── the policy ──

  /** The content hash of the current policy, as decisions carry it. */
  get policyHash(): string {
    return this.#loaded.context.program.policy.hash;
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
      this.#loaded = await this.#prepare(policies);
      this.#calls = new Map();
    });
    this.#reloads = reloaded.catch(() => {});
    return reloaded;
  }

  /**
   * Can the policy grant this action on this type at all, whoever asks? For audits when an application starts: a misspelt
   * action, or one of another type, gives `false`. It reads the rules and asks nobody.
   *
   * @param action as written in the policy
   * @param resource a type: its name, its class, or what `type(name)` gives
   * @returns `false` only when `allow(actor, action, resource)` certainly holds for no actor and no instance of the type, nor
   *   for the type itself
   * @throws {PolarError} `POLAR_TYPE_UNKNOWN_TYPE`
   * @example
   * authorizer.isGrantable('raed', Repository); // false
   */
  isGrantable(
    action: string,
    resource: Class | TypeToken | string,
    settings: GrantableSettings = {},
  ): boolean {
    const type = this.#typeOf(resource);
    const { grantability } = this.#loaded;
    return (
      (settings.resource !== 'type' && grantability.forInstance(action, type)) ||
      (settings.resource !== 'instance' &&
        grantability.forValue(action, typeof resource === 'function' ? resource : type.value))
    );
  }

  /**
   * What a type without a class is as a resource: `authorizer.type('Repository')` is what a policy calls `Repository`.
   *
   * @throws {PolarError} `POLAR_TYPE_UNKNOWN_TYPE`
   */
  type(name: string): Class | TypeToken {
    return this.#typeOf(name).value;
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
  isAllowed(
    actor: unknown,
    action: unknown,
    resource: unknown,
    settings?: QuestionSettings,
  ): Promise<boolean> {
    return this.#decide('allow', [actor, action, resource], settings);
  }

  /** As `isAllowed`, at once. @throws {PolarError} `POLAR_RUN_PROMISE_IN_SYNC` when the policy meets a promise */
  isAllowedSync(actor: unknown, action: unknown, resource: unknown, settings?: QuestionSettings): boolean {
    return this.#decideSync('allow', [actor, action, resource], settings);
  }

  /**
   * Passes when the actor may do this to the resource.
   *
   * @returns the resource
   * @throws {NotFoundError} when the actor may not even read it
   * @throws {ForbiddenError} when the actor may read it, but not do this
   */
  async authorize<Resource>(
    actor: unknown,
    action: unknown,
    resource: Resource,
    settings: AuthorizeSettings = {},
  ): Promise<Awaited<Resource>> {
    const awaited = await resource;
    if (await this.isAllowed(actor, action, awaited, settings)) return awaited;
    throw await this.#refusal(actor, action, awaited, settings);
  }

  /** Passes when `allow_request(actor, request)` holds. @throws {ForbiddenError} */
  async authorizeRequest(actor: unknown, request: unknown, settings?: QuestionSettings): Promise<void> {
    if (!(await this.#decide('allow_request', [actor, request], settings))) throw new ForbiddenError();
  }

  /** Passes when `allow_field(actor, action, resource, field)` holds. @throws {ForbiddenError} */
  async authorizeField(
    actor: unknown,
    action: unknown,
    resource: unknown,
    field: unknown,
    settings?: QuestionSettings,
  ): Promise<void> {
    if (!(await this.#decide('allow_field', [actor, action, resource, field], settings)))
      throw new ForbiddenError(textOrNone(action));
  }

  /**
   * The actions that the actor may perform on the resource. What is undecided is left out.
   *
   * @throws {PolarError} `POLAR_RUN_WILDCARD` when a rule allows any action and `allowWildcard` is not set
   */
  authorizedActions(
    actor: unknown,
    resource: unknown,
    settings: EnumerationSettings = {},
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
    action: unknown,
    resource: unknown,
    settings: EnumerationSettings = {},
  ): Promise<Set<string>> {
    return this.#enumerate(
      'authorizedFields',
      'field',
      'allow_field',
      [actor, action, resource, new QueryVariable('field')],
      settings,
    );
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
  query(text: string, settings: QuerySettings = {}): AsyncGenerator<Bindings, void, undefined> {
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
    settings: QuerySettings = {},
  ): AsyncGenerator<Bindings, void, undefined> {
    const { context } = this.#loaded;
    const { query, given } = this.#callOf(context.program, name, args);
    for (const [variable, value] of entriesOf(settings.bindings)) given.set(variable, value);
    return this.#answers(context, query, given, settings);
  }

  // ── inside ──

  async #prepare(policies: PolicyInput | readonly PolicyInput[]): Promise<Loaded> {
    const inputs = listOf(policies);
    if (inputs.length === 0) throw new PolarError('POLAR_LOAD_NO_POLICY', {});
    const report = new Report();
    const policy = buildPolicy(await this.#reader.read(inputs), this.#types, report);
    if (policy === undefined) throw new PolicyError(report.diagnostics);
    const program = link(policy, this.#types);
    const context = this.#contextFor(program);
    for (const query of program.inlineQueries) {
      const question = this.#question(context, query, new Map(), {});
      const holds = await question.next();
      // An answer that only constrains a variable is none: it throws.
      if (holds) question.bindings();
      question.dispose();
      if (!holds) report.error('POLAR_LOAD_INLINE_QUERY_FAILED', { query: textOf(query.span) }, query.span);
    }
    if (report.hasErrors) throw new PolicyError(report.diagnostics);
    for (const warning of policy.warnings) this.#warn(warning);
    const grantability = new Grantability(program, context.equality);
    return { context, grantability, warnings: policy.warnings };
  }

  #typeOf(resource: Class | TypeToken | string): DeclaredType {
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

  #contextFor(program: Program): MachineContext {
    const constants = new Set<unknown>(this.#types.constantNames.map((name) => this.#types.constant(name)));
    return {
      program,
      typeSets: new TypeSets(this.#types),
      members: { types: this.#types, isConstant: (value) => constants.has(value) },
      equality: this.#options.equality ?? 'identity',
      indexes: new Map(),
      // oxlint-disable-next-line no-console -- what a policy prints is meant to be seen
      print: this.#options.print ?? ((text) => console.log(text)),
    };
  }

  #warn(warning: Diagnostic): void {
    if (this.#options.onWarning !== undefined) this.#options.onWarning(warning);
    // oxlint-disable-next-line no-console -- a warning that nobody sees is none
    else console.warn(`[warning] ${renderDiagnostic(warning)}`);
  }

  #question(
    context: MachineContext,
    query: LinkedQuery,
    given: ReadonlyMap<string, unknown>,
    settings: QuerySettings,
  ): Question {
    return new Question(context, query, given, {
      limits:
        settings.limits === undefined ? this.#limits : limitsOf({ ...this.#limits, ...settings.limits }),
      signal: settings.signal,
      acceptExpression: settings.acceptExpression ?? false,
    });
  }

  async *#answers(
    context: MachineContext,
    query: LinkedQuery,
    given: ReadonlyMap<string, unknown>,
    settings: QuerySettings,
  ): AsyncGenerator<Bindings, void, undefined> {
    const question = this.#question(context, query, given, settings);
    try {
      while (await question.next()) yield question.bindings();
    } finally {
      question.dispose();
    }
  }

  async #decide(
    kind: Decision['kind'],
    args: readonly unknown[],
    settings: QuestionSettings = {},
  ): Promise<boolean> {
    const decision = this.#begin(kind, args, settings);
    let holds: boolean;
    try {
      holds = decision.end(await decision.question.next());
    } catch (error) {
      holds = decision.fail(error);
    } finally {
      decision.question.dispose();
    }
    // No answer goes out before it is recorded.
    if (decision.recorded() !== undefined) await decision.recorded();
    return holds;
  }

  #decideSync(kind: Decision['kind'], args: readonly unknown[], settings: QuestionSettings = {}): boolean {
    const decision = this.#begin(kind, args, settings);
    let holds: boolean;
    try {
      holds = decision.end(decision.question.nextSync());
    } catch (error) {
      holds = decision.fail(error);
    } finally {
      decision.question.dispose();
    }
    if (decision.recorded() !== undefined) {
      throw new PolarError('POLAR_RUN_PROMISE_IN_SYNC', { what: 'what `onDecision` gave' });
    }
    return holds;
  }

  /** A question whose outcome is reported. */
  #begin(kind: Decision['kind'], args: readonly unknown[], settings: QuestionSettings) {
    const { context } = this.#loaded;
    const { query, given } = this.#callOf(context.program, kind, args);
    const question = this.#question(context, query, given, settings);
    const { onDecision } = this.#options;
    if (onDecision === undefined) {
      const fail = (error: unknown) => this.#undecided(error);
      return { question, end: (holds: boolean) => holds, fail, recorded: () => undefined };
    }
    let recorded: PromiseLike<unknown> | undefined;
    const at = this.#clock();
    const started = performance.now();
    const isRequest = kind === 'allow_request';
    const report = (outcome: Outcome, proof: readonly Frame[], error?: unknown): void => {
      const rule = decisiveRule(proof);
      const result: unknown = onDecision({
        kind,
        actor: args[0],
        action: isRequest ? undefined : args[1],
        resource: isRequest ? args[1] : args[2],
        field: args[3],
        outcome,
        rule: rule && referenceTo(rule),
        proof: proof.flatMap((frame) => (frame.rule === undefined ? [] : [referenceTo(frame.rule)])),
        error,
        policy: context.program.policy.hash,
        at,
        durationMs: performance.now() - started,
      });
      if (!isThenable(result)) return;
      recorded = result;
      // Awaited by who asked; when the question itself fails, that failure is what counts.
      result.then(undefined, () => {});
    };
    let isReported = false;
    return {
      question,
      recorded: () => recorded,
      end: (holds: boolean): boolean => {
        isReported = true;
        report(holds ? 'allowed' : 'denied', holds ? question.proof : []);
        return holds;
      },
      fail: (error: unknown): false => {
        // What the hook itself threw is not a decision to report again.
        if (!isReported) report(isUndecided(error) ? 'undecided' : 'error', [], error);
        return this.#undecided(error);
      },
    };
  }

  /** With `undecided: 'deny'`, what the data could not decide is a refusal; anything else goes on as an error. */
  #undecided(error: unknown): false {
    if (this.#options.undecided === 'deny' && isUndecided(error)) return false;
    throw error;
  }

  async #refusal(
    actor: unknown,
    action: unknown,
    resource: unknown,
    settings: AuthorizeSettings,
  ): Promise<Error> {
    const { readAction = 'read', hideUnreadable = true } = this.#options;
    const name = textOrNone(action);
    if (!hideUnreadable || settings.checkRead === false) return new ForbiddenError(name);
    if (action === readAction) return new NotFoundError(name);
    const { context } = this.#loaded;
    const { query, given } = this.#callOf(context.program, 'allow', [actor, readAction, resource]);
    const question = this.#question(context, query, given, settings);
    try {
      return (await question.next()) ? new ForbiddenError(name) : new NotFoundError(name);
    } catch (error) {
      // Whether it may be read is not known, so it stays hidden.
      if (isUndecided(error)) return new NotFoundError(name);
      throw error;
    } finally {
      question.dispose();
    }
  }

  async #enumerate(
    method: string,
    what: string,
    rule: string,
    args: readonly unknown[],
    settings: EnumerationSettings,
  ): Promise<Set<string>> {
    const found = new Set<string>();
    try {
      for await (const answer of this.queryRule(rule, args, settings)) {
        const value = answer.get(what);
        if (value instanceof QueryVariable) {
          if (settings.allowWildcard === true) return new Set(['*']);
          throw new PolarError('POLAR_RUN_WILDCARD', { method, what });
        }
        found.add(value as string);
      }
    } catch (error) {
      if (!isUndecided(error)) throw error;
    }
    return found;
  }

  /** The question `name(…args)`: arguments that are variables are asked for, the others are given. */
  #callOf(
    program: Program,
    name: string,
    args: readonly unknown[],
  ): { query: LinkedQuery; given: Map<string, unknown> } {
    const asked = args.map((arg) => (arg instanceof QueryVariable ? arg.name : undefined));
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
      if (isThenable(arg)) arg.then(undefined, () => {});
    });
    return { query, given };
  }
}

/** The questions of one actor. */
export class ActorAuthorizer<Actor = unknown> {
  constructor(
    readonly authorizer: Authorizer,
    readonly actor: Actor,
  ) {}

  /** May this actor do this? */
  can(action: string, resource: unknown, settings?: QuestionSettings): Promise<boolean> {
    return this.authorizer.isAllowed(this.actor, action, resource, settings);
  }

  async cannot(action: string, resource: unknown, settings?: QuestionSettings): Promise<boolean> {
    return !(await this.can(action, resource, settings));
  }

  authorize<Resource>(
    action: string,
    resource: Resource,
    settings?: AuthorizeSettings,
  ): Promise<Awaited<Resource>> {
    return this.authorizer.authorize(this.actor, action, resource, settings);
  }

  authorizeField(
    action: string,
    resource: unknown,
    field: string,
    settings?: QuestionSettings,
  ): Promise<void> {
    return this.authorizer.authorizeField(this.actor, action, resource, field, settings);
  }

  authorizeRequest(request: unknown, settings?: QuestionSettings): Promise<void> {
    return this.authorizer.authorizeRequest(this.actor, request, settings);
  }

  actions(resource: unknown, settings?: EnumerationSettings): Promise<Set<string>> {
    return this.authorizer.authorizedActions(this.actor, resource, settings);
  }

  fields(action: string, resource: unknown, settings?: EnumerationSettings): Promise<Set<string>> {
    return this.authorizer.authorizedFields(this.actor, action, resource, settings);
  }
}

const listOf = (policies: PolicyInput | readonly PolicyInput[]): readonly PolicyInput[] =>
  Array.isArray(policies) ? (policies as readonly PolicyInput[]) : [policies as PolicyInput];

const entriesOf = (bindings: QuerySettings['bindings']): Iterable<[string, unknown]> =>
  bindings instanceof Map ? (bindings as ReadonlyMap<string, unknown>) : Object.entries(bindings ?? {});

const definedNames = (program: Program): string[] =>
  [...program.predicates.values()].filter((p) => p.isDefined).map((p) => p.name);

const textOrNone = (action: unknown): string | undefined => (typeof action === 'string' ? action : undefined);

/** Whether an error says that the data could not decide. */
export const isUndecided = (error: unknown): error is PolarError =>
  isPolarError(error) && error.code.startsWith('POLAR_UNDECIDED_');
