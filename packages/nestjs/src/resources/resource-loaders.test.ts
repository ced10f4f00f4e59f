import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Controller,
  Get,
  GoneException,
  Injectable,
  Module,
  Put,
  Scope,
  ServiceUnavailableException,
  type INestApplication,
  type Provider,
  type Type,
} from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import request from 'supertest';
import { afterEach, describe, expect, it } from 'vitest';
import { Batch } from './batch.js';
import {
  Authorize,
  AuthorizedResource,
  NanookModule,
  ResourceLoader,
  type LoadsMany,
  type LoadsOne,
} from '../index.js';

class Note {
  constructor(
    readonly id: string,
    readonly owner: string,
  ) {}
}
const policies = `
  allow(user, action, note: Note) if action in ["read", "update"] and note.owner = user;
  allow(user, "read", row: Row) if row.owner = user;
  allow(user, "update", row: Row) if row.owner = user;
`;
const types = { Note, Row: { fields: { id: 'String', owner: 'String' } } } as const;
const notes = new Map(['1', '2', '3'].map((id) => [id, new Note(id, 'alice')]));

interface HttpRequest {
  readonly headers: Record<string, string | undefined>;
  readonly params: Record<string, string>;
}
const adapters = { Express: () => new ExpressAdapter(), Fastify: () => new FastifyAdapter() };
const platforms = ['Express', 'Fastify'] as const;

let app: INestApplication | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function start(
  controllers: Type[],
  providers: Provider[],
  {
    adapter = 'Express',
    override = (builder) => builder,
    audit = 'error',
  }: {
    adapter?: keyof typeof adapters;
    override?: (builder: TestingModuleBuilder) => TestingModuleBuilder;
    audit?: 'error' | 'off';
  } = {},
): Promise<void> {
  @Module({
    imports: [
      NanookModule.forRoot({ policies, types, audit, actor: (req: HttpRequest) => req.headers['x-user'] }),
    ],
    controllers,
    providers,
  })
  class AppModule {}
  await serve(override(Test.createTestingModule({ imports: [AppModule] })), adapter);
}

async function serve(
  builder: TestingModuleBuilder,
  adapter: keyof typeof adapters = 'Express',
): Promise<void> {
  const built = await builder.compile();
  app = built.createNestApplication(adapters[adapter]() as never, { logger: false });
  await app.init();
  if (adapter === 'Fastify') await (app.getHttpAdapter().getInstance() as { ready(): Promise<void> }).ready();
}
const ask = (path: string, user: string | undefined = 'alice', method: 'get' | 'put' = 'get') => {
  const sent = request(app!.getHttpServer())[method](path);
  return user === '' ? sent : sent.set('x-user', user);
};

@Controller()
class NoteController {
  @Get(':id') @Authorize('read', Note) show(@AuthorizedResource() note: Note) {
    return { id: note.id, isNote: note instanceof Note };
  }
}

describe.each(platforms)('an inline loader on %s', (adapter) => {
  let calls = 0;
  const find = (req: HttpRequest) => {
    calls++;
    return notes.get(req.params['id']!);
  };
  const throws = (error: unknown) => () => {
    throw error;
  };

  @Controller()
  class InlineController {
    @Get('sync/:id') @Authorize('read', find) sync(@AuthorizedResource() note: Note) {
      return note.id;
    }
    @Get('async/:id')
    @Authorize('read', async (req: HttpRequest) => sleep(1).then(() => find(req)))
    async(@AuthorizedResource() note: Note) {
      return note.id;
    }
    @Get('context')
    @Authorize(
      'read',
      (_req, context) => new Note(`${context.getClass().name}.${context.getHandler().name}`, 'alice'),
    )
    context(@AuthorizedResource() note: Note) {
      return note.id;
    }
    @Get('type') @Authorize('read', () => Note, {}) type() {}
    @Get('null') @Authorize('read', () => null) null() {}
    @Get('gone') @Authorize('read', throws(new GoneException())) gone() {}
    @Get('later') @Authorize('read', async () => Promise.reject(new ServiceUnavailableException())) later() {}
    @Get('broken') @Authorize('read', throws(new TypeError('secret'))) broken() {}
    @Get('nothing') @Authorize('read', async () => Promise.reject(undefined as never)) nothing() {}
    @Get('list') @Authorize('read', () => [...notes.values()]) list() {}
    @Get('text') @Authorize('read', () => 'note') text() {}
  }

  it.each([
    ['/sync/1', 'alice', 200, '1'],
    ['/async/1', 'alice', 200, '1'],
    ['/sync/1', 'bob', 404, 'Not Found'],
    ['/sync/9', 'alice', 404, 'Not Found'],
    ['/context', 'alice', 200, 'InlineController.context'],
    ['/type', 'alice', 403, 'Forbidden'],
    ['/null', 'alice', 404, 'Not Found'],
    ['/gone', 'alice', 410, 'Gone'],
    ['/later', 'alice', 503, 'Service Unavailable'],
    ['/broken', 'alice', 500, 'Internal server error'],
    ['/list', 'alice', 404, 'Not Found'],
    ['/text', 'alice', 404, 'Not Found'],
  ] as const)('%s of %s: %i', async (path, user, status, said) => {
    await start([InlineController], [], { adapter });
    const answer = await ask(path, user);
    expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(said)]);
    expect(answer.text).not.toContain('secret');
  });

  it('does not run for an anonymous request', async () => {
    await start([InlineController], [], { adapter });
    calls = 0;
    expect((await ask('/sync/1', '')).status).toBe(401);
    expect(calls).toBe(0);
  });

  it('refuses the call with 500 if it rejects with undefined', async () => {
    await start([InlineController], [], { adapter });
    expect((await ask('/nothing')).status).toBe(500);
  });
});

describe('a provided loader', () => {
  @Injectable()
  class Source {
    find(id: string) {
      return notes.get(id);
    }
  }
  @Injectable()
  @ResourceLoader(Note)
  class NoteLoader implements LoadsOne<Note, string> {
    load(id: string): Note | undefined {
      return notes.get(id);
    }
  }
  const found = { id: '1', isNote: true };

  it.each([
    ['by its class', [NoteLoader]],
    ['by a factory', [{ provide: NoteLoader, useFactory: () => new NoteLoader() }]],
    [
      'by a factory that waits',
      [{ provide: NoteLoader, useFactory: async () => sleep(1).then(() => new NoteLoader()) }],
    ],
    ['as a value', [{ provide: NoteLoader, useValue: new NoteLoader() }]],
    ['under another token', [{ provide: 'loader', useClass: NoteLoader }]],
    ['under a token beside its own', [NoteLoader, { provide: 'alias', useExisting: NoteLoader }]],
  ] as [string, Provider[]][])('loads the resource if it is provided %s', async (_, providers) => {
    await start([NoteController], providers);
    expect((await ask('/1')).body).toEqual(found);
    expect((await ask('/1', 'bob')).status).toBe(404);
  });

  it('counts once if several modules provide it', async () => {
    const features = [1, 2].map(() => NanookModule.forFeature({ loaders: [NoteLoader] }));
    @Module({ imports: features, providers: [NoteLoader], controllers: [NoteController] })
    class FeatureModule {}
    @Module({
      imports: [
        FeatureModule,
        NanookModule.forRoot({ policies, types, actor: (req: HttpRequest) => req.headers['x-user'] }),
      ],
      providers: [NoteLoader],
    })
    class AppModule {}
    await serve(Test.createTestingModule({ imports: [AppModule] }));
    expect((await ask('/1')).body).toEqual(found);
  });

  it.each([
    ['a value', (builder) => builder.overrideProvider(NoteLoader).useValue({ load: () => notes.get('2') })],
    [
      'a class',
      (builder) =>
        builder.overrideProvider(NoteLoader).useClass(
          class {
            load = () => notes.get('2');
          },
        ),
    ],
    [
      'a factory',
      (builder) =>
        builder.overrideProvider(NoteLoader).useFactory({ factory: () => ({ load: () => notes.get('2') }) }),
    ],
  ] as [string, (builder: TestingModuleBuilder) => TestingModuleBuilder][])(
    'can be replaced in a test: by %s',
    async (_, override) => {
      await start([NoteController], [NoteLoader], { override });
      expect((await ask('/1')).body).toEqual({ id: '2', isNote: true });
    },
  );

  it('can implement an abstract class that has the decorator', async () => {
    @ResourceLoader(Note)
    abstract class AnyNoteLoader {
      abstract load(id: string): Note | undefined;
    }
    @Injectable()
    class StoredNoteLoader extends AnyNoteLoader {
      load(id: string) {
        return notes.get(id);
      }
    }
    await start([NoteController], [{ provide: AnyNoteLoader, useClass: StoredNoteLoader }]);
    expect((await ask('/1')).body).toEqual(found);
  });

  it.each([Scope.DEFAULT, Scope.TRANSIENT, Scope.REQUEST])(
    'gets its dependencies injected, in the scope %i',
    async (scope) => {
      @Injectable({ scope })
      @ResourceLoader(Note)
      class NeedyLoader implements LoadsOne<Note, string> {
        constructor(private readonly source: Source) {}
        load(id: string) {
          return this.source.find(id);
        }
      }
      await start([NoteController], [NeedyLoader, Source]);
      expect((await ask('/1')).body).toEqual(found);
      expect((await ask('/1', 'bob')).status).toBe(404);
    },
  );

  it('belongs to the module that has its dependencies', async () => {
    @Module({ providers: [Source], exports: [Source] })
    class SourceModule {}
    @Injectable()
    @ResourceLoader(Note)
    class NeedyLoader implements LoadsOne<Note, string> {
      constructor(private readonly source: Source) {}
      load(id: string) {
        return this.source.find(id);
      }
    }
    @Module({
      imports: [
        NanookModule.forRoot({ policies, types, actor: (req: HttpRequest) => req.headers['x-user'] }),
        NanookModule.forFeature({ imports: [SourceModule], loaders: [NeedyLoader] }),
      ],
      controllers: [NoteController],
    })
    class AppModule {}
    await serve(Test.createTestingModule({ imports: [AppModule] }));
    expect((await ask('/1')).body).toEqual(found);
  });

  it('stops the application if it is missing', async () => {
    await expect(start([NoteController], [Source])).rejects.toThrow(
      'no provider loads it. Provide a class with @ResourceLoader(Note)',
    );
  });

  it('stops the application if it has no method, or its type is unknown', async () => {
    @Injectable()
    @ResourceLoader(Note)
    class IdleLoader {}
    @Injectable()
    @ResourceLoader('Page')
    class PageLoader extends NoteLoader {}
    await expect(start([], [IdleLoader])).rejects.toThrow(
      'IdleLoader has @ResourceLoader, but neither `load(id)` nor `loadMany(ids)`',
    );
    @Injectable()
    @ResourceLoader(Note)
    class ForgetfulLoader {
      async load(id: string) {
        await Promise.resolve(new Note(id, 'alice'));
      }
    }
    await expect(start([], [ForgetfulLoader])).rejects.toThrow(
      'ForgetfulLoader has a `load(id)` without `return`, so it never finds a resource; return the result',
    );
    await expect(start([], [PageLoader])).rejects.toThrow(
      'PageLoader loads Page, which is not a type of the policy',
    );
  });

  it('must be named if two loaders load one type', async () => {
    @Injectable()
    @ResourceLoader(Note)
    class ArchiveLoader implements LoadsOne<Note, string> {
      load(id: string) {
        return new Note(`archived ${id}`, 'alice');
      }
    }
    await expect(start([NoteController], [NoteLoader, ArchiveLoader])).rejects.toThrow(
      'NoteLoader and ArchiveLoader both load Note',
    );
    @Controller()
    class NamingController {
      @Get('notes/:id') @Authorize('read', NoteLoader) note(@AuthorizedResource() note: Note) {
        return note.id;
      }
      @Get('archive/:id') @Authorize('read', ArchiveLoader) archived(@AuthorizedResource() note: Note) {
        return note.id;
      }
    }
    await start([NamingController], [NoteLoader, ArchiveLoader]);
    expect((await ask('/notes/1')).text).toBe('1');
    expect((await ask('/archive/1')).text).toBe('archived 1');
    expect((await ask('/archive/1', 'bob')).status).toBe(404);
  });

  it('passes its error to the client', async () => {
    let error: unknown;
    @Injectable()
    @ResourceLoader(Note)
    class ThrowingLoader implements LoadsOne<Note, string> {
      async load(id: string): Promise<Note> {
        if (id === 'later') await sleep(1);
        throw error;
      }
    }
    await start([NoteController], [ThrowingLoader]);
    error = new GoneException();
    expect((await ask('/1')).status).toBe(410);
    expect((await ask('/later')).status).toBe(410);
    error = new TypeError('secret');
    const answer = await ask('/1');
    expect([answer.status, answer.text.includes('secret')]).toEqual([500, false]);
    error = undefined;
    expect((await ask('/1')).status).toBe(500);
  });
});

describe('rows of a type without a class', () => {
  const rows = new Map([['1', { id: '1', owner: 'alice' }]]);

  @Injectable()
  @ResourceLoader('Row')
  class RowLoader implements LoadsOne<object, string> {
    load(id: string) {
      return id === 'text' ? ('text' as never) : rows.get(id);
    }
  }

  it.each([
    ['by the name of the type', 'Row'],
    ['by the class of the loader', RowLoader],
  ] as const)('get tagged with their type if they are loaded %s', async (_, source) => {
    @Controller()
    class RowController {
      @Get(':id') @Authorize('read', source as 'Row') show(@AuthorizedResource() row: object) {
        return row;
      }
      @Put(':id') @Authorize('update', source as 'Row') update() {}
    }
    await start([RowController], [RowLoader]);
    expect((await ask('/1')).body).toEqual({ id: '1', owner: 'alice' });
    expect((await ask('/1', 'bob')).status).toBe(404);
    expect((await ask('/1', 'alice', 'put')).status).toBe(200);
    expect((await ask('/2')).status).toBe(404);
    expect((await ask('/text')).status).toBe(404);
  });

  it('get refused if they are not tagged', async () => {
    @Controller()
    class PlainController {
      @Get(':id') @Authorize('read', (req: HttpRequest) => ({ ...rows.get(req.params['id']!) })) show() {}
    }
    await start([PlainController], []);
    expect((await ask('/1')).status).toBe(404);
  });

  it('do not match a class of the same name', async () => {
    @Controller()
    class UnknownController {
      @Get(':id') @Authorize('read', 'Line') show() {}
    }
    await expect(start([UnknownController], [])).rejects.toThrow('authorizes on Line, which is not a type');
    await start([UnknownController], [], { audit: 'off' });
    expect((await ask('/1')).status).toBe(500);
  });
});

describe('loadMany', () => {
  const batches: unknown[][] = [];
  let give = (ids: readonly string[]): unknown => ids.map((id) => notes.get(id));

  @Injectable()
  @ResourceLoader(Note)
  class ManyLoader implements LoadsMany<Note, string> {
    loadMany(ids: readonly string[]) {
      batches.push([...ids]);
      return give(ids) as Promise<Note[]>;
    }
  }

  afterEach(() => {
    batches.length = 0;
    give = (ids) => ids.map((id) => notes.get(id));
  });

  it('does not share ids between requests', async () => {
    await start([NoteController], [ManyLoader]);
    const answers = await Promise.all(
      ['alice', 'bob', 'alice'].map(async (user, i) => ask(`/${i + 1}`, user).then(({ status }) => status)),
    );
    expect(answers).toEqual([200, 404, 200]);
    expect(batches.map(String).toSorted()).toEqual(['1', '2', '3']);
  });

  it.each([
    ['one too few', () => []],
    ['one too many', (ids: readonly string[]) => [...ids, ...ids].map((id) => notes.get(id))],
    ['a value that is not a list', () => new Map(notes)],
    ['undefined', () => undefined],
    ['an error', () => Promise.reject(new TypeError('secret'))],
    ['an error in its place', () => [new TypeError('secret')]],
  ] as const)('refuses the call with 500 if it returns %s', async (_, answer) => {
    await start([NoteController], [ManyLoader]);
    give = answer;
    const { status, text } = await ask('/1');
    expect([status, text.includes('secret')]).toEqual([500, false]);
    give = (ids) => ids.map((id) => notes.get(id));
    expect((await ask('/1')).status).toBe(200);
  });

  it.each([
    ['undefined', undefined, 404],
    ['null', null, 404],
    ['an exception in its place', new GoneException(), 410],
  ] as const)('reports one missing resource by %s', async (_, answer, status) => {
    await start([NoteController], [ManyLoader]);
    give = () => [answer];
    expect((await ask('/1')).status).toBe(status);
  });
});

describe('a batch', () => {
  const asked: unknown[][] = [];
  const make = (load: (ids: readonly unknown[]) => unknown = (ids) => ids.map((id) => `${String(id)}!`)) =>
    new Batch('Loader', (ids) => {
      asked.push([...ids]);
      return load(ids) as never;
    });
  afterEach(() => {
    asked.length = 0;
  });

  it('loads the ids of one tick together, each once, and keeps no resource', async () => {
    const batch = make();
    expect(await Promise.all(['a', 'b', 'a'].map((id) => batch.load(id)))).toEqual(['a!', 'b!', 'a!']);
    expect(await batch.load('a')).toBe('a!');
    expect(asked).toEqual([['a', 'b'], ['a']]);
  });

  it('waits for ids that are needed when a promise settles', async () => {
    const batch = make();
    const later = Promise.resolve()
      .then(() => Promise.resolve())
      .then(() => batch.load('b'));
    expect(await Promise.all([batch.load('a'), later])).toEqual(['a!', 'b!']);
    expect(asked).toEqual([['a', 'b']]);
  });

  it('keeps ids of different kinds apart', async () => {
    const batch = make((ids) => ids.map((id) => typeof id));
    expect(await Promise.all([batch.load('1'), batch.load(1), batch.load(1n)])).toEqual([
      'string',
      'number',
      'bigint',
    ]);
  });

  it('loads ids that are needed meanwhile in the next batch', async () => {
    const batch = make(async (ids) => sleep(2).then(() => ids));
    const first = batch.load('a');
    await sleep(1);
    expect(await Promise.all([first, batch.load('b')])).toEqual(['a', 'b']);
    expect(asked).toEqual([['a'], ['b']]);
  });

  it('fails for the id that failed, and for all ids if the load failed', async () => {
    const batch = make((ids) => {
      if (ids.includes('all')) throw new TypeError('all');
      return ids.map((id) => (id === 'bad' ? new TypeError('bad') : id));
    });
    const outcomes = async (...ids: string[]) =>
      Promise.all(ids.map(async (id) => batch.load(id).catch((error: unknown) => String(error))));
    expect(await outcomes('a', 'bad', 'b')).toEqual(['a', 'TypeError: bad', 'b']);
    expect(await outcomes('a', 'all')).toEqual(['TypeError: all', 'TypeError: all']);
    expect(await outcomes('a')).toEqual(['a']);
  });
});
