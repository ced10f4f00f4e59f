import type { CheckData } from '../config-errors/authorization-config-error.js';
import type { CallSite } from '../locations/call-site.js';

/** One call of a method of `RequestAuthorization` by the application. */
export interface Check {
  /** The call: `authorize('delete', …)`. */
  readonly call: string;
  /** The location of the call, `file:line`; `undefined` in production, and for a call of an adapter. */
  readonly at: string | undefined;
  /** Whether its promise, or a promise that `then` or `finally` derived from it, was awaited, returned, or has a rejection handler. */
  readonly isAwaited: boolean;
  /** Whether it failed: the action was refused, or the check threw an error. */
  readonly isFailed: boolean;
  /** The reason of the failure. */
  readonly error: unknown;
}

/** Returns the data of a check for an error. */
export const dataOf = ({ call, at, isAwaited }: Check): CheckData => ({ check: call, at, isAwaited });

/** Returns the options for an error that the failure of a check has caused. */
export const causeOf = ({ isFailed, error }: Check): ErrorOptions => (isFailed ? { cause: error } : {});

/** A check while it is pending, or not awaited. */
export class OpenCheck implements Check {
  isAwaited = false;
  isSettled = false;
  isFailed = false;
  isReported = false;
  /** Whether a handler that runs has started it, and reports it when it ends. */
  isCollected = false;
  error: unknown;
  settledAt = Number.POSITIVE_INFINITY;
  #whenSettled: (() => void) | undefined;

  constructor(
    readonly call: string,
    private readonly site: CallSite | undefined,
    /** The position of the call among all calls and failures of the request. */
    readonly number: number,
  ) {}

  get at(): string | undefined {
    return this.site?.toString();
  }

  fail(error: unknown, settledAt: number): void {
    this.isFailed = true;
    this.error = error;
    this.settledAt = settledAt;
  }

  settle(): void {
    this.isSettled = true;
    this.#whenSettled?.();
  }

  /** Waits until the check has passed or failed. */
  settled(): Promise<void> {
    const before = this.#whenSettled;
    return new Promise((resolve) => {
      if (this.isSettled) return resolve();
      this.#whenSettled = () => {
        before?.();
        resolve();
      };
    });
  }
}
