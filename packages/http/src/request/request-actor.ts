import { UnauthenticatedError } from '@nanook/core';

/** Options for {@link RequestActor}. */
export interface RequestActorOptions<Actor> {
  /** Returns the actor; `undefined` for an anonymous actor. `null` is passed to the policy as `nil`. */
  readonly actor: () => Actor | PromiseLike<Actor>;
  /** The actor that replaces an anonymous one. Without it, a check for an anonymous actor is a 401. */
  readonly anonymous?: unknown;
}

/**
 * The actor of one request. The hook is called once, for the first check that needs the actor. While it returns no actor, it is called again for
 * later checks, because the request itself may sign a user in.
 */
export class RequestActor<Actor> {
  readonly #options: RequestActorOptions<Actor>;
  #search: Promise<Actor> | undefined;
  #isAnonymous = false;
  #version = 0;
  #wasUnauthenticated = false;

  constructor(options: RequestActorOptions<Actor>) {
    this.#options = options;
  }

  /** A number that changes when earlier decisions are about another actor. */
  get version(): number {
    return this.#version;
  }

  /** Returns whether a check failed because the actor is anonymous. */
  get wasUnauthenticated(): boolean {
    return this.#wasUnauthenticated;
  }

  /**
   * Returns the actor.
   *
   * @throws {UnauthenticatedError} when the actor is anonymous and the option `anonymous` is not set
   */
  find(): Promise<Actor> {
    if (this.#search === undefined) {
      this.#search = this.#find();
      this.#search.catch(() => {}); // a caller that does not await the promise must not end the process
    }
    return this.#search;
  }

  /** Makes the next check call the hook again. */
  forget(): void {
    this.#search = undefined;
    this.#isAnonymous = false;
    this.#version++;
  }

  async #find(): Promise<Actor> {
    const { actor, anonymous } = this.#options;
    const version = this.#version;
    const found = await actor();
    const isForgotten = version !== this.#version;
    if (found !== undefined) {
      if (this.#isAnonymous && !isForgotten) this.#version++;
      this.#isAnonymous = false;
      return found;
    }
    if (!isForgotten) {
      this.#isAnonymous = true;
      this.#search = undefined;
    }
    if (anonymous !== undefined) return anonymous as Actor;
    this.#wasUnauthenticated = true;
    throw new UnauthenticatedError();
  }
}
