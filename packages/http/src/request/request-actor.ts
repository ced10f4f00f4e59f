import { UnauthenticatedError } from '@nanook/core';

export interface RequestActorOptions<Actor> {
  /** Finds who is asking. `undefined` is an anonymous actor; `null` is asked as `nil`. */
  readonly actor: () => Actor | PromiseLike<Actor>;
  /** Takes the place of an anonymous actor. Without it, an anonymous actor is a 401. */
  readonly anonymous?: unknown;
}

/**
 * The actor of one request. The hook is called once, when the first check needs it. As long as it finds no actor, it is called again
 * for later checks, because the request itself may sign somebody in.
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

  /** Changes whenever earlier decisions were about another actor. */
  get version(): number {
    return this.#version;
  }

  /** Whether a check failed because there was no actor. */
  get wasUnauthenticated(): boolean {
    return this.#wasUnauthenticated;
  }

  /** @throws {UnauthenticatedError} when there is no actor, and no `anonymous` takes its place */
  find(): Promise<Actor> {
    if (this.#search === undefined) {
      this.#search = this.#find();
      this.#search.catch(() => {}); // a caller that does not wait for the answer ends no process
    }
    return this.#search;
  }

  /** Makes the next check look for the actor again. */
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
