import type { Decider, Verdict } from '../decisions/decider.js';
import { within } from '../decisions/within.js';
import { canFulfill, obligationsOf, type Obligation } from '../obligations/obligation.js';
import { accessRequestOf, wantsExplanation, type AccessRequest } from '../messages/access-request.js';
import type { JsonObject } from '../messages/read-body.js';
import type { Exchange } from './exchange.js';

/** The answer to one evaluation. */
export interface EvaluationAnswer {
  readonly decision: boolean;
  readonly context?: JsonObject;
}

/** A verdict, with the duties of the caller. */
export type ObligatedVerdict = Verdict & {
  readonly obligations?: readonly Obligation[];
  /** The reason why an allowed action is denied all the same. */
  readonly reason?: string;
};

/** Reads one evaluation, with its facts. @throws {RequestError} 400, 403 */
export function evaluationOf({ factsOf }: Exchange, message: JsonObject): AccessRequest {
  const request = accessRequestOf(message);
  const facts = factsOf(request.context);
  return facts.length > 0 ? { ...request, facts } : request;
}

/** Answers one evaluation. An error of it fails the request. */
export async function evaluate(exchange: Exchange, message: JsonObject): Promise<EvaluationAnswer> {
  const request = evaluationOf(exchange, message);
  const explains = exchange.explains(wantsExplanation(message));
  const verdict = await verdictOf(exchange, request);
  if (verdict.outcome === 'error') throw verdict.error;
  return answerOf(exchange.decider, request, verdict, explains);
}

/** Decides within the time of the request, and counts the outcome. */
export async function verdictOf(exchange: Exchange, request: AccessRequest): Promise<ObligatedVerdict> {
  const { decider, recordOutcome } = exchange;
  const { signal } = decider.options;
  const verdict = await within(decide(exchange, request), signal).catch((error: unknown): Verdict => ({
    outcome: 'error',
    error,
  }));
  recordOutcome(verdict.outcome);
  // The end of the time can also arrive as the error of an interrupted check.
  return verdict.outcome === 'error' && signal.aborted ? { outcome: 'error', error: signal.reason } : verdict;
}

/** Decides. An action whose obligations the caller cannot fulfill is denied. */
async function decide(
  { decider, obligations: options }: Exchange,
  request: AccessRequest,
): Promise<ObligatedVerdict> {
  const verdict = await decider.decide(request);
  const { outcome } = verdict;
  if (options === undefined || outcome === 'undecided' || outcome === 'error') return verdict;
  const obligations = await obligationsOf(options, { ...request, decision: outcome === 'allowed' });
  if (outcome === 'denied' || canFulfill(request, obligations)) return { outcome, obligations };
  return { outcome: 'denied', reason: 'unsupported_obligation', obligations };
}

/** Returns the answer to a verdict. A plain denial has no context. */
export async function answerOf(
  decider: Decider,
  request: AccessRequest,
  { outcome, obligations = [], reason }: ObligatedVerdict,
  explains: boolean,
): Promise<EvaluationAnswer> {
  const context = {
    ...(outcome === 'undecided' && { reason: 'undecided' }),
    ...(reason !== undefined && { reason }),
    ...(obligations.length > 0 && { obligations }),
    ...(explains && { explanation: await within(decider.explain(request), decider.options.signal) }),
  };
  const decision = outcome === 'allowed';
  return Object.keys(context).length > 0 ? { decision, context } : { decision };
}
