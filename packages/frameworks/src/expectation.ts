import { expect } from 'vitest';
import { titleOf, type Outcome, type RequestCase } from './requests.js';

/** Matches texts that a refusal or an error must not show to the client: the policy, names in the code, places, and data. */
const secrets =
  /POLAR_|NANOOK_|Polar|allow|policy|has_role|auditor|ledger|hunter2|\.[mc]?[jt]s\b|node_modules|acme|globex|"owner"|leaked|exported/;

// oxlint-disable-next-line vitest/no-standalone-expect -- returns a matcher for other tests
export const withoutSecrets = (): unknown => expect.not.stringMatching(secrets);

/** The reply that a client received, in any protocol. */
export interface Reply {
  readonly status: Outcome;
  /** The result of the handler. */
  readonly body?: unknown;
  /** Everything that the client can read. */
  readonly visible: string;
}

/**
 * Checks a reply.
 *
 * @param status the expected status, as the protocol has it
 */
export function expectReply(
  reply: Reply,
  requestCase: RequestCase,
  status: Outcome = requestCase.status,
): void {
  const { body, exactly, status: wanted } = requestCase;
  const title = titleOf(requestCase);
  expect({ title, ...reply, fields: fieldsOf(reply.body) }).toMatchObject({
    title,
    status,
    ...(body !== undefined && { body }),
    ...(exactly !== undefined && { body: exactly, fields: fieldsOf(exactly) }),
    ...(wanted >= 400 && { visible: withoutSecrets() }),
  });
}

const fieldsOf = (body: unknown): readonly string[] => Object.keys(Object(body) as object).sort();
