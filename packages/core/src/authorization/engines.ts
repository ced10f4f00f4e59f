import { isPromise } from '../internal/promise.js';
import type { DecisionEngine } from './decision-engine.js';

/** A candidate that decides for a part of the actors. */
export interface CandidateShare {
  readonly engine: DecisionEngine;
  readonly rollOut: {
    readonly percent: number;
    /** Returns whether the candidate decides for an actor that is not a promise. It does not throw. */
    takes(actor: unknown): boolean;
  };
}

/** The engines of an authorizer: one decides by its policy, and one by the candidate for a part of the actors. A reload replaces both. */
export class Engines {
  readonly #candidate: CandidateShare | undefined;
  readonly hasCandidate: boolean;

  constructor(
    /** The engine of the policy in use. */
    readonly own: DecisionEngine,
    candidate?: CandidateShare,
  ) {
    this.#candidate = candidate;
    this.hasCandidate = candidate !== undefined;
  }

  /** Returns the engine that decides for an actor. A promise has the engine of the policy in use. */
  engineFor(actor: unknown): DecisionEngine {
    const candidate = this.#candidate;
    if (candidate === undefined || isPromise(actor) || !candidate.rollOut.takes(actor)) return this.own;
    return candidate.engine;
  }

  /** Calls the engine that decides for an actor. During a roll-out, an actor that is a promise is awaited, once. */
  run<Result>(actor: unknown, call: (engine: DecisionEngine, actor: unknown) => Result): Result {
    const candidate = this.#candidate;
    if (candidate === undefined || candidate.rollOut.percent === 0) return call(this.own, actor);
    if (!isPromise(actor)) return call(this.engineFor(actor), actor);
    const called = Promise.resolve(actor).then(
      (awaited) => call(this.engineFor(awaited), awaited),
      // The engine reports the rejection.
      () => call(this.own, actor),
    );
    return called as Result;
  }
}
