import { authorization, authorizationErrors, authorize, listRoutes, protect } from '@nanook/express';
import express5, { type Application, type Request } from 'express';
import express4 from 'express4';
import { createRequire, registerHooks } from 'node:module';
import { listenOn } from '../listen.js';
import { authorizer, findNote, secret, type Served } from './kit.js';

export type Express = typeof express5;

export const majors = [
  ['Express 4', express4 as unknown as Express],
  ['Express 5', express5],
] as const;

/** Requires a package whose `express` is this copy: the package itself would find only one of the two. */
export function requireFor(express: Express, name: string): unknown {
  const require = createRequire(import.meta.url);
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      /^express(?:\/|$)/.test(specifier) && express !== express5
        ? next(specifier.replace('express', 'express4'), { ...context, parentURL: import.meta.url })
        : next(specifier, context),
  });
  try {
    delete require.cache[require.resolve(name)];
    return require(name);
  } finally {
    hooks.deregister();
  }
}

/** The options of {@link serve}. */
export interface ServeOptions {
  /** Adds middleware before `authorization`. */
  readonly before?: (app: Application) => void;
  /** Adds error handlers before `authorizationErrors`. */
  readonly errorHandlers?: (app: Application) => void;
  readonly actor?: (req: Request) => unknown;
  /** Listens otherwise than with `app.listen`. */
  readonly listen?: (app: Application) => import('node:http').Server;
}

/** Serves a protected application with the routes. */
export async function serve(
  express: Express,
  addRoutes: (app: Application) => void,
  { before, errorHandlers, actor = (req) => req.get('x-user') }: ServeOptions = {},
): Promise<Served> {
  const errors: unknown[] = [];
  const app = protect(express());
  before?.(app);
  app.use(authorization(authorizer, { actor }), authorize());
  addRoutes(app);
  errorHandlers?.(app);
  app.use(authorizationErrors({ onError: (error) => errors.push(error) }));
  const routes = listRoutes(app);
  return { ...(await listenOn(app.listen(0, '127.0.0.1'))), errors, routes };
}

/** Adds `GET /notes/:id` with a requirement, and `GET /unruled` without one. */
export function addNotes(routes: Pick<Application, 'get'>): void {
  routes.get('/notes/:id', authorize('read', findNote), (req, res) => void res.json(req.authz.resource));
  routes.get('/unruled', (_req, res) => void res.json(secret));
}

/** The headers of conditional requests, and the expected status. */
export const conditionalRequests = (
  etag: string,
): readonly (readonly [Readonly<Record<string, string>>, number])[] => [
  [{}, 200],
  [{ range: 'bytes=0-2' }, 206],
  [{ range: 'bytes=900-' }, 416],
  [{ 'if-match': '"other"' }, 412],
  [{ 'if-match': etag }, 200],
  [{ 'if-none-match': etag }, 304],
  [{ range: 'bytes=0-2', 'if-range': etag }, 206],
  [{ range: 'bytes=0-2', 'if-range': '"other"' }, 200],
];
