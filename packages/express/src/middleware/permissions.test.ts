import { Authorizer, typed } from '@nanook/core';
import express5 from 'express';
import express4 from 'express4';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { testedVersions } from '../../../../tools/test-scope.js';
import { authorization, authorizationErrors, authorize, listRoutes, permissions, protect } from '../index.js';

const majors = [
  ['Express 4', express4 as unknown as typeof express5],
  ['Express 5', express5],
] as const;

describe.each(testedVersions(majors))('permissions on %s', (_major, express) => {
  const served = async (isParsed = true) => {
    const authorizer = await Authorizer.load({
      policies: `
        allow(user: String, "read", note: Note) if note.owner = user;
        allow(_: String, "create", Note);
        allow_request(user: String, _) if user != "suspended";
      `,
      types: { Note: { fields: { id: 'String', owner: 'String' } } },
      onWarning: () => {},
      denialWarnings: false,
    });
    const app = express();
    protect(app);
    if (isParsed) app.use(express.json());
    app.use(authorization(authorizer, { actor: (req) => req.get('x-user') }), authorize());
    app.post(
      '/permissions',
      permissions({ resources: { Note: (id, req) => findNote(id, req.get('x-tenant')) } }),
    );
    app.get('/mine', authorize('create', 'Note'), (req, res, next) => {
      req.authz
        .permissions([typed('Note', { id: '7', owner: 'ann' })])
        .then((found) => res.json(found), next);
    });
    app.use(authorizationErrors({ onError: () => {} }));
    return app;
  };
  const findNote = (id: string, tenant: string | undefined) =>
    id === '7' && tenant === 'acme' ? { id, owner: 'ann' } : undefined;
  const ask = (app: ReturnType<typeof express5>, user?: string, tenant = 'acme') => {
    const sent = request(app).post('/permissions').set('x-tenant', tenant);
    return (user === undefined ? sent : sent.set('x-user', user)).send({
      resources: [{ type: 'Note', id: '7' }, { type: 'Note' }],
    });
  };

  it('answers each actor about its own actions, and passes the request to the loader', async () => {
    const app = await served();
    const actions = async (user: string, tenant?: string) => {
      const { body } = await ask(app, user, tenant);
      return body.answers.map((answer: { actions: string[] }) => answer.actions);
    };
    expect(await actions('ann')).toEqual([['read'], ['create']]);
    expect(await actions('bob')).toEqual([[], ['create']]);
    expect(await actions('ann', 'other')).toEqual([[], ['create']]);
  });

  it('answers with the headers that keep an answer out of caches', async () => {
    const { headers } = await ask(await served(), 'ann');
    expect(headers).toMatchObject({
      'cache-control': 'private, no-store',
      'content-type': 'application/json',
    });
    expect(headers).not.toHaveProperty('etag');
  });

  it('refuses an anonymous client and a request that the policy refuses', async () => {
    const app = await served();
    expect([(await ask(app)).status, (await ask(app, 'suspended')).status]).toEqual([401, 403]);
  });

  it('refuses a body that another origin can send, and one that no parser has read', async () => {
    const send = async (app: ReturnType<typeof express5>, type: string) =>
      (await request(app).post('/permissions').set('x-user', 'ann').type(type).send('{"resources":[]}'))
        .status;
    expect([
      await send(await served(), 'text/plain'),
      await send(await served(false), 'application/json'),
    ]).toEqual([415, 500]);
  });

  it('protects the route, which has the requirement of its skip', async () => {
    const [route] = listRoutes(await served());
    expect(route).toMatchObject({
      path: '/permissions',
      requirements: [{ kind: 'request' }, { kind: 'skip' }],
    });
  });

  it('gives a handler the same permissions for its own response', async () => {
    const app = await served();
    const [{ body: own }, { body: asked }] = await Promise.all([
      request(app).get('/mine').set('x-user', 'ann'),
      ask(app, 'ann'),
    ]);
    expect(own).toEqual({ key: asked.key, answers: [asked.answers[0]] });
  });
});
