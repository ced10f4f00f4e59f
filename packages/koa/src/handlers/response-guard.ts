import { toError, type AuthorizationConfigError, type RequestAuthorization } from '@nanook/http';
import { guardResponse, type ResponseGuard } from '@nanook/http/node';
import type { ExtendableContext } from 'koa';
import type { Layer } from '../internals/koa-router-internals.js';
import { handlerLocation, isPreflightHandled, routeOf } from '../internals/matched-route.js';
import { forgetAnswer, isAnswerSettled, isWriterSettled, watchAnswer } from './answer-owner.js';
import { followedOf, type FollowedContext, type HandlerFrame } from './followed-context.js';

/**
 * Runs handlers under the response guard. It removes a response without a decision before middleware upstream sees it, and throws the
 * error instead. Data that bypasses Koa is blocked when its first header is written, and so are later writes: by a handler that was not
 * awaited, or by middleware upstream.
 *
 * @param frame the call of the middleware that sets the guard; `undefined` where Koa composed it before it could be followed
 * @param handlers calls the handlers, with the `next` of the middleware
 * @param route the route that alone is guarded; default: all handlers that follow
 */
export function runGuarded(
  ctx: ExtendableContext,
  authz: RequestAuthorization,
  frame: HandlerFrame | undefined,
  handlers: () => Promise<void>,
  route?: Layer,
): Promise<void> {
  const followed = followedOf(ctx);
  if (followed.isGuarded) return handlers();
  if (route === undefined) followed.isGuarded = true;
  watchAnswer(ctx);
  const options: GuardOptions = {
    isForRoute: route !== undefined,
    isWriteSettled: () => isWriterSettled(followed, route),
    isResponseSettled: () => isAnswerSettled(followed, route),
  };
  // No code runs between `authorization` and an `authorize()` that follows it directly, so one guard is enough.
  const outer = route === undefined ? findChecksGuard(followed, frame, authz) : undefined;
  if (outer === undefined) return runUnderGuard(ctx, authz, frame, handlers, options);
  outer.options = options;
  return handlers();
}

/** Runs handlers, and blocks a response that does not wait for the checks of its request. @param frame as for {@link runGuarded} */
export const runAwaitingChecks = (
  ctx: ExtendableContext,
  authz: RequestAuthorization,
  frame: HandlerFrame | undefined,
  handlers: () => Promise<void>,
): Promise<void> => runUnderGuard(ctx, authz, frame, handlers, checksOnly);

/** Finds the guard that `authorization` has set directly before the call of a handler. */
function findChecksGuard(
  { checksGuard }: FollowedContext,
  frame: HandlerFrame | undefined,
  authz: RequestAuthorization,
): ContextGuard | undefined {
  if (checksGuard === undefined || frame?.caller !== checksGuard.frame || frame.run !== checksGuard.frame.run)
    return undefined;
  const guard = checksGuard.guard as ContextGuard;
  return guard.authz === authz ? guard : undefined;
}

/** The handlers that a guard applies to. */
interface GuardOptions {
  readonly isForRoute: boolean;
  /** Returns whether a decision counts for data that is being written now. */
  readonly isWriteSettled: () => boolean;
  /** Returns whether a decision counts for the response that Koa will send. */
  readonly isResponseSettled: () => boolean;
}

const checksOnly: GuardOptions = {
  isForRoute: false,
  isWriteSettled: () => true,
  isResponseSettled: () => true,
};

function runUnderGuard(
  ctx: ExtendableContext,
  authz: RequestAuthorization,
  frame: HandlerFrame | undefined,
  handlers: () => Promise<void>,
  options: GuardOptions,
): Promise<void> {
  const followed = followedOf(ctx);
  const guarding = frame ?? followed.enterUnfollowed();
  const guard = new ContextGuard(ctx, authz, guarding, options);
  if (options === checksOnly) followed.checksGuard = { guard, frame: guarding };
  return guard.run(
    frame === undefined ? () => followed.callAndWait(guarding, handlers) as Promise<void> : handlers,
  );
}

/** The guard of some handlers. A class, because a getter in an object literal would give the object of each request another shape. */
class ContextGuard implements ResponseGuard {
  readonly #ctx: ExtendableContext;
  readonly #followed: FollowedContext;
  readonly authz: RequestAuthorization;
  /** The call of the middleware that has set the guard. */
  readonly #frame: HandlerFrame;
  /** The handlers that the guard applies to. */
  options: GuardOptions;
  #isRunning = true;
  /** Whether the guarded route has ended, so that the rest of the response needs no decision. */
  #isLeft = false;
  #answerer: Answerer | undefined;
  /** Whether the guard checks the response that Koa will send, and not data that is being written. */
  #isCheckingResponse = false;
  /** The error for which the response was blocked. */
  #blocked: AuthorizationConfigError | undefined;
  #interrupt = ignore;

  constructor(
    ctx: ExtendableContext,
    authz: RequestAuthorization,
    frame: HandlerFrame,
    options: GuardOptions,
  ) {
    this.#ctx = ctx;
    this.#followed = followedOf(ctx);
    this.authz = authz;
    this.#frame = frame;
    this.options = options;
  }

  /**
   * Runs the handlers until they end or the response is blocked: a handler may wait until its writes are sent, which never happens when
   * they are blocked.
   */
  run(handlers: () => Promise<void>): Promise<void> {
    const checkResponse = guardResponse(this.#ctx.res, this);
    return new Promise((resolve, reject) => {
      const fail = (error: unknown): void => reject(this.#errorAfter(error) as Error);
      const end = (): void => {
        try {
          this.#check(checkResponse);
          resolve();
        } catch (error) {
          fail(error);
        }
      };
      // Not a function that calls `end`: it made the garbage collector promote the objects of each request (18 µs of CPU, bench/src/web).
      this.#interrupt = end;
      try {
        Promise.resolve(handlers()).then(end, fail);
      } catch (error) {
        fail(error);
      }
    });
  }

  /** Checks the response that the handlers have prepared. @throws the error for which it was blocked */
  #check(checkResponse: () => void): void {
    // If Koa does not respond, a response, and its decision, may follow later.
    this.#isCheckingResponse = true;
    if (this.#blocked === undefined && this.#followed.isKoaToRespond) checkResponse();
    if (this.#blocked !== undefined) throw this.#blocked;
    this.#end();
  }

  /** Ends the guard of handlers that have thrown, or whose response was blocked, and returns the error for middleware upstream. */
  #errorAfter(error: unknown): unknown {
    try {
      // An error handler that sets only a status would send the prepared body.
      if (this.#blocked === undefined && !this.#isResponseSettled() && isPrepared(this.#ctx))
        reset(this.#ctx);
      return this.#blocked ?? error ?? toError(error); // Koa would never respond to a rejection with `undefined`
    } finally {
      this.#end();
    }
  }

  /** Ends the guard of the handlers, which have returned or thrown. */
  #end(): void {
    this.#isRunning = false;
    this.#isCheckingResponse = false;
    this.#isLeft = this.options.isForRoute && this.#blocked === undefined && this.#followed.isKoaToRespond;
  }

  /** Middleware may change the method (method override); the method that the handler sees counts. */
  get method(): string {
    return this.#ctx.method;
  }

  route(): string {
    return routeOf(this.#ctx);
  }

  handler(): string | undefined {
    return handlerLocation(this.#ctx);
  }

  isPreflight(): boolean {
    return isPreflightHandled(this.#ctx);
  }

  isSettled(): boolean {
    if (this.#isLeft) return true;
    return this.#isCheckingResponse ? this.#isResponseSettled() : this.options.isWriteSettled();
  }

  /** The handlers have ended. A response without an owner belongs to the middleware that has set the guard. */
  #isResponseSettled(): boolean {
    const { isResponseSettled } = this.options;
    return this.#followed.answer === undefined
      ? this.#followed.within(this.#frame, isResponseSettled)
      : isResponseSettled();
  }

  noteHeader(): void {
    if (!this.#isCheckingResponse) this.#followed.noteHeader();
  }

  isUpstream(): boolean {
    return this.#followed.isUpstream;
  }

  elsewhere(): readonly string[] {
    return this.authz.decisions.made;
  }

  checks() {
    return this.authz.checks;
  }

  challenge() {
    return this.authz.challenge;
  }

  /** Koa sets 404 before the handlers run. A handler that bypasses Koa may leave this status unchanged. */
  isStatusChosen(): boolean {
    if (isStatusExplicit(this.#ctx)) return true;
    return this.#followed.isKoaToRespond && !isUnder(this.#followed, this.#frame);
  }

  isAnswer(part: 'headers' | 'body'): boolean {
    return this.#answerer?.isAnswer(part) ?? false;
  }

  fail(error: AuthorizationConfigError): void {
    reset(this.#ctx);
    if (!this.#isRunning) {
      this.#ctx.onerror(error); // middleware upstream has returned
      return;
    }
    this.#answerer = answererOf(this.#ctx, this.#followed, this.#frame);
    this.#blocked = error;
    this.#interrupt();
  }
}

interface Answerer {
  isAnswer(part: 'headers' | 'body'): boolean;
}

/**
 * Distinguishes the error handlers from the handler whose response was blocked: middleware upstream sets headers, but only Koa writes.
 * The place at which code was started is not sufficient, because a callback of a handler can be called from anywhere.
 */
function answererOf(ctx: ExtendableContext, followed: FollowedContext, frame: HandlerFrame): Answerer {
  let isKoaAnswering = false;
  let respond = followed.respond;
  const isHandler = (): boolean => isUnder(followed, frame);
  followed.readRespond = () => respond;
  Object.defineProperty(ctx, 'respond', {
    configurable: true,
    enumerable: true,
    get() {
      isKoaAnswering ||= !isHandler(); // Koa reads the property before it responds
      return respond;
    },
    set(value: boolean | undefined) {
      if (isHandler()) return;
      respond = value; // `false`: middleware upstream bypasses Koa
      isKoaAnswering = true;
    },
  });
  const onerror = ctx.onerror.bind(ctx);
  ctx.onerror = (error) => {
    isKoaAnswering = true;
    onerror(error);
  };
  return { isAnswer: (part) => !isHandler() && (part === 'headers' || isKoaAnswering) };
}

/** Returns whether the running code belongs to a handler that has set a guard, or to those after it. */
const isUnder = (followed: FollowedContext, frame: HandlerFrame): boolean =>
  followed.frame?.isWithin(frame) === true;

/** Returns whether the application has set a status or a body; Koa derives a status from the body. */
const isStatusExplicit = (ctx: ExtendableContext): boolean =>
  (ctx.response as { readonly _explicitStatus?: boolean })._explicitStatus === true;

const isPrepared = (ctx: ExtendableContext): boolean =>
  !ctx.headerSent && (ctx.status < 400 || (ctx.body !== undefined && ctx.body !== null));

/** Replaces a prepared response by a plain 500, which middleware upstream can change. */
function reset(ctx: ExtendableContext): void {
  const body: unknown = ctx.body;
  ctx.remove('Content-Type'); // otherwise Koa 3 keeps a JSON body as `null`
  ctx.body = undefined;
  ctx.status = 500;
  forgetAnswer(ctx);
  ctx.respond = true;
  close(body);
}

/** Closes a body that will not be sent. Koa 2 closes such a stream late, and neither major version closes web streams. */
function close(body: unknown): void {
  const { destroy, once } = (body ?? {}) as { destroy?: unknown; once?: unknown };
  const stream = body instanceof Response ? body.body : body;
  if (typeof destroy === 'function' && typeof once === 'function') {
    Reflect.apply(once, body, ['error', ignore]);
    Reflect.apply(destroy, body, []);
  } else if (stream instanceof ReadableStream && !stream.locked) {
    stream.cancel().catch(ignore);
  }
}

const ignore = (): void => {};
