import { stringLiterals } from '../policy/string-literals.js';
import { GrantAnalysis } from '../analysis/grant-analysis.js';
import { DenialAdvice } from '../advice/denial-advice.js';
import { isPolarError } from '../diagnostics/polar-error.js';
import { textOf } from '../diagnostics/span.js';
import type { ProgramContext } from '../engine/program-context.js';
import { QueryRun, type QueryRunOptions } from '../engine/query/query-run.js';
import { once } from '../internal/once.js';
import type { LinkedQuery } from '../ir/program.js';
import { ExplanationBuilder } from './explanation-builder.js';
import type { Explanation } from './explanation.js';
import { HeadMismatches } from './head-mismatches.js';
import { printable } from './printable.js';
import { ShownValues, type Mask } from './shown-values.js';
import type { SeenValue } from './trace.js';
import { TracingMachine } from './tracing-machine.js';

/** The contents of an explanation. */
export interface ExplanationOptions {
  /** The number of rules that are explained for each call. Default: 5. */
  readonly maxRules?: number;
  /** The number of calls inside calls that are explained. Default: 10. */
  readonly maxDepth?: number;
  /** Hides values. Default: objects are shown by their type and key, other values as they are. */
  readonly mask?: Mask;
}

/** A query on the machine whose outcome can be explained. The explanation calls the application no more. */
export class TracedQuery {
  readonly run: QueryRun;
  readonly #machine: TracingMachine;

  constructor(
    readonly context: ProgramContext,
    readonly query: LinkedQuery,
    given: ReadonlyMap<string, unknown>,
    options: QueryRunOptions,
  ) {
    let machine: TracingMachine | undefined;
    this.run = new QueryRun(context, query, given, {
      ...options,
      createMachine: (...args) => (machine = new TracingMachine(...args)),
    });
    this.#machine = machine!;
  }

  /** Explains the outcome of the query, which has ended or has its first answer. */
  explain(isAllowed: boolean, { maxRules = 5, maxDepth = 10, mask }: ExplanationOptions): Explanation {
    const { context, query } = this;
    const machine = this.#machine;
    const typesOf = (value: unknown) => machine.knownTypesOf(value);
    const shown = new ShownValues(context.program.types, typesOf, mask);
    const heads = new HeadMismatches(context.program, typesOf, shown);
    const builder = new ExplanationBuilder(shown, heads, { maxRules, maxDepth });
    const { root } = machine.trace;
    const [goal] = query.goals;
    const args = goal?.kind === 'call' ? (root.eventsOf(goal).at(-1)?.args ?? []) : [];
    const text =
      goal?.kind === 'call' && query.goals.length === 1
        ? `${goal.predicate.name}(${args.map((arg) => shown.show(arg)).join(', ')})`
        : textOf(query.span);
    const common = { query: text, proof: [], misses: [], omitted: 0, undecided: undefined, advice: [] };
    if (isAllowed) return { outcome: 'allowed', ...common, proof: builder.proof(machine.usedRules()) };
    const { undecided } = machine.queryScope;
    const failure = builder.explainQuery(root);
    return {
      outcome: undecided === undefined ? 'denied' : 'undecided',
      ...common,
      ...(failure?.kind === 'call' ? { misses: failure.misses, omitted: failure.omitted } : {}),
      undecided: undecided && builder.error(undecided),
      advice: [
        ...(goal?.kind === 'call' && !args.some((arg) => shown.isHidden(arg))
          ? adviceFor(context, goal.predicate.name, args)
          : []),
        ...(machine.trace.isFull ? [fullTrace] : []),
      ],
    };
  }

  /** Explains a denial. An error of the mask becomes part of the explanation, so that the denial stays one. */
  explainDenial(options: ExplanationOptions): Explanation {
    try {
      return this.explain(false, options);
    } catch (error) {
      return failedExplanation(error);
    }
  }
}

/** Runs a query on the machine, and explains its outcome. The query calls the application as often as a check does. */
export async function explainQuery(
  context: ProgramContext,
  query: LinkedQuery,
  given: ReadonlyMap<string, unknown>,
  runOptions: QueryRunOptions,
  options: ExplanationOptions,
): Promise<Explanation> {
  const traced = new TracedQuery({ ...context, print: () => {} }, query, given, runOptions);
  try {
    return traced.explain(await holds(traced.run), options);
  } finally {
    traced.run.dispose();
  }
}

/** Returns whether the query has an answer. An undecided query has none. */
async function holds(run: QueryRun): Promise<boolean> {
  try {
    return await run.next();
  } catch (error) {
    if (isPolarError(error) && error.code.startsWith('POLAR_UNDECIDED_')) return false;
    throw error;
  }
}

/** @param error an error of the application, whose message can contain values */
const failedExplanation = (error: unknown): Explanation => ({
  outcome: 'denied',
  query: '',
  proof: [],
  misses: [],
  omitted: 0,
  undecided: undefined,
  advice: [
    `the explanation failed with ${error instanceof Error ? `a ${error.name}` : 'an error'}; check the option \`mask\``,
  ],
});

const fullTrace =
  'the check proved more goals than an explanation keeps, so rules that were tried late can be missing here';

function adviceFor(context: ProgramContext, rule: string, args: readonly SeenValue[]): readonly string[] {
  if (rule !== 'allow' && rule !== 'allow_field' && rule !== 'allow_request') return [];
  const { program, typeSets, equality } = context;
  const literals = once(() => stringLiterals(program.policy));
  const advice = new DenialAdvice(typeSets, new GrantAnalysis(program, equality), literals);
  return advice
    .about(
      rule,
      args.map(({ value }) => value),
    )
    .map(({ message }) => printable(message.replace(/^denied: /, '')));
}
