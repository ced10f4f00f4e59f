import type { PolicyProfile, ProfiledCheck } from '../profile/profile.js';
import { PolarError, isUndecided } from '../diagnostics/polar-error.js';
import type { Enumeration, QueryLimits } from '../engine/compiled/compiled-policy.js';
import type { HostReplay } from '../engine/host-replay.js';
import type { Limits } from '../engine/limits.js';
import type { Arguments, QueryRun } from '../engine/query/query-run.js';
import type { Explanation } from '../explanation/explanation.js';
import type { FieldConditions, RowCondition } from '../filter/row-condition.js';
import { ignoreRejection } from '../host/handle-rejections.js';
import { monotonicClock } from '../internal/monotonic-clock.js';
import { entryArities } from '../engine/entry-arities.js';
import { FieldBatch } from './field-batch.js';
import { missingResource } from './missing-resource.js';
import { validateQueryOptions } from './validate-options.js';
import { isQueryVariable, QueryVariable } from '../terms/query-variable.js';
import type { LinkedQuery } from '../ir/program.js';
import type { PolicyVersion } from '../policy/policy-version.js';
import type { Decider } from './base-authorizer.js';
import { DecisionLog } from './decision-log.js';
import { DecisionRecorder, RecordedCheck } from './decision-recorder.js';
import { outcomeOfError, type Decision, type DecisionOutcome } from './decision.js';
import type { CompiledChecks } from './deferred-policy.js';
import type { DenialWarnings } from './denial-warnings.js';
import type { TypeReference } from './find-type.js';
import type { GrantableActions } from './grantable-actions.js';
import type { LoadedPolicy } from './loaded-policy.js';
import { onDemand } from './on-demand.js';
import type { AuthorizerOptions } from './options.js';
import type {
  CheckContext,
  CheckOptions,
  EnumerationOptions,
  ExplainOptions,
  RefusalOptions,
} from './query-options.js';
import { ownLimitsOf } from './own-limits.js';
import type { QueryRunner } from './query-runner.js';
import { resourceTypeOf } from './resource-type.js';
import { SystemTime } from './system-time.js';
import type { DerivedCondition } from '../partial/where.js';
import type { WhereExplanation } from './where-explanation.js';

/** The parts of an authorizer that decisions need, and that stay the same when it reloads its policy. */
export class DecisionContext {
  readonly log: DecisionLog | undefined;
  readonly #systemTime = new SystemTime();

  constructor(
    readonly options: AuthorizerOptions,
    readonly limits: Limits,
  ) {
    this.log = options.onDecision && new DecisionLog(options.onDecision, options);
  }

  /** Returns the reading of `performance.now()` at the beginning of a check, if checks are measured. */
  start(): number | undefined {
    return this.options.decisionDuration === true ? monotonicClock.now() : undefined;
  }

  /** Returns the time of a check that begins now, by the option `clock`. @param startedMs the result of `start` */
  timeOf(startedMs: number | undefined): Date {
    const { clock } = this.options;
    if (clock !== undefined) return clock();
    return startedMs === undefined ? this.#systemTime.now() : this.#systemTime.at(startedMs);
  }
}

/** Returns a context whose decisions are not recorded. */
export const withoutRecords = ({ options, limits }: DecisionContext): DecisionContext => {
  const { onDecision: _, ...others } = options;
  return new DecisionContext(others, limits);
};

/**
 * The kind of a check.
 *
 * - `'sync'`: it returns a boolean, and is recorded
 * - `'async'`: it can return a promise, and is recorded
 * - `'unrecorded'` and `'unrecordedSync'`: the same, but `onDecision` does not receive it
 */
export type Mode = 'sync' | 'async' | 'unrecorded' | 'unrecordedSync';

/** A check that has been decided, as the application sees it. */
export interface DecidedCheck {
  readonly kind: Decision['kind'];
  readonly args: Arguments;
  readonly outcome: DecisionOutcome;
  readonly error: unknown;
  /** Whether the check must not wait for promises. */
  readonly isSync: boolean;
}

/** Receives each decided check, except the unrecorded ones. It neither throws nor runs code of the application. */
export type OnDecided = (check: DecidedCheck) => void;

// One promise for all checks, because a new one for each check would cost more than the check.
const allowed = Promise.resolve(true);
const denied = Promise.resolve(false);

/**
 * Decides the checks of one loaded policy. `decide` is the only place that chooses between the compiled engine and the machine. The
 * machine takes the checks from which the compiled engine bails out.
 */
export class DecisionEngine implements Decider {
  readonly queries: QueryRunner;
  readonly warnings: DenialWarnings | undefined;
  readonly grantable: GrantableActions;
  readonly #compiled: CompiledChecks | undefined;
  readonly context: DecisionContext;
  /** The version of the policy that decides. */
  readonly policy: PolicyVersion;
  readonly #onDecided: OnDecided | undefined;
  /** Linked queries of checks, for which the arguments are given in their order. */
  readonly #checks = new Map<Decision['kind'], LinkedQuery>();

  constructor(loaded: LoadedPolicy, context: DecisionContext, onDecided?: OnDecided) {
    this.#compiled = loaded.compiled;
    this.context = context;
    this.policy = loaded.version;
    this.#onDecided = onDecided;
    this.queries = loaded.queries;
    this.warnings = loaded.denials;
    this.grantable = loaded.grantable;
  }

  /** Decides `allow(actor, action, resource)`. Its promise warns if it is not awaited. */
  allow(
    actor: unknown,
    action: unknown,
    resource: unknown,
    options: CheckOptions | undefined,
  ): Promise<boolean> {
    const result = this.decide('async', 'allow', 3, actor, action, resource, undefined, options);
    const { warnings } = this;
    if (warnings === undefined) return result === true ? allowed : result === false ? denied : result;
    if (typeof result !== 'boolean')
      return warnings.watch(this.#explained(result, 'allow', [actor, action, resource]), action);
    try {
      warnings.afterAllow(result, actor, action, resource);
    } catch (error) {
      return Promise.reject(error as Error);
    }
    return result ? allowed : warnings.watch(denied, action);
  }

  /** Decides `allow(actor, action, resource)` without waiting. @throws {PolarError} `POLAR_RUN_PROMISE_IN_SYNC` */
  allowSync(actor: unknown, action: unknown, resource: unknown, options: CheckOptions | undefined): boolean {
    const holds = this.decide('sync', 'allow', 3, actor, action, resource, undefined, options) as boolean;
    this.warnings?.afterAllow(holds, actor, action, resource);
    return holds;
  }

  /** Decides any rule: without a promise, if no argument and no value is one. */
  check(
    kind: Decision['kind'],
    args: Arguments,
    options: CheckOptions | undefined,
  ): boolean | Promise<boolean> {
    const result = this.decide('async', kind, args.length, args[0], args[1], args[2], args[3], options);
    if (this.warnings === undefined) return result;
    if (typeof result !== 'boolean') return this.#explained(result, kind, args);
    this.warnings.after(result, kind, args);
    return result;
  }

  /** Decides `allow(actor, action)`, for a call without a resource. The promise rejects if no rule takes two arguments. */
  async allowAnyResource(actor: unknown, action: unknown): Promise<boolean> {
    this.#requireRuleWithoutResource('can');
    return this.#decideAsync('allow', [actor, action], {}, undefined, undefined);
  }

  /** Decides `allow(actor, action)` without a promise. @throws {PolarError} `POLAR_TYPE_INVALID_ARGUMENT` if no rule takes two arguments */
  allowAnyResourceSync(actor: unknown, action: unknown): boolean {
    this.#requireRuleWithoutResource('canSync');
    return this.#decideSync('allow', [actor, action], {}, undefined, undefined);
  }

  #requireRuleWithoutResource(method: string): void {
    const { predicates } = this.queries.context.program;
    if (predicates.get('allow')?.byArity.has(2) !== true) throw missingResource(method);
  }

  /**
   * Decides a rule on the machine, and explains a denial. The explanation comes from the trace of this check, so that it calls the
   * application no more.
   */
  async checkExplained(
    kind: Decision['kind'],
    args: Arguments,
    options: RefusalOptions,
  ): Promise<true | Explanation> {
    const onDecided = this.#onDecided;
    if (onDecided === undefined) return this.#checkExplained(kind, args, options);
    return tell(onDecided, { kind, args, isSync: false }, () => this.#checkExplained(kind, args, options));
  }

  async #checkExplained(
    kind: Decision['kind'],
    args: Arguments,
    options: RefusalOptions,
  ): Promise<true | Explanation> {
    const traced = await this.queries.trace(kind, args, options);
    const holds = await this.#end(this.#recorded(traced.run, kind, args, options, undefined));
    this.warnings?.after(holds, kind, args);
    if (holds) return true;
    return traced.explainDenial();
  }

  /** Finds the condition of `allow` for the rows of a type. Warns if no row satisfies it because of a mistake in the call. */
  async where(
    actor: unknown,
    action: string,
    type: TypeReference,
    options: CheckOptions,
  ): Promise<RowCondition> {
    const found = await this.queries.where(actor, action, type, options);
    this.#warnOfEmptyList(found, actor, action);
    return found.condition;
  }

  /** Finds the condition of `where`, and for each field the filter of the rows on which the actor may perform an action on it. */
  async whereWithFields(
    actor: unknown,
    action: string,
    type: TypeReference,
    fieldAction: string,
    relations: readonly string[],
    options: CheckOptions,
  ): Promise<FieldConditions> {
    const found = await this.queries.whereWithFields(actor, action, type, fieldAction, relations, options);
    this.#warnOfEmptyList(found, actor, action);
    return found;
  }

  /**
   * Finds a row of the database on which an actor may perform an action, and records the decision.
   *
   * @param row a row that has only the key
   * @param find returns the row, or `undefined` if it is refused
   */
  async decideRow(
    actor: unknown,
    action: string,
    row: object,
    options: Pick<CheckOptions, 'context'>,
    find: () => Promise<object | undefined>,
  ): Promise<object | undefined> {
    const { log } = this.context;
    if (log === undefined) return find();
    const recorder = this.#recorder(log, 'allow', [actor, action, row], options);
    let found: object | undefined;
    try {
      found = await find();
    } catch (error) {
      recorder.record(outcomeOfError(error), undefined, error, 'database');
      throw error;
    }
    recorder.record(found === undefined ? 'denied' : 'allowed', undefined, undefined, 'database');
    if (recorder.recorded !== undefined) await recorder.recorded;
    return found;
  }

  #warnOfEmptyList(
    { condition: { filter, type }, missing }: Pick<DerivedCondition, 'condition' | 'missing'>,
    actor: unknown,
    action: string,
  ): void {
    if (filter.kind === 'never') this.warnings?.explainEmptyList(actor, action, type, missing);
  }

  /** Explains the condition of `where`. */
  async explainWhere(
    actor: unknown,
    action: string,
    type: TypeReference,
    options: CheckOptions,
  ): Promise<WhereExplanation> {
    const { explainCondition, hiddenValuesOf } = await onDemand.whereExplanation();
    const hidden = hiddenValuesOf(actor, this.queries.context.typeSets);
    const derived = await this.queries.where(actor, action, type, options, { observer: hidden });
    return explainCondition(derived.condition, derived.followed, hidden);
  }

  /** Decides a rule without a record of the decision and without warnings. */
  checkUnrecorded(
    kind: 'allow' | 'allow_field',
    args: Arguments,
    options: CheckOptions | undefined,
  ): boolean | Promise<boolean> {
    const arity = kind === 'allow' ? 3 : 4;
    return this.decide('unrecorded', kind, arity, args[0], args[1], args[2], args[3], options);
  }

  /** Decides `allow` without a promise, a record and warnings. @throws {PolarError} `POLAR_RUN_PROMISE_IN_SYNC` */
  allowUnrecordedSync(
    actor: unknown,
    action: unknown,
    resource: unknown,
    options: CheckOptions | undefined,
  ): boolean {
    return this.decide('unrecordedSync', 'allow', 3, actor, action, resource, undefined, options) as boolean;
  }

  startFields(fields: readonly string[], context: CheckContext | undefined): FieldBatch {
    return new FieldBatch(fields, context);
  }

  /** Returns the name of a resource's declared type, for the log. */
  typeNameOf(resource: unknown): string | undefined {
    return resourceTypeOf(resource, this.queries.context.typeSets);
  }

  /** Returns the actions that an actor may perform on a resource. */
  actions(actor: unknown, resource: unknown, options: EnumerationOptions): Promise<Set<string>> {
    const args: Arguments = [actor, new QueryVariable('action'), resource];
    return this.#enumerate({ method: 'actions', rule: 'allow', args, options });
  }

  /** Returns the result of `actions` without a promise. @throws {PolarError} `POLAR_RUN_PROMISE_IN_SYNC` */
  actionsSync(actor: unknown, resource: unknown, options: EnumerationOptions): Set<string> {
    const args: Arguments = [actor, new QueryVariable('action'), resource];
    return this.#enumerateSync({ method: 'actionsSync', rule: 'allow', args, options });
  }

  /** Returns the fields on which an actor may perform an action. */
  fields(
    actor: unknown,
    action: unknown,
    resource: unknown,
    options: EnumerationOptions,
  ): Promise<Set<string>> {
    const args: Arguments = [actor, action, resource, new QueryVariable('field')];
    return this.#enumerate({ method: 'fields', rule: 'allow_field', args, options });
  }

  /** Returns the result of `fields` without a promise. @throws {PolarError} `POLAR_RUN_PROMISE_IN_SYNC` */
  fieldsSync(actor: unknown, action: unknown, resource: unknown, options: EnumerationOptions): Set<string> {
    const args: Arguments = [actor, action, resource, new QueryVariable('field')];
    return this.#enumerateSync({ method: 'fieldsSync', rule: 'allow_field', args, options });
  }

  /** Returns the values of one variable for which a rule holds. Queries that are undecided end without an error. */
  async #enumerate(call: EnumerationCall): Promise<Set<string>> {
    const given = this.#enumerateCompiled(call);
    if (given !== undefined) return this.#valuesOf(given, call);
    const found = new Set<string>();
    let [isAny, endsUndecided] = [false, false];
    const run = this.#startEnumeration(call);
    try {
      while (!isAny && (await run.next())) isAny = addValue(found, run, call);
    } catch (error) {
      endsUndecided = this.#leavesOut(error);
    } finally {
      run.dispose();
    }
    return this.#valuesOf({ found, isAny, isUndecided: endsUndecided }, call);
  }

  /** Returns the result of `#enumerate` without a promise. @throws {PolarError} `POLAR_RUN_PROMISE_IN_SYNC` */
  #enumerateSync(call: EnumerationCall): Set<string> {
    const given = this.#enumerateCompiled(call);
    if (given !== undefined) return this.#valuesOf(given, call);
    const found = new Set<string>();
    let [isAny, endsUndecided] = [false, false];
    const run = this.#startEnumeration(call);
    try {
      while (!isAny && run.nextSync()) isAny = addValue(found, run, call);
    } catch (error) {
      endsUndecided = this.#leavesOut(error);
    } finally {
      run.dispose();
    }
    return this.#valuesOf({ found, isAny, isUndecided: endsUndecided }, call);
  }

  #startEnumeration({ rule, args, options }: EnumerationCall): QueryRun {
    const { query, given } = this.queries.prepareCall(rule, args);
    return this.queries.start(query, given, options, this.#compiled?.takeReplay());
  }

  /** Returns true for an undecided condition, which ends an enumeration. @throws every other error */
  #leavesOut(error: unknown): true {
    const { undecidedEndsQuery } = this.queries.context.program.types.dialect;
    if (undecidedEndsQuery || !isUndecided(error)) throw error;
    return true;
  }

  /** Returns the values of an enumeration. @throws {PolarError} `POLAR_RUN_WILDCARD` */
  #valuesOf({ found, isUndecided: endsUndecided, isAny }: Enumeration, call: EnumerationCall): Set<string> {
    const { method, rule, args, options } = call;
    if (isAny) {
      if (options.allowWildcard === true) return new Set(['*']);
      throw new PolarError('POLAR_RUN_WILDCARD', { method, variable: variableOf(call) });
    }
    if (found.size === 0 && !endsUndecided) this.warnings?.explainEnumeration(rule, args);
    return found as Set<string>;
  }

  #enumerateCompiled({ rule, args, options }: EnumerationCall): Enumeration | undefined {
    const { undecidedEndsQuery } = this.queries.context.program.types.dialect;
    // The machine finds the values in the order of the rules, and the first error.
    if (
      undecidedEndsQuery ||
      ownLimitsOf(options, this.queries.limits) !== undefined ||
      args.filter(isQueryVariable).length > 1
    )
      return undefined;
    return this.#compiled?.enumerate(rule, args, rule === 'allow' ? 1 : 3);
  }

  /** Explains whether a rule holds for its arguments. */
  explain(kind: Decision['kind'], args: Arguments, options: ExplainOptions): Promise<Explanation> {
    return this.queries.explainRule(kind, args, options);
  }

  /** Runs checks on the machine, and returns what each rule costs. */
  async profile(
    checks: Iterable<ProfiledCheck> | AsyncIterable<ProfiledCheck>,
    options: Pick<CheckOptions, 'signal'>,
  ): Promise<PolicyProfile> {
    validateQueryOptions(options);
    const { profileChecks } = await onDemand.profile();
    return profileChecks(this.queries, checks, options.signal, () => monotonicClock.now());
  }

  /** Decides a rule. Takes single arguments instead of a list, so that most checks create no object. */
  decide(
    mode: Mode,
    kind: Decision['kind'],
    arity: number,
    a: unknown,
    b: unknown,
    c: unknown,
    d: unknown,
    options: CheckOptions | undefined,
  ): boolean | Promise<boolean> {
    const onDecided = this.#onDecided;
    if (onDecided === undefined || mode === 'unrecorded' || mode === 'unrecordedSync')
      return this.#decide(mode, kind, arity, a, b, c, d, options);
    const check = { kind, args: listOf(arity, a, b, c, d), isSync: mode === 'sync' };
    return tell(onDecided, check, () => this.#decide(mode, kind, arity, a, b, c, d, options));
  }

  #decide(
    mode: Mode,
    kind: Decision['kind'],
    arity: number,
    a: unknown,
    b: unknown,
    c: unknown,
    d: unknown,
    options: CheckOptions | undefined,
  ): boolean | Promise<boolean> {
    const compiled = this.#compiled;
    const own = options === undefined ? undefined : ownLimitsOf(options, this.queries.limits);
    if (compiled === undefined || own === 'machine')
      return this.#runMachine(mode, kind, listOf(arity, a, b, c, d), options);
    const { log } = this.context;
    if (log !== undefined && (mode === 'sync' || mode === 'async'))
      return this.#runRecorded(log, compiled, mode, kind, listOf(arity, a, b, c, d), options, own);
    if (compiled.prefersAsync && (mode === 'async' || mode === 'unrecorded')) {
      const args = listOf(arity, a, b, c, d);
      const machine = (replay: HostReplay | undefined) =>
        Promise.resolve(this.#runMachine(mode, kind, args, options, replay));
      return compiled.checkAsync({ rule: kind, arity, args, own, decided: isDecided, machine });
    }
    const holds =
      kind === 'allow' && own === undefined
        ? compiled.allow(a, b, c)
        : compiled.check(kind, arity, a, b, c, d, own);
    if (holds !== undefined) return holds;
    return this.#runMachine(mode, kind, listOf(arity, a, b, c, d), options, compiled.takeReplay());
  }

  /** Runs a check on the compiled engine, and records its decision. */
  #runRecorded(
    log: DecisionLog,
    compiled: CompiledChecks,
    mode: 'sync' | 'async',
    kind: Decision['kind'],
    args: Arguments,
    options: CheckOptions | undefined,
    own: QueryLimits | undefined,
  ): boolean | Promise<boolean> {
    let recorder: DecisionRecorder;
    let holds: boolean | undefined;
    try {
      recorder = this.#recorder(log, kind, args, options);
      if (compiled.prefersAsync && mode === 'async')
        return this.#checkAsync(compiled, recorder, options, own);
      holds =
        kind === 'allow' && own === undefined
          ? compiled.allow(args[0], args[1], args[2])
          : compiled.check(kind, args.length, args[0], args[1], args[2], args[3], own);
      if (holds === undefined)
        return this.#runMachine(mode, kind, args, options, compiled.takeReplay(), recorder);
      if (holds) recorder.record('allowed', compiled.proofOf(kind), undefined, compiled.kind);
      else recorder.denied(compiled.takeUndecidedError(), compiled.kind);
    } catch (error) {
      if (mode === 'sync') throw error;
      return Promise.reject(error as Error);
    }
    const { recorded } = recorder;
    if (recorded === undefined) return holds;
    return mode === 'sync' ? refusePromise() : afterRecord(recorded, holds);
  }

  /** Runs a check on compiled code that awaits promises, and records its decision. */
  async #checkAsync(
    compiled: CompiledChecks,
    recorder: DecisionRecorder,
    options: CheckOptions | undefined,
    own: QueryLimits | undefined,
  ): Promise<boolean> {
    const { kind: rule, args } = recorder;
    try {
      return await compiled.checkAsync({
        rule,
        arity: args.length,
        args,
        own,
        decided: (holds, proof, undecided) => recorder.decided(holds, proof, undecided, compiled.kind),
        machine: (replay) => this.#decideAsync(rule, args, options ?? {}, replay, recorder),
      });
    } catch (error) {
      // The time is up, or the signal was aborted. Other errors are recorded already.
      recorder.record('error', undefined, error, compiled.kind);
      throw error;
    }
  }

  #runMachine(
    mode: Mode,
    kind: Decision['kind'],
    args: Arguments,
    options: CheckOptions = {},
    replay?: HostReplay,
    recorder?: DecisionRecorder,
  ): boolean | Promise<boolean> {
    switch (mode) {
      case 'sync':
        return this.#decideSync(kind, args, options, replay, recorder);
      case 'async':
        return this.#decideAsync(kind, args, options, replay, recorder);
      case 'unrecorded':
        return this.#decideUnrecorded(kind, args, options, replay);
      case 'unrecordedSync':
        return this.#decideUnrecordedSync(kind, args, options, replay);
    }
  }

  // Async, so that an invalid option rejects the promise instead of being thrown.
  async #decideAsync(
    kind: Decision['kind'],
    args: Arguments,
    options: CheckOptions,
    replay: HostReplay | undefined,
    recorder: DecisionRecorder | undefined,
  ): Promise<boolean> {
    return this.#end(this.#start(kind, args, options, replay, recorder));
  }

  async #end(check: RecordedCheck): Promise<boolean> {
    let holds: boolean;
    try {
      holds = check.end((await check.query.next()) && this.#isAnswer(check.query));
    } catch (error) {
      holds = check.fail(error);
    } finally {
      check.query.dispose();
    }
    // With `decisionLog: 'required'` a check ends only when its decision is recorded.
    if (check.recorded !== undefined) await check.recorded;
    return holds;
  }

  /** Returns true. In oso, an answer that constrains a variable of the check is an error. */
  #isAnswer(run: QueryRun): true {
    if (this.queries.context.program.types.dialect.readsAnswersOfChecks) run.bindings();
    return true;
  }

  #decideSync(
    kind: Decision['kind'],
    args: Arguments,
    options: CheckOptions,
    replay: HostReplay | undefined,
    recorder: DecisionRecorder | undefined,
  ): boolean {
    const check = this.#start(kind, args, options, replay, recorder);
    let holds: boolean;
    try {
      holds = check.end(check.query.nextSync() && this.#isAnswer(check.query));
    } catch (error) {
      holds = check.fail(error);
    } finally {
      check.query.dispose();
    }
    return check.recorded === undefined ? holds : refusePromise();
  }

  async #decideUnrecorded(
    kind: Decision['kind'],
    args: Arguments,
    options: CheckOptions,
    replay: HostReplay | undefined,
  ): Promise<boolean> {
    const { query, given } = this.queries.prepareCall(kind, args);
    const run = this.queries.start(query, given, options, replay);
    try {
      return (await run.next()) && this.#isAnswer(run);
    } finally {
      run.dispose();
    }
  }

  #decideUnrecordedSync(
    kind: Decision['kind'],
    args: Arguments,
    options: CheckOptions,
    replay: HostReplay | undefined,
  ): boolean {
    const { query, given } = this.queries.prepareCall(kind, args);
    const run = this.queries.start(query, given, options, replay);
    try {
      return run.nextSync() && this.#isAnswer(run);
    } finally {
      run.dispose();
    }
  }

  #start(
    kind: Decision['kind'],
    args: Arguments,
    options: CheckOptions,
    replay: HostReplay | undefined,
    started: DecisionRecorder | undefined,
  ): RecordedCheck {
    return this.#recorded(this.#startQuery(kind, args, options, replay), kind, args, options, started);
  }

  #recorded(
    query: QueryRun,
    kind: Decision['kind'],
    args: Arguments,
    options: CheckOptions,
    started: DecisionRecorder | undefined,
  ): RecordedCheck {
    const { log, options: own } = this.context;
    const recorder = started ?? (log && this.#recorder(log, kind, args, options));
    return new RecordedCheck(query, recorder, own.undecided === 'deny');
  }

  #recorder(
    log: DecisionLog,
    kind: Decision['kind'],
    args: Arguments,
    options: CheckOptions | undefined,
  ): DecisionRecorder {
    const startedMs = this.context.start();
    const at = this.context.timeOf(startedMs);
    const { typeSets } = this.queries.context;
    return new DecisionRecorder(log, kind, args, this.policy, typeSets, options?.context, at, startedMs);
  }

  #startQuery(
    kind: Decision['kind'],
    args: Arguments,
    options: CheckOptions,
    replay: HostReplay | undefined,
  ): QueryRun {
    const { queries } = this;
    // The query of a kind is kept for its usual number of arguments.
    if (args.length !== entryArities[kind] || args.some(isQueryVariable)) {
      const { query, given } = queries.prepareCall(kind, args);
      return queries.start(query, given, options, replay);
    }
    let query = this.#checks.get(kind);
    if (query === undefined) {
      ({ query } = queries.prepareCall(kind, args));
      this.#checks.set(kind, query);
    }
    for (const arg of args) ignoreRejection(arg);
    return queries.start(query, args, options, replay);
  }

  async #explained(result: Promise<boolean>, kind: Decision['kind'], args: Arguments): Promise<boolean> {
    const holds = await result;
    this.warnings?.after(holds, kind, args);
    return holds;
  }
}

/** Decides a check, and passes its outcome to a listener. */
function tell<Result>(
  onDecided: OnDecided,
  check: Omit<DecidedCheck, 'outcome' | 'error'>,
  decide: () => Result | Promise<Result>,
): Result | Promise<Result> {
  const decided = (result: Result): Result => {
    onDecided({ ...check, outcome: result === true ? 'allowed' : 'denied', error: undefined });
    return result;
  };
  const failed = (error: unknown): never => {
    onDecided({ ...check, outcome: outcomeOfError(error), error });
    throw error;
  };
  let result: Result | Promise<Result>;
  try {
    result = decide();
  } catch (error) {
    return failed(error);
  }
  return result instanceof Promise ? result.then(decided, failed) : decided(result);
}

const listOf = (arity: number, a: unknown, b: unknown, c: unknown, d: unknown): Arguments =>
  arity === 3 ? [a, b, c] : arity === 2 ? [a, b] : [a, b, c, d];

/** A call that lists the values of the variable among the arguments for which a rule holds. */
interface EnumerationCall {
  readonly method: string;
  readonly rule: 'allow' | 'allow_field';
  /** The arguments of the rule, one of which is a variable. */
  readonly args: Arguments;
  readonly options: EnumerationOptions;
}

const variableOf = ({ rule }: EnumerationCall): string => (rule === 'allow' ? 'action' : 'field');

/** Adds the value of a variable in an answer. @returns whether the answer has every value */
function addValue(found: Set<string>, run: QueryRun, call: EnumerationCall): boolean {
  const value = run.bindings().get(variableOf(call));
  if (isQueryVariable(value)) return true;
  found.add(value as string);
  return false;
}

const isDecided = (holds: boolean): boolean => holds;

async function afterRecord(recorded: PromiseLike<unknown>, holds: boolean): Promise<boolean> {
  await recorded;
  return holds;
}

function refusePromise(): never {
  throw new PolarError('POLAR_RUN_PROMISE_IN_SYNC', { origin: 'the result of `onDecision`' });
}
