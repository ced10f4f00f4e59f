import type { KnownCaller } from '../callers/callers.js';
import type { Decider, Outcome } from '../decisions/decider.js';
import type { JsonObject } from '../messages/read-body.js';
import type { SentFact } from '../messages/access-request.js';
import type { ObligationOptions } from '../obligations/obligation.js';
import type { PageTokens } from './page-tokens.js';

/** One authenticated request, as the endpoints of the API see it. */
export interface Exchange {
  readonly decider: Decider;
  readonly caller: KnownCaller;
  readonly obligations: ObligationOptions | undefined;
  readonly maxBatchSize: number;
  readonly maxResults: number;
  readonly pageTokens: PageTokens;
  /** Returns the facts in the context of a request. @throws {RequestError} 400 for a wrong fact, 403 if the caller may not send any */
  factsOf(this: void, context: JsonObject): readonly SentFact[];
  /** Counts the outcome of a decision. */
  recordOutcome(this: void, outcome: Outcome): void;
  /** Receives an error that fails only a part of the request. */
  report(this: void, error: unknown): void;
  /** Returns whether answers have explanations. @throws {RequestError} 403 if the caller wants but may not see them */
  explains(this: void, isWanted: boolean): boolean;
}
