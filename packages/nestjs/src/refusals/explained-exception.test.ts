import 'reflect-metadata';
import {
  Catch,
  Controller,
  Get,
  Put,
  type ArgumentsHost,
  type ExceptionFilter,
  type HttpException,
  type Provider,
} from '@nestjs/common';
import { APP_FILTER, HttpAdapterHost } from '@nestjs/core';
import { describe, expect, it, vi } from 'vitest';
import { app, ask, byHeader, platforms, start, type HttpRequest } from '../fixtures/guard.fixture.js';
import { AuthorizationService, Authorize, Authz } from '../index.js';
import { Note, type RequestAuthorization } from '../fixtures/guard.fixture.js';

const policies = `allow(user, "read", note: Note) if note.owner = user;
  allow(user, "update", note: Note) if note.owner = user and note.id = "7";`;
const html = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

@Controller()
class Notes {
  @Get('in-handler') @Authorize('read', Note, { id: 'query.id' }) inHandler(
    @Authz() authz: RequestAuthorization,
  ) {
    return authz.authorize('update', new Note('1', 'user 1'));
  }
  @Get(':id') @Authorize('read', Note) show() {
    return {};
  }
  @Put(':id') @Authorize('update', Note) update() {}
}

describe.each(platforms)('the explanation of a refusal with Nest on %s', { timeout: 30_000 }, (adapter) => {
  const run = (options: object = {}, environment = 'development', providers: Provider[] = []) => {
    vi.stubEnv('NODE_ENV', environment);
    return start(
      { policies, actor: byHeader, watch: false, ...options },
      { adapter, controllers: [Notes], providers },
    );
  };

  it('adds a member to the body in development, and forbids caching', async () => {
    await run();
    const hidden = await ask('/1', 'ann');
    expect([hidden.status, hidden.headers['cache-control'], hidden.body]).toMatchObject([
      404,
      'no-store',
      {
        statusCode: 404,
        message: 'Not Found',
        explanation: {
          misses: [{ failure: { text: 'note.owner = user', reason: '"user 1" is not "ann"' } }],
        },
      },
    ]);
    const forbidden = await ask('/1', 'user 1', 'put');
    expect([forbidden.status, forbidden.body]).toMatchObject([
      403,
      { statusCode: 403, message: 'Forbidden', explanation: { outcome: 'denied' } },
    ]);
    const inHandler = await ask('/in-handler?id=1', 'user 1');
    expect([inHandler.status, inHandler.body]).toMatchObject([403, { explanation: { outcome: 'denied' } }]);
  });

  it('fills a page for a browser', async () => {
    await run();
    const { status, headers, text } = await ask('/1', '<b>ann</b>').set('Accept', html);
    expect([status, headers['content-type'], headers['cache-control']]).toEqual([
      404,
      'text/html; charset=utf-8',
      'no-store',
    ]);
    expect(text).toContain('<h1>404 Not Found</h1>');
    expect(text).toContain('<mark>note.owner = user</mark>');
    expect(text).not.toContain('<b>');
  });

  it.each([
    ['production', 'development'],
    ['test', 'development'],
    ['development', false],
    ['production', () => false],
  ] as const)('stays away with the environment "%s" and the option %s', async (environment, explain) => {
    await run({ explain }, environment);
    for (const accept of ['*/*', html]) {
      const { status, body } = await ask('/1', 'ann').set('Accept', accept);
      expect([status, body]).toEqual([404, { statusCode: 404, message: 'Not Found' }]);
    }
  });

  it('follows the result of a function, also in production', async () => {
    await run({ explain: ({ headers }: HttpRequest) => headers['x-staff'] === 'yes' }, 'production');
    expect((await ask('/1', 'ann')).body).not.toHaveProperty('explanation');
    expect((await ask('/1', 'ann').set('x-staff', 'yes')).body).toHaveProperty('explanation');
  });

  it('leaves exceptions without a page to the filters of the application', async () => {
    @Catch()
    class Everything implements ExceptionFilter {
      constructor(private readonly host: HttpAdapterHost) {}
      catch(exception: HttpException, host: ArgumentsHost) {
        const body = { mine: true, theirs: exception.getResponse() };
        this.host.httpAdapter.reply(host.switchToHttp().getResponse(), body, exception.getStatus());
      }
    }
    const filter = {
      provide: APP_FILTER,
      inject: [HttpAdapterHost],
      useFactory: (host: HttpAdapterHost) => new Everything(host),
    };
    await run({}, 'development', [filter]);
    expect((await ask('/1', 'ann')).body).toMatchObject({ mine: true, theirs: { explanation: {} } });
    expect((await ask('/nowhere/else', 'ann').set('Accept', html)).body).toMatchObject({ mine: true });
    expect((await ask('/1', 'ann').set('Accept', html)).text).toContain('<!doctype html>');
  });

  it('cannot be switched on with `true` in production, or with another value', async () => {
    await expect(run({ explain: true }, 'production')).rejects.toMatchObject({
      code: 'NANOOK_HTTP_INVALID_OPTION',
    });
    await expect(run({ explain: 'yes' })).rejects.toMatchObject({ code: 'NANOOK_NEST_INVALID_OPTION' });
    await expect(run({ mask: 'yes' })).rejects.toMatchObject({ code: 'NANOOK_NEST_INVALID_OPTION' });
  });

  it('hides the values that the mask replaces', async () => {
    await run({ mask: (name: string) => (name === 'note.owner' ? '…' : undefined) });
    expect((await ask('/1', 'ann')).text).not.toContain('user 1');
    expect(app!.get(AuthorizationService)).toBeInstanceOf(AuthorizationService);
  });
});
