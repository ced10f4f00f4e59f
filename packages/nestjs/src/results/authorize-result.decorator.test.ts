import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Controller,
  Get,
  Next,
  Res,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { of, tap } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { Authorize, AuthorizeResult, AuthorizedFields } from '../index.js';
import { Note, notes, platforms, start, ask, statusOf } from '../fixtures/requirements.fixture.js';

describe('a requirement for the result', () => {
  interface Response {
    send(body: unknown): unknown;
    header(name: string, value: string): unknown;
  }

  it.each(platforms)('refuses a handler on %s that sends its response itself', async (adapter) => {
    let calls = 0;
    @Controller()
    class SendingController {
      @Get('result') @AuthorizeResult('update') result(@Res() response: Response) {
        calls++;
        response.send('secret');
      }
      @Get('fields') @Authorize('list', Note) @AuthorizedFields() fields(@Res() response: Response) {
        calls++;
        response.send('secret');
      }
      @Get('passed') @AuthorizeResult('update') passed(@Res({ passthrough: true }) response: Response) {
        response.header('x-passed', 'yes');
        return notes.get('1');
      }
    }
    await start([SendingController], { audit: 'off' }, adapter);
    for (const path of ['/result', '/fields']) {
      const answer = await ask('bob', 'get', path);
      expect([answer.status, answer.text.includes('secret')]).toEqual([500, false]);
    }
    expect(calls).toBe(0);
    expect(await statusOf('bob', 'get', '/passed')).toBe(403);
    expect((await ask('alice', 'get', '/passed')).headers['x-passed']).toBe('yes');
  });
});

describe('a cache', () => {
  type Asked = { readonly url: string; readonly headers: Readonly<Record<string, string>> };
  const cacheBy = (keyOf: (asked: Asked) => string) => {
    const kept = new Map<string, unknown>();
    return class Cache implements NestInterceptor {
      intercept(context: ExecutionContext, next: CallHandler) {
        const key = keyOf(context.switchToHttp().getRequest<Asked>());
        return kept.has(key) ? of(kept.get(key)) : next.handle().pipe(tap((result) => kept.set(key, result)));
      }
    };
  };

  it('above @AuthorizeResult caches the unchecked result, and not the result for one actor', async () => {
    const Cache = cacheBy(({ url }) => url);
    @Controller()
    class CachedController {
      @Get() @UseInterceptors(Cache) @AuthorizeResult('update') list() {
        return [...notes.values()];
      }
    }
    await start([CachedController]);
    expect((await ask('alice', 'get', '/')).body).toEqual([notes.get('1')]);
    expect((await ask('bob', 'get', '/')).body).toEqual([notes.get('2')]);
  });

  it('below @AuthorizeResult is blocked when it answers, whether or not its key contains the actor', async () => {
    const ByUrl = cacheBy(({ url }) => url);
    const ByUser = cacheBy(({ url, headers }) => `${headers['x-user']} ${url}`);
    @Controller()
    class CachedController {
      @Get('by-url') @AuthorizeResult('update') @UseInterceptors(ByUrl) byUrl() {
        return [...notes.values()];
      }
      @Get('by-user') @AuthorizeResult('update') @UseInterceptors(ByUser) byUser() {
        return [...notes.values()];
      }
    }
    await start([CachedController]);
    expect((await ask('alice', 'get', '/by-url')).body).toEqual([notes.get('1')]);
    expect(await statusOf('bob', 'get', '/by-url')).toBe(500);
    expect((await ask('alice', 'get', '/by-user')).body).toEqual([notes.get('1')]);
    expect(await statusOf('alice', 'get', '/by-user')).toBe(500);
  });
});

describe('a handler that calls next()', () => {
  it('has its own requirement for the result, and the next handler has another', async () => {
    @Controller()
    class ChainController {
      @Get('first')
      @AuthorizeResult('update')
      async first(@Res({ passthrough: true }) _: unknown, @Next() next: () => void) {
        next();
        return sleep(20).then(() => notes.get('1'));
      }
      @Get(':id')
      @AuthorizeResult('update')
      async second() {
        return sleep(100).then(() => notes.get('1'));
      }
    }
    await start([ChainController]);
    expect(await statusOf('bob', 'get', '/first')).toBe(403);
  });
});
