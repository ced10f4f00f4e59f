import 'reflect-metadata';
import { typed } from '@nanook/core';
import { Controller, Post, Req, Res } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import request from 'supertest';
import { Authz, SkipAuthorization, sendPermissions, type RequestAuthorization } from '../index.js';
import { app, platforms, start, type HttpRequest } from '../fixtures/requirements.fixture.js';

const options = {
  policies: `
    allow(user: String, "read", task: Task) if task.owner = user;
    allow(_: String, "create", Task);
    allow_request(user: String, request) if user != "suspended" and request.method = "POST";
  `,
  types: { Task: { fields: { id: 'Integer', owner: 'String' } } },
  onWarning: () => {},
} as const;

describe.each(platforms)('sendPermissions() on %s', (adapter) => {
  @Controller('permissions')
  class PermissionsController {
    @Post()
    @SkipAuthorization('it answers only what its actor may do')
    answer(
      @Authz() authz: RequestAuthorization,
      @Req() req: HttpRequest,
      @Res() res: Parameters<typeof sendPermissions>[2],
    ) {
      return sendPermissions(authz, req, res, {
        resources: {
          Task: {
            key: 'integer',
            find: (id, { headers }) =>
              id === 7 && headers['x-tenant'] === 'acme' ? typed('Task', { id, owner: 'ann' }) : undefined,
          },
        },
      });
    }
  }

  const send = async (user?: string, tenant = 'acme', type = 'application/json') => {
    await start([PermissionsController], options, adapter);
    const headers = {
      ...(user !== undefined && { 'x-user': user }),
      'x-tenant': tenant,
      'content-type': type,
    };
    const resources = [{ type: 'Task', id: '7' }, { type: 'Task' }];
    return request(app!.getHttpServer())
      .post('/permissions')
      .set(headers)
      .send(JSON.stringify({ resources }));
  };

  it('answers each actor about its own actions, and passes the request to the loader', async () => {
    const answers = [await send('ann'), await send('bob'), await send('ann', 'other')];
    expect(answers.map(({ status, body }) => [status, body.answers])).toEqual(
      [['read'], [], []].map((actions) => [
        200,
        [
          { type: 'Task', id: '7', actions },
          { type: 'Task', actions: ['create'] },
        ],
      ]),
    );
  });

  it('answers with the headers that keep an answer out of caches', async () => {
    expect((await send('ann')).headers).toMatchObject({
      'cache-control': 'private, no-store',
      'content-type': expect.stringMatching(/^application\/json/),
    });
  });

  it('refuses an anonymous client, a refused request, another type and another body', async () => {
    const statuses = [await send(), await send('suspended'), await send('ann', 'acme', 'text/plain')];
    expect(statuses.map(({ status }) => status)).toEqual([401, 403, 415]);
    const other = await request(app!.getHttpServer()).post('/permissions').set('x-user', 'ann').send({});
    expect(other.status).toBe(400);
    expect(other.body).toMatchObject({ title: 'Bad Request' });
  });
});
