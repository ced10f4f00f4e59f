import { requirementOf, skippedBy } from '@nanook/http';
import type { Request } from 'express';
import {
  isRouter,
  mountedApp,
  routerOf,
  type AppInternals,
  type Layer,
  type RouterInternals,
} from '../internals/express-internals.js';
import { methodIn, routeHandlers } from '../internals/route-handlers.js';

/** A layer. Its `match` returns the matched part of the path, or stores it as `path` of the layer. */
interface MatchingLayer extends Layer {
  readonly path?: string;
  match(path: string): boolean | { readonly path: string };
}

/**
 * Returns whether the first handler with a requirement that matches a request skips authorization. It only decides whether a refused request
 * continues: then every requirement and every check refuses it.
 *
 * @param middleware the middleware of the application that asks; in a router, the result is `false`
 */
export function isForSkippedRoute(req: Request, middleware: unknown): boolean {
  if (req.app === undefined) return false;
  const { stack } = routerOf(req.app as unknown as AppInternals);
  if (!stack.some(({ handle }) => handle === middleware)) return false;
  try {
    return skips(stack, req.path, req.method) === true;
  } catch {
    return false; // a path that cannot be decoded
  }
}

/** Returns whether the first matching requirement of a stack is a skip; undefined when none matches. */
function skips(stack: readonly Layer[], path: string, method: string): boolean | undefined {
  for (const layer of stack as readonly MatchingLayer[]) {
    const matched = layer.match(path);
    if (matched === false) continue;
    const part = (typeof matched === 'object' ? matched.path : layer.path) ?? '';
    const found =
      layer.route === undefined ? skipsInMiddleware(layer, part, path, method) : skipsInRoute(layer, method);
    if (found !== undefined) return found;
  }
  return undefined;
}

function skipsInRoute({ route }: Layer, method: string): boolean | undefined {
  const { requirements, handler } = routeHandlers(route!, methodIn(route!, method));
  if (handler === undefined) return undefined; // another method
  return (
    requirements.some(({ kind }) => kind === 'skip') && !requirements.some(({ kind }) => kind === 'authorize')
  );
}

/** @param part the part of the path at which the middleware is mounted */
function skipsInMiddleware(layer: Layer, part: string, path: string, method: string): boolean | undefined {
  // Skipped middleware without a path, such as static files, is for no route.
  if (skippedBy(layer.handle) !== undefined) return part === '' ? undefined : true;
  const requirement = requirementOf(layer.handle);
  if (requirement !== undefined)
    return requirement.kind === 'request' ? undefined : requirement.kind === 'skip';
  const router = routerBehind(layer);
  if (router === undefined) return undefined;
  const rest = path.slice(part.length);
  return skips(router.stack, rest.startsWith('/') ? rest : `/${rest}`, method);
}

function routerBehind(layer: Layer): RouterInternals | undefined {
  const app = mountedApp(layer);
  if (app !== undefined) return routerOf(app);
  return isRouter(layer.handle) ? layer.handle : undefined;
}
