import type {
  Explanation,
  ExplainedFailure,
  ExplainedMiss,
  ExplainedPlace,
  ExplainedUse,
  ExplainedValue,
} from './explanation.js';
import { innermostFailure, nearestCondition } from './nearest-condition.js';

export interface RenderOptions {
  /** Whether the text has colors for a terminal. Default: false. */
  readonly color?: boolean;
  /**
   * `short`: the outcome with one reason, which is the rule that allows the action, or the first condition that fails in the nearest
   * rule. Default: `full`, the tree of all rules.
   */
  readonly form?: 'short' | 'full';
}

type Paint = (style: keyof typeof styles, text: string) => string;

const styles = { good: 32, bad: 31, quiet: 2, strong: 1 } as const;
const plain: Paint = (_style, text) => text;
const colored: Paint = (style, text) => `\u001B[${styles[style]}m${text}\u001B[0m`;

/**
 * Returns an explanation as lines of text.
 *
 * @example
 * console.log(renderExplanation(await authorizer.explain(user, 'read', note), { color: process.stdout.isTTY }));
 */
export function renderExplanation(
  explanation: Explanation,
  { color = false, form = 'full' }: RenderOptions = {},
): string {
  const paint = color ? colored : plain;
  const { outcome, query, proof, misses, omitted, undecided, advice } = explanation;
  const lines = [`${paint(outcome === 'allowed' ? 'good' : 'bad', outcome)}: ${paint('strong', query)}`];
  if (undecided !== undefined) lines.push(`  ${undecided.message} ${at(undecided, paint)}`);
  lines.push(...advice.map((text) => `  advice: ${text}`));
  if (form === 'short') return [...lines, ...reasonLines(explanation, paint)].join('\n');
  const nearest = nearestCondition(explanation);
  if (nearest !== undefined) lines.push(`  nearest condition that fails: ${conditionText(nearest, paint)}`);
  lines.push(...proof.flatMap((use) => useLines(use, '  ', paint)));
  if (outcome !== 'allowed' && misses.length + omitted + advice.length === 0) lines.push('  no rule applies');
  lines.push(...misses.flatMap((miss) => missLines(miss, '  ', paint)));
  if (omitted > 0) lines.push(omittedLine(omitted, '  ', paint));
  return lines.join('\n');
}

/** Returns the line of the short form below the outcome; none if the outcome has a message of its own. */
function reasonLines({ proof, misses, undecided, advice }: Explanation, paint: Paint): string[] {
  const use = proof[0] && innermost(proof[0]);
  if (use !== undefined) return [`  ${paint('good', '✓')} ${firstLine(use.text)} ${at(use, paint)}`];
  if (undecided !== undefined || advice.length > 0) return [];
  const failure = misses[0] && innermostFailure(misses[0]);
  return [
    failure === undefined ? '  no rule applies' : `  ${paint('bad', '✗')} ${conditionText(failure, paint)}`,
  ];
}

/** Follows the last call of each rule: in a role through a relation, it is the role. */
function innermost(use: ExplainedUse): ExplainedUse {
  let found = use;
  for (let next = use.calls.at(-1); next !== undefined; next = next.calls.at(-1)) found = next;
  return found;
}

function useLines(use: ExplainedUse, indent: string, paint: Paint): string[] {
  return [
    `${indent}${paint('good', '✓')} ${firstLine(use.text)} ${at(use, paint)}`,
    ...valueLine(use.bindings, indent, paint),
    ...use.calls.flatMap((called) => useLines(called, `${indent}  `, paint)),
  ];
}

function missLines(miss: ExplainedMiss, indent: string, paint: Paint): string[] {
  return [
    `${indent}${paint('bad', '✗')} ${firstLine(miss.text)} ${at(miss, paint)}`,
    ...miss.held.map((text) => `${indent}    ${paint('good', '✓')} ${firstLine(text)}`),
    ...failureLines(miss.failure, `${indent}    `, paint),
  ];
}

function failureLines(failure: ExplainedFailure, indent: string, paint: Paint): string[] {
  const head = `${indent}${paint('bad', '✗')} `;
  const line = head + conditionText(failure, paint);
  switch (failure.kind) {
    case 'head':
    case 'cut':
    case 'condition':
      return [line];
    case 'or':
      return [line, ...failure.alternatives.flatMap((one) => failureLines(one, `${indent}  `, paint))];
    case 'not':
      return [
        line,
        ...valueLine(
          failure.values.filter(({ name }) => name !== ''),
          indent,
          paint,
        ),
        ...failure.proof.flatMap((use) => useLines(use, `${indent}  `, paint)),
        ...(failure.failure === undefined ? [] : failureLines(failure.failure, `${indent}  `, paint)),
      ];
    case 'call':
      return [
        line,
        ...(failure.isRepeated ? [`${indent}  ${paint('quiet', 'explained above')}`] : []),
        ...failure.misses.flatMap((miss) => missLines(miss, `${indent}  `, paint)),
        ...(failure.omitted > 0 ? [omittedLine(failure.omitted, `${indent}  `, paint)] : []),
      ];
  }
}

export const omittedText = (count: number): string =>
  count === 1 ? '1 other rule is not shown' : `${count} other rules are not shown`;

const omittedLine = (count: number, indent: string, paint: Paint): string =>
  indent + paint('quiet', omittedText(count));

const valueLine = (values: readonly ExplainedValue[], indent: string, paint: Paint): string[] =>
  values.length === 0
    ? []
    : [`${indent}    ${paint('quiet', values.map(({ name, value }) => `${name} = ${value}`).join(', '))}`];

const at = ({ file = 'policy', line }: ExplainedPlace, paint: Paint): string =>
  paint('quiet', `(${file}:${line})`);

const conditionText = (failure: ExplainedFailure, paint: Paint): string =>
  failure.kind === 'head' || failure.kind === 'cut'
    ? failure.reason
    : `\`${firstLine(failure.text)}\`: ${failure.reason} ${at(failure, paint)}`;

/** Returns the first line of a text in the policy. */
export function firstLine(text: string): string {
  const [line = '', ...rest] = text.split('\n');
  return rest.length === 0 ? line : `${line.trimEnd()} …`;
}
