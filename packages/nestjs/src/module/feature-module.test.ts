import 'reflect-metadata';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Authorizer } from '@nanook/core';
import {
  BadRequestException,
  Controller,
  Get,
  Inject,
  Injectable,
  Logger,
  Module,
  type DynamicModule,
  type ExecutionContext,
  type INestApplication,
} from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import {
  MessagePattern,
  Server,
  type CustomTransportStrategy,
  type MicroserviceOptions,
} from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { lastValueFrom } from 'rxjs';
import request from 'supertest';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  Authorize,
  AuthorizedResource,
  NanookModule,
  ResourceLoader,
  type NanookModuleOptions,
} from '../index.js';
import { NanookTestingModule } from '../testing/index.js';

class Note {
  constructor(readonly id: unknown) {}
}
class Draft extends Note {}

@Injectable()
class Store {
  readonly prefix = 'stored ';
}
@Module({ providers: [Store], exports: [Store] })
class StoreModule {}

@Injectable()
@ResourceLoader(Note)
class NoteLoader {
  constructor(@Inject(Store) private readonly store: Store) {}
  load(id: string) {
    return new Note(this.store.prefix + id);
  }
}
@Injectable()
@ResourceLoader(Draft, {
  parse: (raw) => {
    if (!/^\d+$/.test(raw)) throw new BadRequestException();
    return Number(raw);
  },
})
class DraftLoader {
  load(id: unknown) {
    return new Draft(id);
  }
}

@Controller()
class Notes {
  @Get('notes/:id') @Authorize('read', Note) show(@AuthorizedResource() { id }: Note) {
    return { id };
  }
}
@Controller()
class Drafts {
  @Get('drafts/:id') @Authorize('read', Draft) show(@AuthorizedResource() { id }: Note) {
    return { id };
  }
  @Get('own/:id') @Authorize('read', Draft, { parse: (raw) => `own ${raw}` }) own(
    @AuthorizedResource() { id }: Note,
  ) {
    return { id };
  }
}

let app: INestApplication | undefined;
let folder: string | undefined;
afterEach(async () => {
  vi.restoreAllMocks();
  await app?.close();
  app = undefined;
  if (folder !== undefined) await rm(folder, { recursive: true });
  folder = undefined;
});

async function start(
  options: NanookModuleOptions,
  imports: DynamicModule[],
  controllers: (new () => object)[] = [],
): Promise<INestApplication> {
  @Module({
    imports: [NanookModule.forRoot({ types: { Note, Draft }, actor: () => 'alice', ...options }), ...imports],
    controllers,
  })
  class AppModule {}
  const built = await Test.createTestingModule({ imports: [AppModule] }).compile();
  app = built.createNestApplication({ logger: false });
  return app.init();
}

const statusOf = async (path: string) => (await request(app!.getHttpServer()).get(path)).status;

const notes = () =>
  NanookModule.forFeature({
    policies: 'allow("alice", "read", _: Note);',
    loaders: [NoteLoader],
    imports: [StoreModule],
  });

describe('forFeature', () => {
  it('loads its policies together with those of the root, and provides its loaders', async () => {
    const drafts = NanookModule.forFeature({
      policies: ['allow("alice", "read", draft: Draft) if is_open(draft);', 'is_open(_: Draft);'],
      loaders: [DraftLoader],
    });
    await start({ policies: 'allow("root", _, _);' }, [notes(), drafts], [Notes, Drafts]);
    expect(await statusOf('/notes/1')).toBe(200);
    expect(await statusOf('/drafts/1')).toBe(200);
    expect(await app!.get(Authorizer).can('root', 'delete', new Note('1'))).toBe(true);
  });

  it('loads its policies if the root has no policies', async () => {
    await start({}, [notes()], [Notes]);
    expect((await request(app!.getHttpServer()).get('/notes/1')).body).toEqual({ id: 'stored 1' });
  });

  it('stops the start with an error in its policies', async () => {
    const wrong = NanookModule.forFeature({ policies: 'allow(_, "read" _: Note);' });
    await expect(start({ policies: 'allow("root", _, _);' }, [wrong])).rejects.toMatchObject({
      name: 'PolicyError',
    });
  });

  it('reloads its policies with those of the root when a file changes', async () => {
    folder = await mkdtemp(join(tmpdir(), 'nanook-'));
    const file = join(folder, 'notes.polar');
    await writeFile(file, 'allow("alice", "read", _: Note);');
    vi.spyOn(Logger.prototype, 'log').mockImplementation(() => {});
    await start(
      { policies: 'allow("root", _, _);', watch: true },
      [NanookModule.forFeature({ policies: file, loaders: [NoteLoader], imports: [StoreModule] })],
      [Notes],
    );
    expect(await statusOf('/notes/1')).toBe(200);
    await writeFile(file, 'allow("bob", "read", _: Note);');
    await vi.waitFor(async () => expect(await statusOf('/notes/1')).toBe(404), { timeout: 5000 });
  });

  it('loads no policies if a test replaces the policy', async () => {
    const root = NanookModule.forRoot({ policies: 'allow("root", _, _);', types: { Note, Draft } });
    const built = await Test.createTestingModule({
      imports: [root, notes(), NanookTestingModule.denyAll({ actor: 'alice' })],
      controllers: [Notes],
    }).compile();
    app = await built.createNestApplication({ logger: false }).init();
    expect(await statusOf('/notes/1')).toBe(404);
  });

  it('throws for policies beside a loaded authorizer', async () => {
    const authorizer = await Authorizer.load({ policies: 'allow(_, _, _);', types: { Note } });
    await expect(start({ authorizer, types: undefined as never }, [notes()])).rejects.toThrow(
      /forFeature|types/,
    );
  });

  it('throws for policies in a module that is loaded lazily', async () => {
    await start({ policies: 'allow("root", _, _);' }, []);
    @Module({ imports: [NanookModule.forFeature({ policies: 'allow(_, _, _);' })] })
    class LateModule {}
    await expect(app!.get(LazyModuleLoader).load(() => LateModule)).rejects.toThrow('comes too late');
    expect(await app!.get(Authorizer).can('bob', 'read', new Note('1'))).toBe(false);
  });

  it('throws for unknown options', () => {
    expect(() => NanookModule.forFeature({ policy: 'x' } as never)).toThrow(
      '`policy` is not an option of forFeature',
    );
    expect(() => NanookModule.forFeature({ loaders: NoteLoader as never })).toThrow(
      '`loaders` must be a list of classes, got the class `NoteLoader`',
    );
  });
});

describe('parse of @ResourceLoader', () => {
  it('converts the id, unless the requirement has a `parse`', async () => {
    await start(
      { policies: 'allow("alice", "read", _: Draft);' },
      [NanookModule.forFeature({ loaders: [DraftLoader] })],
      [Drafts],
    );
    const get = async (path: string) => (await request(app!.getHttpServer()).get(path)).body as unknown;
    expect(await get('/drafts/7')).toEqual({ id: 7 });
    expect(await get('/own/7')).toEqual({ id: 'own 7' });
    expect(await statusOf('/drafts/seven')).toBe(400);
  });

  it.each([
    [
      'a parse that is not a function',
      () => ResourceLoader(Note, { parse: 'Number' as never }),
      "converts the text of the id, got 'Number'",
    ],
    ['an unknown option', () => ResourceLoader(Note, { id: 'x' } as never), 'has no option `id`'],
    ['no type', () => ResourceLoader(undefined as never), 'undefined (is the import circular?)'],
  ])('refuses %s', (_, decorate, message) => {
    expect(decorate).toThrow(message);
  });

  it('throws for a loader without parentheses when Nest constructs it', async () => {
    @(ResourceLoader as unknown as ClassDecorator)
    class Bare {}
    await expect(Test.createTestingModule({ providers: [Bare] }).compile()).rejects.toThrow(
      'without parentheses',
    );
  });
});

describe('authenticate', () => {
  const ran: string[] = [];
  const guard = (name: string) => ({
    canActivate: (context: ExecutionContext) => {
      ran.push(`${name} for ${context.getType()}`);
      return true;
    },
  });
  class Direct extends Server implements CustomTransportStrategy {
    listen(callback: () => void) {
      callback();
    }
    close() {}
    on() {}
    unwrap<T>(): T {
      return undefined as T;
    }
    async call(pattern: string): Promise<unknown> {
      const answer = (await this.getHandlerByPattern(pattern)!({}, {} as never)) as unknown;
      return lastValueFrom(this.transformToObservable(answer) as never);
    }
  }
  @Controller()
  class Both {
    @Get() @MessagePattern('both') @Authorize('read', () => new Note('1')) both() {
      return 'answered';
    }
  }

  it.each([
    [{ http: [guard('web')], rpc: [guard('message')] }, ['web for http', 'message for rpc']],
    [{ http: [guard('web')] }, ['web for http']],
    [[guard('all')], ['all for http', 'all for rpc']],
  ])('runs the guards of the transport', async (authenticate, expected) => {
    ran.length = 0;
    const strategy = new Direct();
    @Module({
      imports: [
        NanookModule.forRoot({
          policies: 'allow(_, "read", _: Note);',
          types: { Note },
          actor: () => 'alice',
          authenticate,
        }),
      ],
      controllers: [Both],
    })
    class AppModule {}
    const built = await Test.createTestingModule({ imports: [AppModule] }).compile();
    app = built.createNestApplication({ logger: false });
    app.connectMicroservice<MicroserviceOptions>({ strategy });
    await app.startAllMicroservices();
    await app.init();
    expect(await statusOf('/')).toBe(200);
    expect(await strategy.call('both')).toBe('answered');
    expect(ran).toEqual(expected);
  });

  it.each([
    [{ tcp: [] }, 'the key `tcp`; its keys are http, graphql, ws and rpc'],
    [{ http: guard('x') }, 'must have a list of guards for http'],
    [[undefined], 'must list guards for http: classes or instances; got undefined'],
    ['jwt', "must be a list of guards, or an object with a list for each transport, got the string 'jwt'"],
  ])('throws for the value %j', async (authenticate, message) => {
    await expect(
      start({ policies: 'allow(_, "read", _: Note);', authenticate: authenticate as never }, []),
    ).rejects.toThrow(message);
  });
});
