import 'reflect-metadata';
import { All, Controller, Delete, Get, Head, Patch, Post, Put, Version } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { Authorize, AuthorizedResource } from '../index.js';
import {
  Note,
  policies,
  loadedIds,
  platforms,
  start,
  ask,
  statusOf,
} from '../fixtures/requirements.fixture.js';

describe.each(platforms)('the default action on %s', (adapter) => {
  @Controller('notes')
  class MethodsController {
    @Get(':id') @Authorize(Note) get() {}
    @Post() @Authorize(Note) post() {}
    @Put(':id') @Authorize(Note) put() {}
    @Patch(':id') @Authorize(Note) patch() {}
    @Delete(':id') @Authorize(Note) delete() {}
    @Head('head/:id') @Authorize(Note) head() {}
  }

  it('follows from the HTTP method', async () => {
    await start([MethodsController], {}, adapter);
    const answers = async (user: string) =>
      Promise.all(
        (
          [
            ['get', '/notes/1'],
            ['head', '/notes/1'],
            ['head', '/notes/head/1'],
            ['post', '/notes'],
            ['put', '/notes/1'],
            ['patch', '/notes/1'],
            ['delete', '/notes/1'],
          ] as const
        ).map(async ([method, path]) => statusOf(user, method, path)),
      );
    expect(await answers('alice')).toEqual([200, 200, 200, 201, 200, 200, 200]);
    expect(await answers('bob')).toEqual([200, 200, 200, 403, 403, 403, 403]);
  });

  it('uses the action of GET for HEAD requests', async () => {
    await start([MethodsController], { actions: { GET: 'edit' } }, adapter);
    expect(await statusOf('bob', 'get', '/notes/1')).toBe(403);
    expect(await statusOf('bob', 'head', '/notes/1')).toBe(403);
    expect(await statusOf('alice', 'head', '/notes/1')).toBe(200);
  });

  it('uses the explicit action for HEAD requests', async () => {
    await start([MethodsController], { actions: { GET: 'edit', HEAD: 'read' } }, adapter);
    expect(await statusOf('bob', 'get', '/notes/1')).toBe(403);
    expect(await statusOf('bob', 'head', '/notes/1')).toBe(200);
  });
});

describe('the action of an HTTP method', () => {
  it('changes with the option `actions`', async () => {
    @Controller()
    class EditController {
      @Patch(':id') @Authorize(Note) patch() {}
      @Get(':id') @Authorize(Note) get() {}
    }
    await start([EditController], {
      actions: { PATCH: 'edit' },
      policies: 'allow("alice", "edit", _: Note); allow(_, "read", _: Note);',
    });
    expect(await statusOf('alice', 'patch', '/1')).toBe(200);
    expect(await statusOf('bob', 'patch', '/1')).toBe(403);
    expect(await statusOf('bob', 'get', '/1')).toBe(200);
  });

  it('must be given if the handler serves every method', async () => {
    @Controller()
    class AllController {
      @All(':id') @Authorize(Note) all() {}
    }
    await expect(start([AllController])).rejects.toThrow('AllController.all has no action');
    @Controller()
    class NamedController {
      @All(':id') @Authorize('update', Note) all() {}
    }
    await start([NamedController]);
    for (const method of ['get', 'head', 'post', 'put', 'patch', 'delete', 'options'] as const)
      expect([method, await statusOf('bob', method, '/1')]).toEqual([method, 403]);
  });

  it('authorizes every version of a route', async () => {
    @Controller()
    class VersionedController {
      @Version('1') @Get(':id') @Authorize('update', Note) first() {
        return 1;
      }
      @Version(['2', '3']) @Get(':id') @Authorize('read', Note) second() {
        return 2;
      }
    }
    await start([VersionedController]);
    expect(await statusOf('bob', 'get', '/v1/1')).toBe(403);
    expect(await statusOf('bob', 'get', '/v2/1')).toBe(200);
    expect(await statusOf('bob', 'get', '/v3/1')).toBe(200);
    expect(await statusOf('bob', 'get', '/v3/9')).toBe(404);
  });
});

describe('the type as the resource', () => {
  it('belongs to the actions in typeActions only', async () => {
    @Controller()
    class TypesController {
      @Post() @Authorize('publish', Note) publish() {}
      @Get() @Authorize('list', Note, { id: 'query.id' }) list() {}
    }
    await start([TypesController], {
      typeActions: ['publish'],
      policies: `${policies} allow(user, "list", note: Note) if note.owner = user;`,
    });
    expect(await statusOf('alice', 'post', '/')).toBe(201);
    expect(await statusOf('bob', 'post', '/')).toBe(403);
    expect(loadedIds).toEqual([]);
    expect(await statusOf('alice', 'get', '/?id=1')).toBe(200);
    expect(await statusOf('alice', 'get', '/?id=2')).toBe(403);
  });

  it('belongs to every action with `id: false`', async () => {
    @Controller()
    class FalseController {
      @Get() @Authorize('read', Note, { id: false }) index(@AuthorizedResource() type: unknown) {
        return { isType: type === Note };
      }
      @Put() @Authorize('update', Note, { id: false }) update() {}
    }
    await expect(start([FalseController])).rejects.toThrow('no rule of the policy can grant that');
    await start([FalseController], { audit: 'off' });
    expect((await ask('bob', 'get', '/')).body).toEqual({ isType: true });
    expect(await statusOf('alice', 'put', '/')).toBe(403);
    expect(loadedIds).toEqual([]);
  });
});
