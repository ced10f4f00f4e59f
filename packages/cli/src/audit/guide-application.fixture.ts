import { Authorizer, typed } from '@nanook/core';
import { authorization, authorize, skipAuthorization } from '@nanook/express';
import express, { type Request } from 'express';

const authorizer = await Authorizer.load({ policies: 'policy/*.polar', types: { User: {}, Note: {} } });

const findNote = (req: Request<{ id: string }>) =>
  typed('Note', { id: Number(req.params.id), ownerId: 1, isPublic: false });

export const app = express();
app.use(authorization(authorizer, { actor: () => typed('User', { id: 1 }) }));
app.get('/health', skipAuthorization('liveness probe'), (_req, res) => res.send('up'));
app.get('/notes/:id', authorize('read', findNote), (req, res) => res.json(req.authz.resource));
app.put('/notes/:id', authorize('edit', findNote), (req, res) => res.json(req.authz.resource));
app.post('/notes', authorize('create', 'Note'), (_req, res) => res.sendStatus(201));
app.get('/debug', (_req, res) => res.json(process.memoryUsage()));
