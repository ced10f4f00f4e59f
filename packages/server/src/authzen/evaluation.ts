import type { Outcome } from '../decisions/decider.js';
import {
  canFulfill,
  obligationsOf,
  type Obligation,
  type ObligationOptions,
} from '../obligations/obligation.js';
import { accessRequestOf, type AccessRequest } from '../messages/access-request.js';
import type { JsonObject } from '../messages/read-body.js';
import type { Exchange } from './exchange.js';

/** The answer to one evaluation. */
export interface EvaluationAnswer {
  readonly decision: boolean;
  readonly context?: JsonObject;
}

/** The answers without a context. */
export const plainAnswers = { allowed: { decision: true }, denied: { decision: false } } as const;

/** The outcome of an evaluation, with the duties of the caller. */
interface Verdict {
  readonly outcome: Outcome;
  readonly obligations?: readonly Obligation[];
  /** The reason why an allowed action is denied all the same. */
  readonly reason?: string;
}

/** Reads one evaluation, with its facts. @throws {RequestError} 400, 403 */
export function evaluationOf(exchange: Exchange, message: JsonObject): AccessRequest {
  const request = accessRequestOf(message);
  const facts = exchange.factsOf(request.context);
  return facts.length > 0 ? { ...request, facts } : request;
}

/** Answers one evaluation. An error of it fails the request. */
export function evaluate(exchange: Exchange, message: JsonObject): Promise<EvaluationAnswer> {
  const request = evaluationOf(exchange, message);
  return answerEvaluation(exchange, request, exchange.explains(message));
}

/** Decides an evaluation, and returns its answer. A plain denial has no context. */
export async function answerEvaluation(
  exchange: Exchange,
  request: AccessRequest,
  explains: boolean,
): Promise<EvaluationAnswer> {
  const { outcome, obligations = [], reason } = await verdictOf(exchange, request);
  if (outcome === 'denied') exchange.noteTypes(request.subject.type, request.resource.type);
  const context = {
    ...(outcome === 'undecided' && { reason: 'undecided' }),
    ...(reason !== undefined && { reason }),
    ...(obligations.length > 0 && { obligations }),
    ...(explains && { explanation: await exchange.deadline.within(exchange.decider.explain(request)) }),
  };
  const plain = outcome === 'allowed' ? plainAnswers.allowed : plainAnswers.denied;
  return Object.keys(context).length > 0 ? { ...plain, context } : plain;
}

/** Decides within the time of the request, and counts the outcome. */
async function verdictOf(
  { decider, deadline, server: { obligations, recordOutcome } }: Exchange,
  request: AccessRequest,
): Promise<Verdict> {
  try {
    // A batch that decides one item after the other must not load rows for an answer that comes too late.
    if (deadline.error !== undefined) throw deadline.error;
    const outcome = await deadline.within(decider.decide(request));
    const verdict =
      obligations === undefined || outcome === 'undecided'
        ? { outcome }
        : await deadline.within(withObligations(obligations, request, outcome));
    recordOutcome(verdict.outcome);
    return verdict;
  } catch (error) {
    recordOutcome('error');
    // The end of the time can also arrive as the error of an interrupted check.
    throw deadline.error ?? error;
  }
}

/** Adds the obligations to an outcome. An action whose obligations the caller cannot fulfill is denied. */
async function withObligations(
  options: ObligationOptions,
  request: AccessRequest,
  outcome: 'allowed' | 'denied',
): Promise<Verdict> {
  const obligations = await obligationsOf(options, { ...request, decision: outcome === 'allowed' });
  if (outcome === 'denied' || canFulfill(request, obligations)) return { outcome, obligations };
  return { outcome: 'denied', reason: 'unsupported_obligation', obligations };
}
