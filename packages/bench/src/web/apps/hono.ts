import { once } from 'node:events';
import type { Server } from 'node:http';
import { serve } from '@hono/node-server';
import { Hono, type Context, type Env } from 'hono';
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

const path = `${notesPath}:id` as const;

type NoteContext = Context<Env, '/notes/:id'>;

const loadNote = (c: NoteContext): Promise<Note | undefined> => findNote(c.req.param('id'));

const showUnchecked = async (c: NoteContext): Promise<Response> => c.json(shown((await loadNote(c))!));

async function listen({ fetch }: Pick<Hono, 'fetch'>): Promise<Server> {
  const server = serve({ fetch, hostname: '127.0.0.1', port: 0 }) as Server;
  await once(server, 'listening');
  return server;
}

type NanookHono = typeof import('@nanook/hono');

async function nanook(addRoutes: (app: Hono, adapter: NanookHono) => unknown): Promise<Server> {
  const adapter = await import('@nanook/hono');
  const app = new Hono();
  const authorizer = await loadAuthorizer();
  app.use(adapter.authorization(authorizer, { actor: (c) => findUser(c.req.header(userHeader)) }));
  addRoutes(app, adapter);
  return listen(adapter.protect(app));
}

export const honoApps: WebFramework = {
  apps: {
    none: () => listen(new Hono().get(path, showUnchecked)),

    hand: () =>
      listen(
        new Hono().get(path, async (c) => {
          const user = findUser(c.req.header(userHeader));
          if (user === undefined) return c.text('Unauthorized', 401);
          const note = await loadNote(c);
          if (note === undefined || !mayRead(user, note)) return c.notFound();
          return c.json(shown(note));
        }),
      ),

    skipped: () =>
      nanook((app, { skipAuthorization }) => app.get(path, skipAuthorization(skipReason), showUnchecked)),

    nanook: () =>
      nanook((app, { authorize }) =>
        app.get(path, authorize('read', loadNote), (c) => c.json(shown(c.var.authz.resource))),
      ),
  },
};
