import type { Decision, DecisionOutcome } from '../authorization/decision.js';
import type { Explanation } from '../explanation/explanation.js';
import { renderExplanation, type RenderOptions } from '../explanation/render-text.js';

/** The outcome of a check under one of two policies. */
export interface ComparedDecision {
  /** The content hash of the policy. */
  readonly policy: string;
  /** The label of the policy. */
  readonly policyVersion: string | undefined;
  readonly outcome: DecisionOutcome;
  /** The error of a check that failed or was undecided. */
  readonly error: unknown;
  /** The reasons; undefined for an error, and where the policy would call a method that must not be called. */
  readonly explanation: Explanation | undefined;
}

/** A check that two policies decide differently. */
export interface DecisionDifference extends Pick<
  Decision,
  'kind' | 'actor' | 'action' | 'resource' | 'field'
> {
  /** The decision of the old policy, or of the one that is in use. */
  readonly before: ComparedDecision;
  /** The decision of the new policy, or of the candidate. */
  readonly after: ComparedDecision;
}

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
