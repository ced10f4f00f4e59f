import 'reflect-metadata';
import { Authorizer } from '@nanook/core';
import {
  All,
  Controller,
  Delete,
  Get,
  Inject,
  Injectable,
  Logger,
  Module,
  Next,
  Post,
  Put,
  RequestMethod,
  Res,
  Scope,
  UseGuards,
  Version,
  VersioningType,
  type INestApplication,
  type ModuleMetadata,
  type Type,
} from '@nestjs/common';
import { REQUEST, RouterModule } from '@nestjs/core';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import {
  Args,
  GraphQLModule,
  Mutation,
  Query,
  ResolveField,
  ResolveReference,
  Resolver,
} from '@nestjs/graphql';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { EventPattern, MessagePattern, Transport } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import request from 'supertest';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  AuthorizationAudit,
  AuthorizationGuard,
  Authorize,
  AuthorizeRequest,
  AuthorizeResult,
  AuthorizedFields,
  NanookModule,
  ResourceLoader,
  SkipAuthorization,
  isNanookNestError,
  type AuditFinding,
  type NanookModuleOptions,
} from '../index.js';

// cspell:ignore Forgetfull Noet raed

class Note {}
class Draft {}
class Unknown {}

const policies = `
  allow(_, action, _: Note) if action in ["read", "update", "delete"];
  allow(_, "create", Note);
  allow(_, "read", _: Draft);
`;

@Injectable()
@ResourceLoader(Note)
class NoteLoader {
  load() {
    return new Note();
  }
}

let app: INestApplication | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
  vi.restoreAllMocks();
});

type Options = Partial<NanookModuleOptions> & { guard?: 'manual' };

async function build(metadata: ModuleMetadata, options: Options = {}): Promise<INestApplication> {
  @Module({
    ...metadata,
    imports: [
      NanookModule.forRoot({ policies, types: { Note, Draft }, actor: () => 'alice', ...options }),
      ...(metadata.imports ?? []),
    ],
    providers: [NoteLoader, ...(metadata.providers ?? [])],
  })
  class AppModule {}
  const built = await Test.createTestingModule({ imports: [AppModule] }).compile();
  return (app = built.createNestApplication({ logger: false }));
}

const start = async (...given: Parameters<typeof build>) => (await build(...given)).init();

async function findingsOf(starting: Promise<unknown>): Promise<readonly AuditFinding[]> {
  const error: unknown = await starting.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error === undefined) return [];
  if (!isNanookNestError(error) || error.code !== 'NANOOK_NEST_AUDIT_FAILED') throw error;
  return (error.data as { readonly findings: readonly AuditFinding[] }).findings;
}

const codes = (findings: readonly AuditFinding[]) =>
  findings.map(({ handler, code }) => `${handler} ${code.replace('NANOOK_NEST_', '')}`);

const listed = (from: INestApplication) =>
  from
    .get(AuthorizationAudit)
    .handlers()
    .map(({ kind, routes, requirements }) => ({ kind, routes, requirements }));

@Controller('notes')
class Forgetful {
  @Get(':id') @Authorize(Note) show() {}
  @Delete(':id') remove() {
    return 'removed';
  }
  @Get(':id/all') list() {}
}

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
        location: expect.stringMatching(/audit\.test\.ts:\d+$/),
      },
      { code: 'NANOOK_NEST_NO_REQUIREMENT', handler: 'Forgetful.list', routes: ['GET /notes/:id/all'] },
    ]);
    const { message } = (await starting.catch((error: unknown) => error)) as Error;
    expect(message).toMatch(/DELETE \/notes\/:id +\S+audit\.test\.ts:\d+ +.*Forgetful\.remove.*@Authorize/);
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

describe('a requirement', () => {
  const check = (controller: Type, options?: Options, providers: Type[] = []) =>
    findingsOf(start({ controllers: [controller], providers }, options)).then(codes);

  it('names an action that the policy can grant on the type or on an instance', async () => {
    @Controller()
    class Misspelled {
      @Get('a/:id') @Authorize('raed', Note) misspelled() {}
      @Get('b/:id') @Authorize('read', Note) right() {}
      @Post() @Authorize('create', Note) type() {}
      @Post('c/:id') @Authorize('create', Note, { id: 'params.id' }) one() {}
      @Get('d') @Authorize('read', Note, { id: false }) readType() {}
      @Post('e') @Authorize('create', Draft) other() {}
    }
    expect(await check(Misspelled)).toEqual([
      'Misspelled.misspelled NOT_GRANTABLE',
      'Misspelled.one NOT_GRANTABLE',
      'Misspelled.readType NOT_GRANTABLE',
      'Misspelled.other NOT_GRANTABLE',
    ]);
  });

  it('gets a suggestion for a misspelled action', async () => {
    @Controller()
    class Misspelled {
      @Get(':id') @Authorize('raed', Note) misspelled() {}
    }
    await expect(start({ controllers: [Misspelled] })).rejects.toThrow(
      'authorizes "raed" on one Note, but no rule of the policy can grant that; did you mean "read"?',
    );
  });

  it('takes its id from a parameter that the path has', async () => {
    @Controller('notes/:note')
    class Ids {
      @Get() @Authorize('read', Note) missing() {}
      @Get('a') @Authorize('read', Note, { id: 'params.note' }) ofController() {}
      @Get(['b/:id', 'c']) @Authorize('read', Note) notEverywhere() {}
      @Get('d') @Authorize('read', Note, { id: 'query.note' }) query() {}
      @Get('e') @Authorize('read', Note, { id: 'args.id' }) elsewhere() {}
      @Get('f/:noteId') @Authorize('read', Note, { id: 'params.not' }) prefix() {}
      @Get('g/*rest') @Authorize('read', Note, { id: 'params.rest' }) wildcard() {}
      @Get('h') @Authorize('read', Note, { id: () => '1' }) hook() {}
      @Get('i') @Authorize('read', () => new Note()) inline() {}
    }
    expect(await check(Ids)).toEqual([
      'Ids.missing NO_ID',
      'Ids.notEverywhere NO_ID',
      'Ids.elsewhere NO_ID',
      'Ids.prefix NO_ID',
    ]);
  });

  it('has exactly one loader for its type', async () => {
    @Injectable()
    @ResourceLoader(Draft)
    class First {
      load() {}
    }
    @Injectable()
    @ResourceLoader(Draft)
    class Second {
      load() {}
    }
    @Controller()
    class Drafts {
      @Get(':id') @Authorize('read', Draft) show() {}
      @Get('a/:id') @Authorize('read', First) named() {}
    }
    expect(await check(Drafts)).toEqual(['Drafts.show NO_LOADER', 'Drafts.named INVALID_LOADER']);
    expect(await check(Drafts, {}, [First, Second])).toEqual(['Drafts.show DUPLICATE_LOADER']);
    expect(await check(Drafts, {}, [First])).toEqual([]);
  });

  it('names a type of the policy', async () => {
    @Controller()
    class Types {
      @Get('a') @Authorize('list', 'Note') known() {}
      @Get('b') @Authorize('list', 'Noet') unknown() {}
      @Get('c') @Authorize('list', Unknown) unregistered() {}
    }
    const generic = { policies: 'allow(_, _, _);' };
    expect(await check(Types, generic)).toEqual([
      'Types.unknown UNKNOWN_TYPE',
      'Types.unregistered UNKNOWN_TYPE',
    ]);
  });

  it('has an action if the HTTP method has no default action', async () => {
    @Controller()
    class Methods {
      @All('a/:id') @Authorize(Note) all() {}
      @Get('b/:id') @Authorize(Note) get() {}
      @MessagePattern('c') @Authorize(Note) message() {}
    }
    expect(await check(Methods)).toEqual(['Methods.all NO_ACTION', 'Methods.message NO_ACTION']);
    expect(await check(Methods, { actions: { ALL: 'read' } })).toEqual(['Methods.message NO_ACTION']);
  });

  it('@AuthorizeRequest() needs a rule allow_request in the policy', async () => {
    @Controller()
    class Requests {
      @Get(':id') @AuthorizeRequest() @Authorize(Note) show() {}
    }
    expect(await check(Requests)).toEqual(['Requests.show NO_REQUEST_RULE']);
    expect(await check(Requests, { policies: `${policies} allow_request(_, _);` })).toEqual([]);
  });

  it('does not conflict with another one on the same handler', async () => {
    @Controller()
    class Contradictory {
      @Get(':id') @Authorize(Note) @SkipAuthorization('public') show() {}
    }
    expect(await check(Contradictory)).toEqual(['Contradictory.show CONFLICTING_REQUIREMENTS']);
  });

  it('can be @AuthorizeResult', async () => {
    @Controller()
    class Results {
      @Get() @AuthorizeResult('read') list() {
        return [];
      }
    }
    expect(listed(await start({ controllers: [Results] }))).toEqual([
      {
        kind: 'http',
        routes: ['GET /'],
        requirements: [{ kind: 'authorize', action: 'read', resource: 'the result' }],
      },
    ]);
  });

  it('appears in the error together with all other findings', async () => {
    @Injectable()
    @ResourceLoader('Noet')
    class WrongType {
      load() {}
    }
    @Injectable()
    @ResourceLoader(Draft)
    class NoMethod {}
    @Controller()
    class Wrong {
      @Get('a/:id') @Authorize('raed', Note) misspelled() {}
      @Get('b') forgotten() {}
    }
    expect(await check(Wrong, {}, [WrongType, NoMethod])).toEqual([
      'Wrong.misspelled NOT_GRANTABLE',
      'Wrong.forgotten NO_REQUIREMENT',
      'undefined INVALID_LOADER',
      'undefined INVALID_LOADER',
    ]);
  });
});

describe('a requirement for which no guard runs', () => {
  const check = (metadata: ModuleMetadata, options?: Options) =>
    findingsOf(start(metadata, options)).then((findings) => {
      expect(new Set(findings.map(({ location }) => location?.replace(/:\d+$/, '')))).toEqual(
        new Set([expect.stringMatching(/audit\.test\.ts$/)]),
      );
      return codes(findings);
    });

  @WebSocketGateway()
  class Chat {
    @Authorize('create', Note) handleConnection() {}
    @SubscribeMessage('rename') @Authorize('update', Note) rename() {}
    @SkipAuthorization('everybody may leave') handleDisconnect() {}
  }
  @Injectable()
  class Service {
    @Authorize('create', Note) tick() {}
    @AuthorizeResult() list() {}
    @AuthorizedFields() show() {}
    @Authorize('create', Note) [Symbol.for('x')]() {}
    help() {}
  }

  it('stops the application on hooks of a gateway, on a service, and on a method without a route', async () => {
    @Controller()
    class Notes {
      @Get(':id') @Authorize(Note) show() {
        return this.helper();
      }
      @Authorize('update', Note) helper() {}
    }
    const starting = start({ controllers: [Notes], providers: [Chat, Service] });
    await expect(starting).rejects.toThrow(
      /Chat\.handleConnection has an authorization decorator.*authorizeConnection/,
    );
    expect(codes(await findingsOf(starting))).toEqual([
      'Notes.helper UNREACHED_REQUIREMENT',
      'Chat.handleConnection UNREACHED_REQUIREMENT',
      'Service.tick UNREACHED_REQUIREMENT',
      'Service.list UNREACHED_REQUIREMENT',
      'Service.show UNREACHED_REQUIREMENT',
      'Service.[x] UNREACHED_REQUIREMENT',
    ]);
  });

  it("logs a warning with audit: 'warn'", async () => {
    const warn = vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => {});
    await start({ providers: [Service] }, { audit: 'warn' });
    expect(warn.mock.calls.flat().join()).toMatch(/Service\.tick has an authorization decorator/);
  });

  it('stops the application on a class without handlers, and on a base class', async () => {
    @Injectable()
    @Authorize('create', Note)
    class Guarded {
      run() {}
    }
    @Injectable()
    class Derived extends Service {
      override tick() {}
      override list() {}
      override show() {}
    }
    expect(await check({ providers: [Guarded, Derived] })).toEqual([
      'Guarded UNREACHED_REQUIREMENT',
      'Derived.[x] UNREACHED_REQUIREMENT',
    ]);
  });

  it('stops the application in the result of a factory, and in a request-scoped provider', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Scoped {
      constructor(@Inject(REQUEST) readonly request: unknown) {}
      @Authorize('create', Note) run() {}
    }
    // Nest does not look for messages there.
    const made = { provide: 'chat', useFactory: () => new Chat() };
    expect(await check({ providers: [Scoped, made] })).toEqual([
      'Scoped.run UNREACHED_REQUIREMENT',
      'Chat.handleConnection UNREACHED_REQUIREMENT',
      'Chat.rename UNREACHED_REQUIREMENT',
    ]);
  });

  it('appears among providers of every kind, and the search does not run their code', async () => {
    const values = [
      null,
      undefined,
      1,
      'text',
      [],
      new Map(),
      () => {},
      class {},
      {},
      Object.create(null),
      Object.create({ run() {} }),
      Object.create(Object.assign(Object.create(null), { run() {} })),
      Object.create(Object.create(new Service())),
      new Proxy({}, { get: (_, key) => (key === 'then' ? undefined : () => {}) }),
      new Proxy(class {}, {}),
      new (class {
        get boom(): never {
          throw new Error('boom');
        }
      })(),
      Promise.resolve(undefined),
    ];
    const providers = values.flatMap((value, i) => [
      { provide: `value ${i}`, useValue: value as unknown },
      { provide: `factory ${i}`, useFactory: () => value as unknown },
      { provide: `alias ${i}`, useExisting: `value ${i}` },
    ]);
    const found = codes(await findingsOf(start({ providers })));
    expect(new Set(found)).toEqual(
      new Set(['tick', 'list', 'show', '[x]'].map((name) => `Service.${name} UNREACHED_REQUIREMENT`)),
    );
  });

  it('passes the audit if the class is a controller, too', async () => {
    @Controller()
    class Notes {
      @Get(':id') @Authorize(Note) show() {}
    }
    expect(codes(await findingsOf(start({ controllers: [Notes], providers: [Notes] })))).toEqual([]);
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
    expect(codes(await findingsOf(start({ controllers: [Results] })))).toEqual([
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

describe("with guard: 'manual'", () => {
  @Controller('some')
  class Some {
    @Get('a/:id') @UseGuards(AuthorizationGuard) @Authorize(Note) guarded() {}
    @Get('b/:id') @Authorize(Note) unguarded() {}
    @Get('c') @SkipAuthorization('test') skipped() {}
  }
  @Controller('whole')
  @UseGuards(AuthorizationGuard)
  class Whole {
    @Get(':id') @Authorize(Note) show() {}
    @MessagePattern('x') @Authorize('read', Note) message() {}
  }

  it('the audit passes if only the decorator adds the guard, which refuses the call', async () => {
    const started = await start({ controllers: [Some, Whole] }, { guard: 'manual', actor: () => undefined });
    expect((await request(started.getHttpServer()).get('/some/a/1')).status).toBe(401);
    expect((await request(started.getHttpServer()).get('/some/b/1')).status).toBe(401);
    expect((await request(started.getHttpServer()).get('/some/c')).status).toBe(200);
  });

  it('the audit passes if @UseGuards adds the guard', async () => {
    const started = await start({ controllers: [Whole] }, { guard: 'manual', actor: () => undefined });
    expect((await request(started.getHttpServer()).get('/whole/1')).status).toBe(401);
  });

  it('the audit passes if the application adds the guard as a global guard', async () => {
    const built = await build({ controllers: [Some] }, { guard: 'manual' });
    built.useGlobalGuards(built.get(AuthorizationGuard));
    expect(await findingsOf(built.init())).toEqual([]);
  });

  it('the audit passes if a test replaces the guard', async () => {
    @Module({
      imports: [NanookModule.forRoot({ policies, types: { Note, Draft }, guard: 'manual' })],
      controllers: [Whole],
      providers: [NoteLoader],
    })
    class AppModule {}
    const built = await Test.createTestingModule({ imports: [AppModule] })
      .overrideGuard(AuthorizationGuard)
      .useValue({ canActivate: () => true })
      .compile();
    app = built.createNestApplication({ logger: false });
    expect(await findingsOf(app.init())).toEqual([]);
    expect((await request(app.getHttpServer()).get('/whole/1')).status).toBe(200);
  });
});

describe('handlers beside HTTP', () => {
  @WebSocketGateway({ namespace: '/chat' })
  class Chat {
    @SubscribeMessage('rename') @Authorize('update', Note) rename() {}
    @SubscribeMessage('forgotten') forgotten() {}
  }
  @Controller()
  class Messages {
    @MessagePattern({ cmd: 'sum' }) sum() {}
    @EventPattern(['note.shared', 'note.moved']) @Authorize('read', Note, { id: 'params.id' }) shared() {}
    @Get() @MessagePattern('both') @SkipAuthorization('test') both() {}
  }
  // A provider that is not a gateway. Nest ignores it.
  @Injectable()
  class NoGateway {
    @SubscribeMessage('x') x() {}
  }

  it('appear in the listing', async () => {
    const started = await start({ controllers: [Messages], providers: [Chat, NoGateway] }, { audit: 'off' });
    expect(listed(started).map(({ kind, routes }) => [kind, ...routes])).toEqual([
      ['rpc', 'MESSAGE {"cmd":"sum"}'],
      ['rpc', 'EVENT note.shared', 'EVENT note.moved'],
      ['http', 'GET /'],
      ['rpc', 'MESSAGE both'],
      ['ws', 'WS /chat rename'],
      ['ws', 'WS /chat forgotten'],
    ]);
  });

  it('stop a microservice if they have no requirement', async () => {
    @Module({
      imports: [NanookModule.forRoot({ policies, types: { Note, Draft } })],
      controllers: [Messages],
      providers: [NoteLoader, Chat],
    })
    class AppModule {}
    const built = await Test.createTestingModule({ imports: [AppModule] }).compile();
    const service = built.createNestMicroservice({ transport: Transport.TCP, options: { port: 0 } });
    expect(codes(await findingsOf(service.listen()))).toEqual([
      'Messages.sum NO_REQUIREMENT',
      'Messages.shared NO_ID',
      'Chat.forgotten NO_REQUIREMENT',
    ]);
  });
});

describe('resolvers', () => {
  @Resolver('Note')
  class NoteResolver {
    @Query('note') @Authorize('read', Note) note(@Args('id') _: string) {
      return { id: '1' };
    }
    @Query() notes() {}
    @Mutation() @Authorize('update', Note, { id: 'data.id' }) rename() {}
    @ResolveField('author') author() {
      return 'alice';
    }
    @ResolveReference() reference() {}
  }
  const typeDefs = `
    type Note { id: ID author: String }
    type Query { note(id: ID): Note notes: [Note] }
    type Mutation { rename: Note }
  `;
  const graphql = (fieldResolverEnhancers: ApolloDriverConfig['fieldResolverEnhancers'] = []) =>
    GraphQLModule.forRoot<ApolloDriverConfig>({ driver: ApolloDriver, typeDefs, fieldResolverEnhancers });

  it('need a requirement for references, and none for fields, which are reached through their parent', async () => {
    const findings = await findingsOf(start({ imports: [graphql()], providers: [NoteResolver] }));
    expect(findings).toMatchObject([
      { handler: 'NoteResolver.notes', code: 'NANOOK_NEST_NO_REQUIREMENT', routes: ['Query.notes'] },
      { handler: 'NoteResolver.rename', code: 'NANOOK_NEST_NO_ID', routes: ['Mutation.rename'] },
      {
        handler: 'NoteResolver.reference',
        code: 'NANOOK_NEST_NO_REQUIREMENT',
        routes: ['Note.__resolveReference'],
      },
    ]);
    expect(findings).toHaveLength(3);
  });

  it('need a requirement for fields if guards run for fields', async () => {
    const starting = start({ imports: [graphql(['guards', 'interceptors'])], providers: [NoteResolver] });
    expect(codes(await findingsOf(starting))).toContain('NoteResolver.author NO_REQUIREMENT');
  });

  it('need guards for references, also if their class has a requirement', async () => {
    @Resolver('Note')
    @Authorize('read', Note, { id: 'args.id' })
    class Resolvers {
      @Query('note') note() {}
      @ResolveField('author') author() {}
      @ResolveReference() reference() {}
    }
    const starting = start({ imports: [graphql()], providers: [Resolvers] });
    expect(codes(await findingsOf(starting))).toEqual(['Resolvers.reference UNGUARDED_FIELD']);
  });

  it('appear in the listing with their requirements', async () => {
    const started = await start({ imports: [graphql()], providers: [NoteResolver] }, { audit: 'off' });
    expect(String(started.get(AuthorizationAudit)).split('\n')).toEqual([
      'Query.note               read Note           NoteResolver.note',
      'Query.notes              – no requirement –  NoteResolver.notes',
      'Mutation.rename          update Note         NoteResolver.rename',
      'Note.author              through its parent  NoteResolver.author',
      'Note.__resolveReference  – no requirement –  NoteResolver.reference',
    ]);
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
  app = built.createNestApplication({ logger: false });
  expect(codes(await findingsOf(app.init()))).toHaveLength(2);
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
