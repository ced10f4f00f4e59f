/**
 * A promise that tells when something waits for its result: `await`, `return` from an async function, `Promise.all`, a handler of
 * rejections. `await` reads `then` of a promise only where its constructor is not `Promise` itself, so it is a subclass.
 *
 * `then` without a handler of rejections, and `finally`, do not wait: the promises that they return are watched in place of this one.
 * None of them becomes an unhandled rejection with the failure of this one. An error that a handler of the application throws stays
 * the application's own.
 */
export class WatchedPromise<T> extends Promise<T> {
  #whenAwaited: (() => void) | undefined;
  #whenLost: (() => void) | undefined;
  #isAwaited = false;

  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  /**
   * @param whenAwaited is called whenever something starts to wait
   * @param whenLost is called when a promise that `then` or `finally` made of this one has passed on a rejection, and the turn of the
   * event loop is over, which is when Node would report it
   */
  listen(whenAwaited: () => void, whenLost: () => void): void {
    this.#handle();
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

  /** @param beforeRejection is called before a rejection is passed on; what it throws takes the place of the reason */
  #derive<A>(
    onFulfilled: (value: T) => A | PromiseLike<A>,
    beforeRejection?: () => Promise<void>,
  ): WatchedPromise<A> {
    const derived: WatchedPromise<A> = new WatchedPromise<A>((resolve, reject) => {
      const passOn = (reason: unknown): void => {
        derived.#handle();
        reject(reason as Error);
        setImmediate(() => derived.#whenLost?.());
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

  /** Takes over the result of another check, for which something waits as soon as it waits for this promise. */
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

  /** Makes a rejection count as handled, whether something waits for it or not. */
  #handle(): void {
    super.then(undefined, ignore);
  }
}

const itself = (value: unknown): unknown => value;
const ignore = (): void => {};
