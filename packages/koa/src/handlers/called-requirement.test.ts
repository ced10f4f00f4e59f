import { Authorizer } from '@nanook/core';
import Koa3 from 'koa';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { testedVersions } from '../../../../tools/test-scope.js';
import { authorization, authorize, protect } from '../index.js';
import { majors } from '../testing/majors.fixture.js';

// An application without a router selects the handler by the path, and calls the requirement itself, with the `next` of the calling
// middleware. The decision counts as if the application used the requirement directly. Composed middleware passes a different `next`.
const authorizer = await Authorizer.load({ policies: 'allow("alice", "read", "thing");' });

describe.each(testedVersions(majors))(
  'a requirement that middleware of the application calls with its own next, in %s',
  (_major, Koa) => {
    it.each([
      ['with protect', (app: Koa3) => protect(app)],
      ['without protect', (app: Koa3) => app],
    ])('counts for the middleware after it, %s', async (_name, prepare) => {
      const app = prepare(new Koa());
      app.silent = true;
      app.use(authorization(authorizer, { actor: (ctx) => ctx.get('x-user') }));
      app.use(authorize());
      const show = authorize('read', () => 'thing');
      app.use((ctx, next) => (ctx.path === '/thing' ? show(ctx, next) : next()));
      app.use((ctx) => void (ctx.body = ctx.path === '/thing' ? 'thing' : 'secret'));
      const statusOf = async (path: string, user: string) =>
        (await request(app.callback()).get(path).set('x-user', user)).status;
      expect(await statusOf('/thing', 'alice')).toBe(200);
      expect(await statusOf('/thing', 'bob')).toBe(404);
      expect(await statusOf('/other', 'alice')).toBe(500);
    });
  },
);
