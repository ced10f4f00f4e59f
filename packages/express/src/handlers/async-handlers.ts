import { isAuthorizationError } from '@nanook/core';
import { isInternalError } from '@nanook/http';
import type { RequestHandler } from 'express';
import type { Next } from './handler-scopes.js';
import type { Layer } from '../internals/express-internals.js';

/**
 * A layer of Express 4 whose handler may be async: a refusal that it rejects with goes to the error handlers, as in Express 5. Express 4
 * ignores the promise of a handler, so that any refused user could end the process. Other rejections stay as they are.
 */
export function awaitHandler(layer: Layer, next: Next): Layer {
  const { handle } = layer;
  const awaited = (...args: Parameters<RequestHandler>): unknown => {
    const result: unknown = Reflect.apply(handle, layer, args);
    if (result instanceof Promise)
      result.then(undefined, (reason: unknown) => {
        if (!isAuthorizationError(reason) && !isInternalError(reason)) throw reason;
        next(reason);
      });
    return result;
  };
  // Express tells error handlers by their number of parameters.
  Object.defineProperty(awaited, 'length', { value: handle.length });
  return Object.create(layer, { handle: { value: awaited } }) as Layer;
}
