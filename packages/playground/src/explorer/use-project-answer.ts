import type { Answer } from '../model/answer.js';
import { cellKey } from '../model/matrix.js';
import { useResult } from '../view/use-result.js';
import type { ExplorerSession } from './explorer-session.js';
import type { ProjectOutcomes } from './project-outcomes.js';

/**
 * Returns the answer of the project to a question that the page decides in another way, because it lacks a class or a function. Another
 * answer stays as it is.
 */
export function useProjectAnswer(
  explorer: ExplorerSession | undefined,
  answer: Answer | undefined,
  known: ProjectOutcomes | undefined,
): Answer | undefined {
  const question = answer?.question;
  const isOther = question !== undefined && known?.has(cellKey(question)) === true;
  const { value, error } = useResult(
    async () =>
      explorer !== undefined && isOther
        ? { question, found: await explorer.client.explain(question) }
        : undefined,
    [isOther && cellKey(question), known],
  );
  if (!isOther) return answer;
  if (error !== undefined) return { kind: 'error', question, message: error };
  // Until the project answers, there is no answer. One to another question may be there.
  if (value === undefined || cellKey(value.question) !== cellKey(question)) return undefined;
  const { found } = value;
  if (found.kind === 'error') return { kind: 'error', question, message: found.message };
  const { explanation } = found;
  return {
    kind: 'decision',
    question,
    outcome: explanation.outcome,
    explanation,
    durationMs: undefined,
    isOfProject: true,
  };
}
