import { serve } from '@hono/node-server';
import { authorization, authorizationErrors, authorize, protect, skipAuthorization } from '@nanook/hono';
import { Hono, type Context, type Handler } from 'hono';
import { routePath } from 'hono/route';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { findUser, type User } from './domain.js';
import type { HttpApp } from './http-suite.js';
import { listenOn } from './listen.js';
import { loadById } from './load-by-id.js';
import { anonymousIn, describeRequest, loadAuthorizer, type Setting } from './policy.js';
import { isSkip, type Inputs, type Route, type RouteRequirement } from './route.js';

interface Options {
  /** Whether the application does not start with an unprotected route. */
  readonly isProtected?: boolean;
}

export async function serveHono(
  setting: Setting,
  routes: readonly Route[],
  { isProtected = true }: Options = {},
): Promise<HttpApp> {
  const errors: unknown[] = [];
  const app = new Hono();
  app.onError(authorizationErrors({ onError: (error) => void errors.push(error), others: respondToOthers }));
  app.use(
    authorization(await loadAuthorizer(setting), {
      actor: (c) => findUser(c.req.header('x-user')),
      anonymous: anonymousIn(setting),
      // The path of the route, because clients can write one path in several ways.
      request: (c) => describeRequest(c.req.method, routePath(c, -1)),
      onError: (error) => void errors.push(error),
    }),
  );
  for (const route of routes)
    app.on(route.method, [route.path], ...route.requirements.map(middlewareOf), handlerOf(route));
  if (isProtected) protect(app);
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' });
  return { ...(await listenOn(server as Parameters<typeof listenOn>[0])), errors };
}

/** Responds to errors of the application, which have a status. */
const respondToOthers = (error: Error, c: Context): Response => {
  const { status = 500 } = error as { readonly status?: ContentfulStatusCode };
  return c.json({ message: status < 500 ? error.message : 'Internal Server Error' }, status);
};

const inputsOf = ({ req }: Context): Inputs => {
  const query = Object.entries(req.queries()).map(([name, values]) => [
    name,
    values.length === 1 ? values[0] : values,
  ]);
  return { ...(Object.fromEntries(query) as Inputs), ...(req.param() as Inputs) };
};

function middlewareOf(requirement: RouteRequirement) {
  if (isSkip(requirement)) return skipAuthorization(requirement.skip);
  if ('load' in requirement) return authorize(requirement.action, (c) => requirement.load(inputsOf(c)));
  const { action, type, id } = requirement;
  return id === undefined
    ? authorize(action, type)
    : authorize(action, (c) => loadById[type](inputsOf(c)[id]));
}

const handlerOf = ({ answer, status = 200, eachResult, fields }: Route): Handler =>
  async function handle(c: Context) {
    const { authz } = c.var;
    const actor = () => authz.actor() as Promise<User>;
    let result = await answer({ actor, authz, resource: () => authz.resource, inputs: inputsOf(c) });
    if (eachResult !== undefined) {
      const all = result as readonly unknown[];
      const allowed = await Promise.all(all.map((one) => authz.can(eachResult, one)));
      result = all.filter((_, i) => allowed[i]);
    }
    if (fields !== undefined) result = await authz.pick(fields, result);
    return status === 204 ? c.body(null, 204) : c.json(result as object, status);
  };
