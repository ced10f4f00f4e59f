import 'reflect-metadata';
import { EventEmitter, once } from 'node:events';
import { Authorizer, AuthorizationError } from '@nanook/core';
import {
  Catch,
  Controller,
  Get,
  HttpException,
  Inject,
  Injectable,
  Module,
  Param,
  Scope,
  Sse,
  UseFilters,
  UseInterceptors,
  type ArgumentsHost,
  type CallHandler,
  type ExecutionContext,
  type ExceptionFilter,
  type INestApplication,
  type MiddlewareConsumer,
  type NestInterceptor,
  type NestModule,
} from '@nestjs/common';
import { APP_FILTER, BaseExceptionFilter, ExternalContextCreator, REQUEST } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { Observable, map, of } from 'rxjs';
import request from 'supertest';
import { describe, expect, it, vi } from 'vitest';
import {
  adapters,
  adopt,
  app,
  ask,
  byHeader,
  Note,
  platforms,
  policies,
  start,
  type Adapter,
  type RequestAuthorization,
} from '../fixtures/guard.fixture.js';
import { AuthorizationService, Authz, CurrentActor, NanookModule, SkipAuthorization } from '../index.js';

const note = new Note('1', 'alice');
const skip = 'the handler checks itself';

/** Answers with the exception that it receives. */
@Catch()
class ShowsException implements ExceptionFilter {
  catch(exception: unknown, host: ArgumentsHost) {
    const { name, cause } = exception as Error;
    const response = host
      .switchToHttp()
      .getResponse<{ status(code: number): { send(body: object): void } }>();
    response.status(499).send({ name, cause: (cause as Error | undefined)?.name });
  }
}

@Catch(HttpException)
class ShowsHttpException extends ShowsException {}

@Catch()
class Default extends BaseExceptionFilter {
  override catch(exception: unknown, host: ArgumentsHost) {
    super.catch(exception, host);
  }
}

@Injectable()
class Refuses implements NestInterceptor {
  constructor(@Inject(AuthorizationService) private readonly authorization: AuthorizationService) {}

  async intercept(context: ExecutionContext, next: CallHandler) {
    await this.authorization.of(context).authorize('update', note);
    return next.handle();
  }
}

const emitter = new EventEmitter();

@SkipAuthorization(skip)
@Controller()
class ChecksController {
  @Get('notes/:action') async show(@Authz() authz: RequestAuthorization, @Param('action') action: string) {
    await authz.authorize(action, note);
    return { owner: note.owner };
  }
  @Get('me') me(@CurrentActor() actor: string) {
    return { actor };
  }
  @Get('filtered') @UseFilters(ShowsException) filtered(@Authz() authz: RequestAuthorization) {
    return authz.authorize('update', note);
  }
  @Get('http') @UseFilters(ShowsHttpException) http(@Authz() authz: RequestAuthorization) {
    return authz.authorize('update', note);
  }
  @Get('default') @UseFilters(Default) default(@Authz() authz: RequestAuthorization) {
    return authz.authorize('update', note);
  }
  @Get('intercepted') @UseInterceptors(Refuses) intercepted() {
    return 'not refused';
  }
  @Get('emitted') async emitted(@Authz() authz: RequestAuthorization) {
    setImmediate(() => emitter.emit('check', authz));
    const [given] = (await once(emitter, 'check')) as [RequestAuthorization];
    return given.authorize('update', note);
  }
  @Get('observed') observed(@Authz() authz: RequestAuthorization) {
    return new Observable((subscriber) => {
      authz.authorize('update', note).then(
        (found) => subscriber.next(found),
        (error: unknown) => subscriber.error(error),
      );
    });
  }
  @Get('fault') fault() {
    throw new Error('the password is 1234');
  }
}

@SkipAuthorization(skip)
@Controller({ path: 'scoped', scope: Scope.REQUEST })
class ScopedController {
  constructor(@Inject(REQUEST) readonly request: object) {}

  @Get() show(@Authz() authz: RequestAuthorization) {
    return authz.authorize('update', note);
  }
}

@SkipAuthorization(skip)
@Controller('events')
class EventsController {
  @Sse('thrown') thrown(@Authz() authz: RequestAuthorization) {
    return new Observable((subscriber) => {
      subscriber.next({ data: 'the first event' });
      authz.authorize('update', note).catch((error: unknown) => subscriber.error(error));
    });
  }
  @Sse('intercepted')
  @UseInterceptors({
    intercept: (_: ExecutionContext, next: CallHandler) =>
      next.handle().pipe(
        map((event: unknown, i) => {
          if (i === 0) return event;
          throw new AuthorizationError('the rule of the owner', 403, 'update');
        }),
      ),
  })
  intercepted() {
    return of({ data: 'the first event' }, { data: 'the second event' });
  }
}

/** Answers with the body of the exception. */
@Catch(HttpException)
class ShowsBody implements ExceptionFilter {
  catch(exception: HttpException, host: ArgumentsHost) {
    const response = host
      .switchToHttp()
      .getResponse<{ status(code: number): { send(body: unknown): void } }>();
    response.status(exception.getStatus()).send(exception.getResponse());
  }
}

@Injectable({ scope: Scope.REQUEST })
@Catch()
class ScopedFilter extends ShowsException {
  constructor(@Inject(REQUEST) readonly request: object) {
    super();
  }
}

@SkipAuthorization(skip)
@UseFilters(ShowsException)
@Controller('controller')
class FilteredController {
  @Get() show(@Authz() authz: RequestAuthorization) {
    return authz.authorize('update', note);
  }
  @Get('scoped') @UseFilters(ScopedFilter) scoped(@Authz() authz: RequestAuthorization) {
    return authz.authorize('update', note);
  }
}

const controllers = [ChecksController, ScopedController];

describe.each(platforms)('a refusal that a handler throws on %s', (adapter) => {
  const startChecks = () => start({ actor: byHeader }, { adapter, controllers });
  const forbidden = { statusCode: 403, message: 'Forbidden' };

  it('has the status of the refusal, and no reason', async () => {
    await startChecks();
    expect((await ask('/notes/update', 'bob')).body).toEqual(forbidden);
    expect((await ask('/notes/update', 'alice')).body).toEqual({ owner: 'alice' });
    expect((await ask('/notes/update')).body).toEqual({ statusCode: 401, message: 'Unauthorized' });
    expect((await ask('/me')).body).toEqual({ statusCode: 401, message: 'Unauthorized' });
  });

  it.each(['/intercepted', '/emitted', '/observed', '/scoped', '/default'])(
    'is a 403 also from %s',
    async (path) => {
      await startChecks();
      const { status, body } = await ask(path, 'bob');
      expect([status, body]).toEqual([403, forbidden]);
    },
  );

  it.each(['/filtered', '/http'])('reaches the filter of %s as an HTTP exception', async (path) => {
    await startChecks();
    expect((await ask(path, 'bob')).body).toEqual({ name: 'ForbiddenException', cause: 'ForbiddenError' });
  });

  it('reaches global filters as an HTTP exception', async () => {
    const built = await createApp(adapter, [
      NanookModule.forRoot({ policies, types: { Note }, actor: byHeader }),
    ]);
    built.useGlobalFilters(new ShowsHttpException());
    await ready(built, adapter);
    expect((await ask('/notes/update', 'bob')).body).toEqual({
      name: 'ForbiddenException',
      cause: 'ForbiddenError',
    });
  });

  it.each(['/controller', '/controller/scoped'])(
    'reaches the filter of the controller and a filter with a request scope as an HTTP exception: %s',
    async (path) => {
      await start({ actor: byHeader }, { adapter, controllers: [FilteredController] });
      expect((await ask(path, 'bob')).body).toEqual({ name: 'ForbiddenException', cause: 'ForbiddenError' });
    },
  );

  it.each([undefined, '', 'test', 'production'])(
    'reaches a filter of the module without an explanation if NODE_ENV is %j',
    async (environment) => {
      vi.stubEnv('NODE_ENV', environment);
      const providers = [{ provide: APP_FILTER, useClass: ShowsBody }];
      await start({ actor: byHeader }, { adapter, controllers, providers });
      expect((await ask('/notes/update', 'bob')).body).toEqual({ message: 'Forbidden', statusCode: 403 });
      expect((await ask('/notes/delete', 'bob')).body).not.toHaveProperty('explanation');
    },
  );

  it('does not reach a global filter that is added after the routes', async () => {
    await startChecks();
    app!.useGlobalFilters(new ShowsException());
    const { status, body } = await ask('/notes/update', 'bob');
    expect([status, body]).toEqual([403, forbidden]);
  });

  it('has the status of its own application, if two applications have different policies', async () => {
    await startChecks();
    const other = await Test.createTestingModule({
      imports: [
        NanookModule.forRoot({ policies: 'allow("bob", _, _: Note);', types: { Note }, actor: byHeader }),
      ],
      controllers,
    }).compile();
    const second = other.createNestApplication<INestApplication>(adapters[adapter]() as never, {
      logger: false,
    });
    await ready(second, adapter);
    const askSecond = (user: string) =>
      request(second.getHttpServer()).get('/notes/update').set('x-user', user);
    const statuses = async () => [
      (await ask('/notes/update', 'bob')).status,
      (await askSecond('bob')).status,
      (await ask('/notes/update', 'alice')).status,
      (await askSecond('alice')).status,
    ];
    try {
      expect(await statuses()).toEqual([403, 200, 200, 404]);
    } finally {
      await second.close();
    }
    expect((await ask('/notes/update', 'bob')).status).toBe(403);
  });

  it('leaves other errors unchanged', async () => {
    await startChecks();
    expect((await ask('/fault', 'bob')).body).toEqual({ statusCode: 500, message: 'Internal server error' });
  });

  it('belongs to its own request among concurrent ones', async () => {
    await startChecks();
    const users = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 'alice' : 'bob'));
    const paths = ['/notes/update', '/emitted', '/observed'] as const;
    const statuses = await Promise.all(
      users.map(async (user, i) => (await ask(paths[i % 2 === 0 ? 0 : i % 3]!, user)).status),
    );
    expect(statuses).toEqual(users.map((user) => (user === 'alice' ? 200 : 403)));
  });

  it('has the status of the refusal also from middleware', async () => {
    @Module({
      imports: [NanookModule.forRoot({ policies, types: { Note }, actor: byHeader })],
      controllers,
    })
    class AppModule implements NestModule {
      constructor(@Inject(Authorizer) private readonly authorizer: Authorizer) {}

      configure(consumer: MiddlewareConsumer) {
        consumer
          .apply(async (_req: unknown, _res: unknown, next: () => void) => {
            await this.authorizer.authorize('bob', 'update', note);
            next();
          })
          .forRoutes(ChecksController);
      }
    }
    const built = await Test.createTestingModule({ imports: [AppModule] }).compile();
    await ready(adopt(built.createNestApplication(adapters[adapter]() as never, { logger: false })), adapter);
    expect((await ask('/notes/read', 'alice')).body).toEqual(forbidden);
  });

  it('keeps its form in an application without NanookModule', async () => {
    await startChecks();
    @Catch(AuthorizationError)
    class ShowsRefusal extends ShowsException {}
    @Controller('plain')
    class PlainController {
      @Get() @UseFilters(ShowsRefusal) show() {
        throw new AuthorizationError('refused', 403, 'read');
      }
    }
    const built = await Test.createTestingModule({ controllers: [PlainController] }).compile();
    const plain = built.createNestApplication<INestApplication>(adapters[adapter]() as never, {
      logger: false,
    });
    await ready(plain, adapter);
    try {
      const { body } = await request(plain.getHttpServer()).get('/plain');
      expect(body).toEqual({ name: 'AuthorizationError' });
    } finally {
      await plain.close();
    }
  });

  it.each(['/events/thrown', '/events/intercepted'])(
    'shows no reason to the client of the event stream %s, which has started',
    async (path) => {
      await start({ actor: byHeader }, { adapter, controllers: [EventsController] });
      const { text } = await ask(path, 'bob');
      expect(text).toContain('data: the first event');
      expect(text).toContain('data: Forbidden');
      expect(text).not.toMatch(/owner|update/);
    },
  );
});

async function createApp(adapter: Adapter, imports: never[] | unknown[]): Promise<INestApplication> {
  const built = await Test.createTestingModule({ imports: imports as never[], controllers }).compile();
  return adopt(built.createNestApplication(adapters[adapter]() as never, { logger: false }));
}

async function ready(started: INestApplication, adapter: Adapter): Promise<void> {
  await started.init();
  if (adapter === 'Fastify')
    await (started.getHttpAdapter().getInstance() as { ready(): Promise<void> }).ready();
}

describe('a refusal that a handler of an unknown transport throws', () => {
  it('becomes an HTTP exception', async () => {
    await start({ actor: byHeader }, { controllers });
    const update = { hear: () => throwRefusal() };
    const hear = app!.get(ExternalContextCreator).create(
      update,
      update.hear,
      'hear',
      undefined,
      undefined,
      undefined,
      undefined,
      {
        guards: false,
        interceptors: false,
        filters: true,
      },
      'telegraf',
    );
    await expect(hear()).rejects.toMatchObject({ name: 'ForbiddenException', message: 'Forbidden' });
  });
});

function throwRefusal(): never {
  throw new AuthorizationError('the rule of the owner', 403, 'update');
}
