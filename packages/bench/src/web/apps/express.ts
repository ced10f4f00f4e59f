import { once } from 'node:events';
import type { Server } from 'node:http';
import { authorization, authorizationErrors, authorize, protect, skipAuthorization } from '@nanook/express';
import express, { type Express, type Request } from 'express';
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

async function listen(app: Express): Promise<Server> {
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function nanook(addRoutes: (app: Express) => unknown): Promise<Server> {
  const authorizer = await loadAuthorizer();
  const app = protect(express());
  app.use(authorization(authorizer, { actor: (req) => findUser(req.get(userHeader)) }), authorize());
  addRoutes(app);
  app.use(authorizationErrors());
  return listen(app);
}

export const expressApps: WebFramework = {
  apps: {
    none() {
      const app = express();
      app.get(path, async (req, res) => void res.json(shown((await findNote(req.params['id']))!)));
      return listen(app);
    },

    hand() {
      const app = express();
      app.get(path, async (req, res) => {
        const user = findUser(req.get(userHeader));
        if (user === undefined) return void res.sendStatus(401);
        const note = await findNote(req.params['id']);
        if (note === undefined || !mayRead(user, note)) return void res.sendStatus(404);
        res.json(shown(note));
      });
      return listen(app);
    },

    skipped: () =>
      nanook((app) =>
        app.get(
          path,
          skipAuthorization(skipReason),
          async (req: Request, res) => void res.json(shown((await findNote(req.params['id']))!)),
        ),
      ),

    nanook: () =>
      nanook((app) =>
        app.get(
          path,
          authorize('read', (req) => findNote(req.params.id)),
          (req, res) => res.json(shown(req.authz.resource as Note)),
        ),
      ),
  },
};
