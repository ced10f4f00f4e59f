import { bodyParser } from '@koa/bodyparser';
import Router from '@koa/router';
import { Authorizer } from '@nanook/core';
import Koa from 'koa';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { authorization, authorizationErrors, authorize, permissions, protect } from '../index.js';

describe('permissions', () => {
  const served = async (isParsed = true) => {
    const authorizer = await Authorizer.load({
      policies: `
        allow(user: String, "read", note: Note) if note.owner = user;
        allow_request(user: String, _) if user != "suspended";
      `,
      types: { Note: { fields: { id: 'String', owner: 'String' } } },
      onWarning: () => {},
      denialWarnings: false,
    });
    const app = new Koa();
    app.silent = true;
    app.use(authorizationErrors());
    if (isParsed) app.use(bodyParser());
    app.use(authorization(authorizer, { actor: (ctx) => ctx.get('x-user') || undefined })).use(authorize());
    const router = protect(new Router());
    const findNote = (id: string, tenant: string) =>
      id === '7' && tenant === 'acme' ? { id, owner: 'ann' } : undefined;
    router.post(
      '/permissions',
      ...permissions({ resources: { Note: (id, ctx) => findNote(id, ctx.get('x-tenant')) } }),
    );
    return app.use(router.routes()).callback();
  };
  const ask = async (user: string, tenant = 'acme', app = served()) =>
    request(await app)
      .post('/permissions')
      .set({ 'x-user': user, 'x-tenant': tenant })
      .send({ resources: [{ type: 'Note', id: '7' }] });

  it('answers each actor about its own actions, and passes the context to the loader', async () => {
    const actions = async (...args: [string, string?]) => (await ask(...args)).body.answers[0].actions;
    expect([await actions('ann'), await actions('bob'), await actions('ann', 'other')]).toEqual([
      ['read'],
      [],
      [],
    ]);
  });

  it('answers with the headers that keep an answer out of caches', async () => {
    expect((await ask('ann')).headers).toMatchObject({
      'cache-control': 'private, no-store',
      'content-type': 'application/json',
    });
  });

  it('refuses an anonymous client, a refused request, another type, and a body that nothing has parsed', async () => {
    const sent = request(await served())
      .post('/permissions')
      .set('x-user', 'ann')
      .type('text/plain')
      .send('{}');
    const statuses = [
      await ask(''),
      await ask('suspended'),
      await sent,
      await ask('ann', 'acme', served(false)),
    ];
    expect(statuses.map(({ status }) => status)).toEqual([401, 403, 415, 500]);
  });
});
