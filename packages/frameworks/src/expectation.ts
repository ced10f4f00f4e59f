import { expect } from 'vitest';
import { titleOf, type Outcome, type Question } from './requests.js';

/** What no refusal and no fault tells the client: the policy's text and rules, names in the code, places, the data. */
const secrets =
  /POLAR_|NANOOK_|Polar|allow|policy|has_role|auditor|ledger|hunter2|\.[mc]?[jt]s\b|node_modules|acme|globex|"owner"|leaked|exported/;

// oxlint-disable-next-line vitest/no-standalone-expect -- a matcher, for those that assert
export const tellsNothing = (): unknown => expect.not.stringMatching(secrets);

/** What a client got, in whatever protocol. */
export interface Answer {
  readonly status: Outcome;
  /** What the handler answered. */
  readonly body?: unknown;
  /** All that the client can read. */
  readonly told: string;
}

/** @param status as the protocol has it */
export function expectAnswer(answer: Answer, question: Question, status: Outcome = question.status): void {
  const { body, exactly, status: wanted } = question;
  const asked = titleOf(question);
  expect({ asked, ...answer, fields: fieldsOf(answer.body) }).toMatchObject({
    asked,
    status,
    ...(body !== undefined && { body }),
    ...(exactly !== undefined && { body: exactly, fields: fieldsOf(exactly) }),
    ...(wanted >= 400 && { told: tellsNothing() }),
  });
}

const fieldsOf = (body: unknown): readonly string[] => Object.keys(Object(body) as object).sort();
