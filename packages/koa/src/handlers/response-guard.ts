import {
  guardResponse,
  toError,
  type AuthorizationConfigError,
  type RequestAuthorization,
} from '@nanook/http';
import { AsyncLocalStorage } from 'node:async_hooks';
import type { ExtendableContext } from 'koa';
import { forgetAnswer, isAnswerSettled, isWriterSettled, watchAnswer } from './answer-scope.js';
import { handlerLocation, isPreflightHandled, routeOf } from '../internals/matched-route.js';
import { isKoaToRespond, respondOf, watchRespond } from '../internals/respond.js';
import type { Layer } from '../internals/koa-router-internals.js';

/** Handlers that are running, within those of a net further upstream. */
interface Run {
  readonly outer: Run | undefined;
}

/** The handlers that are running, in whatever they start. */
const handling = new AsyncLocalStorage<Run>();

/** The requests that `authorize()` put the net under: that one holds to the end. */
const covered = new WeakSet<ExtendableContext>();

/**
 * Runs the handlers over the response guard. What they answered without a decision is taken back before anybody upstream sees it, and
 * the error goes upstream in its place. What is written past Koa is caught when its first header is, and so is what comes later:
 * the answer of a handler that nobody awaited, and those of middleware upstream. The net under a route holds for that one alone.
 */
export async function runGuarded(
  ctx: ExtendableContext,
  authz: RequestAuthorization,
  handlers: () => Promise<void>,
  route?: Layer,
): Promise<void> {
  if (covered.has(ctx)) return handlers();
  if (route === undefined) covered.add(ctx);
  watchAnswer(ctx);
  return runUnderGuard(ctx, authz, handlers, {
    isForRoute: route !== undefined,
    isSettled: () => isWriterSettled(ctx, route),
    isPreparedSettled: () => isAnswerSettled(ctx, route),
  });
}

/** Runs the handlers, and blocks a response that does not wait for the checks of its request. */
export const runAwaitingChecks = async (
  ctx: ExtendableContext,
  authz: RequestAuthorization,
  handlers: () => Promise<void>,
): Promise<void> =>
  runUnderGuard(ctx, authz, handlers, {
    isForRoute: false,
    isSettled: () => true,
    isPreparedSettled: () => true,
  });

interface Judge {
  readonly isForRoute: boolean;
  /** Whether something was decided for what is being written now. */
  readonly isSettled: () => boolean;
  /** Whether something was decided for what Koa is going to send. */
  readonly isPreparedSettled: () => boolean;
}

async function runUnderGuard(
  ctx: ExtendableContext,
  authz: RequestAuthorization,
  handlers: () => Promise<void>,
  { isForRoute, isSettled, isPreparedSettled }: Judge,
): Promise<void> {
  const run: Run = { outer: handling.getStore() };
  let isRunning = true;
  let isLeft = false;
  let isLooking = false;
  let answerer: Answerer | undefined;
  let fault: AuthorizationConfigError | undefined;
  let interrupt: () => void;
  const interrupted = new Promise<void>((resolve) => (interrupt = resolve));

  const look = guardResponse(ctx.res, {
    // Middleware may let a client ask with one method for another: what counts is what the handler is asked with.
    get method() {
      return ctx.method;
    },
    route: () => routeOf(ctx),
    handler: () => handlerLocation(ctx),
    isPreflight: () => isPreflightHandled(ctx),
    isSettled: () => isLeft || (isLooking ? isPreparedSettled() : isSettled()),
    elsewhere: () => authz.scopes.decisions,
    checks: () => authz.checks,
    challenge: () => authz.challenge,
    // Koa sets 404 before the handlers run. Those who write past it may leave it as it is.
    isStatusChosen: () => isStatusExplicit(ctx) || (isKoaToRespond(ctx) && handling.getStore() === undefined),
    isAnswer: (part) => answerer?.isAnswer(part) ?? false,
    fail(blocked) {
      takeBack(ctx);
      if (!isRunning) {
        ctx.onerror(blocked); // it is too late for those upstream
        return;
      }
      answerer = answererOf(ctx, run);
      fault = blocked;
      interrupt();
    },
  });
  try {
    // A handler may be waiting until all that it writes is out, which it never will be.
    await Promise.race([handling.run(run, handlers), interrupted]);
    // Without Koa the answer may still be to come, and with it the decision.
    isLooking = true;
    if (fault === undefined && isKoaToRespond(ctx)) look();
  } catch (error) {
    // What was prepared before would be sent by those who answer an error with a status alone.
    if (fault === undefined && !isPreparedSettled() && isPrepared(ctx)) takeBack(ctx);
    throw fault ?? error ?? toError(error); // Koa would never respond to a rejection with `undefined`
  } finally {
    isRunning = false;
    isLooking = false;
    isLeft = isForRoute && fault === undefined && isKoaToRespond(ctx);
  }
  if (fault !== undefined) throw fault;
}

interface Answerer {
  isAnswer(part: 'headers' | 'body'): boolean;
}

/**
 * Tells those who answer an error from those whose response was blocked: upstream sets headers, but Koa alone writes. A handler
 * may be called back from anywhere, so that it is not enough to know where it has been started.
 */
function answererOf(ctx: ExtendableContext, run: Run): Answerer {
  let isKoaAnswering = false;
  let respond = respondOf(ctx);
  const isHandler = (): boolean => isWithin(handling.getStore(), run);
  watchRespond(ctx, () => respond);
  Object.defineProperty(ctx, 'respond', {
    configurable: true,
    enumerable: true,
    get() {
      isKoaAnswering ||= !isHandler(); // Koa asks before it answers
      return respond;
    },
    set(value: boolean | undefined) {
      if (isHandler()) return;
      respond = value; // `false`: somebody upstream writes in Koa's place
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

function isWithin(inner: Run | undefined, run: Run): boolean {
  for (let each = inner; each !== undefined; each = each.outer) if (each === run) return true;
  return false;
}

/** Whether a status or a body was given to Koa, which gives a status with it. */
const isStatusExplicit = (ctx: ExtendableContext): boolean =>
  (ctx.response as { readonly _explicitStatus?: boolean })._explicitStatus === true;

const isPrepared = (ctx: ExtendableContext): boolean =>
  !ctx.headerSent && (ctx.status < 400 || (ctx.body !== undefined && ctx.body !== null));

/** Leaves nothing of a response that Koa has not sent yet: a bare 500, for those upstream to make something of. */
function takeBack(ctx: ExtendableContext): void {
  const body: unknown = ctx.body;
  ctx.remove('Content-Type'); // or Koa 3 would keep a JSON body as `null`
  ctx.body = undefined;
  ctx.status = 500;
  forgetAnswer(ctx);
  ctx.respond = true;
  close(body);
}

/** Koa 2 closes a stream that is not sent only when the response is out, and neither major closes those of the web. */
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
