import type { CheckContext } from '@nanook/core';
import { requireScope, type KnownCaller } from '../callers/callers.js';
import type { Deadline } from '../decisions/deadline.js';
import { Decider, type DecidingParts, type Outcome } from '../decisions/decider.js';
import type { FactOptions } from '../entities/fact-options.js';
import { sentFactsOf } from '../entities/sent-facts.js';
import { wantsExplanation, type SentFact } from '../messages/access-request.js';
import type { JsonObject } from '../messages/read-body.js';
import { badRequest } from '../messages/request-error.js';
import type { ObligationOptions } from '../obligations/obligation.js';
import type { PageTokens } from './page-tokens.js';

/** The parts of a server that its exchanges share. */
export interface ExchangeParts extends DecidingParts {
  readonly facts: FactOptions | undefined;
  readonly obligations: ObligationOptions | undefined;
  readonly limits: { readonly batchSize: number; readonly results: number };
  readonly pageTokens: PageTokens;
  /** Counts the outcome of a decision. */
  readonly recordOutcome: (outcome: Outcome | 'error') => void;
  /** Receives an error that fails only a part of a request. */
  readonly report: (error: unknown) => void;
}

/** The most unknown types of a request, and the most characters of each. Callers choose them, and logs have them. */
const mostUnknownTypes = 10;
const longestUnknownType = 64;

/** One authenticated request, as the endpoints of the API see it. */
export class Exchange {
  readonly decider: Decider;
  #unknownTypes: Set<string> | undefined;

  constructor(
    readonly server: ExchangeParts,
    readonly caller: KnownCaller,
    readonly deadline: Deadline,
    context: CheckContext,
    /** Whether the caller relies on the facts that it sends. */
    readonly needsFacts: boolean,
  ) {
    this.decider = new Decider(server, { signal: deadline.signal, context });
  }

  /** The sorted types of entities that the request names, but the server does not have: a mistake in a caller or in `entities`. */
  get unknownTypes(): readonly string[] | undefined {
    return this.#unknownTypes && [...this.#unknownTypes].sort().slice(0, mostUnknownTypes);
  }

  /** Notes the types of the entities in a request that the server does not have. */
  noteTypes(...types: readonly string[]): void {
    for (const type of types)
      if (!this.server.entities.has(type))
        (this.#unknownTypes ??= new Set()).add(type.slice(0, longestUnknownType));
  }

  /** Returns the facts in the context of a request. @throws {RequestError} 400 for a wrong fact, 403 if the caller may not send any */
  factsOf(context: JsonObject): readonly SentFact[] {
    const { facts } = this.server;
    if (!Object.hasOwn(context, 'facts')) return [];
    if (facts === undefined) {
      if (this.needsFacts) throw badRequest('this server takes no facts');
      return [];
    }
    requireScope(this.caller, 'facts');
    return sentFactsOf(facts, context);
  }

  /** Returns whether answers have explanations. @throws {RequestError} 403 if the caller wants but may not see them */
  explains(message: JsonObject): boolean {
    const isWanted = wantsExplanation(message);
    if (isWanted) requireScope(this.caller, 'explain');
    return isWanted;
  }
}
