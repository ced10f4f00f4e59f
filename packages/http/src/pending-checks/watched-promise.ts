import { inLaterTurn } from '../platform/builtin.js';

/**
 * A promise that notices when its result is awaited: by `await`, `return` from an async function, `Promise.all`, or a rejection handler.
 * It is a subclass because `await` calls `then` only on a promise whose constructor is not `Promise` itself.
 *
 * `then` without a rejection handler, and `finally`, do not count as awaiting: the promise that they return is watched instead. None of
 * these promises becomes an unhandled rejection with the failure of the check. An error that a callback of the application throws is
 * treated as usual.
 */
export class WatchedPromise<T> extends Promise<T> {
  #whenAwaited: (() => void) | undefined;
  #whenLost: (() => void) | undefined;
  #isAwaited = false;

  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  /**
   * Sets the listeners.
   *
   * @param whenAwaited is called whenever the promise, or one derived from it, is awaited
   * @param whenLost is called when a derived promise was rejected, at the end of the turn of the event loop, when Node would report an
   * unhandled rejection
   */
  listen(whenAwaited: () => void, whenLost: () => void): void {
    this.#whenAwaited = whenAwaited;
    this.#whenLost = whenLost;
  }

  // oxlint-disable-next-line unicorn/no-thenable -- it is a promise
  override then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    if (typeof onRejected !== 'function')
      return this.#derive(typeof onFulfilled === 'function' ? onFulfilled : (itself as never));
    this.#noteAwaited();
    return super.then(onFulfilled, onRejected);
  }

  override finally(onFinally?: (() => void) | null): Promise<T> {
    if (typeof onFinally !== 'function') return this.#derive((value) => value);
    const run = (): Promise<void> => new Promise((resolve) => resolve(onFinally()));
    return this.#derive((value) => run().then(() => value), run);
  }

  /** @param beforeRejection is called before a rejection is passed on; an error that it throws replaces the reason */
  #derive<A>(
    onFulfilled: (value: T) => A | PromiseLike<A>,
    beforeRejection?: () => Promise<void>,
  ): WatchedPromise<A> {
    const derived: WatchedPromise<A> = new WatchedPromise<A>((resolve, reject) => {
      const passOn = (reason: unknown): void => {
        derived.handle();
        reject(reason as Error);
        inLaterTurn(() => derived.#whenLost?.());
      };
      void super.then(
        (value) => {
          try {
            const result = onFulfilled(value);
            if (result instanceof WatchedPromise) derived.#follow(result, resolve, passOn);
            else resolve(result);
          } catch (error) {
            reject(error as Error);
          }
        },
        (reason: unknown) => {
          if (beforeRejection === undefined) passOn(reason);
          else beforeRejection().then(() => passOn(reason), reject);
        },
      );
    });
    derived.#whenAwaited = () => this.#noteAwaited();
    derived.#whenLost = this.#whenLost;
    return derived;
  }

  /** Resolves with the result of another check. That check counts as awaited as soon as this promise is awaited. */
  #follow(other: WatchedPromise<T>, resolve: (value: T) => void, passOn: (reason: unknown) => void): void {
    const noteThis = this.#whenAwaited;
    this.#whenAwaited = () => {
      noteThis?.();
      other.#noteAwaited();
    };
    this.#whenLost = other.#whenLost;
    if (this.#isAwaited) other.#noteAwaited();
    void Promise.prototype.then.call(other, resolve as (value: unknown) => void, passOn);
  }

  #noteAwaited(): void {
    this.#isAwaited = true;
    this.#whenAwaited?.();
  }

  /** Marks a rejection as handled, even when the promise is not awaited. Call it before the rejection. */
  handle(): void {
    super.then(undefined, ignore);
  }
}

const itself = (value: unknown): unknown => value;
const ignore = (): void => {};
