import { problemOf } from '@nanook/http';
import type { RequestHandler } from 'express';
import type { Layer } from '../internals/express-internals.js';
import type { Next } from './frames.js';

const awaitingLayers = new WeakMap<Layer, Layer>();

/**
 * Returns a layer of Express 4 whose async handler passes a refusal to the error handlers, as Express 5 does. Express 4 ignores the promise
 * of a handler, so that any refused user could end the process. Other rejections have the same effect as without this function.
 */
export function awaitHandler(layer: Layer): Layer {
  const known = awaitingLayers.get(layer);
  if (known !== undefined) return known;
  const awaiting = (...args: Parameters<RequestHandler>): unknown => {
    const result: unknown = Reflect.apply(layer.handle, layer, args); // a library may replace the handler later
    if (result instanceof Promise)
      result.then(undefined, (reason: unknown) => {
        if (problemOf(reason) === undefined) throw reason;
        (args.at(-1) as Next)(reason);
      });
    return result;
  };
  // Express recognizes an error handler by the number of its parameters.
  Object.defineProperty(awaiting, 'length', { value: layer.handle.length });
  const created = Object.create(layer, { handle: { value: awaiting } }) as Layer;
  awaitingLayers.set(layer, created);
  return created;
}
