import { Authorizer } from '@nanook/core';
import express, { type Express, type Request, type RequestHandler } from 'express';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { authorization, authorizationErrors, authorize, protect, skipAuthorization } from '../index.js';

const authorizer = await Authorizer.load({ policies: 'allow("alice", "read", "thing");' });
const read = () => authorize('read', () => 'thing');

/** A requirement enters its asynchronous context only for code of the application, so this code is the target of these attacks. */
describe('a decision about a requirement that Express calls', () => {
  const faults: string[] = [];
  let server: Server | undefined;
  beforeEach(() => faults.splice(0));
  afterEach(() => server?.close().closeAllConnections());

  /** Starts an application, and returns a function that sends requests. */
  async function start(fill: (app: Express) => void) {
    const app = protect(express());
    app.use(authorization(authorizer, { actor: (req) => req.get('x-user') ?? 'alice' }), authorize());
    fill(app);
    app.use(authorizationErrors({ onError: (error) => faults.push((error as { code: string }).code) }));
    server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return async (path: string, user = 'alice') => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { 'x-user': user } });
      const text = await response.text();
      return response.status === 200 ? text : response.status;
    };
  }

  const secret: RequestHandler = (_req, res) => void res.send('secret');
  const toNext: RequestHandler = (_req, _res, next) => next();

  it('counts only for its own route, if the loader of the requirement makes it', async () => {
    const loader = (req: Request) => {
      req.authz.skip('the loader');
      return 'thing';
    };
    const ask = await start((app) => app.get('/own', authorize('read', loader), toNext).use(secret));
    expect(await ask('/own')).toBe(500);
    expect(faults).toEqual(['NANOOK_HTTP_UNDECIDED_ROUTE']);
  });

  it('counts for nothing, if the hook `request` of authorize() in a route or in a router makes it', async () => {
    const admitting = await Authorizer.load({ policies: 'allow_request("alice", _);' });
    const app = express();
    const request = async (req: Request) => {
      await pause(1);
      req.authz.skip('the hook');
      return 'a request';
    };
    app.use(authorization(admitting, { actor: () => 'alice', request }));
    app.get('/route', authorize(), (_req, _res, next) => next('route'));
    app.use('/router', express.Router().use(authorize(), toNext)).use(secret);
    app.use(authorizationErrors({ onError: (error) => faults.push((error as { code: string }).code) }));
    server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const ask = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status;
    expect([await ask('/route'), await ask('/router')]).toEqual([500, 500]);
    expect(faults).toEqual(['NANOOK_HTTP_UNDECIDED_ROUTE', 'NANOOK_HTTP_UNDECIDED_ROUTE']);
  });

  it('counts for the handlers after it, also if another handler calls the requirement', async () => {
    const ask = await start((app) => {
      app.get('/own', read(), (_req, res) => void res.send('a thing'));
      app.use((req, res, next) => read()(req, res, () => next()), secret);
    });
    expect([await ask('/own'), await ask('/own', 'bob'), await ask('/other')]).toEqual([
      'a thing',
      404,
      'secret',
    ]);
  });

  it('counts only for the handler of its own request, while requests interleave', async () => {
    const later =
      (text: string): RequestHandler =>
      async (req, res) => {
        await pause(Number(req.query['ms']));
        res.send(text);
      };
    const ask = await start((app) => {
      app.get('/read', read(), later('a thing'));
      app.get('/skip', skipAuthorization('public'), later('public'));
      app.use(later('secret'));
    });
    const sent = Array.from({ length: 60 }, (_, i) => {
      const query = `?ms=${i % 5}`;
      switch (i % 4) {
        case 0:
          return [`/read${query}`, 'alice', 'a thing'] as const;
        case 1:
          return [`/read${query}`, 'bob', 404] as const;
        case 2:
          return [`/other${query}`, 'alice', 500] as const;
        default:
          return [`/skip${query}`, 'alice', 'public'] as const;
      }
    });
    const responses = await Promise.all(sent.map(([path, user]) => ask(path, user)));
    expect(responses).toEqual(sent.map(([, , expected]) => expected));
  });
});
