import { authorization, authorizationErrors, authorize, listRoutes, protect } from '@nanook/express';
import * as Sentry from '@sentry/node';
import type { Application } from 'express';
import expressWs from 'express-ws';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { testedVersions } from '../../../../tools/test-scope.js';
import { listenOn } from '../listen.js';
import { addNotes, majors, serve } from './express-kit.js';
import { authorizer, expectProtected, findNote, secret, withClient } from './kit.js';

const listed = { ruled: '/notes/:id', unruled: '/unruled' };

describe.each(testedVersions(majors))('%s', (major, express) => {
  it('works with the error handler of Sentry, which receives the errors of blocked routes', async () => {
    const sent: unknown[] = [];
    Sentry.init({
      dsn: 'https://key@sentry.invalid/1',
      beforeSend: (event) => {
        sent.push(event.exception?.values?.at(-1)?.type);
        return null;
      },
    });
    onTestFinished(async () => void (await Sentry.close()));
    const served = await serve(express, addNotes, {
      errorHandlers: (app) => Sentry.setupExpressErrorHandler(app as never),
    });
    await withClient(served, (ask) => expectProtected(served, ask, { unruled: '/unruled', listed }));
    await Sentry.flush();
    expect(sent).toEqual(['AuthorizationConfigError']);
  });

  it('works with express-ws', async () => {
    const errors: unknown[] = [];
    const { app } = expressWs(protect(express()) as never) as unknown as { app: Application };
    const sockets = app as unknown as {
      ws: (path: string, handler: (socket: WebSocket, req: { authz: { resource: unknown } }) => void) => void;
    };
    app.use(authorization(authorizer, { actor: (req) => req.get('x-user') }), authorize());
    addNotes(app);
    app.use('/notes/:id/live', authorize('read', findNote));
    sockets.ws('/notes/:id/live', (socket, req) => socket.send(JSON.stringify(req.authz.resource)));
    sockets.ws('/unruled/live', (socket) => socket.send(secret));
    app.use(authorizationErrors({ onError: (error) => errors.push(error) }));
    const served = { ...(await listenOn(app.listen(0, '127.0.0.1'))), errors, routes: listRoutes(app) };

    /** Returns the first message that a client receives, or `closed`. */
    const messageTo = async (path: string, user?: string): Promise<string> => {
      const headers = user === undefined ? {} : { 'x-user': user };
      const socket = new WebSocket(`ws://127.0.0.1:${served.port}${path}`, { headers });
      const closed = once(socket, 'close').then(() => 'closed');
      socket.on('error', () => {});
      const message = once(socket, 'message').then(([data]) => String(data));
      const first = await Promise.race([message.catch(() => 'closed'), closed]);
      socket.close();
      return first;
    };
    await withClient(served, async (ask) => {
      await expectProtected(served, ask, { unruled: '/unruled', listed });
      expect(await messageTo('/notes/1/live', 'ann')).toContain('the text of the note');
      expect(await messageTo('/notes/1/live', 'ben')).toBe('closed');
      expect(await messageTo('/notes/1/live')).toBe('closed');
      expect(await messageTo('/unruled/live', 'ann')).toBe('closed');
    });
  });
});
