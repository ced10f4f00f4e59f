import type { Decider, Verdict } from '../decisions/decider.js';
import { within } from '../decisions/within.js';
import { accessRequestOf, wantsExplanation, type AccessRequest } from '../messages/access-request.js';
import type { JsonObject } from '../messages/read-body.js';
import type { Exchange } from './exchange.js';

/** The answer to one evaluation. */
export interface EvaluationAnswer {
  readonly decision: boolean;
  readonly context?: JsonObject;
}

/** Answers one evaluation. An error of it fails the request. */
export async function evaluate(exchange: Exchange, message: JsonObject): Promise<EvaluationAnswer> {
  const request = accessRequestOf(message);
  const explains = exchange.explains(wantsExplanation(message));
  const verdict = await verdictOf(exchange, request);
  if (verdict.outcome === 'error') throw verdict.error;
  return answerOf(exchange.decider, request, verdict, explains);
}

/** Decides within the time of the request, and counts the outcome. */
export async function verdictOf(
  { decider, recordOutcome }: Exchange,
  request: AccessRequest,
): Promise<Verdict> {
  const { signal } = decider.options;
  const verdict = await within(decider.decide(request), signal).catch((error: unknown): Verdict => ({
    outcome: 'error',
    error,
  }));
  recordOutcome(verdict.outcome);
  // The end of the time can also arrive as the error of an interrupted check.
  return verdict.outcome === 'error' && signal.aborted ? { outcome: 'error', error: signal.reason } : verdict;
}

/** Returns the answer to a verdict. A plain denial has no context. */
export async function answerOf(
  decider: Decider,
  request: AccessRequest,
  { outcome }: Verdict,
  explains: boolean,
): Promise<EvaluationAnswer> {
  const context = {
    ...(outcome === 'undecided' && { reason: 'undecided' }),
    ...(explains && { explanation: await within(decider.explain(request), decider.options.signal) }),
  };
  const decision = outcome === 'allowed';
  return Object.keys(context).length > 0 ? { decision, context } : { decision };
}
