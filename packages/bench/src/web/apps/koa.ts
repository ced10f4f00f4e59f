import { once } from 'node:events';
import type { Server } from 'node:http';
import Router from '@koa/router';
import Koa from 'koa';
import {
  findNote,
  findUser,
  loadAuthorizer,
  mayRead,
  notesPath,
  shown,
  skipReason,
  userHeader,
  type Note,
} from '../notes.ts';
import type { WebFramework } from '../web-app.ts';

const path = `${notesPath}:id`;

async function listen(app: Pick<Koa, 'listen'>): Promise<Server> {
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

type NanookKoa = typeof import('@nanook/koa');

async function nanook(addRoutes: (router: Router, adapter: NanookKoa) => unknown): Promise<Server> {
  // Not imported by the other applications: from then on, it follows the handlers of every application of the process.
  const adapter = await import('@nanook/koa');
  const { authorization, authorizationErrors, authorize, protect } = adapter;
  const authorizer = await loadAuthorizer();
  const router = protect(new Router());
  addRoutes(router, adapter);
  const app = new Koa();
  app
    .use(authorizationErrors())
    .use(authorization(authorizer, { actor: (ctx) => findUser(ctx.get(userHeader)) }))
    .use(authorize())
    .use(router.routes());
  return listen(app);
}

export const koaApps: WebFramework = {
  apps: {
    none() {
      const router = new Router();
      router.get(path, async (ctx) => {
        ctx.body = shown((await findNote(ctx.params['id']))!);
      });
      return listen(new Koa().use(router.routes()));
    },

    hand() {
      const router = new Router();
      router.get(path, async (ctx) => {
        const user = findUser(ctx.get(userHeader));
        if (user === undefined) return ctx.throw(401);
        const note = await findNote(ctx.params['id']);
        if (note === undefined || !mayRead(user, note)) return ctx.throw(404);
        ctx.body = shown(note);
      });
      return listen(new Koa().use(router.routes()));
    },

    skipped: () =>
      nanook((router, { skipAuthorization }) =>
        router.get(path, skipAuthorization(skipReason), async (ctx) => {
          ctx.body = shown((await findNote(ctx.params['id']))!);
        }),
      ),

    nanook: () =>
      nanook((router, { authorize }) =>
        router.get(
          path,
          authorize('read', (ctx) => findNote(ctx.params.id)),
          (ctx) => {
            ctx.body = shown(ctx.state.authz.resource as Note);
          },
        ),
      ),
  },
};
