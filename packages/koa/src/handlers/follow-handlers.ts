import type { ExtendableContext, Next } from 'koa';
import { describeComposed } from '../internals/composed.js';
import {
  originalOf,
  rememberOriginal,
  routerOf,
  setHandlers,
  type App,
  type Handler,
  type Layer,
} from '../internals/koa-router-internals.js';
import { callHandler, followedOf, type FramedHandler, type Place } from './followed-context.js';
import { asOwn, isOwn } from './own-middleware.js';

/** The places of the handlers that run in frames. */
const places = new WeakMap<Handler, Place>();

/** Runs each handler of a layer in a separate frame. */
export function followLayer(layer: Layer): void {
  setHandlers(
    layer,
    layer.stack.map((handler) => followInLayer(handler, layer)),
  );
}

/** Runs each function in a separate frame that `router.param` has inserted into a layer. */
export function followParameters(layer: Layer): void {
  setHandlers(
    layer,
    layer.stack.map((handler) => ('param' in handler ? followInLayer(handler, layer) : handler)),
  );
}

/** Returns a handler that runs in a separate frame. A router that copies a layer copies its handlers with the place of the original. */
export function followInLayer(handler: Handler, layer: Layer): Handler {
  if (places.get(handler)?.layer === layer) return handler;
  const original = originalOf(handler);
  return inFrame(original, { layer, app: undefined, index: 0, unfollowed: describeComposed(original) });
}

/** Runs each middleware of an application in a separate frame. It has no effect after Koa has composed the middleware. */
export function followApp(app: App): void {
  const middleware = app.middleware as Handler[];
  middleware.forEach((handler, index) => {
    const place = places.get(handler);
    if (place?.app === app && place.index === index) return;
    const original = originalOf(handler);
    middleware[index] = inFrame(original, {
      layer: undefined,
      app,
      index,
      unfollowed: describeComposed(original),
    });
  });
}

function inFrame(original: Handler, place: Place): Handler {
  const handler = followDispatch(original) as FramedHandler;
  const isOwnHandler = isOwn(handler);
  const framed = (ctx: ExtendableContext, next: Next) => callHandler(ctx, place, handler, isOwnHandler, next);
  copyProperties(original, framed);
  rememberOriginal(framed, original);
  places.set(framed, place);
  return framed;
}

/** The functions that routers have returned, and that run in the context of a router. */
const dispatches = new WeakSet<Handler>();

/** Runs the handlers of a router in the context of the router. @param dispatch the result of `router.routes()`, or another handler */
export function followDispatch(dispatch: Handler): Handler {
  const router = routerOf(dispatch);
  if (router === undefined || dispatches.has(dispatch)) return dispatch;
  const followed: FramedHandler = (ctx, next, frame) =>
    followedOf(ctx).callRouter(router, frame, () => (dispatch as FramedHandler)(ctx, next));
  copyProperties(dispatch, followed);
  dispatches.add(followed);
  return asOwn(followed);
}

// Routers and Koa set properties of handlers, such as `router` and `param`. This package marks requirements in the same way.
const copyProperties = (from: Handler, to: Handler): unknown =>
  Object.defineProperties(to, Object.getOwnPropertyDescriptors(from));
