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
import { SecretMachine } from './secret-machine.js';
import type { Step } from './step.js';

/** Number of answers that are shown. */
const maxAnswers = 20;
/** The variable that holds the value of an expression. A policy cannot be expected to use it. */
const resultName = 'value_of_the_expression';

/**
 * Answers a query with the variables of a rule at a step, or computes the value of an expression. It runs as a query of its own, which can
 * call the application, and changes nothing in the query that is stopped.
 *
 * @returns the value, or a line for each answer
 * @throws the errors of the query
 */
export async function evaluate(
  text: string,
  step: Step,
  frame: Frame,
  machine: DebugMachine,
  limits: Limits,
): Promise<readonly string[]> {
  const { context } = machine;
  const query = linkQuery(parse(text), context.program);
  const known = bindingsAt(step, frame, machine);
  const given = new Map([...known].filter(([name]) => query.slotNames.includes(name)));
  const run = new QueryRun(context, query, given, {
    limits,
    signal: undefined,
    acceptExpression: true,
    keepsProofs: true,
    createMachine: (...args) => new SecretMachine(...args, machine.hidden),
  });
  const lines: string[] = [];
  try {
    while (await run.next()) {
      if (lines.length === maxAnswers) return [...lines, '…'];
      const answer = new Map([...run.bindings()].filter(([name]) => !given.has(name)));
      if (answer.has(resultName)) {
        lines.push(shownValue('_', answer.get(resultName), machine));
        continue;
      }
      const parts = [...answer].map(([name, value]) => `${name} = ${shownValue(name, value, machine)}`);
      lines.push(parts.join(', ') || 'true');
    }
  } catch (error) {
    throw machine.redact(error);
  } finally {
    run.dispose();
  }
  return lines.length === 0 ? ['false'] : lines;
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
function parse(text: string): TermNode {
  const asValue = new Report();
  const expression = parseQuery(new Source(`${resultName} = (${text})`), asValue);
  if (expression?.kind === 'unify' && !asValue.hasErrors) return expression;
  const report = new Report();
  const term = parseQuery(new Source(text, 'expression'), report);
  if (term === undefined || report.hasErrors) throw new PolicyError(report.diagnostics);
  return term;
}
