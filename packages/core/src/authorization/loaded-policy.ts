import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { Report } from '../diagnostics/report.js';
import { PolarError } from '../diagnostics/polar-error.js';
import { PolicyError } from '../diagnostics/policy-error.js';
import type { Source } from '../diagnostics/source.js';
import { textOf } from '../diagnostics/span.js';
import type { BackEnd } from '../engine/backends/back-end.js';
import type { CompiledPolicy } from '../engine/compiled/compiled-policy.js';
import { needsClosures } from '../engine/compiled/engine-choice.js';
import type { Limits } from '../engine/limits.js';
import type { ProgramContext } from '../engine/program-context.js';
import { QueryRun, type QueryRunOptions } from '../engine/query/query-run.js';
import { GrantAnalysis } from '../analysis/grant-analysis.js';
import { memberContext } from '../host/member.js';
import { TypeSets } from '../host/type-set.js';
import { addValueDescriptions } from '../host/value-descriptions.js';
import { once } from '../internal/once.js';
import { link } from '../ir/link.js';
import { linkWithFacts, type Fact } from '../ir/link-facts.js';
import type { Program } from '../ir/program.js';
import { checkedFacts } from './checked-facts.js';
import { GrantableActions } from './grantable-actions.js';
import { checksBeforeCompiler, type Compiler, DeferredPolicy } from './deferred-policy.js';
import type { DialectCode, DialectCodes } from './dialect-codes.js';
import type { DenialWarnings, denialWarnings } from './denial-warnings.js';
import { onDemand } from './on-demand.js';
import { show } from '../host/show.js';
import type { AuthorizerOptions } from './options.js';
import { QueryRunner } from './query-runner.js';
import { vocabularyOf } from './vocabulary.js';
import { warnAll } from './warn.js';
import type { PolicyInput, PolicyReader } from '../policy/policy-source.js';
import { LazyVersion, type PolicyVersion } from '../policy/policy-version.js';
import { buildPolicy } from '../policy/build/build-policy.js';
import type { rowFactSources } from '../policy/row-facts.js';
import { stringLiterals } from '../policy/string-literals.js';
import type { TypeTable } from '../types/type-table.js';

/** A policy that is ready for checks. A reload replaces it as a whole. */
export interface LoadedPolicy {
  readonly version: PolicyVersion;
  readonly context: ProgramContext;
  readonly compiled: CompiledPolicy | DeferredPolicy | undefined;
  readonly queries: QueryRunner;
  readonly grantable: GrantableActions;
  readonly warnings: readonly Diagnostic[];
  /** Explains denials; undefined in production. */
  readonly denials: DenialWarnings | undefined;
  /**
   * Returns the policy with facts, which shares nothing that depends on its rules. It runs on the machine.
   *
   * @throws {PolarError} `POLAR_TYPE_INVALID_ARGUMENT`, `POLAR_RUN_UNDEFINED_RULE`
   */
  withFacts(facts: readonly Fact[]): LoadedPolicy;
}

/** The parts of an authorizer that it needs to load a policy, and that stay the same when it reloads. */
export interface LoadContext {
  readonly options: AuthorizerOptions;
  readonly types: TypeTable;
  readonly limits: Limits;
  readonly reader: PolicyReader;
  /** Undefined where the compiler is loaded on demand. */
  readonly compiler?: Compiler | undefined;
  readonly inspector?: QueryInspector | undefined;
}

/** Runs the queries of a process to which a debugger can be attached. They all run on the machine. */
export interface QueryInspector {
  runnerFor(context: ProgramContext, limits: Limits): QueryRunner;
}

/**
 * Reads, checks and links policies, and runs their inline queries, which share one time limit.
 *
 * @param version the label of the policy. Without it, a policy with the same texts as the previous one keeps the label
 * @param previous the policy that is replaced. If the texts are the same, the result shares all its parts, also the compiled code
 * @throws {PolicyError} with every error of every policy
 * @throws {PolarError} `POLAR_LOAD_…` for a policy that cannot be read
 */
export async function loadPolicy(
  inputs: readonly PolicyInput[],
  { options, types, limits, reader, compiler: given, inspector }: LoadContext,
  version?: string,
  previous?: LoadedPolicy,
): Promise<LoadedPolicy> {
  addValueDescriptions();
  if (inputs.length === 0) throw new PolarError('POLAR_LOAD_NO_POLICY', {});
  const sources = await reader.read(inputs);
  if (previous !== undefined && areSame(sources, previous.context.program.policy.sources)) {
    await runAsync(runInlineQueries(previous.context, limits, new Report()));
    warnAll(previous.warnings, options);
    return version === undefined
      ? previous
      : { ...previous, version: { hash: previous.version.hash, version } };
  }
  const report = new Report();
  const code = (await onDemand.dialects[types.dialect.name]?.())?.dialectCode;
  const facts = types.hasFacts ? (await onDemand.rowFacts()).rowFactSources(types) : [];
  const context = linkSources(sources, facts, options, types, report, code, previous);
  await runAsync(runInlineQueries(context, limits, report));
  const { warnings } = context.program.policy;
  warnAll(warnings, options);
  const isDeferred = given === undefined && checksBeforeCompiler > 0 && compiledOf(previous) === undefined;
  const compiler = isDeferred ? undefined : (given ?? (await onDemand.compiler()));
  const closures = isDeferred || compiledOf(previous) !== undefined ? undefined : await closuresFor(options);
  const denialWarnings =
    (options.denialWarnings ?? !isProduction())
      ? (await onDemand.denialWarnings()).denialWarnings
      : undefined;
  return loadedFrom(context, options, limits, {
    version,
    previous,
    compiler,
    closures,
    denialWarnings,
    inspector,
  });
}

/** The modules that {@link loadPolicy} imports on demand. */
export interface LoadedModules {
  readonly closures: BackEnd;
  readonly denialWarnings: typeof denialWarnings;
  readonly dialectCodes: DialectCodes;
  readonly rowFactSources: typeof rowFactSources;
}

/** Does what {@link loadPolicy} does, without a promise. @throws the errors of `loadPolicy`; `POLAR_RUN_PROMISE_IN_SYNC` */
export function loadPolicyNow(
  inputs: readonly PolicyInput[],
  { options, types, limits, reader, compiler }: LoadContext,
  version: string | undefined,
  modules: LoadedModules,
): LoadedPolicy {
  addValueDescriptions();
  if (inputs.length === 0) throw new PolarError('POLAR_LOAD_NO_POLICY', {});
  const report = new Report();
  const facts = modules.rowFactSources(types);
  const context = linkSources(
    reader.readSync(inputs),
    facts,
    options,
    types,
    report,
    modules.dialectCodes[types.dialect.name],
  );
  const runs = runInlineQueries(context, limits, report);
  let step = runs.next();
  while (step.done !== true) step = runs.next(step.value.nextSync());
  warnAll(context.program.policy.warnings, options);
  return loadedFrom(context, options, limits, {
    version,
    compiler,
    closures: needsClosures(options.engine ?? 'auto') ? modules.closures : undefined,
    denialWarnings: (options.denialWarnings ?? !isProduction()) ? modules.denialWarnings : undefined,
  });
}

/**
 * Loads the texts of a policy at once. It runs no inline queries, because they may wait for promises, and it does not explain denials.
 *
 * @param hooks functions of a package with another API
 * @throws {PolicyError} with every error of every text
 */
export function loadPolicySync(
  sources: readonly Source[],
  { options, types, limits, compiler }: LoadContext,
  modules: Omit<LoadedModules, 'denialWarnings'>,
  hooks: EngineHooks,
): LoadedPolicy {
  addValueDescriptions();
  const { createMachine, ...replaced } = hooks;
  const facts = modules.rowFactSources(types);
  const linked = linkSources(
    sources,
    facts,
    options,
    types,
    new Report(),
    modules.dialectCodes[types.dialect.name],
  );
  const context = { ...linked, ...replaced };
  warnAll(context.program.policy.warnings, options);
  return loadedFrom(context, options, limits, {
    compiler,
    closures: needsClosures(options.engine ?? 'auto') ? modules.closures : undefined,
    createMachine,
  });
}

/** Functions of the engine that a package with another API replaces. */
export interface EngineHooks extends Pick<ProgramContext, 'show' | 'onLostError' | 'foreignTerms'> {
  /** Creates the machine of a query. Default: the machine that logs nothing. */
  readonly createMachine?: QueryRunOptions['createMachine'];
}

/** Checks and links the texts of a policy. @throws {PolicyError} with every error */
function linkSources(
  sources: readonly Source[],
  factSources: readonly Source[],
  options: AuthorizerOptions,
  types: TypeTable,
  report: Report,
  code: DialectCode | undefined,
  previous?: LoadedPolicy,
): ProgramContext {
  const policy = buildPolicy(sources, types, report, options.queries, [], undefined, factSources);
  if (policy === undefined) throw new PolicyError(report.diagnostics);
  const ordered = code?.orderConditions?.(policy, types) ?? policy;
  return contextFor(link(ordered, types), options, code, previous?.context.typeSets);
}

interface LoadedParts {
  readonly version?: string | undefined;
  readonly previous?: LoadedPolicy | undefined;
  /** Undefined if the compiler is loaded after some checks. */
  readonly compiler: Compiler | undefined;
  readonly closures: BackEnd | undefined;
  readonly denialWarnings?: typeof denialWarnings | undefined;
  readonly inspector?: QueryInspector | undefined;
  readonly createMachine?: EngineHooks['createMachine'] | undefined;
}

function loadedFrom(
  context: ProgramContext,
  options: AuthorizerOptions,
  limits: Limits,
  { version, previous, compiler, closures, denialWarnings: explain, inspector, createMachine }: LoadedParts,
): LoadedPolicy {
  const { policy, types } = context.program;
  const analysis = new GrantAnalysis(context.program, context.equality);
  const literals = once(() => stringLiterals(policy));
  const loadedVersion =
    options.onDecision === undefined ? new LazyVersion(policy, version) : { hash: policy.hash, version };
  return {
    // Decisions keep the version, but not the policy.
    version: loadedVersion,
    withFacts: (given) => {
      const facts = checkedFacts(given, context);
      const program = linkWithFacts(context.program, facts, (value) => show(value, context.program.types));
      const names = Object.freeze(facts.map(([name]) => name));
      const alone = { ...context, program, indexes: new Map() };
      const machine = { ...options, engine: 'machine' } as const;
      const parts = { version, compiler: undefined, closures: undefined, inspector, createMachine };
      return {
        ...loadedFrom(alone, machine, limits, parts),
        version: new LazyVersion(loadedVersion, loadedVersion.version, names),
      };
    },
    context,
    compiled:
      inspector === undefined
        ? compiledFor(context, options, limits, { compiler, previous: compiledOf(previous), closures })
        : undefined,
    queries:
      inspector?.runnerFor(context, limits) ??
      new QueryRunner(context, limits, options.coverage?.createMachine ?? createMachine),
    grantable: new GrantableActions(
      analysis,
      literals,
      types,
      once(() => vocabularyOf(context.program, context.equality, literals())),
    ),
    warnings: policy.warnings,
    denials: explain?.(context, analysis, literals, options),
  };
}

const areSame = (some: readonly Source[], others: readonly Source[]): boolean =>
  some.length === others.length &&
  some.every(({ name, text }, i) => name === others[i]!.name && text === others[i]!.text);

/**
 * Starts the inline queries, one after the other. It yields each run, and receives whether the query holds.
 *
 * @throws {PolicyError} with the errors of the report, and for each query that does not hold
 */
function* runInlineQueries(
  context: ProgramContext,
  limits: Limits,
  report: Report,
): Generator<QueryRun, void, boolean> {
  const startedAt = performance.now();
  const { inlineQueries, types } = context.program;
  const { inlineQueriesRunBackwards } = types.dialect;
  for (const query of inlineQueriesRunBackwards ? inlineQueries.toReversed() : inlineQueries) {
    const run = new QueryRun(context, query, new Map(), {
      limits,
      signal: undefined,
      acceptExpression: false,
      startedAt,
    });
    const holds = yield run;
    // Throws for an answer that only constrains a variable.
    if (holds) run.bindings();
    run.dispose();
    if (holds) continue;
    report.error('POLAR_LOAD_INLINE_QUERY_FAILED', { query: textOf(query.span) }, query.span);
    if (inlineQueriesRunBackwards) break;
  }
  if (report.hasErrors) throw new PolicyError(report.diagnostics);
}

async function runAsync(runs: Generator<QueryRun, void, boolean>): Promise<void> {
  let step = runs.next();
  while (step.done !== true) step = runs.next(await step.value.next());
}

/** Returns the compiled form of a policy, unless its compiler is not loaded. */
function compiledOf(policy: LoadedPolicy | undefined): CompiledPolicy | undefined {
  const compiled = policy?.compiled;
  return compiled instanceof DeferredPolicy ? compiled.compiled : compiled;
}

const closuresFor = async ({ engine = 'auto' }: AuthorizerOptions): Promise<BackEnd | undefined> =>
  needsClosures(engine) ? (await onDemand.closures()).closures : undefined;

function compiledFor(
  context: ProgramContext,
  options: AuthorizerOptions,
  limits: Limits,
  { compiler, previous, closures }: CompilerParts,
): CompiledPolicy | DeferredPolicy | undefined {
  const { coverage, engine = 'auto' } = options;
  if (coverage !== undefined || engine === 'machine') return undefined;
  if (compiler !== undefined) return compiledBy(compiler, context, options, limits, previous, closures);
  return new DeferredPolicy(needsClosures(engine) ? 'closures' : 'source', async () => {
    const [loaded, backEnd] = await Promise.all([onDemand.compiler(), closuresFor(options)]);
    return compiledBy(loaded, context, options, limits, undefined, backEnd);
  });
}

interface CompilerParts {
  readonly compiler: Compiler | undefined;
  readonly previous: CompiledPolicy | undefined;
  readonly closures: BackEnd | undefined;
}

function compiledBy(
  { compile, CompiledPolicy: Policy }: Compiler,
  context: ProgramContext,
  { onDecision, undecided, engine = 'auto' }: AuthorizerOptions,
  limits: Limits,
  previous: CompiledPolicy | undefined,
  closures: BackEnd | undefined,
): CompiledPolicy | undefined {
  // The back end keeps its texts, and the policy its plans, so that code that did not change is not compiled again.
  if (previous !== undefined)
    return new Policy(context, limits, previous.backEnd, previous.options, previous.dump, previous);
  return compile(context, engine, limits, closures, {
    recordsProofs: onDecision !== undefined,
    deniesUndecided: undecided === 'deny',
  });
}

function contextFor(
  program: Program,
  options: AuthorizerOptions,
  code: DialectCode | undefined,
  typeSets: TypeSets | undefined,
): ProgramContext {
  const { types } = program;
  return {
    program,
    typeSets: typeSets ?? new TypeSets(types),
    members: memberContext(types, code?.members, types.dialect.hasUnsafeHostAccess),
    operators: code?.operators,
    equality: options.equality ?? (types.dialect.hasOwnOperators ? 'deep' : 'identity'),
    indexes: new Map(),
    // oxlint-disable-next-line no-console -- a policy prints for its author
    print: options.print ?? ((text) => console.log(text)),
  };
}

// Bundlers replace this expression. Without `process`, it is not production.
declare const process: { readonly env: { readonly NODE_ENV?: string } } | undefined;

/** Returns whether `NODE_ENV` is `production`. */
const isProduction = (): boolean =>
  // oxlint-disable-next-line typescript/no-unnecessary-condition -- not every platform has it
  typeof process !== 'undefined' && process.env?.NODE_ENV === 'production';
