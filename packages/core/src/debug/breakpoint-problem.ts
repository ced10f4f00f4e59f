import type { TypeTable } from '../types/type-table.js';
import type { TermNode } from '../syntax/ast.js';
import type { Breakpoint, LineBreakpoint } from './breakpoint-settings.js';
import { hitConditionProblem, partsOf, readHitCondition } from './conditional-breakpoint.js';
import { parseCondition, parseExpression, resultName } from './evaluate.js';
import { foreignNames, noVariable } from './foreign-names.js';
import { messageOf } from './message-of.js';

/** The names that the texts of a breakpoint can use at its place. */
export interface BreakpointScope {
  readonly variables: ReadonlySet<string>;
  readonly types: TypeTable;
}

/**
 * Returns the reason why the condition, the hit condition or the message of a breakpoint is wrong at every place where it stops: a syntax error,
 * or a variable that no rule has there; undefined for none. It runs nothing.
 *
 * @param scopes one for each policy with the place; without one, only the syntax is checked
 */
export function breakpointProblem(
  { condition, hitCondition, logMessage }: Breakpoint & Pick<LineBreakpoint, 'logMessage'>,
  scopes: readonly BreakpointScope[],
): string | undefined {
  if (condition !== undefined) {
    const problem = textProblem(() => parseCondition(condition), scopes);
    if (problem !== undefined) return `the condition \`${condition}\` is not valid: ${problem}`;
  }
  if (hitCondition !== undefined && readHitCondition(hitCondition) === undefined)
    return hitConditionProblem(hitCondition);
  for (const { kind, text } of logMessage === undefined ? [] : partsOf(logMessage)) {
    if (kind === 'text') continue;
    const problem = textProblem(() => parseExpression(text), scopes, resultName);
    if (problem !== undefined) return `the expression \`${text}\` of the message is not valid: ${problem}`;
  }
  return undefined;
}

/** @param added a name that the parser adds to an expression. A query, to which it does not, can have variables of its own */
function textProblem(
  parse: () => TermNode,
  scopes: readonly BreakpointScope[],
  added?: string,
): string | undefined {
  let term: TermNode;
  try {
    term = parse();
  } catch (error) {
    return messageOf(error);
  }
  const unknown = scopes.map(({ variables, types }) => {
    const names = foreignNames(term, types);
    if (added !== undefined && !names.includes(added)) return undefined;
    return names.find((name) => name !== added && !variables.has(name));
  });
  // A text is valid if one of the policies has all of its variables.
  return unknown.length > 0 && unknown.every((name) => name !== undefined)
    ? noVariable(unknown[0]!, scopes[0]!.variables)
    : undefined;
}
