import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { diagnostic } from '../diagnostics/report.js';
import { actionName } from './action-name.js';

/** The time after which a promise counts as not awaited. The timer keeps a short script alive until then. */
const patienceMs = 250;
/** The number of checks that are watched at the same time, and of actions with a warning. */
const maxWatched = 1_000;

interface Check {
  readonly action: string;
  isDenied: boolean;
  isAwaited: boolean;
}

/**
 * Finds denied checks whose promise the application does not await: `if (authorizer.can(…))` is always true, so it allows
 * everything. It works only outside production.
 */
export class UnawaitedChecks {
  #watched: Check[] = [];
  readonly #warned = new Set<string>();

  constructor(readonly warn: (warning: Diagnostic) => void) {}

  /** @returns a promise of the same answer, which notes that it is awaited */
  watch(answer: Promise<boolean>, action: unknown): Promise<boolean> {
    if (this.#watched.length >= maxWatched || this.#warned.size >= maxWatched) return answer;
    const check: Check = { action: actionName(action), isDenied: false, isAwaited: false };
    // One timer for all that are watched at the same time.
    if (this.#watched.push(check) === 1) setTimeout(this.#report, patienceMs);
    const watched = new WatchedPromise<boolean>((resolve, reject) => {
      answer.then((holds) => {
        check.isDenied = !holds;
        resolve(holds);
      }, reject);
    });
    watched.check = check;
    return watched;
  }

  // A property, so that the timer holds no scope of a check: a rejected promise refers to objects of the application.
  readonly #report = (): void => {
    const watched = this.#watched;
    this.#watched = [];
    for (const { action, isDenied, isAwaited } of watched) {
      if (!isDenied || isAwaited || this.#warned.has(action)) continue;
      this.#warned.add(action);
      this.warn(diagnostic('warning', 'POLAR_DENIED_NOT_AWAITED', { action }, undefined) as Diagnostic);
    }
  };
}

/** A subclass of the native class, so that `await` calls `then`. */
class WatchedPromise<T> extends Promise<T> {
  check: Check | undefined = undefined;

  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  // oxlint-disable-next-line unicorn/no-thenable -- to see that it is awaited
  override then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    if (this.check !== undefined) this.check.isAwaited = true;
    return super.then(onFulfilled, onRejected);
  }
}
