import 'reflect-metadata';
import { Authorizer } from '@nanook/core';
import {
  All,
  Controller,
  Get,
  Inject,
  Logger,
  Module,
  Next,
  Post,
  Put,
  RequestMethod,
  Res,
  Scope,
  Version,
  VersioningType,
  type Type,
} from '@nestjs/common';
import { REQUEST, RouterModule } from '@nestjs/core';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { MessagePattern } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import request from 'supertest';
import { describe, expect, it, vi } from 'vitest';
import {
  AuthorizationAudit,
  AuthorizationGuard,
  Authorize,
  AuthorizeRequest,
  AuthorizeResult,
  AuthorizedFields,
  NanookModule,
  SkipAuthorization,
} from '../index.js';
import {
  Note,
  Draft,
  policies,
  NoteLoader,
  app,
  build,
  start,
  findingsOf,
  codes,
  listed,
  Forgetful,
  adopt,
} from '../fixtures/audit.fixture.js';

// cspell:ignore Forgetfull

describe('a handler without a requirement', () => {
  it('stops the application, and the error names its class, file, line and route', async () => {
    const starting = start({ controllers: [Forgetful] });
    await expect(starting).rejects.toMatchObject({ code: 'NANOOK_NEST_AUDIT_FAILED' });
    const findings = await findingsOf(starting);
    expect(findings).toMatchObject([
      {
        code: 'NANOOK_NEST_NO_REQUIREMENT',
        handler: 'Forgetful.remove',
        routes: ['DELETE /notes/:id'],
        location: expect.stringMatching(/audit\.fixture\.ts:\d+$/),
      },
      { code: 'NANOOK_NEST_NO_REQUIREMENT', handler: 'Forgetful.list', routes: ['GET /notes/:id/all'] },
    ]);
    const { message } = (await starting.catch((error: unknown) => error)) as Error;
    expect(message).toMatch(
      /DELETE \/notes\/:id +\S+audit\.fixture\.ts:\d+ +.*Forgetful\.remove.*@Authorize/,
    );
    expect(message).toMatch(/GET \/notes\/:id\/all .*Forgetful\.list.*@SkipAuthorization/);
  });

  it('does not let the application listen', async () => {
    const built = await build({ controllers: [Forgetful] });
    await expect(built.listen(0)).rejects.toMatchObject({ code: 'NANOOK_NEST_AUDIT_FAILED' });
    expect((built.getHttpServer() as { listening: boolean }).listening).toBe(false);
  });

  it("runs and logs a warning with audit: 'warn'", async () => {
    const warn = vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => {});
    const started = await start({ controllers: [Forgetful] }, { audit: 'warn' });
    expect(warn.mock.calls.flat().join()).toMatch(/Forgetful\.remove/);
    expect((await request(started.getHttpServer()).delete('/notes/1')).status).toBe(200);
  });

  it("passes the audit with audit: 'off', and appears in the listing", async () => {
    const warn = vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => {});
    const started = await start({ controllers: [Forgetful] }, { audit: 'off' });
    expect(warn).not.toHaveBeenCalled();
    expect(listed(started)[1]).toEqual({ kind: 'http', routes: ['DELETE /notes/:id'], requirements: [] });
  });

  it('passes the audit if `exclude` has its class, with a reason', async () => {
    const exclude = [{ class: Forgetful, reason: 'not ours' }];
    const started = await start({ controllers: [Forgetful] }, { exclude });
    expect(started.get(AuthorizationAudit).handlers()).toMatchObject([
      { method: 'show', excluded: undefined },
      { method: 'remove', excluded: 'not ours' },
      { method: 'list', excluded: 'not ours' },
    ]);
    // Guard and audit agree.
    expect((await request(started.getHttpServer()).delete('/notes/1')).text).toBe('removed');
    await app!.close();
    const byName = await start(
      { controllers: [Forgetful] },
      { exclude: [{ class: 'Forgetful', reason: 'x' }] },
    );
    expect((await request(byName.getHttpServer()).delete('/notes/1')).text).toBe('removed');
  });

  it('stops the application if `exclude` has another class, and logs a warning about the unused entry', async () => {
    const warn = vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => {});
    const exclude = [{ class: 'Forgetfull', reason: 'not ours' }];
    expect(codes(await findingsOf(start({ controllers: [Forgetful] }, { exclude })))).toHaveLength(2);
    expect(warn.mock.calls.flat().join()).toMatch(/`exclude` names Forgetfull/);
  });

  it('stops the application if `exclude` has a name that two classes have', async () => {
    const forgetful = () => {
      @Controller()
      class Health {
        @Get() check() {
          return 'checked';
        }
      }
      return Health;
    };
    const [library, ours] = [forgetful(), forgetful()];
    const controllers = [library, ours];
    const exclude = [{ class: 'Health', reason: 'a probe' }];
    const findings = await findingsOf(start({ controllers }, { exclude }));
    expect(codes(findings)).toEqual([
      'Health.check NO_REQUIREMENT',
      'Health.check NO_REQUIREMENT',
      'undefined AMBIGUOUS_EXCLUSION',
    ]);
    expect(findings[2]!.message).toMatch(
      /2 classes have that name: \S+authorization-audit\.test\.ts:\d+, \S+:\d+; give/,
    );
    // An entry with the class itself is unambiguous.
    const byClass = await findingsOf(
      start({ controllers }, { exclude: [{ class: library, reason: 'a probe' }] }),
    );
    expect(codes(byClass)).toEqual(['Health.check NO_REQUIREMENT']);
    await app!.close();
    // The same class in two modules counts once.
    @Module({ controllers: [library] })
    class Other {}
    expect(await findingsOf(start({ controllers: [library], imports: [Other] }, { exclude }))).toEqual([]);
    // A class that no module has does not match.
    const guard = app!.get(AuthorizationGuard);
    const contextOf = (type: Type<{ check(): string }>) => {
      const context = new ExecutionContextHost([{ method: 'GET' }, {}], type, type.prototype.check);
      context.setType('http');
      return context;
    };
    expect(await guard.canActivate(contextOf(library))).toBe(true);
    await expect(guard.canActivate(contextOf(ours))).rejects.toMatchObject({
      code: 'NANOOK_HTTP_UNPROTECTED_ROUTE',
    });
  });

  it('stops the application if it has only @AuthorizeRequest()', async () => {
    @Controller()
    class Requests {
      @Get() @AuthorizeRequest() index() {
        return 'in';
      }
    }
    const withRule = { policies: `${policies} allow_request(_, _);` };
    expect(codes(await findingsOf(start({ controllers: [Requests] }, withRule)))).toEqual([
      'Requests.index NO_REQUIREMENT',
    ]);
    const warn = vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => {});
    const started = await start({ controllers: [Requests] }, { ...withRule, audit: 'warn' });
    expect(warn).toHaveBeenCalledOnce();
    expect((await request(started.getHttpServer()).get('/')).text).toBe('in');
  });
});

describe('a route in the listing', () => {
  @Controller({ path: ['cats', 'felines'], version: '2' })
  class Cats {
    @Get(['', 'all']) @SkipAuthorization('test') list() {}
    @Post() @Version(['1', '3']) @SkipAuthorization('test') create() {}
  }
  @Controller({ path: 'hosted', host: 'api.example.com' })
  class Hosted {
    @Get() @SkipAuthorization('test') show() {}
  }
  @Controller('health')
  class Health {
    @Get() @SkipAuthorization('test') check() {}
  }

  it('has the prefixes and versions of the application, and is listed for each of its paths', async () => {
    const built = await build({ controllers: [Cats, Hosted, Health] });
    built.setGlobalPrefix('api', { exclude: [{ path: 'health', method: RequestMethod.GET }] });
    built.enableVersioning({ type: VersioningType.URI });
    await built.init();
    const routes = listed(built).flatMap((handler) => handler.routes);
    expect(routes).toEqual([
      'GET /api/v2/cats',
      'GET /api/v2/cats/all',
      'GET /api/v2/felines',
      'GET /api/v2/felines/all',
      'POST /api/v1/cats',
      'POST /api/v3/cats',
      'POST /api/v1/felines',
      'POST /api/v3/felines',
      'GET /api/hosted (host api.example.com)',
      'GET /health',
    ]);
    for (const route of routes.filter((one) => one.startsWith('GET') && !one.includes('host')))
      expect((await request(built.getHttpServer()).get(route.slice(4))).status).toBe(200);
  });

  it('names the version that a header requests', async () => {
    const built = await build({ controllers: [Cats] });
    built.enableVersioning({ type: VersioningType.HEADER, header: 'v' });
    await built.init();
    expect(listed(built)[1]!.routes).toEqual(['POST /cats (version 1, 3)', 'POST /felines (version 1, 3)']);
  });

  it('appears once if several modules have its class', async () => {
    @Module({ controllers: [Health] })
    class First {}
    @Module({ controllers: [Health] })
    class Second {}
    const started = await start({
      imports: [First, Second, RouterModule.register([{ path: 'second', module: Second }])],
    });
    expect(listed(started).map(({ routes }) => routes)).toEqual([['GET /health', 'GET /second/health']]);
  });

  it('belongs to the class that inherits the handler', async () => {
    class Base {
      @Get(':id') @Authorize('read', Note) show() {}
      @Get() list() {}
    }
    @Controller('derived')
    class Derived extends Base {}
    const findings = await findingsOf(start({ controllers: [Derived] }));
    expect(findings).toMatchObject([
      { handler: 'Derived.list', routes: ['GET /derived'], code: 'NANOOK_NEST_NO_REQUIREMENT' },
    ]);
  });

  it('appears if the controller is request-scoped', async () => {
    @Controller({ path: 'scoped', scope: Scope.REQUEST })
    class Scoped {
      constructor(@Inject(REQUEST) readonly request: unknown) {}
      @Get() list() {}
    }
    expect(codes(await findingsOf(start({ controllers: [Scoped] })))).toEqual(['Scoped.list NO_REQUIREMENT']);
  });
});

describe('a function of the instance that replaces a method of a controller', () => {
  @Controller('bound')
  class Bound {
    constructor() {
      this.show = this.show.bind(this);
      this.free = this.free.bind(this);
      this.run = this.run.bind(this);
      const update = this.update.bind(this);
      this.update = () => update();
    }
    @Get(':id') @Authorize(Note) show() {}
    @Get() free() {}
    @MessagePattern('run') @Authorize('read', Note) run() {}
    @Put(':id') @Authorize(Note) update() {}
  }

  it('stops the application', async () => {
    const findings = await findingsOf(start({ controllers: [Bound] }));
    expect(findings).toMatchObject([
      {
        handler: 'Bound.show',
        code: 'NANOOK_NEST_LOST_REQUIREMENT',
        routes: ['GET /bound/:id'],
        location: expect.stringMatching(/audit\.test\.ts:\d+$/) as string,
      },
      { handler: 'Bound.free', code: 'NANOOK_NEST_NO_REQUIREMENT' },
      { handler: 'Bound.run', code: 'NANOOK_NEST_LOST_REQUIREMENT' },
      { code: 'NANOOK_NEST_LOST_REQUIREMENT', message: expect.stringMatching(/^Bound\.update /) as string },
    ]);
    expect(findings).toHaveLength(4);
  });

  it('passes the audit in a gateway, because Nest calls the method of the class', async () => {
    @WebSocketGateway()
    class Chat {
      constructor() {
        this.rename = this.rename.bind(this);
      }
      @SubscribeMessage('rename') @Authorize('update', Note) rename() {}
    }
    expect(codes(await findingsOf(start({ providers: [Chat] })))).toEqual([]);
  });
});

describe('a result with a requirement', () => {
  @Controller('results')
  class Results {
    @Get('a') @AuthorizeResult() sent(@Res() _: unknown) {}
    @Get('b/:id') @Authorize(Note) @AuthorizedFields() handedOn(@Next() _: unknown) {}
    @Get('c') @AuthorizeResult() passedThrough(@Res({ passthrough: true }) _: unknown) {}
    @Get('d') @AuthorizeResult() returned() {}
    @Get('e/:id') @Authorize(Note) notLookedAt(@Res() _: unknown) {}
  }

  it('stops the application if the handler sends it itself', async () => {
    const withFields = { policies: `${policies} allow_field(_, "read", _: Note, "id");` };
    expect(codes(await findingsOf(start({ controllers: [Results] }, withFields)))).toEqual([
      'Results.sent UNSEEN_RESULT',
      'Results.handedOn UNSEEN_RESULT',
    ]);
  });

  it('can be sent by a handler that skips the requirement of its class', async () => {
    @Controller('whole')
    @AuthorizeResult()
    class Whole {
      @Get('a') sent(@Res() _: unknown) {}
      @Get('b') @SkipAuthorization('a file') file(@Res() response: { end(text: string): void }) {
        response.end('a file');
      }
    }
    expect(codes(await findingsOf(start({ controllers: [Whole] })))).toEqual(['Whole.sent UNSEEN_RESULT']);
    vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => {});
    const started = await start({ controllers: [Whole] }, { audit: 'warn', actor: () => undefined });
    expect((await request(started.getHttpServer()).get('/whole/b')).text).toBe('a file');
  });
});

it('lists the type of a loader, and the reason of a skip', async () => {
  @Controller()
  @SkipAuthorization('public')
  class Mixed {
    @Get(':id') @Authorize(NoteLoader) show() {}
    @Get() index() {}
    @All('any') @Authorize('read', () => new Note()) any() {}
  }
  const started = await start({ controllers: [Mixed] });
  expect(String(started.get(AuthorizationAudit)).split('\n')).toEqual([
    'GET /:id  read Note        Mixed.show',
    'GET /     skipped: public  Mixed.index',
    'ALL /any  read loader()    Mixed.any',
  ]);
});

it('the audit reads the types of a given authorizer', async () => {
  const authorizer = await Authorizer.load({ policies, types: { Note, Draft } });
  @Module({
    imports: [NanookModule.forRoot({ authorizer })],
    controllers: [Forgetful],
    providers: [NoteLoader],
  })
  class AppModule {}
  const built = await Test.createTestingModule({ imports: [AppModule] }).compile();
  const started = adopt(built.createNestApplication({ logger: false }));
  expect(codes(await findingsOf(started.init()))).toHaveLength(2);
});

it('the audit lists handlers before the application starts', async () => {
  const built = await build({ controllers: [Forgetful] });
  expect(listed(built).map(({ routes }) => routes)).toEqual([
    ['GET /notes/:id'],
    ['DELETE /notes/:id'],
    ['GET /notes/:id/all'],
  ]);
  expect(() => built.get(AuthorizationAudit).check()).toThrow(/Forgetful\.remove/);
});
