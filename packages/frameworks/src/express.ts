import { authorization, authorizationErrors, authorize, protect, skipAuthorization } from '@nanook/express';
import type express5 from 'express';
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
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

export async function serveExpress(
  express: typeof express5,
  setting: Setting,
  routes: readonly Route[],
  { isProtected = true }: Options = {},
): Promise<HttpApp> {
  const errors: unknown[] = [];
  const app = express();
  if (isProtected) protect(app);
  app.use(
    authorization(await loadAuthorizer(setting), {
      actor: (req) => findUser(req.get('x-user')),
      anonymous: anonymousIn(setting),
      request: ({ method, baseUrl, path }) => describeRequest(method, baseUrl + path),
    }),
  );
  app.use(authorize());
  for (const route of routes) {
    const method = route.method.toLowerCase() as 'get';
    app[method](route.path, ...route.requirements.map(middlewareOf), handlerOf(route));
  }
  app.use(authorizationErrors({ challenge: 'Bearer', onError: (fault) => errors.push(fault) }));
  app.use(answerOwnErrors);
  return { ...(await listenOn(app.listen(0, '127.0.0.1'))), errors };
}

const inputsOf = ({ params, query }: Request): Inputs => ({ ...query, ...params });

function middlewareOf(requirement: RouteRequirement): RequestHandler {
  if (isSkip(requirement)) return skipAuthorization(requirement.skip);
  if ('load' in requirement) return authorize(requirement.action, (req) => requirement.load(inputsOf(req)));
  const { action, type, id } = requirement;
  return authorize(action, id === undefined ? type : (req) => loadById[type](inputsOf(req)[id]));
}

function handlerOf({ answer, status = 200, eachResult, fields }: Route): RequestHandler {
  const handle = async (req: Request, res: Response): Promise<void> => {
    const { authz } = req;
    const actor = () => authz.actor() as Promise<User>;
    let result = await answer({ actor, authz, resource: () => authz.resource, inputs: inputsOf(req) });
    if (eachResult !== undefined) {
      const all = result as readonly unknown[];
      const allowed = await Promise.all(all.map((one) => authz.can(eachResult, one)));
      result = all.filter((_, i) => allowed[i]);
    }
    if (fields !== undefined) result = await authz.pick(fields, result);
    res.status(status);
    if (status === 204) res.end();
    else res.json(result);
  };
  // Express 4 ignores the rejection of an async handler.
  return (req, res, next) => void handle(req, res).catch(next);
}

const answerOwnErrors: ErrorRequestHandler = (
  error: { status?: number; message: string },
  _req,
  res,
  next,
) => {
  if (res.headersSent) next(error);
  else res.status(error.status ?? 500).json({ error: error.message });
};
