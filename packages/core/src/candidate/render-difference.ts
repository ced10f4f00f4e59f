import { renderExplanation, type RenderOptions } from '../explanation/render-text.js';
import type { ComparedDecision, DecisionDifference } from './decision-difference.js';

/**
 * Returns a difference as lines of text: the outcomes, and the reasons of both policies.
 *
 * @example
 * onDifference: (difference) => console.log(renderDifference(difference)),
 */
export function renderDifference(
  { before, after, ...check }: DecisionDifference,
  options: RenderOptions = {},
): string {
  const query = before.explanation?.query ?? after.explanation?.query ?? nameOf(check);
  return [
    `${before.outcome} → ${after.outcome}: ${query}`,
    ...sideLines('before', before, options),
    ...sideLines('after', after, options),
  ].join('\n');
}

function sideLines(side: string, decision: ComparedDecision, options: RenderOptions): string[] {
  const { policy, policyVersion, error, explanation } = decision;
  const reasons =
    explanation !== undefined
      ? renderExplanation(explanation, options)
      : error instanceof Error
        ? error.message
        : `${decision.outcome}, without reasons`;
  return [
    `${side}, policy ${policyVersion ?? policy.slice(0, 12)}:`,
    ...reasons.split('\n').map((line) => `  ${line}`),
  ];
}

const nameOf = ({ kind, action }: Pick<DecisionDifference, 'kind' | 'action'>): string =>
  typeof action === 'string' ? `${kind} ${JSON.stringify(action)}` : kind;
