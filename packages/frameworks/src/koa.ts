import Router, { type RouterContext } from '@koa/router';
import { authorization, authorizationErrors, authorize, protect, skipAuthorization } from '@nanook/koa';
import type Koa3 from 'koa';
import type { Middleware } from 'koa';
import { findUser, type User } from './domain.js';
import type { Served } from './http-suite.js';
import { listenOn } from './listen.js';
import { loadById } from './load-by-id.js';
import { anonymousIn, describeRequest, loadAuthorizer, type Setting } from './policy.js';
import { isSkip, type Inputs, type Route, type RouteRule } from './route.js';

interface Options {
  /** Whether routes without a rule are kept from running. */
  readonly isProtected?: boolean;
}

export async function serveKoa(
  Koa: typeof Koa3,
  setting: Setting,
  routes: readonly Route[],
  { isProtected = true }: Options = {},
): Promise<Served> {
  const faults: unknown[] = [];
  const app = new Koa();
  app.on('error', (error: unknown) => faults.push(error));
  const router = new Router();
  if (isProtected) protect(router);
  for (const route of routes) {
    const method = route.method.toLowerCase() as 'get';
    router[method](route.path, ...route.rules.map(requirementOf), handlerOf(route));
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
  return { ...(await listenOn(app.listen(0, '127.0.0.1'))), faults };
}

const inputsOf = ({ params, query }: Pick<RouterContext, 'params' | 'query'>): Inputs => ({
  ...query,
  ...params,
});

function requirementOf(rule: RouteRule): Middleware {
  if (isSkip(rule)) return skipAuthorization(rule.skip) as Middleware;
  if ('load' in rule) return authorize(rule.action, (ctx) => rule.load(inputsOf(ctx))) as Middleware;
  const { action, type, id } = rule;
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
