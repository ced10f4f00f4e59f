import type { Request } from 'express';
import type { ServerResponse } from 'node:http';
import { awaitHandler } from './async-handlers.js';
import { callRoute } from './guarded-route.js';
import { callLayer, noteError, type Next } from './handler-scopes.js';
import {
  isRouter,
  layerPrototypeOf,
  type Layer,
  type RouterInternals,
} from '../internals/express-internals.js';

const followed = new WeakSet<object>();

/**
 * Runs every layer of this copy of Express in a separate scope. It wraps the methods of all layers, as tracing libraries do, so that it
 * includes routers that were created or mounted before, and routers that a function calls.
 */
export function followLayers(router: RouterInternals): void {
  if (followed.has(router)) return;
  const prototype = layerPrototypeOf(router);
  if (prototype === undefined) return;
  followed.add(router);
  if (followed.has(prototype)) return;
  followed.add(prototype);
  for (const name of ['handle_request', 'handleRequest'] as const) {
    const awaits = name === 'handleRequest';
    const original = prototype[name] as HandleRequest | undefined;
    if (original === undefined) continue;
    prototype[name] = function (this: Layer, req: Request, res: ServerResponse, next: Next) {
      const { handle, route } = this;
      if (isRouter(handle)) followLayers(handle); // it may come from another copy of Express
      return callLayer(this, req, next, (goOn, isProtected) => {
        const call = (then: Next) =>
          Reflect.apply(original, awaits ? this : awaitHandler(this, then), [req, res, then]);
        return isProtected && route !== undefined ? callRoute(route, req, res, goOn, call) : call(goOn);
      });
    };
  }
  for (const name of ['handle_error', 'handleError'] as const) {
    const awaits = name === 'handleError';
    const original = prototype[name] as HandleError | undefined;
    if (original === undefined) continue;
    prototype[name] = function (this: Layer, error: unknown, req: Request, res: ServerResponse, next: Next) {
      noteError(req, error);
      return callLayer(this, req, next, (goOn) =>
        Reflect.apply(original, awaits ? this : awaitHandler(this, goOn), [error, req, res, goOn]),
      );
    };
  }
}

type HandleRequest = (this: Layer, req: Request, res: ServerResponse, next: Next) => unknown;
type HandleError = (this: Layer, error: unknown, ...rest: Parameters<HandleRequest>) => unknown;
