import { AttachedValues, type RequestAuthorization } from '@nanook/http';
import { FollowedRequest, Frame, Run } from '@nanook/http/node';
import type { Context, ExtendableContext, Next } from 'koa';
import { findAuthz } from '../internals/context.js';
import { isRoute, isRouter, type App, type Layer, type Router } from '../internals/koa-router-internals.js';
import { originsIn, type Origins } from '../internals/layer-origins.js';
import { isWatched } from '../internals/watched.js';

/** The place of a handler in a layer of a router, or in an application. */
export interface Place {
  /** The layer; `undefined` in an application. */
  readonly layer: Layer | undefined;
  readonly app: App | undefined;
  /** The position in the middleware of the application. */
  readonly index: number;
  /** Describes the code of a handler that cannot be followed, such as composed functions. A decision in it counts for nothing. */
  readonly unfollowed: string | undefined;
}

const nowhere: Place = { layer: undefined, app: undefined, index: -1, unfollowed: undefined };

const unfollowedMiddleware =
  'middleware that is not followed: pass it to `app.use` directly, and call `protect` with an application of another copy of Koa when ' +
  'you create it';

const unfollowedRouter =
  'a router that is not followed from its start: call `protect` with it when you create it';

/** One way of a request through a router or an application. */
class HandlerRun extends Run {
  declare readonly outer: HandlerFrame | undefined;
  /** The layers of the router. */
  readonly layers: ReadonlyMap<Layer, Origins> | undefined;
  /** The position of the middleware that was called last. */
  index = -1;
  /** The route in which a decision was made. */
  route: Layer | undefined;
  /** The routers, or the application, whose requirements count for the handlers that follow. */
  covers: object[] | undefined;

  /**
   * @param left the handler that has called `next` last, before this run or in it
   * @param outer the handler that contains the run
   */
  constructor(
    request: FollowedContext,
    readonly container: Router | App | undefined,
    public left: HandlerFrame | undefined,
    outer: HandlerFrame | undefined,
  ) {
    super(
      request,
      outer,
      outer !== undefined && (container === undefined ? outer.isSettled : inherits(container, outer)),
    );
    this.layers = container === undefined || !('stack' in container) ? undefined : originsIn(container);
  }

  /** Returns whether the handler at a place is the next one of this run. */
  continuesAt({ layer, app, index }: Place): boolean {
    if (layer !== undefined) return this.layers?.has(layer) === true;
    return app !== undefined && this.container === app && index === this.index + 1;
  }

  /** Returns whether a decision that was made before counts for the handler at a place. */
  isCoveredAt({ layer, app }: Place): boolean {
    if (this.isCovered || (layer !== undefined && this.route === layer)) return true;
    const { covers } = this;
    if (covers === undefined) return false;
    if (layer === undefined) return covers.includes(app!);
    return this.layers?.get(layer)?.routers.some((router) => covers.includes(router)) === true;
  }

  /** Returns whether the handler at a place belongs to a router, or to an application. */
  contains(container: Router | App, { layer }: Place): boolean {
    if (this.container === container) return true;
    return layer !== undefined && this.layers?.get(layer)?.routers.includes(container as Router) === true;
  }

  /** Returns whether a decision from outside of a router, or of an application, counts for the handler at a place in it. */
  isCoveredOutside(container: Router | App, { layer }: Place): boolean {
    if (this.isCovered) return true;
    const routers = (layer === undefined ? undefined : this.layers?.get(layer)?.routers) ?? [];
    const outside = routers.slice(0, Math.max(0, routers.indexOf(container as Router)));
    return outside.some((router) => this.covers?.includes(router) === true);
  }
}

/**
 * Returns whether the decision of the outer handler counts in a router or in an application. A handler can pass the request to its own router
 * again: `ctx.path = '/other'; return router.routes()(ctx, next)`. The decision for its route does not count for another route of the same
 * router, but one from outside of this router does.
 */
function inherits(container: Router | App, outer: HandlerFrame): boolean {
  let first: HandlerFrame | undefined;
  for (let each: HandlerFrame | undefined = outer; each !== undefined; each = each.run.outer)
    if (each.run.contains(container, each.place)) first = each;
  if (first === undefined) return outer.isSettled;
  if (first.run.isCoveredOutside(container, first.place)) return true;
  outer.abandon(first);
  return false;
}

/** One call of a handler. */
export class HandlerFrame extends Frame {
  declare readonly run: HandlerRun;
  /** The `next` that the handler has received. */
  next: Next | undefined;
  /** The authorization that the request has outside of the handler, if code in the handler has replaced it. */
  authzOutside: RequestAuthorization | undefined;
  /** Whether the handler is a requirement, or calls one with its own `next`, so that the decision counts for later handlers. */
  isRequirement = false;

  /** @param caller the handler that has called this one, directly or with its `next` */
  constructor(
    run: HandlerRun,
    isCovered: boolean,
    readonly place: Place,
    readonly caller: HandlerFrame | undefined,
  ) {
    super(run, isCovered);
  }

  /** A decision in a route counts for its later handlers. A requirement counts for the later handlers of its router or application. */
  protected override passOn(): void {
    const { run, place, isRequirement } = this;
    const { layer, app } = place;
    if (layer !== undefined && isRoute(layer)) run.route = layer;
    else if (isRequirement) {
      const origins = layer && run.layers?.get(layer);
      const origin = origins?.isExact === true ? origins.routers.at(-1) : app;
      if (origin !== undefined) (run.covers ??= []).push(origin);
    }
  }

  /** Returns whether the other handler has called this one, directly or through further handlers. */
  override isWithin(other: Frame): boolean {
    return this === other || this.caller?.isWithin(other) === true;
  }

  /** Whether it is known which router carries the handler. */
  get isOriginKnown(): boolean {
    const { layer } = this.place;
    return layer === undefined || isRoute(layer) || this.run.layers?.get(layer)?.isExact !== false;
  }

  /** Returns whether the handler belongs to a route, or to a router that a handler of the route contains. */
  isIn(route: Layer): boolean {
    return this.place.layer === route || this.run.outer?.isIn(route) === true;
  }
}

/** A call of skipped middleware. Its skip ends when it is left. */
class SkippedFrame extends HandlerFrame {
  override get isSettled(): boolean {
    return !this.isLeft;
  }
}

/**
 * Returns the application of a handler, or its router if the running handler belongs to this router, too: a handler can call the handlers of
 * another route that it has found with `router.match`.
 */
function containerOf({ layer, app }: Place, running: HandlerFrame | undefined): Router | App | undefined {
  if (layer === undefined) return app;
  for (let each = running; each !== undefined; each = each.run.outer)
    if (each.run.layers?.has(layer) === true) return each.run.container;
  return undefined;
}

/** The decisions of a request, with the state that this package keeps for it. */
export class FollowedContext extends FollowedRequest {
  declare called: HandlerFrame | undefined;
  /** Whether the setters of the response record the handler that calls them. */
  isAnswerWatched = false;
  /** The handler that has prepared the response; without `frame`, it is not known. */
  answer: { readonly frame: HandlerFrame | undefined } | undefined;
  /** Whether `authorize()` guards the response until it ends. */
  isGuarded = false;
  /** The guard that `authorization` has set, and the call of that middleware. */
  checksGuard: { readonly guard: object; readonly frame: HandlerFrame } | undefined;
  /** Whether all handlers have returned, so that Koa sends the response. */
  isReturned = false;
  /** Reads `ctx.respond` without the side effect that the property has in a blocked response. */
  readRespond: (() => boolean | undefined) | undefined;
  readonly #ctx: ExtendableContext;

  constructor(ctx: ExtendableContext) {
    super();
    this.#ctx = ctx;
  }

  /** The authorization of the request, `ctx.state.authz`. */
  get authz(): RequestAuthorization | undefined {
    return findAuthz(this.#ctx);
  }

  set authz(authz: RequestAuthorization | undefined) {
    (this.#ctx as Context).state.authz = authz!;
  }

  /**
   * Replaces the authorization of the request in the router or the application that uses the middleware. The code after it has the one from
   * before.
   *
   * @param frame the call of the middleware
   */
  useAuthz(authz: RequestAuthorization, frame: HandlerFrame | undefined): void {
    const around = frame === undefined ? this.frame : frame.run.outer;
    if (around !== undefined) around.authzOutside ??= this.authz;
    this.authz = authz;
  }

  override get frame(): HandlerFrame | undefined {
    return super.frame as HandlerFrame | undefined;
  }

  override get responder(): HandlerFrame | undefined {
    return super.responder as HandlerFrame | undefined;
  }

  /** Returns the handler that a handler continues which is called at this place. */
  #callerAt(place: FollowedRequest['place']): HandlerFrame | undefined {
    if (place === undefined) return this.called;
    return place instanceof HandlerRun ? (place.left ?? place.outer) : (place as HandlerFrame);
  }

  /** The value of `ctx.respond`. */
  get respond(): boolean | undefined {
    return this.readRespond === undefined ? this.#ctx.respond : this.readRespond();
  }

  /** Whether Koa sends the response, and not a handler that bypasses Koa. */
  get isKoaToRespond(): boolean {
    return this.respond !== false;
  }

  /** Returns whether the running code has called a handler, directly or with its `next`. */
  isUpstreamOf(frame: HandlerFrame): boolean {
    const { place, responder } = this;
    if (responder === undefined || !frame.isWithin(responder)) return false;
    // Between the handlers of a run, the code follows the handler that has called `next` last.
    return !(place instanceof HandlerRun && place.left?.isWithin(frame) === true);
  }

  /**
   * Returns the call of a handler that has received this `next`: of middleware of this package, or of the running handler that calls this
   * middleware with its own `next`.
   *
   * @param frame the frame that the middleware has received
   */
  frameWith(next: Next, frame: unknown): HandlerFrame | undefined {
    if (frame instanceof HandlerFrame) return frame;
    const { place } = this;
    return place instanceof HandlerFrame && place.next === next ? place : undefined;
  }

  /** Starts a call of the handler at a place. */
  enter(place: Place): HandlerFrame {
    const before = this.place;
    const caller = this.#callerAt(before);
    const outer = before instanceof HandlerRun ? before.outer : (before as HandlerFrame | undefined);
    const continues = before instanceof HandlerRun && before.continuesAt(place);
    const run = continues ? before : new HandlerRun(this, containerOf(place, outer), caller, outer);
    run.index = place.index;
    if (run.route !== place.layer) run.route = undefined;
    return new HandlerFrame(run, run.isCoveredAt(place), place, caller);
  }

  /** Starts a call of middleware that Koa, or another library, has composed before it could be followed. */
  enterUnfollowed(): HandlerFrame {
    return this.enter({ ...nowhere, unfollowed: this.frame?.place.unfollowed ?? unfollowedMiddleware });
  }

  /**
   * Calls a handler, and waits until it returns.
   *
   * @param isOwn whether it is middleware of this package, which enters the frame only for code of the application
   */
  callAndWait(frame: HandlerFrame, handler: () => unknown, isOwn = false): Promise<unknown> {
    this.called = frame;
    let result: unknown;
    try {
      result = isOwn ? handler() : this.within(frame, handler);
    } catch (error) {
      result = Promise.reject(error as Error);
    }
    // Not an async function, which takes longer, and each handler of a request needs one.
    return Promise.resolve(result).then(
      (value) => {
        this.#return(frame);
        return value;
      },
      (error: unknown) => {
        this.#return(frame);
        throw error;
      },
    );
  }

  /** Ends the call of a handler. If Koa does not respond, code that has lost its asynchronous context may still respond later. */
  #return({ caller, authzOutside }: HandlerFrame): void {
    if (authzOutside !== undefined) this.authz = authzOutside;
    if (!this.isKoaToRespond) return;
    this.called = caller;
    this.isReturned ||= caller === undefined;
  }

  override callNext<Args extends unknown[], Result>(
    frame: HandlerFrame,
    next: (...args: Args) => Result,
    ...args: Args
  ): Result {
    const caller = this.#callerAt(this.place);
    frame.run.left = caller?.isWithin(frame) === true ? caller : frame;
    const { authz } = this;
    const { authzOutside } = frame;
    if (authzOutside === undefined) return super.callNext(frame, next, ...args);
    this.authz = authzOutside;
    const result = super.callNext(frame, next, ...args);
    const returnTo = (): unknown => (this.authz = authz);
    void Promise.resolve(result).then(returnTo, returnTo);
    return result;
  }

  /** Calls a router. @param frame the call of the handler that is the router; default: the running handler contains the router */
  callRouter<Result>(router: Router, frame: HandlerFrame | undefined, dispatch: () => Result): Result {
    const place = frame ?? this.place;
    const outer = frame ?? this.frame;
    return this.callBetween(new HandlerRun(this, router, this.#callerAt(place), outer), dispatch);
  }

  override deciding(description: string): ReturnType<FollowedRequest['deciding']> {
    const { frame } = this;
    const place =
      frame && (this.#unfollowedIn(frame) ?? (frame.isOriginKnown ? undefined : unfollowedRouter));
    return super.deciding(place === undefined ? description : `${description} in ${place}`);
  }

  protected override mayDecide(frame: HandlerFrame): boolean {
    return this.#unfollowedIn(frame) === undefined;
  }

  /** Describes the running code of a handler, if it cannot be followed. */
  #unfollowedIn({ place }: HandlerFrame): string | undefined {
    if (place.unfollowed !== undefined) return place.unfollowed;
    const { router } = this.#ctx as { readonly router?: unknown }; // the router that was called last
    return isRouter(router) && !isWatched(router) ? unfollowedRouter : undefined;
  }

  override runSkipped<Result>(reason: string, handler: (leave: () => void) => Result): Result {
    this.made.push(`skipped: ${reason}`);
    const caller = this.#callerAt(this.place);
    const frame = new SkippedFrame(
      new HandlerRun(this, undefined, caller, this.frame),
      true,
      nowhere,
      caller,
    );
    return this.call(frame, handler, () => frame.leave());
  }

  /** Returns the `next` of the skipped middleware that is called now. */
  leaving(leave: () => void, next: Next): Next {
    const { frame } = this;
    return () => {
      leave();
      return frame === undefined ? next() : this.callNext(frame, next);
    };
  }

  /**
   * Runs the decision of a requirement. It counts for the handlers after it if the requirement, or the handler that calls it, has received
   * this `next` from its router or application. Otherwise it counts for nothing.
   *
   * @param frame the call that has received this `next`
   */
  decideFor<Result>(frame: HandlerFrame | undefined, decide: () => Result): Result {
    if (frame !== undefined) {
      frame.isRequirement = true;
      return this.within(frame, decide);
    }
    const { place } = this;
    if (this.frame?.place.unfollowed !== undefined) return decide();
    return this.callBetween(new HandlerRun(this, undefined, this.#callerAt(place), undefined), decide);
  }
}

const contexts = new AttachedValues<ExtendableContext, FollowedContext>();

/** Returns the decisions of a request, if there are any. */
export const findFollowed = (ctx: ExtendableContext): FollowedContext | undefined => contexts.get(ctx);

/** Returns the decisions of a request. */
export function followedOf(ctx: ExtendableContext): FollowedContext {
  let followed = contexts.get(ctx);
  if (followed === undefined) contexts.set(ctx, (followed = new FollowedContext(ctx)));
  return followed;
}

/** A handler. Middleware of this package also receives its frame, because it does not run in the context of the frame. */
export type FramedHandler = (ctx: ExtendableContext, next: Next, frame?: HandlerFrame) => unknown;

/** Calls the handler at a place. The code after it runs outside of the handler. */
export function callHandler(
  ctx: ExtendableContext,
  place: Place,
  handler: FramedHandler,
  isOwn: boolean,
  next: Next,
): unknown {
  const followed = followedOf(ctx);
  const frame = followed.enter(place);
  const goOn: Next = () => followed.callNext(frame, next);
  frame.next = goOn;
  const call = isOwn ? () => handler(ctx, goOn, frame) : () => handler(ctx, goOn);
  return followed.callAndWait(frame, call, isOwn);
}
