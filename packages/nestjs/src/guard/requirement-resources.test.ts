import 'reflect-metadata';
import { BadRequestException, Controller, Get, Post } from '@nestjs/common';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { Authorize } from '../index.js';
import {
  Note,
  loadedIds,
  type HttpRequest,
  platforms,
  app,
  start,
  ask,
  statusOf,
} from '../fixtures/requirements.fixture.js';

describe.each(platforms)('ids on %s', (adapter) => {
  @Controller()
  class IdsController {
    @Get('params/:note') @Authorize('read', Note, { id: 'params.note' }) params() {}
    @Get('query') @Authorize('read', Note, { id: 'query.note' }) query() {}
    @Post('body') @Authorize('read', Note, { id: 'body.note.id' }) body() {}
    @Get('headers') @Authorize('read', Note, { id: 'headers.x-note' }) headers() {}
    @Post('whole') @Authorize('read', Note, { id: 'body' }) whole() {}
    @Get('function/:id')
    @Authorize('read', Note, { id: async (req: HttpRequest) => Promise.resolve(req.params['id']!.slice(1)) })
    function() {}
    @Get('parsed/:id') @Authorize('read', Note, { parse: (raw) => Number(raw.trim()) }) parsed() {}
    @Post('parsed') @Authorize('read', Note, { id: 'body.id', parse: (raw) => raw.trim() }) parsedBody() {}
    @Get('strict/:id')
    @Authorize('read', Note, {
      parse: (raw) => {
        if (/^\d$/.test(raw)) return raw;
        throw new BadRequestException('no digit');
      },
    })
    strict() {}
    @Get('broken/:id')
    @Authorize('read', Note, {
      parse: () => {
        throw new TypeError('secret');
      },
    })
    broken() {}
    @Get('nothing') @Authorize('read', Note, { id: () => undefined }) nothing() {}
    @Get('object') @Authorize('read', Note, { id: () => ({ $ne: '' }) }) object() {}
  }

  it.each([
    ['get', '/params/1', undefined, 200, ['1']],
    ['get', '/params/__proto__', undefined, 404, ['__proto__']],
    ['get', '/params/%24ne', undefined, 404, ['$ne']],
    ['get', '/query?note=1', undefined, 200, ['1']],
    ['get', '/query', undefined, 404, []],
    ['get', '/query?note=1&note=2', undefined, 400, []],
    ['get', '/query?note[$ne]=1', undefined, 404, []],
    ['post', '/body', { note: { id: '1' } }, 201, ['1']],
    ['post', '/body', { note: { id: 1 } }, 201, [1]],
    ['post', '/body', { note: { id: null } }, 404, []],
    ['post', '/body', { note: { id: true } }, 400, []],
    ['post', '/body', { note: { id: ['1'] } }, 400, []],
    ['post', '/body', { note: { id: { $ne: '' } } }, 400, []],
    ['post', '/body', { note: '1' }, 404, []],
    ['post', '/body', [], 404, []],
    ['post', '/body', JSON.parse('{ "__proto__": { "note": { "id": "1" } } }') as object, [400, 404], []],
    ['post', '/whole', { id: '1' }, 400, []],
    ['get', '/function/x1', undefined, 200, ['1']],
    ['get', '/parsed/%201%20', undefined, 200, [1]],
    ['post', '/parsed', { id: 1 }, 201, ['1']],
    ['post', '/parsed', { id: { $ne: '' } }, 400, []],
    ['post', '/parsed', { id: ['1'] }, 400, []],
    ['get', '/strict/x', undefined, 400, []],
    ['get', '/broken/1', undefined, 500, []],
    ['get', '/nothing', undefined, 404, []],
    ['get', '/object', undefined, 400, []],
  ] as const)('%s %s %j: %j', async (method, path, body, status, ids) => {
    await start([IdsController], {}, adapter);
    const answer = await ask('bob', method, path, body);
    expect([status].flat()).toContain(answer.status);
    expect(loadedIds).toEqual(ids);
    expect(answer.text).not.toContain('secret');
  });

  it('return 404 for a missing header', async () => {
    await start([IdsController], {}, adapter);
    const sent = request(app!.getHttpServer()).get('/headers').set('x-user', 'bob');
    expect((await sent.set('x-note', '2')).status).toBe(200);
    expect(await statusOf('bob', 'get', '/headers')).toBe(404);
  });
});

describe('an id at an impossible path', () => {
  it.each([
    ['a path without the parameter', 'params.note'],
    ['a path outside the request', 'cookies.id'],
  ])('stops the application: %s', async (_, id) => {
    @Controller()
    class NowhereController {
      @Get(':id') @Authorize('read', Note, { id }) show() {}
    }
    await expect(start([NowhereController])).rejects.toThrow(`expects the id of a Note at \`${id}\``);
  });

  it('returns 500 if the path of the route has no such parameter', async () => {
    @Controller()
    class NowhereController {
      @Get(':other') @Authorize('read', Note) show() {}
    }
    await start([NowhereController], { audit: 'off' });
    expect(await statusOf('alice', 'get', '/1')).toBe(500);
  });
});
