import 'reflect-metadata';
import {
  Controller,
  Get,
  Injectable,
  Module,
  Post,
  SetMetadata,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type INestApplication,
  type NestInterceptor,
  type Provider,
  type Type,
} from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { of, tap, type Observable } from 'rxjs';
import request from 'supertest';
import { afterEach, describe, expect, it } from 'vitest';
import {
  Authorize,
  AuthorizeResult,
  AuthorizedFields,
  AuthorizedResource,
  AuthorizedWhere,
  Authz,
  CurrentActor,
  NanookModule,
  ResourceLoader,
  isNanookNestError,
  type AuditFinding,
  type NanookModuleOptions,
} from '../index.js';

/** The cache of `@nestjs/cache-manager`: its key is the URL. */
@Injectable()
class CacheInterceptor implements NestInterceptor {
  readonly #kept = new Map<string, unknown>();

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const key = this.trackBy(context);
    if (this.#kept.has(key)) return of(this.#kept.get(key));
    return next.handle().pipe(tap((value) => this.#kept.set(key, value)));
  }
  trackBy(context: ExecutionContext): string {
    return context.switchToHttp().getRequest<{ url: string }>().url;
  }
}

@Injectable()
class CachesPerActor extends CacheInterceptor {
  override trackBy(context: ExecutionContext): string {
    const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string> }>();
    return `${headers['x-user']} ${super.trackBy(context)}`;
  }
}
@Injectable()
class RenamedCache extends CacheInterceptor {}

@Injectable()
class RedisCacheInterceptor implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle();
  }
}

class Note {
  constructor(
    readonly id: string,
    readonly owner: string,
  ) {}
}
const notes = [new Note('1', 'alice'), new Note('2', 'bob')];

@Injectable()
@ResourceLoader(Note)
class NoteLoader {
  load(id: string) {
    return notes.find((note) => note.id === id);
  }
}

let app: INestApplication | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function start(
  controller: Type,
  providers: Provider[] = [],
  options: Partial<NanookModuleOptions> = {},
  interceptors: NestInterceptor[] = [],
): Promise<INestApplication> {
  @Module({
    imports: [
      NanookModule.forRoot({
        policies: `
          allow(user, "read", note: Note) if note.owner = user;
          allow(_, "list", Note);
          allow(_, "create", Note);
          allow_field(_, "read", _: Note, "title");
        `,
        types: { Note },
        actor: ({ headers }: { headers: Record<string, string> }) => headers['x-user'],
        ...options,
      }),
    ],
    controllers: [controller],
    providers: [NoteLoader, ...providers],
  })
  class AppModule {}
  const built = await Test.createTestingModule({ imports: [AppModule] }).compile();
  app = built.createNestApplication({ logger: false });
  app.useGlobalInterceptors(...interceptors);
  return app.init();
}

async function findingsOf(...given: Parameters<typeof start>): Promise<readonly string[]> {
  const error: unknown = await start(...given).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error === undefined) return [];
  if (!isNanookNestError(error) || error.code !== 'NANOOK_NEST_AUDIT_FAILED') throw error;
  const { findings } = error.data as { readonly findings: readonly AuditFinding[] };
  return findings.map(({ handler, code }) => `${handler} ${code.replace('NANOOK_NEST_', '')}`);
}

@Controller('notes')
class Plain {
  @Get() @AuthorizeResult() list() {
    return notes;
  }
  @Get('one/:id') @Authorize('read', Note) one(@AuthorizedResource() note: Note) {
    return note;
  }
}

describe('a cache outside @AuthorizeResult', () => {
  it.each([
    ['of the application', [], [new CacheInterceptor()]],
    ['that a module provides', [{ provide: APP_INTERCEPTOR, useClass: CacheInterceptor }], []],
    ['that extends the one of Nest', [], [new RenamedCache()]],
    ['that is only named so', [], [new RedisCacheInterceptor()]],
  ] as const)('causes a finding of the audit: a cache %s', async (_, providers, interceptors) => {
    expect(await findingsOf(Plain, [...providers], {}, [...interceptors])).toEqual([
      'Plain.list SHARED_CACHE',
    ]);
  });

  it('reports a cache on the class, and below the decorator', async () => {
    @Controller('a')
    @UseInterceptors(CacheInterceptor)
    class OnClass {
      @Get() @AuthorizeResult() list() {
        return notes;
      }
      @Get('fields/:id') @Authorize('read', Note) @AuthorizedFields() fields() {
        return notes[0];
      }
      @Post() @Authorize('create', Note) @AuthorizedFields() create() {
        return notes[0];
      }
    }
    @Controller('b')
    class Below {
      @Get() @AuthorizeResult() @UseInterceptors(CacheInterceptor) list() {
        return notes;
      }
      @Post()
      @SetMetadata('cache_module:cache_key', 'all')
      @AuthorizeResult()
      @UseInterceptors(CacheInterceptor)
      post() {
        return notes;
      }
    }
    expect(await findingsOf(OnClass)).toEqual(['OnClass.list SHARED_CACHE', 'OnClass.fields SHARED_CACHE']);
    expect(await findingsOf(Below)).toEqual(['Below.list SHARED_CACHE', 'Below.post SHARED_CACHE']);
  });

  it('accepts a cache above the decorator, which caches the unchecked result', async () => {
    @Controller('notes')
    class Above {
      @Get() @UseInterceptors(CacheInterceptor) @AuthorizeResult() list() {
        return notes;
      }
    }
    const started = await start(Above);
    for (const user of ['alice', 'bob', 'alice']) {
      const { body } = await request(started.getHttpServer()).get('/notes').set('x-user', user);
      expect((body as Note[]).map(({ owner }) => owner)).toEqual([user]);
    }
  });

  it('causes a finding also if its key contains the actor, because the permission can change', async () => {
    expect(await findingsOf(Plain, [], {}, [new CachesPerActor()])).toEqual(['Plain.list SHARED_CACHE']);
  });
});

describe('a cache around a handler with a parameter that depends on the actor', () => {
  it('causes a finding in every position', async () => {
    @Controller('notes')
    class Lists {
      @Get('where')
      @UseInterceptors(CacheInterceptor)
      @Authorize('list', Note)
      where(@AuthorizedWhere('read', Note) where: AuthorizedWhere<Note>) {
        return where.filter(notes);
      }
      @Get('actor') @UseInterceptors(CacheInterceptor) @Authorize('list', Note) actor(
        @CurrentActor() user: string,
      ) {
        return user;
      }
      @Get('authz') @UseInterceptors(CacheInterceptor) @Authorize('list', Note) authz(@Authz() _: unknown) {
        return notes;
      }
      @Get('all') @UseInterceptors(CacheInterceptor) @Authorize('list', Note) all() {
        return notes;
      }
    }
    expect(await findingsOf(Lists)).toEqual([
      'Lists.where SHARED_CACHE',
      'Lists.actor SHARED_CACHE',
      'Lists.authz SHARED_CACHE',
    ]);
  });

  it('causes no finding if the key contains the actor', async () => {
    @Controller('notes')
    class Lists {
      @Get() @UseInterceptors(CachesPerActor) @Authorize('list', Note) list(@CurrentActor() user: string) {
        return user;
      }
    }
    expect(await findingsOf(Lists)).toEqual([]);
  });
});
