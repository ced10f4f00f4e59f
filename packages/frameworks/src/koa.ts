import Router, { type RouterContext } from '@koa/router';
import { authorization, authorizationErrors, authorize, protect, skipAuthorization } from '@nanook/koa';
import type Koa3 from 'koa';
import type { Middleware } from 'koa';
import { findUser, type User } from './domain.js';
import type { HttpApp } from './http-suite.js';
import { listenOn } from './listen.js';
import { loadById } from './load-by-id.js';
import { anonymousIn, describeRequest, loadAuthorizer, type Setting } from './policy.js';
import { isSkip, type Inputs, type Route, type RouteRequirement } from './route.js';

interface Options {
  /** Whether `protect` stops unprotected routes. */
  readonly isProtected?: boolean;
}

export async function serveKoa(
  Koa: typeof Koa3,
  setting: Setting,
  routes: readonly Route[],
  { isProtected = true }: Options = {},
): Promise<HttpApp> {
  const errors: unknown[] = [];
  const app = new Koa();
  app.on('error', (error: unknown) => errors.push(error));
  const router = new Router();
  if (isProtected) protect(router);
  for (const route of routes) {
    const method = route.method.toLowerCase() as 'get';
    router[method](route.path, ...route.requirements.map(middlewareOf), handlerOf(route));
  }
  app.use(authorizationErrors());
  app.use(
    authorization(await loadAuthorizer(setting), {
      actor: (ctx) => findUser(ctx.get('x-user')),
      anonymous: anonymousIn(setting),
      request: ({ method, path }) => describeRequest(method, path),
      challenge: 'Bearer',
    }),
  );
  app.use(authorize());
  app.use(router.routes());
  return { ...(await listenOn(app.listen(0, '127.0.0.1'))), errors };
}

const inputsOf = ({ params, query }: Pick<RouterContext, 'params' | 'query'>): Inputs => ({
  ...query,
  ...params,
});

function middlewareOf(requirement: RouteRequirement): Middleware {
  if (isSkip(requirement)) return skipAuthorization(requirement.skip) as Middleware;
  if ('load' in requirement)
    return authorize(requirement.action, (ctx) => requirement.load(inputsOf(ctx))) as Middleware;
  const { action, type, id } = requirement;
  return authorize(
    action,
    id === undefined ? type : (ctx) => loadById[type](inputsOf(ctx)[id]),
  ) as Middleware;
}

function handlerOf({ answer, status = 200, eachResult, fields }: Route) {
  return async (ctx: RouterContext): Promise<void> => {
    const { authz } = ctx.state;
    const actor = () => authz.actor() as Promise<User>;
    let result = await answer({ actor, authz, resource: () => authz.resource, inputs: inputsOf(ctx) });
    if (eachResult !== undefined) {
      const all = result as readonly unknown[];
      const allowed = await Promise.all(all.map((one) => authz.can(eachResult, one)));
      result = all.filter((_, i) => allowed[i]);
    }
    if (fields !== undefined) result = await authz.pick(fields, result);
    ctx.body = result;
    ctx.status = status;
  };
}
