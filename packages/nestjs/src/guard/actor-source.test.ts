import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Controller,
  ForbiddenException,
  Get,
  GoneException,
  Inject,
  Injectable,
  Logger,
  Module,
  Put,
  Scope,
  UnauthorizedException,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { APP_GUARD, REQUEST } from '@nestjs/core';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import { of, throwError } from 'rxjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Authorize, AuthorizedResource, Authz, NanookModule } from '../index.js';
import {
  type RequestAuthorization,
  Note,
  policies,
  NoteLoader,
  type HttpRequest,
  byHeader,
  requestOf,
  adapters,
  platforms,
  app,
  NoteController,
  start,
  ask,
  adopt,
} from '../fixtures/guard.fixture.js';

describe.each(platforms)('the actor on %s', (adapter) => {
  it.each([
    ['a hook', byHeader],
    ['a hook that waits', async (req: HttpRequest) => sleep(1).then(() => byHeader(req))],
    ['a hook with the context', (_: unknown, context: ExecutionContext) => byHeader(requestOf(context))],
  ])('comes from %s', async (_, actor) => {
    await start({ actor }, { adapter });
    expect((await ask('/1', 'ada')).body).toEqual({ actor: 'ada' });
    expect((await ask('/1')).status).toBe(401);
  });

  it('gets determined once for each request', async () => {
    const actor = vi.fn<typeof byHeader>(byHeader);
    await start({ actor }, { adapter });
    await ask('/1', 'ada');
    expect(actor).toHaveBeenCalledTimes(1);
    await ask('/ping', 'ada');
    expect(actor).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['an exception', new GoneException('signed out'), 410],
    ['an error', new TypeError('secret'), 500],
    ['nothing', undefined, 500],
  ] as const)('causes a refusal if the hook throws %s', async (_, error, status) => {
    const actor = vi.fn<() => unknown>(() => {
      throw error;
    });
    await start({ actor }, { adapter });
    const answer = await ask('/1', 'ada');
    expect([answer.status, answer.text.includes('secret')]).toEqual([status, false]);
    actor.mockImplementation(async () => Promise.reject(error as Error));
    expect((await ask('/1', 'ada')).status).toBe(status);
  });
});

/** Sets the user that the header names, as a guard of Passport does. */
@Injectable()
class HeaderGuard implements CanActivate {
  canActivate(context: ExecutionContext) {
    requestOf(context).user = byHeader(requestOf(context));
    return true;
  }
}
/** A guard of Passport that lets anonymous requests through: `handleRequest: (_error, user) => user`. */
@Injectable()
class OptionalGuard implements CanActivate {
  canActivate(context: ExecutionContext) {
    requestOf(context).user = byHeader(requestOf(context)) ?? false;
    return true;
  }
}

describe.each(platforms)('the default actor on %s', (adapter) => {
  it.each([
    ['a guard', HeaderGuard],
    ['a guard that lets anonymous requests through', OptionalGuard],
  ])('comes from request.user, which is set by %s', async (_, guard) => {
    await start({ authenticate: [guard] }, { adapter });
    expect((await ask('/1', 'ada')).body).toEqual({ actor: 'ada' });
    expect((await ask('/1')).status).toBe(401);
  });

  it.each([undefined, null, false])('does not exist if request.user is %j', async (user) => {
    const canActivate = (context: ExecutionContext) => {
      requestOf(context).user = user;
      return true;
    };
    await start({ authenticate: [{ canActivate }] }, { adapter });
    expect((await ask('/1')).status).toBe(401);
  });

  it('comes from a global guard that runs before the AuthorizationGuard', async () => {
    @Module({ providers: [{ provide: APP_GUARD, useClass: HeaderGuard }] })
    class AuthenticationModule {}
    @Module({
      imports: [AuthenticationModule, NanookModule.forRoot({ policies, types: { Note } })],
      controllers: [NoteController],
      providers: [NoteLoader],
    })
    class AppModule {}
    const built = await Test.createTestingModule({ imports: [AppModule] }).compile();
    await adopt(built.createNestApplication(adapters[adapter]() as never, { logger: false })).listen(0);
    expect((await ask('/1', 'ada')).body).toEqual({ actor: 'ada' });
    expect((await ask('/1')).status).toBe(401);
  });

  it('does not exist if a guard of the controller runs too late, and a warning is logged once', async () => {
    vi.stubEnv('NODE_ENV', 'development');
    @Controller()
    @UseGuards(HeaderGuard)
    class LateController {
      @Get(':id') @Authorize('read', Note) show() {}
    }
    const warn = vi.spyOn(Logger.prototype, 'warn').mockReturnValue(undefined);
    await start({ watch: false }, { adapter, controllers: [LateController] });
    expect((await ask('/1', 'ada')).status).toBe(401);
    expect((await ask('/1', 'ada')).status).toBe(401);
    expect(warn.mock.calls.map(String)).toEqual([expect.stringContaining('list it in `authenticate`')]);
    warn.mockRestore();
  });
});

describe.each(platforms)('an anonymous request on %s', (adapter) => {
  it.each([
    ['a name', 'guest'],
    ['nil', null],
    ['false', false],
  ] as const)('has the actor of the option `anonymous`: %s', async (_, anonymous) => {
    await start({ anonymous, actor: byHeader }, { adapter });
    expect((await ask('/1')).body).toEqual({ actor: anonymous });
    const refused = await ask('/1', undefined, 'put');
    expect([refused.status, refused.headers['www-authenticate']]).toEqual([401, 'Bearer']);
    expect((await ask('/1', 'user 2', 'put')).status).toBe(403);
    expect((await ask('/1', 'user 1', 'put')).status).toBe(200);
  });

  it('has the actor nil if the hook returns null', async () => {
    await start({ actor: () => null }, { adapter });
    expect((await ask('/1')).body).toEqual({ actor: null });
  });

  it.each([
    ['one challenge', 'Bearer realm="notes"', 'Bearer realm="notes"'],
    ['several', ['Bearer', 'Basic realm="notes"'], 'Bearer, Basic realm="notes"'],
    ['the default', undefined, 'Bearer'],
  ] as const)('gets a 401 with %s', async (_, challenge, header) => {
    await start({ actor: byHeader, ...(challenge !== undefined && { challenge }) }, { adapter });
    const { status, headers, body } = await ask('/1');
    expect({ status, challenge: headers['www-authenticate'] as unknown, body: body as unknown }).toEqual({
      status: 401,
      challenge: header,
      body: { statusCode: 401, message: 'Unauthorized' },
    });
    expect((await ask('/1', 'user 2', 'put')).headers).not.toHaveProperty('www-authenticate');
  });
});

describe.each(platforms)('guards that authenticate on %s', (adapter) => {
  const calls: string[] = [];
  afterEach(() => {
    calls.length = 0;
  });
  const named = (name: string, answer: () => unknown = () => true): CanActivate => ({
    canActivate() {
      calls.push(name);
      return answer() as boolean;
    },
  });

  it('run in their order, once for each request, before the hook', async () => {
    const actor = (req: HttpRequest) => {
      calls.push('hook');
      return byHeader(req);
    };
    @Controller()
    class ManyController {
      @Put(':id')
      @Authorize('read', Note)
      @Authorize('update', Note)
      async update(@Authz() authz: RequestAuthorization, @AuthorizedResource() note: Note) {
        await authz.authorize('read', note);
      }
    }
    await start(
      {
        actor,
        authenticate: [
          named('first', async () => sleep(1).then(() => true)),
          named('second', () => of(true)),
        ],
      },
      { adapter, controllers: [ManyController] },
    );
    expect((await ask('/1', 'user 1', 'put')).status).toBe(200);
    expect(calls).toEqual(['first', 'second', 'hook']);
  });

  it('do not run for a skipped handler, unless it makes a check', async () => {
    await start({ actor: byHeader, authenticate: [named('guard')] }, { adapter });
    expect((await ask('/ping')).status).toBe(200);
    expect(calls).toEqual([]);
    expect((await ask('/who', 'ada')).body).toEqual({ actor: 'ada' });
    expect(calls).toEqual(['guard']);
    expect((await ask('/who')).status).toBe(401);
  });

  it.each([
    ['false', (): unknown => false, 401],
    ['a promise of false', async (): Promise<unknown> => Promise.resolve(false), 401],
    ['an observable of false', (): unknown => of(false), 401],
    ['nothing', () => undefined, 401],
    ['an observable that fails', () => throwError(() => new ForbiddenException('expired')), 403],
    ['an observable of nothing', () => of(), 500],
  ] as [string, () => unknown, number][])('refuse a call by %s', async (_, answer, status) => {
    await start(
      { actor: byHeader, authenticate: [named('first', answer), named('second')], challenge: 'Bearer' },
      { adapter },
    );
    const asked = await ask('/1', 'ada');
    expect([asked.status, asked.headers['www-authenticate'], calls]).toEqual([
      status,
      status === 401 ? 'Bearer' : undefined,
      ['first'],
    ]);
  });

  it.each([
    ['an exception', new UnauthorizedException('expired'), 401, 'expired'],
    ['an error', new TypeError('secret'), 500, 'Internal server error'],
  ] as const)('pass the error to the client that they throw: %s', async (_, error, status, message) => {
    const throws = named('guard', () => {
      throw error;
    });
    await start({ actor: byHeader, anonymous: 'guest', authenticate: [throws] }, { adapter });
    const answer = await ask('/1', 'ada');
    expect([answer.status, (answer.body as { message: string }).message]).toEqual([status, message]);
  });

  it('get their dependencies injected', async () => {
    @Injectable()
    class Tokens {
      read = byHeader;
    }
    @Injectable()
    class TokenGuard implements CanActivate {
      constructor(private readonly tokens: Tokens) {}
      canActivate(context: ExecutionContext) {
        requestOf(context).user = this.tokens.read(requestOf(context));
        return true;
      }
    }
    @Module({ providers: [Tokens, TokenGuard] })
    class TokensModule {}
    @Module({
      imports: [
        TokensModule,
        NanookModule.forRoot({ policies, types: { Note }, authenticate: [TokenGuard] }),
      ],
      controllers: [NoteController],
      providers: [NoteLoader],
    })
    class AppModule {}
    const build = (): TestingModuleBuilder => Test.createTestingModule({ imports: [AppModule] });
    const serve = async (builder: TestingModuleBuilder) => {
      const built = await builder.compile();
      await adopt(built.createNestApplication(adapters[adapter]() as never, { logger: false })).listen(0);
    };
    await serve(build());
    expect((await ask('/1', 'ada')).body).toEqual({ actor: 'ada' });
    await app?.close();
    // A test can replace the guard that the application provides.
    const signedIn = (context: ExecutionContext) => {
      requestOf(context).user = 'test';
      return true;
    };
    await serve(build().overrideProvider(TokenGuard).useValue({ canActivate: signedIn }));
    expect((await ask('/1')).body).toEqual({ actor: 'test' });
  });

  it('get created once if no module provides them', async () => {
    let made = 0;
    @Injectable()
    class LonelyGuard implements CanActivate {
      constructor() {
        made++;
      }
      canActivate = (context: ExecutionContext) => new HeaderGuard().canActivate(context);
    }
    await start({ authenticate: [LonelyGuard] }, { adapter });
    await Promise.all(['ada', 'bob'].map(async (user) => ask('/1', user)));
    expect((await ask('/1', 'ada')).body).toEqual({ actor: 'ada' });
    expect(made).toBe(1);
  });

  it('can be request-scoped', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class RequestGuard implements CanActivate {
      constructor(@Inject(REQUEST) private readonly request: HttpRequest) {}
      canActivate() {
        this.request.user = byHeader(this.request);
        return true;
      }
    }
    await start({ authenticate: [RequestGuard] }, { adapter, providers: [RequestGuard] });
    const actors = await Promise.all(
      ['ada', 'bob', 'eve'].map(async (user) => (await ask('/1', user)).body as unknown),
    );
    expect(actors).toEqual(['ada', 'bob', 'eve'].map((actor) => ({ actor })));
    expect((await ask('/1')).status).toBe(401);
  });
});
