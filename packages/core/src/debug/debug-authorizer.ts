import type { Authorizer } from '../authorization/authorizer.js';
import type { CheckOptions, QueryOptions } from '../authorization/query-options.js';
import { QueryRunner, type PreparedQuery } from '../authorization/query-runner.js';
import { limitsOf } from '../authorization/limits-of.js';
import type { Limits } from '../engine/limits.js';
import type { ProgramContext } from '../engine/program-context.js';
import { QueryRun, type Bindings, type QueryRunOptions } from '../engine/query/query-run.js';
import type { LinkedQuery } from '../ir/program.js';
import type { BreakpointSettings } from './breakpoint-settings.js';
import { Breakpoints } from './breakpoints.js';
import { DebugMachine } from './debug-machine.js';
import { DebugSession, type SessionOptions } from './debug-session.js';
import type { Debugger } from './debugger.js';

/** Options of a query that is stepped through. */
export interface DebugSessionOptions extends QueryOptions, SessionOptions {
  readonly breakpoints?: BreakpointSettings;
}

/**
 * Starts a query that is stepped through by calls: synchronously with `forwardSync`, else with `forward`.
 *
 * @throws {PolicyError} for a syntax error
 * @example
 * const session = createDebugSession(authorizer, 'allow(user, "read", note)', { bindings: { user, note } });
 * const stop = session.forwardSync('into');
 */
export function createDebugSession(
  authorizer: Authorizer,
  text: string,
  options: DebugSessionOptions = {},
): DebugSession {
  const queries = queriesOf(authorizer);
  const { query, given } = queries.prepareText(
    'createDebugSession(authorizer, text)',
    text,
    options.bindings,
  );
  let machine: DebugMachine | undefined;
  const run = new QueryRun(queries.context, query, given, {
    ...runOptions(queries, options),
    createMachine: (...args) => (machine = new DebugMachine(...args)),
  });
  const breakpoints = new Breakpoints();
  breakpoints.set(options.breakpoints ?? {}, [queries.context.program]);
  return new DebugSession(run, machine!, breakpoints, options);
}

/** Adds the policy of an authorizer to a debugger, so that it finds breakpoints in it before the first query. */
export const addPolicy = (authorizer: Authorizer, debug: Debugger): void =>
  debug.add(queriesOf(authorizer).context.program);

/** Runs a query that stops for a debugger, and yields its answers. @throws {PolicyError} for a syntax error */
export function debugQuery(
  authorizer: Authorizer,
  text: string,
  debug: Debugger,
  options: QueryOptions = {},
): AsyncGenerator<Bindings, void, undefined> {
  const queries = queriesOf(authorizer);
  return answersOf(
    queries,
    queries.prepareText('debugQuery(authorizer, text)', text, options.bindings),
    debug,
    options,
  );
}

/** Decides `allow(actor, action, resource)` in a query that stops for a debugger. `onDecision` does not receive it. */
export async function debugCheck(
  authorizer: Authorizer,
  actor: unknown,
  action: string,
  resource: unknown,
  debug: Debugger,
  options: CheckOptions = {},
): Promise<boolean> {
  const queries = queriesOf(authorizer);
  const prepared = queries.prepareCall('allow', [actor, action, resource]);
  for await (const _answer of answersOf(queries, prepared, debug, options)) return true;
  return false;
}

async function* answersOf(
  queries: QueryRunner,
  { query, given }: PreparedQuery,
  debug: Debugger,
  options: QueryOptions,
): AsyncGenerator<Bindings, void, undefined> {
  debug.add(queries.context.program);
  const run = debug.start(queries.context, query, given, runOptions(queries, options));
  try {
    while (await run.next()) yield run.bindings();
  } finally {
    run.dispose();
  }
}

const runOptions = (
  queries: QueryRunner,
  { limits, signal, acceptExpression = false }: QueryOptions,
): QueryRunOptions => ({
  limits: limits === undefined ? queries.limits : limitsOf({ ...queries.limits, ...limits }),
  signal,
  acceptExpression,
  keepsProofs: true,
});

/** The runner of an authorizer is an implementation detail of this package, which its public methods do not give. */
const queriesOf = (authorizer: Authorizer): QueryRunner =>
  (authorizer as unknown as { readonly decider: { readonly queries: QueryRunner } }).decider.queries;

/** Runs the queries of an authorizer so that a debugger can stop them. */
export class InspectedQueryRunner extends QueryRunner {
  constructor(
    context: ProgramContext,
    limits: Limits,
    readonly debug: Debugger,
  ) {
    super(context, limits);
    debug.add(context.program);
  }

  protected override createRun(
    query: LinkedQuery,
    given: ReadonlyMap<string, unknown> | readonly unknown[],
    options: QueryRunOptions,
  ): QueryRun {
    return this.debug.start(this.context, query, given, options);
  }
}
