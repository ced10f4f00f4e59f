import { isAuthorizationError, isUndecided, typed } from '@nanook/core';
import { Deadline } from '../decisions/deadline.js';
import { checkContextOf } from '../messages/check-context.js';
import { isCanonicalPath } from '../messages/sent-path.js';
import { reportTo } from '../operations/report.js';
import type { EnvoyOptions, EnvoyRefusal, EnvoyRequest } from './envoy-options.js';
import { checkedChanges, checkedHeaders } from './header-changes.js';

/** The time for a decision in milliseconds. Envoy waits for 200. */
export const defaultTimeoutMs = 150;

/** The answer to Envoy. */
export type CheckResult =
  | {
      readonly isAllowed: true;
      readonly set: Readonly<Record<string, string>>;
      readonly remove: readonly string[];
    }
  | {
      readonly isAllowed: false;
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    };

/**
 * Decides about a request with the rules `allow_request`. It never rejects, and the status of a refusal is never 5xx: Envoy can be
 * configured to allow a request when its check fails.
 */
export async function checkRequest(options: EnvoyOptions, request: EnvoyRequest): Promise<CheckResult> {
  try {
    // Envoy passes a path on as it was sent. The upstream could read another form of it than the policy.
    if (!isCanonicalPath(request.path, options.encodedSlashes ?? false))
      return refused(options, 'denied', request);
    return await decide(options, request);
  } catch (error) {
    if (isAuthorizationError(error)) return refused(options, 'denied', request);
    if (isUndecided(error)) return refused(options, 'undecided', request);
    reportTo(options.onError, error);
    return refused(options, 'error', request);
  }
}

async function decide(options: EnvoyOptions, request: EnvoyRequest): Promise<CheckResult> {
  const {
    authorizer,
    actor: findActor,
    headers: changesOf,
    type = 'Request',
    timeoutMs = defaultTimeoutMs,
  } = options;
  const deadline = new Deadline(timeoutMs, () => new Error(`no decision within ${timeoutMs} ms`));
  const { signal } = deadline;
  const run = async (): Promise<CheckResult> => {
    const actor = await findActor(request);
    if (actor === undefined) return refused(options, 'unauthenticated', request);
    const context = checkContextOf(request.headers['x-request-id'], request.headers['traceparent']);
    await authorizer.authorizeRequest(actor, typed(type, { ...request }), { signal, context });
    const changes = changesOf === undefined ? {} : await changesOf(actor, request);
    return { isAllowed: true, ...checkedChanges(changes) };
  };
  try {
    return await deadline.within(run());
  } finally {
    deadline.end();
  }
}

function refused(options: EnvoyOptions, reason: EnvoyRefusal, request: EnvoyRequest): CheckResult {
  const usual = reason === 'unauthenticated' ? 401 : 403;
  const title = usual === 401 ? 'Unauthorized' : 'Forbidden';
  const result = {
    isAllowed: false,
    status: usual,
    headers: {
      'content-type': 'application/problem+json',
      ...(usual === 401 && { 'www-authenticate': 'Bearer' }),
    },
    body: JSON.stringify({ type: 'about:blank', title, status: usual }),
  } as const;
  try {
    const {
      status = usual,
      headers = result.headers,
      body = result.body,
    } = options.refusal?.(reason, request) ?? {};
    // A status of another kind could mean "allowed" or "failed" to Envoy.
    const isRefusal = Number.isInteger(status) && status >= 400 && status < 500;
    if (!isRefusal) throw new Error(`\`refusal\` must return a status from 400 to 499, found ${status}`);
    return { isAllowed: false, status, headers: checkedHeaders(headers), body: String(body) };
  } catch (error) {
    reportTo(options.onError, error);
    return result;
  }
}
