import { UnauthenticatedError } from '@nanook/core';
import { AuthorizationConfigError } from '../config-errors/authorization-config-error.js';
import { isThenable } from '../internal/is-thenable.js';
import { createContext } from '../platform/context.js';

/** Options for {@link RequestActor}. */
export interface RequestActorOptions<Actor> {
  /** Returns the actor; `undefined` for an anonymous actor. `null` is passed to the policy as `nil`. */
  readonly actor: () => Actor | PromiseLike<Actor>;
  /** The actor that replaces an anonymous one. Without it, a check for an anonymous actor is a 401 without a decision of the policy. */
  readonly anonymous?: unknown;
}

/** The actor that the running code of a hook is about to find. */
const sought = createContext<RequestActor<unknown>>();

/**
 * The actor of one request. The hook is called once, for the first check that needs the actor. While it returns no actor, it is called again for
 * later checks, because the request itself may sign a user in.
 */
export class RequestActor<Actor> {
  readonly #options: RequestActorOptions<Actor>;
  #search: Promise<Actor> | undefined;
  #isKnown = false;
  #known: Actor | undefined;
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

  /** Returns whether the last search has found no actor. */
  get isAnonymous(): boolean {
    return this.#isAnonymous;
  }

  /** Notes that a check failed because the actor is anonymous. */
  noteUnauthenticated(): void {
    this.#wasUnauthenticated = true;
  }

  /**
   * Returns the actor.
   *
   * @throws {UnauthenticatedError} when the actor is anonymous and the option `anonymous` is not set
   */
  find(): Promise<Actor> {
    return this.search() ?? (this.#search ??= Promise.resolve(this.known));
  }

  /**
   * Searches the actor.
   *
   * @returns the promise to await, whose errors are those of {@link find}; `undefined` when {@link known} is the actor now
   */
  search(): Promise<Actor> | undefined {
    if (this.#isKnown) return undefined;
    // A hook that awaits its own result never ends.
    if (sought.getStore() === this)
      return Promise.reject(new AuthorizationConfigError('NANOOK_HTTP_ACTOR_IN_HOOK', {}));
    if (this.#search !== undefined) return this.#search;
    const version = this.#version;
    let given: Actor | PromiseLike<Actor>;
    try {
      given = sought.run(this, () => this.#options.actor());
    } catch (error) {
      return this.#keep(Promise.reject(error as Error));
    }
    if (given === undefined || isThenable(given)) return this.#keep(this.#settle(given, version));
    this.#note(given, version);
    // The actor is not known if the hook itself has made the application forget it.
    return this.#isKnown ? undefined : this.#keep(Promise.resolve(given));
  }

  /** Returns whether {@link known} is the actor, so that a check need not wait for {@link find}. */
  get isKnown(): boolean {
    return this.#isKnown;
  }

  /** The actor, if it is known. */
  get known(): Actor {
    return this.#known as Actor;
  }

  /**
   * Returns whether a search has found the present actor. The actor can be forgotten, or sign in, while a search is pending.
   *
   * @param version the version when the search began
   */
  isPresent(found: Actor, version: number): boolean {
    return this.#isKnown ? Object.is(found, this.#known) : version === this.#version;
  }

  /** Makes the next check call the hook again. */
  forget(): void {
    this.#search = undefined;
    this.#isAnonymous = false;
    this.#isKnown = false;
    this.#known = undefined;
    this.#version++;
  }

  #keep(search: Promise<Actor>): Promise<Actor> {
    search.catch(() => {}); // a caller that does not await the promise must not end the process
    return (this.#search = search);
  }

  async #settle(given: Actor | PromiseLike<Actor>, version: number): Promise<Actor> {
    const found = await given;
    if (found !== undefined) {
      this.#note(found, version);
      return found;
    }
    if (version === this.#version) {
      this.#isAnonymous = true;
      this.#search = undefined;
    }
    const { anonymous } = this.#options;
    if (anonymous !== undefined) return anonymous as Actor;
    this.#wasUnauthenticated = true;
    throw new UnauthenticatedError();
  }

  /** Notes the actor, unless it was forgotten while the hook searched it. */
  #note(found: Actor, version: number): void {
    if (version === this.#version) {
      if (this.#isAnonymous) this.#version++;
      this.#isKnown = true;
      this.#known = found;
    }
    this.#isAnonymous = false;
  }
}
