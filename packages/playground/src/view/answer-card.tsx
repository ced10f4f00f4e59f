import type { Answer } from '../model/answer.js';
import { durationText } from '../model/decision-time.js';
import { decisiveCondition, decisiveRule } from '../model/explanation-tree.js';
import { Outcome } from './outcome.js';
import { PlaceLink, type ShowPlace } from './place-link.js';

/** The answer with its first reason. The answer of an older version is marked as such. */
export function AnswerCard({
  answer,
  isCurrent,
  failure,
  isProjectMissing = false,
  showPlace,
}: {
  readonly answer: Answer | undefined;
  readonly isCurrent: boolean;
  readonly failure: string | undefined;
  /** Whether the project that is explored could not be read yet. */
  readonly isProjectMissing?: boolean;
  readonly showPlace: ShowPlace;
}) {
  if (failure !== undefined)
    return (
      <div class="answer" role="alert">
        <p class="message">This page has failed, so there is no answer: {failure}</p>
      </div>
    );
  if (answer === undefined)
    return (
      <div class="answer" role="status">
        <p class="quiet">
          {isProjectMissing
            ? 'There is no answer, because the project is not read.'
            : isCurrent
              ? 'There is no answer yet.'
              : 'Correct the texts to get an answer.'}
        </p>
      </div>
    );
  return (
    <div class={isCurrent ? 'answer' : 'answer stale'} role="status" data-outcome={outcomeOf(answer)}>
      {answer.kind === 'decision' ? (
        <p class="verdict">
          <Outcome outcome={answer.outcome} />
          {answer.durationMs !== undefined && isCurrent && (
            <span class="duration" title={durationNote}>
              {' '}
              in {durationText(answer.durationMs)} ms
            </span>
          )}
          {answer.isOfProject === true && (
            <span class="badge" title="This page lacks a class or a function of your project.">
              decided by your project
            </span>
          )}
          {!isCurrent && <span class="badge">of the last correct version</span>}
        </p>
      ) : (
        <p class="message">
          {answer.kind === 'error'
            ? 'This check ended in an error, which is not an answer: '
            : 'No question: '}
          {answer.message}
        </p>
      )}
      {answer.kind === 'decision' && <Reason answer={answer} showPlace={showPlace} />}
    </div>
  );
}

const durationNote =
  'The average of several checks by the reference engine, without the explanation. An application runs compiled code, which is faster.';

const outcomeOf = (answer: Answer): string => (answer.kind === 'decision' ? answer.outcome : answer.kind);

function Reason({
  answer: { explanation },
  showPlace,
}: {
  readonly answer: Extract<Answer, { readonly kind: 'decision' }>;
  readonly showPlace: ShowPlace;
}) {
  const { undecided, advice, outcome } = explanation;
  const [first] = advice;
  if (undecided !== undefined)
    return (
      <p class="reason">
        {undecided.message} <PlaceLink place={undecided} text="" show={showPlace} />
      </p>
    );
  if (first !== undefined) return <p class="reason">{first}</p>;
  const rule = decisiveRule(explanation);
  if (outcome === 'allowed' && rule !== undefined)
    return (
      <p class="reason">
        by <code>{firstLine(rule.text)}</code> <PlaceLink place={rule} text={rule.text} show={showPlace} />
      </p>
    );
  const condition = decisiveCondition(explanation);
  if (condition === undefined) return <p class="reason">No rule applies.</p>;
  return (
    <p class="reason">
      <code>{firstLine(condition.text)}</code>: {condition.reason}{' '}
      <PlaceLink place={condition} text={condition.text} show={showPlace} />
    </p>
  );
}

export function firstLine(text: string): string {
  const [line = '', ...rest] = text.split('\n');
  return rest.length === 0 ? line : `${line.trimEnd()} …`;
}
