import type { Request } from 'express';
import type { ServerResponse } from 'node:http';
import {
  isRouter,
  layerPrototypeOf,
  routerPrototypeOf,
  type Layer,
  type RouterInternals,
} from '../internals/express-internals.js';
import { awaitHandler } from './async-handlers.js';
import { callLayer, callOwn, findRun, followCallback, isDirect } from './call-layer.js';
import { framesOf, type Next } from './frames.js';
import { callRoute } from './guarded-route.js';

const followed = new WeakSet<object>();

/**
 * Runs every layer of this copy of Express in a frame. It wraps the methods of all layers, as tracing libraries do, so that it includes
 * routers that were created or mounted before, and routers that a function calls.
 */
export function followLayers(router: RouterInternals): void {
  if (followed.has(router)) return;
  const prototype = layerPrototypeOf(router);
  if (prototype === undefined) return;
  followed.add(router);
  followRouter(router);
  if (followed.has(prototype)) return;
  followed.add(prototype);
  for (const name of ['handle_request', 'handleRequest'] as const) {
    const awaits = name === 'handleRequest';
    const original = prototype[name] as HandleRequest | undefined;
    if (original === undefined) continue;
    prototype[name] = function (this: Layer, req: Request, res: ServerResponse, next: Next) {
      if (isDirect(this)) return Reflect.apply(original, this, [req, res, next]);
      const { handle, route } = this;
      const frames = framesOf(req);
      const run = findRun(frames, this, next);
      if (run === undefined) return Reflect.apply(original, this, [req, res, next]);
      if (callOwn(frames, this, req, run)) return undefined;
      if (isRouter(handle)) followLayers(handle); // it may come from another copy of Express
      return callLayer(frames, this, req, run, (goOn, frame) => {
        const call = () => Reflect.apply(original, awaits ? this : awaitHandler(this), [req, res, goOn]);
        return route === undefined ? call() : callRoute(route, req, res, frames, goOn, frame, call);
      });
    };
  }
  for (const name of ['handle_error', 'handleError'] as const) {
    const awaits = name === 'handleError';
    const original = prototype[name] as HandleError | undefined;
    if (original === undefined) continue;
    prototype[name] = function (this: Layer, error: unknown, req: Request, res: ServerResponse, next: Next) {
      const frames = framesOf(req);
      const run = findRun(frames, this, next);
      if (run === undefined) return Reflect.apply(original, this, [error, req, res, next]);
      frames.noteError(error);
      return callLayer(frames, this, req, run, (goOn) =>
        Reflect.apply(original, awaits ? this : awaitHandler(this), [error, req, res, goOn]),
      );
    };
  }
}

type HandleRequest = (this: Layer, req: Request, res: ServerResponse, next: Next) => unknown;
type HandleError = (this: Layer, error: unknown, ...rest: Parameters<HandleRequest>) => unknown;

/**
 * Follows the callbacks of `router.param` that a router has, and those that any router of its copy of Express receives later. Also records
 * the router that a request enters.
 */
function followRouter(router: RouterInternals): void {
  followCallbacks(router);
  const prototype = routerPrototypeOf(router);
  if (prototype === undefined || followed.has(prototype)) return;
  followed.add(prototype);
  const { param, handle } = prototype;
  prototype.handle = function (req, ...args) {
    framesOf(req).entered = this;
    return Reflect.apply(handle, this, [req, ...args]);
  };
  prototype.param = function (...args) {
    const result = Reflect.apply(param, this, args);
    followCallbacks(this);
    return result;
  };
}

function followCallbacks(router: RouterInternals): void {
  for (const callbacks of Object.values(router.params ?? {}))
    callbacks.forEach((callback, i) => (callbacks[i] = followCallback(callback, router)));
}
