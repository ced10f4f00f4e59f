import { AuthorizationConfigError, type RouteData } from '../config-errors/authorization-config-error.js';
import { inLaterTurn } from '../platform/builtin.js';
import { causeOf, dataOf, type OpenCheck } from './open-check.js';

/** The checks of a request. */
interface Owner {
  dismiss(check: OpenCheck): void;
  release(check: OpenCheck): void;
}

/**
 * The checks that one run of a handler starts, for transports without a response that could be blocked. The adapter waits for them before
 * it passes on a result. Other handlers of the same request have their own.
 *
 * @internal for adapters
 */
export class HandlerChecks {
  /** The checks that are pending or were not awaited, and the checks of the request to which each belongs. */
  readonly #open = new Map<OpenCheck, Owner>();
  #isOver = false;

  /** @internal for `PendingChecks` */
  add(check: OpenCheck, owner: Owner): void {
    if (this.#isOver) return;
    check.isCollected = true;
    this.#open.set(check, owner);
  }

  /** Whether a result can pass at once. */
  get isEmpty(): boolean {
    return this.#open.size === 0;
  }

  /** Returns the checks that are pending or were not awaited, for a result that must wait for them, and not for later ones. */
  started(): readonly OpenCheck[] {
    return this.isEmpty ? none : [...this.#open.keys()];
  }

  /**
   * Waits for checks that are pending.
   *
   * @param started the checks; default: all, including those that start while it waits
   * @throws {AuthorizationConfigError} `NANOOK_HTTP_UNAWAITED_CHECK` for a check that was not awaited
   */
  async settle(routeData: () => RouteData, started?: readonly OpenCheck[]): Promise<void> {
    for (;;) {
      const checks = (started ?? this.started()).filter((check) => this.#open.has(check));
      if (checks.length === 0) return;
      for (const check of checks) {
        if (check.isAwaited) continue;
        this.#open.get(check)!.dismiss(check);
        const data = { ...routeData(), ...dataOf(check), status: undefined };
        throw new AuthorizationConfigError('NANOOK_HTTP_UNAWAITED_CHECK', data, causeOf(check));
      }
      await Promise.all(checks.map(async (check) => check.settled()));
      // Node reports the rejection of an async function that was not awaited at the end of the turn.
      if (checks.some(({ isFailed }) => isFailed)) await new Promise<void>(inLaterTurn);
      for (const check of checks) if (check.isAwaited) this.#open.delete(check);
    }
  }

  /** Ends the run. Failures of checks that were not awaited are reported from now on. */
  end(): void {
    this.#isOver = true;
    for (const [check, owner] of this.#open) owner.release(check);
    this.#open.clear();
  }
}

const none: readonly OpenCheck[] = [];
