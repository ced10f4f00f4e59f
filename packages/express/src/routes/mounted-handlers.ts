import { requirementOf, skippedBy, type RouteRequirement } from '@nanook/http';
import { isApp, isMountedApp, isRouter, type Layer } from '../internals/express-internals.js';
import { isEverything, type LayerPath } from '../internals/layer-path.js';

type Handler = (...args: never[]) => unknown;

/** A handler that `use` mounts at a path, and that may respond to every method below it. */
export interface MountedHandler {
  readonly handler: Handler;
  /** The skip with which the handler is called, if there is one. */
  readonly requirements: readonly RouteRequirement[];
  /** Whether the handler can pass a request on, as middleware does. One with fewer than three parameters responds itself. */
  readonly mayPassOn: boolean;
}

/**
 * Returns the handlers that `use` mounts at a path. Middleware for every path is not one of them, except `express.static`, because most of
 * it only prepares a request.
 */
export function mountedHandlers(layer: Layer, path: LayerPath): readonly MountedHandler[] {
  const skipped = skippedBy(layer.handle);
  if (layer.route !== undefined || isMountedApp(layer)) return [];
  if (skipped === undefined && requirementOf(layer.handle) !== undefined) return [];
  const requirements: readonly RouteRequirement[] =
    skipped === undefined ? [] : [{ kind: 'skip', reason: skipped.reason }];
  const isEveryPath = path !== undefined && isEverything(path);
  return (skipped?.middleware ?? [layer.handle]).flatMap((each) => {
    if (!isHandler(each)) return [];
    const servesFiles = each.name === 'serveStatic';
    if (isEveryPath && !servesFiles) return [];
    return [{ handler: each, requirements, mayPassOn: each.length >= 3 && !servesFiles }];
  });
}

/** Returns whether a value is a handler of requests: routers are listed by their routes, and a function of four parameters handles errors. */
const isHandler = (value: unknown): value is Handler =>
  typeof value === 'function' && value.length < 4 && !isApp(value) && !isRouter(value);
