import { Report } from '../diagnostics/report.js';
import { PolarError } from '../diagnostics/polar-error.js';
import { PolicyError } from '../diagnostics/policy-error.js';
import { Source } from '../diagnostics/source.js';
import type { HostReplay } from '../engine/host-replay.js';
import type { Limits } from '../engine/limits.js';
import type { ProgramContext } from '../engine/program-context.js';
import { QueryRun, type Bindings, type QueryRunOptions } from '../engine/query/query-run.js';
import { isQueryVariable } from '../terms/query-variable.js';
import type { ActorCondition, FieldConditions } from '../filter/row-condition.js';
import { ignoreRejection } from '../host/handle-rejections.js';
import { columnsOf, type DeclaredType } from '../types/declared-type.js';
import { givenName, linkCall, linkQuery } from '../ir/link.js';
import type { LinkedQuery } from '../ir/program.js';
import type { DerivedCondition, WhereOptions } from '../partial/where.js';
import { parseQuery } from '../syntax/parser.js';
import { findType, type TypeReference } from './find-type.js';
import { onDemand } from './on-demand.js';
import type { TracedQuery } from '../explanation/explain-query.js';
import type { Explanation } from '../explanation/explanation.js';
import type {
  CheckOptions,
  ExplainOptions,
  ExplainQueryOptions,
  QueryOptions,
  RefusalOptions,
} from './query-options.js';
import { validateArgument, isText, validateQueryOptions } from './validate-options.js';
import { validateExplainOptions } from './validate-load-options.js';
import { limitsOf } from './limits-of.js';

/** A query that is ready to run: `given` has the values of its variables, by name. */
export interface PreparedQuery {
  readonly query: LinkedQuery;
  readonly given: Map<string, unknown>;
}

/** The number of calls that stay linked. */
const maxLinked = 256;

/** Runs queries of one loaded policy on the machine. */
export class QueryRunner {
  /** Linked calls, by the name of the rule and the variables among its arguments. */
  readonly #linked = new Map<string, LinkedQuery>();

  constructor(
    readonly context: ProgramContext,
    readonly limits: Limits,
    readonly createMachine?: QueryRunOptions['createMachine'],
  ) {}

  /** Parses a query and returns its answers. @throws {PolicyError} immediately, for a syntax error */
  query(text: string, options: QueryOptions): AsyncGenerator<Bindings, void, undefined> {
    validateQueryOptions(options);
    return this.#answers(this.prepareText('policy.query(text)', text, options.bindings), options);
  }

  /** Parses a query and links it. @param call the call of the application, for errors */
  prepareText(call: string, text: string, bindings: QueryOptions['bindings']): PreparedQuery {
    validateArgument(call, text, "a query in Polar, such as 'has_role(user, name, repo)'", isText);
    const report = new Report();
    const { types } = this.context.program;
    const term = parseQuery(new Source(text), report, types.dialect);
    if (term === undefined || report.hasErrors) throw new PolicyError(report.diagnostics);
    const query = linkQuery(term, this.context.program);
    const given = new Map<string, unknown>();
    for (const [name, value] of entriesOf(bindings)) {
      if (query.slotNames.includes(name)) given.set(name, value);
      else if (!types.dialect.ignoresUnknownBindings)
        throw new PolarError('POLAR_RUN_NO_SUCH_BINDING', { name });
    }
    return { query, given };
  }

  /** Explains the outcome of a query in Polar. @throws {PolicyError} for a syntax error */
  async explainText(text: string, options: ExplainQueryOptions): Promise<Explanation> {
    validateExplainOptions(options);
    return this.#explain(this.prepareText('policy.explainQuery(text)', text, options.bindings), options);
  }

  /** Explains whether a rule holds for its arguments. */
  async explainRule(name: string, args: readonly unknown[], options: ExplainOptions): Promise<Explanation> {
    validateExplainOptions(options);
    return this.#explain(this.prepareCall(name, args), options);
  }

  async #explain({ query, given }: PreparedQuery, options: ExplainOptions): Promise<Explanation> {
    const { limits = {}, signal } = options;
    const run = { limits: limitsOf({ ...this.limits, ...limits }), signal, acceptExpression: true };
    const { explainQuery } = await onDemand.explanation();
    return explainQuery(this.context, query, given, run, options);
  }

  /** Starts a check that can be explained. */
  async trace(name: string, args: readonly unknown[], options: RefusalOptions): Promise<TracedQuery> {
    validateQueryOptions(options);
    if (typeof options.explain === 'object') validateExplainOptions(options.explain);
    const { query, given } = this.prepareCall(name, args);
    const { limits = {}, signal } = options;
    const run = { limits: limitsOf({ ...this.limits, ...limits }), signal, acceptExpression: false };
    const { TracedQuery: Traced } = await onDemand.explanation();
    return new Traced(
      this.context,
      query,
      given,
      run,
      typeof options.explain === 'object' ? options.explain : {},
    );
  }

  /** Returns the answers of one rule. */
  queryRule(
    name: string,
    args: readonly unknown[],
    options: QueryOptions,
  ): AsyncGenerator<Bindings, void, undefined> {
    validateArgument('policy.queryRule(name, args)', name, "the name of a rule, such as 'has_role'", isText);
    validateArgument(
      'policy.queryRule(name, args)',
      args,
      'a list of arguments, such as [user, repo]',
      Array.isArray,
    );
    validateQueryOptions(options);
    const prepared = this.prepareCall(name, args);
    for (const [variable, value] of entriesOf(options.bindings)) prepared.given.set(variable, value);
    return this.#answers(prepared, options);
  }

  /**
   * Returns the condition of `allow(actor, action, row)` for a row of a type.
   *
   * @param explanation given for a condition with the rules that it comes from
   */
  async where(
    actor: unknown,
    action: string,
    type: TypeReference,
    options: CheckOptions,
    explanation?: WhereOptions['explanation'],
  ): Promise<DerivedCondition> {
    const method = explanation === undefined ? 'where' : 'explainWhere';
    const { name } = this.#typeOfRows(`${method}(actor, action, type)`, action, type, options);
    const { where } = await onDemand.where();
    return where(this.context, actor, action, name, { ...this.#whereOptions(options), explanation });
  }

  /** Returns the condition of `where`, and the filter of the rows that show each column of the type and some of its relations. */
  async whereWithFields(
    actor: unknown,
    action: string,
    type: TypeReference,
    fieldAction: string,
    relations: readonly string[],
    options: CheckOptions,
  ): Promise<FieldConditions & Pick<DerivedCondition, 'missing'>> {
    const call = 'list(actor, action, type)';
    const { name, fields } = this.#typeOfRows(call, action, type, options);
    const { whereWithFields } = await onDemand.where();
    const own = this.#whereOptions(options);
    const shown = fields === undefined ? [] : [...columnsOf(fields), ...relations];
    return whereWithFields(this.context, actor, action, name, fieldAction, shown, own);
  }

  /** Checks the arguments of a call, and returns the type of its rows. */
  #typeOfRows(call: string, action: string, type: TypeReference, options: CheckOptions): DeclaredType {
    if (!this.context.program.types.dialect.loadsUncheckedPolicies)
      validateArgument(call, action, "an action, such as 'read'", isText);
    validateQueryOptions(options);
    return findType(this.context.program.types, call, type);
  }

  /** Returns the condition of `allow(actor, action, row)` for every actor of a type. */
  async whereActorIs(
    actorType: TypeReference,
    action: string,
    type: TypeReference,
    options: CheckOptions,
  ): Promise<ActorCondition> {
    const call = 'whereActorIs(actorType, action, type)';
    validateArgument(call, action, "an action, such as 'read'", isText);
    validateQueryOptions(options);
    const { types } = this.context.program;
    const { name: actorName } = findType(types, call, actorType);
    const { name } = findType(types, call, type);
    const { whereActorIs } = await onDemand.where();
    return whereActorIs(this.context, actorName, action, name, this.#whereOptions(options));
  }

  #whereOptions({ limits, signal }: CheckOptions): WhereOptions {
    return { limits: limits === undefined ? this.limits : limitsOf({ ...this.limits, ...limits }), signal };
  }

  /** Prepares the query `name(…args)`. Its variables are the `QueryVariable`s among the arguments. */
  prepareCall(name: string, args: readonly unknown[]): PreparedQuery {
    const variables = args.map((arg) => (isQueryVariable(arg) ? arg.name : undefined));
    const key = JSON.stringify([name, ...variables.map((variable) => variable ?? null)]);
    let query = this.#linked.get(key);
    if (query === undefined) {
      query = linkCall(name, variables, this.context.program);
      if (this.#linked.size < maxLinked) this.#linked.set(key, query);
    }
    const given = new Map<string, unknown>();
    args.forEach((arg, i) => {
      if (variables[i] === undefined) given.set(givenName(i), arg);
      ignoreRejection(arg);
    });
    return { query, given };
  }

  /**
   * Starts a query.
   *
   * @param given the values of its variables, by name, or in the order of the arguments
   * @param replay the results of the calls that the compiled engine has made for this query
   * @param keepsProofs whether the application counts the answers, of which there is one for each proof
   * @throws {PolarError} `POLAR_TYPE_INVALID_OPTION`
   */
  start(
    query: LinkedQuery,
    given: ReadonlyMap<string, unknown> | readonly unknown[],
    options: QueryOptions,
    replay?: HostReplay,
    keepsProofs = false,
  ): QueryRun {
    validateQueryOptions(options);
    const { limits } = this;
    const { createMachine } = this;
    return this.createRun(query, given, {
      limits: options.limits === undefined ? limits : limitsOf({ ...limits, ...options.limits }),
      signal: options.signal,
      acceptExpression: options.acceptExpression ?? false,
      keepsProofs,
      replay,
      ...(createMachine && { createMachine }),
    });
  }

  protected createRun(
    query: LinkedQuery,
    given: ReadonlyMap<string, unknown> | readonly unknown[],
    options: QueryRunOptions,
  ): QueryRun {
    return new QueryRun(this.context, query, given, options);
  }

  async *#answers(
    { query, given }: PreparedQuery,
    options: QueryOptions,
  ): AsyncGenerator<Bindings, void, undefined> {
    const run = this.start(query, given, options, undefined, true);
    try {
      while (await run.next()) yield run.bindings();
    } finally {
      run.dispose();
    }
  }
}

const entriesOf = (bindings: QueryOptions['bindings']): Iterable<[string, unknown]> =>
  bindings instanceof Map ? (bindings as ReadonlyMap<string, unknown>) : Object.entries(bindings ?? {});
