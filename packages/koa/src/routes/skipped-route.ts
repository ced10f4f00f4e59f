import type { ExtendableContext } from 'koa';
import {
  isRoute,
  requirementsOf,
  routerOf,
  type App,
  type Layer,
  type Router,
} from '../internals/koa-router-internals.js';

interface MatchingRouter extends Router {
  match(path: string, method: string): { readonly pathAndMethod: readonly Layer[]; readonly route: boolean };
}

/**
 * Returns whether the first route that matches a request skips authorization. It only decides whether a refused
 * request continues: then every requirement and every check refuses it.
 */
export function isForSkippedRoute(ctx: ExtendableContext): boolean {
  for (const handler of (ctx.app as unknown as App).middleware) {
    const router = routerOf(handler) as MatchingRouter | undefined;
    if (router === undefined) continue;
    const { pathAndMethod, route } = router.match(ctx.path, ctx.method);
    if (!route) continue;
    const layers = pathAndMethod.slice(0, pathAndMethod.findIndex(isRoute) + 1);
    const requirements = layers.flatMap(({ stack }) => requirementsOf(stack));
    return (
      requirements.some(({ kind }) => kind === 'skip') &&
      !requirements.some(({ kind }) => kind === 'authorize')
    );
  }
  return false;
}
