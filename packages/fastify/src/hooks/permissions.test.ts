import { Authorizer } from '@nanook/core';
import Fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { authorization, permissions } from '../index.js';

describe('permissions', () => {
  const served = async () => {
    const authorizer = await Authorizer.load({
      policies: `
        allow(user: String, "read", note: Note) if note.owner = user;
        allow_request(user: String, _) if user != "suspended";
      `,
      types: { Note: { fields: { id: 'String', owner: 'String' } } },
      onWarning: () => {},
      denialWarnings: false,
    });
    const app = Fastify();
    await app.register(authorization(authorizer, { actor: (req) => req.headers['x-user'] }));
    const findNote = (id: string, tenant: unknown) =>
      id === '7' && tenant === 'acme' ? { id, owner: 'ann' } : undefined;
    app.post(
      '/permissions',
      permissions({ resources: { Note: (id, req) => findNote(id, req.headers['x-tenant']) } }),
    );
    return app;
  };
  const ask = async (user?: string, tenant = 'acme', type = 'application/json') =>
    (await served()).inject({
      method: 'POST',
      url: '/permissions',
      headers: { ...(user !== undefined && { 'x-user': user }), 'x-tenant': tenant, 'content-type': type },
      payload: JSON.stringify({ resources: [{ type: 'Note', id: '7' }] }),
    });

  it('answers each actor about its own actions, and passes the request to the loader', async () => {
    const actions = async (...args: [string, string?]) => (await ask(...args)).json().answers[0].actions;
    expect([await actions('ann'), await actions('bob'), await actions('ann', 'other')]).toEqual([
      ['read'],
      [],
      [],
    ]);
  });

  it('answers with the headers that keep an answer out of caches', async () => {
    expect((await ask('ann')).headers).toMatchObject({
      'cache-control': 'private, no-store',
      'content-type': expect.stringMatching(/^application\/json/),
    });
  });

  it('refuses an anonymous client, a refused request and another type', async () => {
    const statuses = [await ask(), await ask('suspended'), await ask('ann', 'acme', 'text/plain')];
    expect(statuses.map(({ statusCode }) => statusCode)).toEqual([401, 403, 415]);
  });
});
