import { requirementOf, skippedBy, type RouteRequirement } from '@nanook/http';
import { isApp, isMountedApp, isRouter, writtenHandler, type Layer } from '../internals/express-internals.js';
import { isEverything, type LayerPath } from '../internals/layer-path.js';

type Handler = (...args: never[]) => unknown;

/** A handler that `use` mounts at a path, and that may respond to every method below it. */
export interface MountedHandler {
  readonly handler: Handler;
  /** The skip with which the handler is called, if there is one. */
  readonly requirements: readonly RouteRequirement[];
  /** The name that Express has stored, where a library for tracing has replaced the handler. */
  readonly name: string | undefined;
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
  const given = writtenHandler(layer);
  const isReplaced = skipped === undefined && given.name !== '' && given.name !== layer.name;
  const name = isReplaced ? layer.name.replace('<anonymous>', 'anonymous') : undefined;
  return (skipped?.middleware ?? [given]).flatMap((each) => {
    if (!isHandler(each)) return [];
    const servesFiles = (name ?? each.name) === 'serveStatic';
    if (isEveryPath && !servesFiles) return [];
    return [{ handler: each, requirements, name, mayPassOn: each.length >= 3 && !servesFiles }];
  });
}

/** Returns whether a value is a handler of requests: routers are listed by their routes, and a function of four parameters handles errors. */
const isHandler = (value: unknown): value is Handler =>
  typeof value === 'function' && value.length < 4 && !isApp(value) && !isRouter(value);
