import type { Server } from 'node:http';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
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

type NoteRequest = FastifyRequest<{ Params: { id: string } }>;

const loadNote = ({ params }: NoteRequest): Promise<Note | undefined> => findNote(params.id);

const showUnchecked = async (request: NoteRequest): Promise<object> => shown((await loadNote(request))!);

async function listen(app: FastifyInstance): Promise<Server> {
  await app.listen({ host: '127.0.0.1', port: 0 });
  return app.server;
}

type NanookFastify = typeof import('@nanook/fastify');

async function nanook(addRoutes: (app: FastifyInstance, adapter: NanookFastify) => unknown): Promise<Server> {
  const adapter = await import('@nanook/fastify');
  const app = Fastify();
  const actor = ({ headers }: FastifyRequest) => findUser(headers[userHeader]);
  await app.register(adapter.authorization(await loadAuthorizer(), { actor }));
  addRoutes(app, adapter);
  return listen(app);
}

export const fastifyApps: WebFramework = {
  apps: {
    none() {
      const app = Fastify();
      app.get(path, showUnchecked);
      return listen(app);
    },

    hand() {
      const app = Fastify();
      app.get(path, async (request: NoteRequest, reply) => {
        const user = findUser(request.headers[userHeader]);
        if (user === undefined) return reply.code(401).send();
        const note = await loadNote(request);
        if (note === undefined || !mayRead(user, note)) return reply.code(404).send();
        return shown(note);
      });
      return listen(app);
    },

    skipped: () =>
      nanook((app, { skipAuthorization }) =>
        app.get(path, { preHandler: skipAuthorization(skipReason) }, showUnchecked),
      ),

    nanook: () =>
      nanook((app, { authorize }) =>
        app.get(path, { preHandler: authorize('read', loadNote) }, (request) =>
          shown(request.authz.resource as Note),
        ),
      ),
  },
};
