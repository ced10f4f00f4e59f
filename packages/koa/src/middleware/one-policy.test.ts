import { Authorizer } from '@nanook/core';
import Router from '@koa/router';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { testedVersions } from '../../../../tools/test-scope.js';
import { authorization, authorize } from '../index.js';
import { majors } from '../testing/majors.fixture.js';

const before = 'allow(_, "read", "minutes"); allow(_, "edit", "minutes");';
const after = 'allow(_, "read", "minutes"); allow(_, "delete", "minutes");';

describe.each(testedVersions(majors))('%s', (_major, Koa) => {
  it('decides a request by the policy of its first check when a reload ends in between', async () => {
    const authorizer = await Authorizer.load({ policies: before });
    const router = new Router();
    router.get(
      '/',
      authorize('read', () => 'minutes'),
      async (_ctx, next) => {
        await authorizer.reload(after);
        await next();
      },
      authorize('edit', () => 'minutes'),
      async (ctx) => {
        const { authz } = ctx.state;
        ctx.body = [await authz.can('edit', 'minutes'), await authz.can('delete', 'minutes')];
      },
    );
    router.get(
      '/next',
      authorize('delete', () => 'minutes'),
      (ctx) => {
        ctx.body = ['deleted'];
      },
    );
    const app = new Koa();
    app.use(authorization(authorizer, { actor: () => 'ann' })).use(router.routes());
    expect((await request(app.callback()).get('/')).body).toEqual([true, false]);
    expect((await request(app.callback()).get('/next')).body).toEqual(['deleted']);
  });
});
