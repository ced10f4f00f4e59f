import { authorization, authorizationErrors, authorize, listRoutes, protect } from '@nanook/koa';
import Router from '@koa/router';
import Koa3, { type Context } from 'koa';
import Koa2 from 'koa2';
import { listenOn } from '../listen.js';
import { authorizer, findNote, secret, type Served } from './kit.js';

export type KoaClass = typeof Koa3;

export const majors = [
  ['Koa 2', Koa2 as unknown as KoaClass],
  ['Koa 3', Koa3],
] as const;

/** The options of {@link serve}. */
export interface ServeOptions {
  /** Adds middleware before all other. */
  readonly before?: (app: Koa3) => void;
}

/** Serves a protected application with the routes. */
export async function serve(
  Koa: KoaClass,
  addRoutes: (app: Koa3) => void,
  { before }: ServeOptions = {},
): Promise<Served> {
  const errors: unknown[] = [];
  const app = protect(new Koa() as never) as unknown as Koa3;
  app.on('error', (error) => errors.push(error));
  before?.(app);
  app.use(authorizationErrors());
  app.use(authorization(authorizer, { actor: (ctx: Context) => ctx.get('x-user') || undefined }));
  app.use(authorize());
  addRoutes(app);
  const routes = listRoutes(app as never);
  return { ...(await listenOn(app.listen(0, '127.0.0.1'))), errors, routes };
}

/** A router of `@koa/router`, or of another library with the same methods. */
interface Routes {
  get(path: string, ...handlers: ((ctx: Context, next: () => Promise<unknown>) => unknown)[]): unknown;
}

/** Adds `GET /notes/:id` with a requirement. */
export function addNote(router: Routes): void {
  router.get('/notes/:id', authorize('read', findNote) as never, (ctx) => {
    ctx.body = ctx.state.authz.resource;
  });
}

/** Adds `GET /unruled` without a requirement. */
export function addUnruled(router: Routes, path = '/unruled'): void {
  router.get(path, (ctx) => {
    ctx.body = secret;
  });
}

/** Creates a router with both routes. */
export function notesRouter(): Router {
  const router = new Router();
  addNote(router as never);
  addUnruled(router as never);
  return router;
}
