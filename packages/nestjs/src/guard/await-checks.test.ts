import 'reflect-metadata';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import {
  Catch,
  Controller,
  Get,
  Inject,
  Injectable,
  Logger,
  Module,
  Res,
  UseFilters,
  UseInterceptors,
  type ArgumentsHost,
  type CallHandler,
  type ExceptionFilter,
  type ExecutionContext,
  type INestApplication,
  type NestInterceptor,
  type Type,
} from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { NEVER } from 'rxjs';
import request from 'supertest';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { AuthorizationService, Authorize, Authz, NanookModule, type RequestAuthorization } from '../index.js';

const policies = `
  allow("alice", action, "note") if action in ["read", "delete"];
  allow("bob", "read", "note");
`;

const pause = (ms = 3) => new Promise((later) => setTimeout(later, ms));

@Injectable()
class ForgetfulInterceptor implements NestInterceptor {
  constructor(@Inject(AuthorizationService) private readonly authorization: AuthorizationService) {}

  intercept(context: ExecutionContext, next: CallHandler) {
    void this.authorization.of(context).authorize('delete', 'note');
    return next.handle();
  }
}

/** Returns the response of Node. */
const rawOf = (host: ArgumentsHost): ServerResponse => {
  const response = host.getArgByIndex<ServerResponse & { readonly raw?: ServerResponse }>(1);
  return response.raw ?? response;
};

class HeaderInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler) {
    rawOf(context).setHeader('x-secret', 'of the note');
    return next.handle();
  }
}

/** Answers itself, and forgets a check after the response has closed. */
@Injectable()
class LateInterceptor implements NestInterceptor {
  constructor(@Inject(AuthorizationService) private readonly authorization: AuthorizationService) {}

  async intercept(context: ExecutionContext) {
    const response = rawOf(context);
    response.end('answered');
    await once(response, 'close');
    void this.authorization.of(context).authorize('delete', 'note');
    return NEVER;
  }
}

@Catch()
class RawFilter implements ExceptionFilter {
  catch(_error: unknown, host: ArgumentsHost) {
    rawOf(host).writeHead(401).end('sign in');
  }
}

@Controller()
@Authorize('read', () => 'note')
class Notes {
  @Get('pending') pending(@Authz() authz: RequestAuthorization) {
    void authz.authorize('delete', 'note');
    return { deleted: true };
  }
  @Get('settled') async settled(@Authz() authz: RequestAuthorization) {
    void authz.authorize('delete', 'note');
    await pause();
    return { deleted: true };
  }
  @Get('chain') async chain(@Authz() authz: RequestAuthorization) {
    void authz
      .authorize('delete', 'note')
      .then(() => 'deleted')
      .finally(() => {});
    await pause();
    return { deleted: true };
  }
  @Get('helper') async helper(@Authz() authz: RequestAuthorization) {
    void (async () => {
      await authz.authorize('delete', 'note');
    })();
    await pause();
    return { deleted: true };
  }
  @Get('ignored') async ignored(@Authz() authz: RequestAuthorization) {
    void authz.can('delete', 'note');
    await pause();
    return { deleted: true };
  }
  @Get('raw') raw(@Authz() authz: RequestAuthorization, @Res() res: { send(body: unknown): void }) {
    void authz.authorize('delete', 'note');
    res.send('deleted');
  }
  @Get('intercepted') @UseInterceptors(ForgetfulInterceptor) intercepted() {
    return { deleted: true };
  }
  @Get('headers') @UseInterceptors(HeaderInterceptor, ForgetfulInterceptor) headers() {
    return { deleted: true };
  }
  @Get('late') @UseInterceptors(LateInterceptor) late() {}
  @Get('filtered') @UseFilters(RawFilter) filtered() {
    return 'note';
  }
  @Get('awaited') async awaited(@Authz() authz: RequestAuthorization) {
    await Promise.all([authz.authorize('delete', 'note'), authz.can('read', 'note')]);
    return { deleted: true };
  }
}

const unhandled: unknown[] = [];
const collect = (reason: unknown) => void unhandled.push(reason);

describe.each<[string, Type<ExpressAdapter | FastifyAdapter>]>([
  ['Express', ExpressAdapter],
  ['Fastify', FastifyAdapter],
])('checks that a handler of HTTP did not await, on %s', (_platform, Adapter) => {
  let app: INestApplication;
  const logged: string[] = [];

  beforeAll(async () => {
    process.on('unhandledRejection', collect);
    @Module({
      imports: [
        NanookModule.forRoot({
          policies,
          actor: (req) => (req as { headers: Record<string, string> }).headers['x-user'],
        }),
      ],
      controllers: [Notes],
    })
    class AppModule {}
    const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
    app = module.createNestApplication(new Adapter() as ExpressAdapter, { logger: false });
    await app.init();
    if (Adapter === FastifyAdapter)
      await (app.getHttpAdapter().getInstance() as { ready(): Promise<void> }).ready();
  });
  afterAll(async () => {
    process.off('unhandledRejection', collect);
    await app.close();
  });
  beforeEach(() => {
    [logged, unhandled].forEach((list) => list.splice(0));
    vi.spyOn(Logger.prototype, 'error').mockImplementation((text: unknown) => void logged.push(String(text)));
  });
  afterEach(() => void vi.restoreAllMocks());

  const ask = (path: string, user: string) => request(app.getHttpServer()).get(path).set('x-user', user);

  it.each([
    ['/pending', "authorize('delete', …)"],
    ['/settled', "authorize('delete', …)"],
    ['/chain', "authorize('delete', …)"],
    ['/ignored', "can('delete', …)"],
    ['/raw', "authorize('delete', …)"],
    ['/intercepted', "authorize('delete', …)"],
  ])('block the response of %s, appear in the log, and do not end the process', async (path, call) => {
    for (const user of ['alice', 'bob']) {
      logged.splice(0);
      const { status, body } = await ask(path, user);
      await pause();
      expect([status, body]).toEqual([500, { statusCode: 500, message: 'Internal server error' }]);
      expect(logged).toHaveLength(1);
      expect(logged[0]).toContain(`\`${call}\` (`);
      expect(logged[0]).toMatch(
        /await-checks\.test\.ts:\d+\) was called and not awaited, and GET Notes\.\w+ (answered 200|does not get)/,
      );
    }
    expect(unhandled).toEqual([]);
  });

  it('block the response if they failed in an async function that is not awaited', async () => {
    expect((await ask('/helper', 'alice')).status).toBe(200);
    expect((await ask('/helper', 'bob')).status).toBe(500);
    expect(logged).toHaveLength(1);
    expect(logged[0]).toContain('was called and not awaited, and GET Notes.helper does not get its failure');
    expect(unhandled).toMatchObject([{ status: 403 }]); // this test is another listener
  });

  it('block also the headers that an interceptor has set before another one forgets the check', async () => {
    const { status, headers } = await ask('/headers', 'alice');
    expect([status, headers['x-secret']]).toEqual([500, undefined]);
  });

  it('appear in the log if the interceptor gets the authorization after the response has closed', async () => {
    expect((await ask('/late', 'bob')).text).toBe('answered');
    await vi.waitFor(() => expect(logged).toHaveLength(1));
    expect(logged[0]).toContain('was called and not awaited in GET Notes.late, so its failure');
  });

  it('do not matter for the header WWW-Authenticate of a 401 that an exception filter writes itself', async () => {
    const { status, headers } = await request(app.getHttpServer()).get('/filtered');
    expect([status, headers['www-authenticate']]).toEqual([401, 'Bearer']);
  });

  it('do not affect a handler that awaits them', async () => {
    expect((await ask('/awaited', 'alice')).status).toBe(200);
    expect((await ask('/awaited', 'bob')).status).toBe(403);
    expect(logged).toEqual([]);
  });
});
