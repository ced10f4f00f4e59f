import { skippedBy } from '@nanook/http';
import { type Frame } from '@nanook/http/node';
import type { Request } from 'express';
import type { Middleware } from '../internals/request.js';
import {
  isRouter,
  mountedApp,
  type Layer,
  type ParameterCallback,
  type RouterInternals,
} from '../internals/express-internals.js';
import {
  LayerFrame,
  LayerRun,
  ParameterFrame,
  framesOf,
  setAuthz,
  type Next,
  type RequestFrames,
} from './frames.js';
import { skippedApplication } from './skipped-application.js';

const direct = Symbol('direct');

/** Marks middleware of this package that makes no decision and calls `next` at once, so that it needs no frame. */
export const asDirect = <Handler extends object>(handler: Handler): Handler =>
  Object.defineProperty(handler, direct, { value: true });

/** Returns whether a layer needs no frame. */
export const isDirect = ({ handle }: Layer): boolean => (handle as { [direct]?: true })[direct] === true;

/** A requirement of this package. It enters its frame itself, and only for code of the application. */
export type OwnRequirement = (
  req: Request,
  next: Next,
  frames: RequestFrames,
  frame: LayerFrame | undefined,
) => void;

const own = new WeakMap<object, OwnRequirement>();

/** Creates the middleware of a requirement. Where other code calls it, the requirement runs in the present context, and has no frame. */
export function ownMiddleware(requirement: OwnRequirement): Middleware {
  const middleware: Middleware = (req, _res, next) =>
    requirement(req as Request, next, framesOf(req as Request), undefined);
  own.set(middleware, requirement);
  return middleware;
}

/** Calls a layer in its frame. The decisions of its router or route count in it, and those of earlier layers in the same run. */
export function callLayer(
  frames: RequestFrames,
  layer: Layer,
  req: Request,
  run: LayerRun,
  handle: (next: Next, frame: LayerFrame) => unknown,
): unknown {
  begin(frames, run, layer);
  const frame = new LayerFrame(run, req, layer);
  return frames.call(frame, handle, nextOf(frames, frame, run.next), frame);
}

/** Calls the layer of a requirement. @returns `false` for a layer of other code, which was not called */
export function callOwn(frames: RequestFrames, layer: Layer, req: Request, run: LayerRun): boolean {
  const requirement = own.get(layer.handle);
  if (requirement === undefined) return false;
  begin(frames, run, layer);
  const frame = new LayerFrame(run, req, layer);
  const next = nextOf(frames, frame, run.next, true);
  frames.called = frame;
  try {
    requirement(req, next, frames, frame);
  } catch (error) {
    next(error);
  }
  return true;
}

/** Decides at the first layer of a run, or at a callback before it, whether the decision of the outer frame counts. */
function begin(frames: RequestFrames, run: LayerRun, layer: Layer): void {
  if (run.isInherited !== undefined) return;
  const { outer } = run;
  run.isInherited = outer?.isSettled === true && inherits(layer, frames.entered, outer);
}

const followedCallbacks = new WeakSet<ParameterCallback>();

/** Returns a callback of `router.param` that runs in a frame. Its decision counts for layers of the run with the same parameter. */
export function followCallback(callback: ParameterCallback, router: RouterInternals): ParameterCallback {
  if (followedCallbacks.has(callback)) return callback;
  const followed: ParameterCallback = (req, res, next, value, name) => {
    const frames = framesOf(req);
    const layer = router.stack[0]!; // one of them has the parameter
    const run = findRun(frames, layer, req.next as Next);
    if (run === undefined) return callback(req, res, next, value, name);
    begin(frames, run, layer); // the callback may enter another router
    const frame = new ParameterFrame(run, req, layer, name);
    return frames.call(frame, callback, req, res, nextOf(frames, frame, next), value, name);
  };
  followedCallbacks.add(followed);
  return followed;
}

/** Returns the `next` that the function of a frame receives. @param isOwn whether the function calls it outside of the frame */
function nextOf(frames: RequestFrames, frame: LayerFrame | ParameterFrame, next: Next, isOwn = false): Next {
  const { req } = frame;
  const goOn: Next = (error) => {
    if (req.next === goOn) req.next = next; // Express 4 sets it to the `next` of its first layer, and not of the router
    if (error !== undefined) frames.noteError(error, isOwn ? frame : undefined);
    if (frame.authzOutside !== undefined) setAuthz(req, frames, frame.authzOutside);
    frames.callNext(frame, next, error);
  };
  frame.next = goOn;
  return goOn;
}

/**
 * Returns the run to which a layer belongs; without an asynchronous context, `next` identifies it. Layers that are not followed have no run.
 */
export function findRun(frames: RequestFrames, layer: Layer, next: Next): LayerRun | undefined {
  if (frames.lastRun?.next === next) return frames.lastRun;
  const { place } = frames;
  if (place instanceof LayerRun && place.next === next) return place;
  for (let run = frames.lastRun; run !== undefined; run = run.earlier) if (run.next === next) return run;
  const outer = frames.frame;
  const around = outer ?? frames.called;
  if (isHidden(layer, frames.authorizedRouter, around)) return undefined;
  const run = new LayerRun(frames, outer, next, frames.lastRun, around);
  frames.lastRun = run;
  return run;
}

/**
 * Returns whether a function has called the router of a layer, and the router comes from another copy of Express. Such a router is not
 * followed, even if its copy is, so that no result depends on what else in the process uses that copy. `protect` makes it followed, and so
 * does `authorization` for its application.
 *
 * @param authorized the router of the application in which `authorization` has run
 * @param around the handler that contains the layer
 */
function isHidden(layer: Layer, authorized: RouterInternals | undefined, around: Frame | undefined): boolean {
  let caller = around;
  while (caller !== undefined && !(caller instanceof LayerFrame || caller instanceof ParameterFrame))
    caller = caller.run.outer; // skipped middleware
  if (caller === undefined || Object.getPrototypeOf(caller.layer) === Object.getPrototypeOf(layer))
    return false;
  if (caller instanceof LayerFrame && usesRouter(caller.layer)) return false;
  return !protectedLayers.has(layer) && authorized?.stack.includes(layer) !== true;
}

/** Returns whether a layer uses a router or an application, and not a function that may call one. */
const usesRouter = (layer: Layer): boolean =>
  mountedApp(layer) !== undefined ||
  (skippedBy(layer.handle)?.middleware ?? [layer.handle]).some((handler) => isRouter(handler));

/**
 * Returns whether the decision of the outer frame counts for a layer that is called first. A handler can pass the request to its own router
 * again, or to the application: `req.url = '/other'; router(req, res, next)`. The decision for its route does not count for another route of
 * the same router, but one from outside of this router does.
 *
 * @param entered the router that was entered last
 */
function inherits(layer: Layer, entered: RouterInternals | undefined, outer: Frame): boolean {
  if (outer instanceof LayerFrame && outer.layer.route?.stack.includes(layer as never) === true) return true;
  if (entered?.stack.includes(layer) !== true) return false; // it is not known to which router the layer belongs
  let first: LayerFrame | undefined;
  for (let each: Frame | undefined = outer; each !== undefined; each = each.run.outer)
    if (each instanceof LayerFrame && entered.stack.includes(each.layer)) first = each;
  if (first === undefined || first.run.isInherited === true) return true;
  outer.abandon(first);
  return false;
}

const protectedLayers = new WeakSet<Layer>();

/** Marks a layer, so that unprotected routes in it fail. */
export const markProtected = (layer: Layer): unknown => protectedLayers.add(layer);

/** Returns whether a layer belongs to a protected application or router. */
export function isInProtected(frame: LayerFrame): boolean {
  for (let each: Frame | undefined = frame; each !== undefined; each = frameAround(each))
    if (each instanceof LayerFrame && protectedLayers.has(each.layer)) return true;
  return false;
}

const frameAround = ({ run }: Frame): Frame | undefined => (run instanceof LayerRun ? run.around : run.outer);

/**
 * Checks that a skip does not count for the whole application.
 *
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_SKIPPED_APPLICATION`
 */
export function checkSkippedPath(req: Request, reason: string): void {
  const { frame } = framesOf(req);
  if (frame instanceof LayerFrame && !frame.isLeft && frame.router === req.next && frame.isOfApplication)
    throw skippedApplication(reason);
}
