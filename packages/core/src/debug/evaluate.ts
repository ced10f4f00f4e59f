import { PolicyError } from '../diagnostics/policy-error.js';
import { Report } from '../diagnostics/report.js';
import { Source } from '../diagnostics/source.js';
import { Expression } from '../engine/query/expression.js';
import type { Limits } from '../engine/limits.js';
import { emptySlot } from '../engine/machine/state/term-value.js';
import type { Frame } from '../engine/machine/state/frame.js';
import { QueryRun } from '../engine/query/query-run.js';
import { printable } from '../explanation/shown-values.js';
import { linkQuery } from '../ir/link.js';
import type { TermNode } from '../syntax/ast.js';
import { parseQuery } from '../syntax/parser.js';
import { isPartial } from '../terms/partial.js';
import { isQueryVariable } from '../terms/query-variable.js';
import type { DebugMachine } from './debug-machine.js';
import { noVariable, usesIn } from './foreign-names.js';
import { SecretMachine } from './secret-machine.js';
import type { Step } from './step.js';

/** Number of answers that are shown. */
const maxAnswers = 20;
/** The variable that holds the value of an expression. A policy cannot be expected to use it. */
export const resultName = 'value_of_the_expression';

/** The place of a stopped query at which a text is evaluated. */
export interface EvaluationPlace {
  readonly step: Step;
  readonly frame: Frame;
  readonly machine: DebugMachine;
  readonly limits: Limits;
}

/** A computation that needs answers: it yields a query, and receives whether the query has a further answer. */
export type Answering<Result> = Generator<QueryRun, Result, boolean>;

export async function finish<Result>(work: Answering<Result>): Promise<Result> {
  let next = work.next();
  while (next.done !== true) {
    let hasAnswer: boolean;
    try {
      hasAnswer = await next.value.next();
    } catch (error) {
      next = work.throw(error);
      continue;
    }
    next = work.next(hasAnswer);
  }
  return next.value;
}

/** Finishes a computation without waiting for the application. */
export function finishSync<Result>(work: Answering<Result>): Result {
  let next = work.next();
  while (next.done !== true) {
    let hasAnswer: boolean;
    try {
      hasAnswer = next.value.nextSync();
    } catch (error) {
      next = work.throw(error);
      continue;
    }
    next = work.next(hasAnswer);
  }
  return next.value;
}

/**
 * Answers a query with the variables of a rule at a step, or computes the value of an expression. It runs as a query of its own, which can
 * call the application, and changes nothing in the query that is stopped.
 *
 * @returns the value, or a line for each answer
 * @throws the errors of the query
 */
export function* evaluate(text: string, place: EvaluationPlace): Answering<readonly string[]> {
  const lines: string[] = [];
  for (const run = runOf(parseExpression(text), place); yield* hasAnswer(run, place);) {
    if (lines.length === maxAnswers) {
      run.dispose();
      return [...lines, '…'];
    }
    lines.push(answerText(run, place));
  }
  return lines.length === 0 ? ['false'] : lines;
}

/**
 * Returns whether a condition holds, with the variables of a rule at a step.
 *
 * @throws the errors of the query, and an error for a variable that has no value, with which the condition could fail by mistake
 */
export function* holds(condition: string, place: EvaluationPlace): Answering<boolean> {
  const term = parseCondition(condition);
  const unknown = unknownVariable(term, place);
  if (unknown !== undefined) throw new Error(unknown);
  const run = runOf(term, place);
  const found = yield* hasAnswer(run, place);
  run.dispose();
  return found;
}

function runOf(term: TermNode, { step, frame, machine, limits }: EvaluationPlace): QueryRun {
  const { context } = machine;
  const query = linkQuery(term, context.program);
  const known = bindingsAt(step, frame, machine);
  const given = new Map([...known].filter(([name]) => query.slotNames.includes(name)));
  return new QueryRun(context, query, given, {
    limits,
    signal: undefined,
    acceptExpression: true,
    keepsProofs: true,
    createMachine: (...args) => new SecretMachine(...args, machine.hidden),
  });
}

/** Releases a query without a further answer. */
function* hasAnswer(run: QueryRun, { machine }: EvaluationPlace): Answering<boolean> {
  try {
    if (yield run) return true;
  } catch (error) {
    run.dispose();
    throw machine.redact(error);
  }
  run.dispose();
  return false;
}

/** Shows the value of an expression, or the variables of a query that have no value at the place. */
function answerText(run: QueryRun, { step, frame, machine }: EvaluationPlace): string {
  const known = bindingsAt(step, frame, machine);
  const answer = new Map([...run.bindings()].filter(([name]) => !known.has(name)));
  if (answer.has(resultName)) return shownValue('_', answer.get(resultName), machine);
  const parts = [...answer].map(([name, value]) => `${name} = ${shownValue(name, value, machine)}`);
  return parts.join(', ') || 'true';
}

function unknownVariable(condition: TermNode, { step, frame, machine }: EvaluationPlace): string | undefined {
  const names = frame.rule === undefined ? machine.query.slotNames : frame.rule.slotNames;
  const known = bindingsAt(step, frame, machine);
  for (const [name, count] of usesIn(condition, machine.context.program.types)) {
    if (known.has(name)) continue;
    if (names.includes(name)) return `\`${name}\` has no value there`;
    if (count === 1) return noVariable(name, known.keys());
  }
  return undefined;
}

/** Shows a value; `_` for an unbound variable, with its conditions. */
function shownValue(name: string, value: unknown, machine: SecretMachine): string {
  if (isQueryVariable(value)) return '_';
  if (!(value instanceof Expression)) return machine.show(value);
  if (machine.hidden !== undefined) return '_ with a hidden condition';
  return printable(`_ with ${value.toString()}`.replaceAll(/\b_this\b/g, () => name));
}

/** Returns the values of the variables of a frame that are bound as a whole. */
function bindingsAt({ time }: Step, { rule, slots }: Frame, machine: DebugMachine): Map<string, unknown> {
  const values = machine.trail.valuesAt(time);
  const names = rule === undefined ? machine.query.slotNames : rule.slotNames;
  const found = new Map<string, unknown>();
  names.forEach((name, slot) => {
    const value = values.slot(slots, slot);
    if (name === '_' || value === emptySlot) return;
    const resolved = values.resolve(value);
    if (!isPartial(resolved)) found.set(name, machine.settled(resolved));
  });
  return found;
}

/** Parses an expression, or else a query. @throws {PolicyError} for a syntax error */
export function parseExpression(text: string): TermNode {
  const asValue = new Report();
  const expression = parseQuery(new Source(`${resultName} = (${text})`), asValue);
  if (expression?.kind === 'unify' && !asValue.hasErrors) return expression;
  return parsed(text, 'expression');
}

/** Parses the condition of a breakpoint. @throws {PolicyError} for a syntax error */
export const parseCondition = (text: string): TermNode => parsed(text, 'condition');

function parsed(text: string, name: string): TermNode {
  const report = new Report();
  const term = parseQuery(new Source(text, name), report);
  if (term === undefined || report.hasErrors) throw new PolicyError(report.diagnostics);
  return term;
}
