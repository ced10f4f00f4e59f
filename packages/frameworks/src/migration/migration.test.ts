import 'reflect-metadata';
import { createServer, type RequestListener } from 'node:http';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { expressStages } from './express.js';
import { koaStages } from './koa.js';
import { nestStages } from './nest.js';

// The tests of the application, which are the same before and after the migration from checks by hand.

const listenerOf = {
  Express: async (stage: 'before' | 'after') => (await expressStages[stage]()) as unknown as RequestListener,
  Koa: async (stage: 'before' | 'after') => {
    const handle = (await koaStages[stage]()).callback();
    return ((req, res) => void handle(req, res)) as RequestListener;
  },
  NestJS: async (stage: 'before' | 'after') => {
    const app = await nestStages[stage]();
    await app.init();
    return app.getHttpAdapter().getInstance() as RequestListener;
  },
};
type Method = 'get' | 'put' | 'post' | 'delete';

describe.each(['Express', 'Koa', 'NestJS'] as const)('the application on %s', (framework) => {
  describe.each(['before', 'after'] as const)('%s the migration', (stage) => {
    const open = async () => {
      const server = createServer(await listenerOf[framework](stage));
      return async (user: string | undefined, method: Method, path: string, body?: object) => {
        const sent = request(server)[method](path);
        if (user !== undefined) void sent.set('x-user', user);
        const { status, body: received } = await (body === undefined ? sent : sent.send(body));
        return [status, received as unknown] as const;
      };
    };
    const statusOf = async (user: string | undefined, method: Method, path: string) =>
      (
        await (
          await open()
        )(user, method, path, method === 'get' ? undefined : { title: 'new', text: 'hello' })
      )[0];

    it('answers health checks of everybody', async () => {
      expect(await (await open())(undefined, 'get', '/health')).toEqual([200, { ok: true }]);
    });

    it('lists the projects that the user may read', async () => {
      const ask = await open();
      const plans = [
        { id: 1, title: 'a plan' },
        { id: 2, title: 'an old plan' },
      ];
      const secret = { id: 3, title: 'a secret' };
      expect(await ask('ben', 'get', '/projects')).toEqual([200, plans]);
      expect(await ask('cid', 'get', '/projects')).toEqual([200, [secret]]);
      expect(await ask('sue', 'get', '/projects')).toEqual([200, [...plans, secret]]);
    });

    it.each<[Method, string, Record<'nobody' | 'ann' | 'ben' | 'cid' | 'sue', number>]>([
      ['get', '/projects', { nobody: 401, ann: 200, ben: 200, cid: 200, sue: 200 }],
      ['get', '/projects/1', { nobody: 401, ann: 200, ben: 200, cid: 404, sue: 200 }],
      ['get', '/projects/9', { nobody: 401, ann: 404, ben: 404, cid: 404, sue: 404 }],
      ['put', '/projects/1', { nobody: 401, ann: 200, ben: 200, cid: 404, sue: 403 }],
      ['put', '/projects/2', { nobody: 401, ann: 403, ben: 403, cid: 404, sue: 403 }],
      ['post', '/projects/1/comments', { nobody: 401, ann: 201, ben: 201, cid: 404, sue: 403 }],
      ['delete', '/projects/1', { nobody: 401, ann: 204, ben: 403, cid: 404, sue: 204 }],
      ['delete', '/projects/3', { nobody: 401, ann: 404, ben: 404, cid: 204, sue: 204 }],
    ])('answers %s %s with the status of each user', async (method, path, expected) => {
      for (const [user, status] of Object.entries(expected)) {
        const answered = await statusOf(user === 'nobody' ? undefined : user, method, path);
        expect({ user, status: answered }).toEqual({ user, status });
      }
    });

    it('keeps the changes of allowed requests only', async () => {
      const ask = await open();
      await ask('cid', 'put', '/projects/1', { title: 'stolen' });
      await ask('ben', 'post', '/projects/1/comments', { text: 'hello' });
      expect(await ask('ann', 'post', '/projects/1/comments', { text: 'hi' })).toEqual([201, { count: 2 }]);
      expect(await ask('ben', 'put', '/projects/1', { title: 'a better plan' })).toEqual([
        200,
        { id: 1, title: 'a better plan' },
      ]);
      expect(await ask('ann', 'get', '/projects/1')).toEqual([200, { id: 1, title: 'a better plan' }]);
    });
  });
});
