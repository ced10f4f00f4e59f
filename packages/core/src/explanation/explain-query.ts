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
import { printable, ShownValues } from './shown-values.js';
import { HiddenValues, type Mask } from './hidden-values.js';
import type { SeenValue } from './trace.js';
import { TracingMachine } from './tracing-machine.js';

/** The contents of an explanation. */
export interface ExplanationOptions {
  /** The number of rules that are explained for each call. Default: 5. */
  readonly maxRules?: number;
  /** The number of calls inside calls that are explained. Default: 10. */
  readonly maxDepth?: number;
  /**
   * Hides values: it returns the text that is shown instead, by the name of the expression. It is called for each value that the explanation
   * can show, and for the own fields of objects. A hidden value, and a value that the policy computes from it, is hidden wherever it
   * appears. Default: values of fields that are declared `secret(…)` are hidden. Objects are shown by their type and key.
   */
  readonly mask?: Mask;
  /** Names of objects: the explanation shows `ann` in place of `User{id: 7}`. A hidden value stays hidden. */
  readonly names?: ReadonlyMap<unknown, string>;
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
    readonly explanation: ExplanationOptions,
  ) {
    const { types } = context.program;
    const { mask } = explanation;
    const hiddenBy = (traced: TracingMachine): HiddenValues | undefined =>
      HiddenValues.areNone(types, mask)
        ? undefined
        : new HiddenValues(types, (value) => traced.knownTypesOf(value), mask);
    let machine: TracingMachine | undefined;
    this.run = new QueryRun(context, query, given, {
      ...options,
      createMachine: (...args) => (machine = new TracingMachine(...args, hiddenBy)),
    });
    this.#machine = machine!;
  }

  /** Explains the outcome of the query, which has ended or has its first answer. @throws {PolarError} if the mask fails */
  explain(isAllowed: boolean): Explanation {
    const explanation = this.#explain(isAllowed);
    this.#machine.hidden?.checkMask();
    return explanation;
  }

  #explain(isAllowed: boolean): Explanation {
    const { context, query } = this;
    const { maxRules = 5, maxDepth = 10 } = this.explanation;
    const machine = this.#machine;
    const { hidden } = machine;
    const typesOf = (value: unknown) => machine.knownTypesOf(value);
    const shown = new ShownValues(context.program.types, typesOf, hidden, this.explanation.names);
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
          ? adviceFor(context, goal.predicate.name, args).filter(
              (text) => hidden?.textForMessage(text) === undefined,
            )
          : []),
        ...(machine.trace.isFull ? [fullTrace] : []),
      ],
    };
  }

  /** Explains a denial. An error of the mask becomes part of the explanation, so that the denial stays one. */
  explainDenial(): Explanation {
    try {
      return this.explain(false);
    } catch (error) {
      if (isPolarError(error)) return failedExplanation(error);
      throw error;
    }
  }

  /** Returns an error of the query without hidden values. */
  redacted(error: unknown): unknown {
    return isPolarError(error) ? (this.#machine.hidden?.redact(error) ?? error) : error;
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
  const traced = new TracedQuery({ ...context, print: () => {} }, query, given, runOptions, options);
  let isAllowed;
  try {
    isAllowed = await holds(traced.run);
  } catch (error) {
    throw traced.redacted(error);
  }
  try {
    return traced.explain(isAllowed);
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

/** @param error the error of the mask, whose message can contain values, as the cause of ours */
const failedExplanation = ({ cause: error }: { readonly cause?: unknown }): Explanation => ({
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
