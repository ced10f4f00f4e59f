import { requirementOf, skippedBy, type RouteRequirement } from '@nanook/http';
import { isOwn } from '../handlers/own-middleware.js';
import { isRouter, originalOf, routerOf, type Handler } from '../internals/koa-router-internals.js';

/** A function that `use` adds, and that may answer requests itself. */
export interface MountedHandler {
  readonly handler: Handler;
  /** The skip with which the function is called, if there is one. */
  readonly requirements: readonly RouteRequirement[];
  /** Whether the function can pass a request on. One without the parameter `next` answers each request that reaches it. */
  readonly mayPassOn: boolean;
}

/** Returns the functions in middleware, without routers, whose routes are listed, and without middleware of this package. */
export function mountedHandlers(middleware: Handler): readonly MountedHandler[] {
  const skipped = skippedBy(middleware);
  if (skipped === undefined && requirementOf(middleware) !== undefined) return [];
  const requirements: readonly RouteRequirement[] =
    skipped === undefined ? [] : [{ kind: 'skip', reason: skipped.reason }];
  return (skipped?.middleware ?? [middleware]).flatMap((each) => {
    const handler = originalOf(each as Handler);
    const isPart = routerOf(handler) !== undefined || isRouter(handler) || isAllowedMethods(handler);
    if (isPart || isOwn(handler) || 'param' in handler) return [];
    return [{ handler, requirements, mayPassOn: handler.length >= 2 }];
  });
}

/** Returns whether a function is that of `router.allowedMethods()`, which answers only requests that no route has answered. */
const isAllowedMethods = (handler: Handler): boolean =>
  /\bnext\(\)\.then\([^]*\bimplemented/.test(Function.prototype.toString.call(handler));
