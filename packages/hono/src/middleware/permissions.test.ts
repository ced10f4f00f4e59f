import { Authorizer } from '@nanook/core';
import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { authorization, permissions, protect } from '../index.js';

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
    const findNote = (id: string, tenant: unknown) =>
      id === '7' && tenant === 'acme' ? { id, owner: 'ann' } : undefined;
    return protect(
      new Hono()
        .use(authorization(authorizer, { actor: (c) => c.req.header('x-user') }))
        .post(
          '/permissions',
          ...permissions({ resources: { Note: (id, c) => findNote(id, c.req.header('x-tenant')) } }),
        ),
    );
  };
  const asked = JSON.stringify({ resources: [{ type: 'Note', id: '7' }] });
  const ask = async (user?: string, tenant = 'acme', type = 'application/json', body = asked) =>
    (await served()).request('/permissions', {
      method: 'POST',
      headers: { ...(user !== undefined && { 'x-user': user }), 'x-tenant': tenant, 'content-type': type },
      body,
    });

  it('answers each actor about its own actions, and passes the context to the loader', async () => {
    const actions = async (...args: [string, string?]) =>
      ((await (await ask(...args)).json()) as { answers: [{ actions: string[] }] }).answers[0].actions;
    expect([await actions('ann'), await actions('bob'), await actions('ann', 'other')]).toEqual([
      ['read'],
      [],
      [],
    ]);
  });

  it('answers with the headers that keep an answer out of caches', async () => {
    const { headers } = await ask('ann');
    expect(headers.get('cache-control')).toBe('private, no-store');
    expect(headers.get('content-type')).toMatch(/^application\/json/);
  });

  it('refuses an anonymous client, a refused request, another type, and a body that is not JSON', async () => {
    const responses = [
      await ask(),
      await ask('suspended'),
      await ask('ann', 'acme', 'text/plain'),
      await ask('ann', 'acme', 'application/json', '{'),
    ];
    expect(responses.map(({ status }) => status)).toEqual([401, 403, 415, 400]);
  });

  it('refuses a body that is larger than each valid one, with and without its length', async () => {
    const app = await served();
    const large = ' '.repeat(300_000);
    const post = (init: RequestInit) =>
      app.request('/permissions', {
        method: 'POST',
        headers: { 'x-user': 'ann', 'content-type': 'application/json' },
        ...init,
      });
    const headers = { 'x-user': 'ann', 'content-type': 'application/json', 'content-length': '300000' };
    expect((await post({ body: large, headers })).status).toBe(413);
    let sent = 0;
    const endless = new ReadableStream({
      pull: (controller) => {
        sent++;
        controller.enqueue(new TextEncoder().encode(large));
      },
    });
    expect((await post({ body: endless, duplex: 'half' } as RequestInit)).status).toBe(413);
    expect(sent).toBeLessThan(4);
  });
});
