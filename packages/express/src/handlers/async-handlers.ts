import { problemOf } from '@nanook/http';
import type { RequestHandler } from 'express';
import type { Layer } from '../internals/express-internals.js';
import type { Next } from './handler-scopes.js';

/**
 * Returns a layer of Express 4 whose async handler passes a refusal to the error handlers, as Express 5 does. Express 4 ignores the promise
 * of a handler, so that any refused user could end the process. Other rejections have the same effect as without this function.
 */
export function awaitHandler(layer: Layer, next: Next): Layer {
  const { handle } = layer;
  const awaited = (...args: Parameters<RequestHandler>): unknown => {
    const result: unknown = Reflect.apply(handle, layer, args);
    if (result instanceof Promise)
      result.then(undefined, (reason: unknown) => {
        if (problemOf(reason) === undefined) throw reason;
        next(reason);
      });
    return result;
  };
  // Express recognizes an error handler by the number of its parameters.
  Object.defineProperty(awaited, 'length', { value: handle.length });
  return Object.create(layer, { handle: { value: awaited } }) as Layer;
}
