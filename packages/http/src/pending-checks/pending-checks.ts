import { AuthorizationConfigError, type RouteData } from '../config-errors/authorization-config-error.js';
import { reportError } from '../internal/report-error.js';
import { CallSite } from '../locations/call-site.js';
import { environment, inLaterTurn } from '../platform/builtin.js';
import type { HandlerChecks } from './handler-checks.js';
import { rememberFailure } from './lost-failures.js';
import { OpenCheck, causeOf, dataOf, type Check } from './open-check.js';
import { WatchedPromise } from './watched-promise.js';

type Method = (...args: never[]) => unknown;

/** Receives errors that no response can carry any more. */
export interface Reporter {
  readonly report?: (error: Error) => void;
}

/** Is set by the first check: to read a variable of the environment takes a microsecond. */
let isInProduction: boolean | undefined;
const isProduction = (): boolean => (isInProduction ??= environment() === 'production');

/**
 * The checks of one request. A response must wait for all of them, because a check that is pending or was not awaited may be a refusal.
 * The promises of checks never become unhandled rejections.
 */
export class PendingChecks {
  /** The checks that are pending or were not awaited. Many requests make no check, so the first one creates the set. */
  #open: Set<OpenCheck> | undefined;
  #routeData: (() => RouteData) | undefined;
  #whenLost: ((check: Check) => void) | undefined;
  #findHandler: (() => HandlerChecks | undefined) | undefined;
  #count = 0;
  /** The last refused check, unless a later check passed or a later skip was made. */
  #refused: OpenCheck | undefined;

  readonly #reporter: Reporter;

  /** @param reporter receives errors that no response can carry any more; default: `console.error` */
  constructor(reporter: Reporter = {}) {
    this.#reporter = reporter;
  }

  /** Reports an error that no response can carry any more. */
  report(error: Error): void {
    reportError(this.#reporter.report?.bind(this.#reporter), error);
  }

  /**
   * Starts a check, and watches its promise.
   *
   * @param call the call, for messages
   * @param method the method that the application called; `undefined` if an adapter called it
   * @param decides whether the check throws when the action is refused, and counts as a decision when it passes
   */
  watch<T>(call: string, method: Method | undefined, decides: boolean, start: () => Promise<T>): Promise<T> {
    const site = method === undefined || isProduction() ? undefined : new CallSite(method);
    const check = this.#add(call, site);
    this.#findHandler?.()?.add(check, this);
    const promise: WatchedPromise<T> = new WatchedPromise<T>((resolve, reject) => {
      start().then(
        (value) => {
          this.pass(check, decides);
          resolve(value);
        },
        (error: unknown) => {
          this.fail(check, error, decides);
          promise.handle();
          reject(error as Error);
        },
      );
    });
    promise.listen(
      () => {
        check.isAwaited = true;
        if (check.isSettled) this.#open?.delete(check);
      },
      () => check.isAwaited || this.#lose(check),
    );
    return promise;
  }

  /**
   * Starts a check that throws when the action is refused, for an adapter, which awaits the promise itself. Its promise needs no watching,
   * which takes longer than the check. {@link pass} or {@link fail} ends the check.
   *
   * @param call the call, for messages
   */
  startAwaited(call: string): OpenCheck {
    const check = this.#add(call, undefined);
    check.isAwaited = true;
    return check;
  }

  /** The first check that is pending or was not awaited. */
  get open(): Check | undefined {
    return this.#open === undefined || this.#open.size === 0 ? undefined : this.#open.values().next().value;
  }

  /** Marks a check as reported to the application, so that its failure is not reported again. */
  dismiss(check: Check): void {
    this.#open?.delete(check as OpenCheck);
    (check as OpenCheck).isReported = true;
  }

  /** The first check that was not awaited. */
  get forgotten(): Check | undefined {
    return this.#forgotten();
  }

  /** The first check that failed and was not awaited. A running handler reports the checks that it collects. */
  get forgottenFailure(): Check | undefined {
    return this.#forgotten(({ isFailed, isCollected }) => isFailed && !isCollected);
  }

  /** The last refused check, unless a later check passed or a later skip was made. */
  get refused(): Check | undefined {
    return this.#refused;
  }

  /** Forgets the refusal, because the application knows it and responds in another way. */
  acceptRefusal(): void {
    this.#refused = undefined;
  }

  /**
   * Reports, from now on, failures of checks that were not awaited, because no response can carry them any more. It does not report a
   * check that is awaited in the same turn of the event loop.
   */
  reportLostFailures(routeData: () => RouteData): void {
    if (this.#routeData !== undefined) return;
    this.#routeData = routeData;
    for (const check of this.#open ?? []) if (check.isFailed) this.#reportLater(check);
  }

  /**
   * Sets the listener for a check that failed in a chain, or in an async function, that was not awaited. No error handler receives such a
   * failure.
   */
  whenLost(listener: (check: Check) => void): void {
    this.#whenLost = listener;
  }

  /**
   * Collects, from now on, the checks that a handler starts, until the handler ends.
   *
   * @param find returns the checks of the handler that runs; `undefined` outside of handlers
   */
  collect(find: () => HandlerChecks | undefined): void {
    this.#findHandler = find;
  }

  /** Reports a check whose handler has ended, if it failed and was not awaited. */
  release(check: OpenCheck): void {
    check.isCollected = false;
    if (check.isSettled && check.isFailed && !check.isAwaited) this.#reportLater(check);
  }

  #add(call: string, site: CallSite | undefined): OpenCheck {
    const check = new OpenCheck(call, site, this.#count++);
    this.#reopen(check);
    return check;
  }

  #reopen(check: OpenCheck): void {
    (this.#open ??= new Set()).add(check);
  }

  pass(check: OpenCheck, decides = true): void {
    if (decides && this.#refused !== undefined && this.#refused.settledAt < check.number)
      this.#refused = undefined;
    this.#settle(check);
  }

  fail(check: OpenCheck, error: unknown, decides = true): void {
    check.fail(error, this.#count++);
    if (decides) this.#refused = check;
    rememberFailure(error, () => this.#lose(check));
    this.#settle(check);
  }

  #lose(check: OpenCheck): void {
    if (check.isReported) return;
    check.isAwaited = false;
    this.#reopen(check);
    if (this.#routeData === undefined) this.#whenLost?.(check);
    else this.#reportLater(check);
  }

  #forgotten(isWanted: (check: OpenCheck) => boolean = isAny): OpenCheck | undefined {
    if (this.#open === undefined || this.#open.size === 0) return undefined;
    for (const check of this.#open) if (!check.isAwaited && isWanted(check)) return check;
    return undefined;
  }

  #settle(check: OpenCheck): void {
    check.settle();
    if (check.isAwaited) this.#open?.delete(check);
    else if (check.isFailed) this.#reportLater(check);
    // A long response must not collect checks that no longer matter.
    else if (this.#routeData !== undefined) this.#open?.delete(check);
  }

  #reportLater(check: OpenCheck): void {
    const routeData = this.#routeData;
    if (routeData === undefined || check.isReported || check.isCollected) return;
    check.isReported = true;
    inLaterTurn(() => {
      if (check.isAwaited) return;
      const data = { ...routeData(), ...dataOf(check), error: String(check.error) };
      this.report(new AuthorizationConfigError('NANOOK_HTTP_LOST_FAILURE', data, causeOf(check)));
    });
  }
}

const isAny = (): boolean => true;
