import type { Authorizer } from '@nanook/core';
import { authorizerOf, checkHandlers, requirementOf, skippedBy, type RouteRequirement } from '@nanook/http';
import type { Hono } from 'hono';
import { findTargetHandler } from 'hono/utils/handler';
import { covers, overlap } from './paths.js';

/** An application of Hono with any variables, routes and paths. */
// oxlint-disable-next-line typescript/no-explicit-any -- as the comment says
export type HonoApp = Hono<any, any, any>;

type Handler = (...args: never[]) => unknown;

/** Middleware or a handler, as the application has added it. Hono does not distinguish them. */
interface Entry {
  readonly method: string;
  readonly path: string;
  readonly handler: Handler;
}

/** A handler that responds, with the requirements that a request passes before it. */
export interface AppRoute extends Entry {
  readonly requirements: readonly RouteRequirement[];
  /** The authorizers of the middleware `authorization` before it. */
  readonly authorizers: readonly Authorizer[];
}

/**
 * Returns the routes of an application, with those of the applications in it.
 *
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_UNCALLED`
 */
export function routesOf(app: HonoApp): readonly AppRoute[] {
  const entries = entriesOf(app);
  checkHandlers(entries.map(({ handler }) => handler));
  return entries.flatMap((entry, i) => {
    if (!isHandler(entry, entries.slice(i + 1))) return [];
    const before = entries.slice(0, i).filter((other) => precedes(other, entry));
    const requirements = before.flatMap(({ handler }) => requirementOf(handler) ?? []);
    const skipped = skippedBy(entry.handler);
    return {
      ...entry,
      handler: (skipped?.middleware.at(-1) as Handler | undefined) ?? entry.handler,
      requirements: skipped ? [...requirements, { kind: 'skip', reason: skipped.reason }] : requirements,
      authorizers: before.flatMap(({ handler }) => authorizerOf(handler) ?? []),
    };
  });
}

/** Returns the reason of a skip that counts for all paths of an application; `undefined` if there is none. */
export function skipOfAll(app: HonoApp): string | undefined {
  const all = entriesOf(app).filter(
    ({ method, path }) =>
      method === 'ALL' && covers(path, `${app['_basePath'] as string}/*`.replace('//', '/')),
  );
  const requirement = all.map(({ handler }) => requirementOf(handler)).find((each) => each?.kind === 'skip');
  return requirement?.kind === 'skip' ? requirement.reason : undefined;
}

const entriesOf = (app: HonoApp): readonly Entry[] =>
  app.routes.map(({ method, path, handler }) => ({
    method,
    path,
    handler: findTargetHandler(handler) as Handler,
  }));

/** Returns whether every request for the route passes an entry that was added before it. */
const precedes = (entry: Entry, route: Entry): boolean =>
  (entry.method === 'ALL' || entry.method === route.method) && covers(entry.path, route.path);

/**
 * Returns whether an entry responds. A function without the parameter `next` responds. One with it is middleware if a later function may
 * handle the same request; otherwise it is like files, or a mounted application.
 */
function isHandler({ method, path, handler }: Entry, later: readonly Entry[]): boolean {
  if (requirementOf(handler) !== undefined) return false;
  if (handler.length < 2 || skippedBy(handler) !== undefined) return true;
  return !later.some(
    (other) =>
      requirementOf(other.handler) === undefined &&
      (method === 'ALL' || other.method === 'ALL' || method === other.method) &&
      overlap(path, other.path),
  );
}
