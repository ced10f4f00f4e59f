import 'reflect-metadata';
import {
  Controller,
  Delete,
  Get,
  Inject,
  Injectable,
  Module,
  Post,
  Scope,
  type INestApplication,
  type Type,
} from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  Authorize,
  AuthorizedResource,
  CurrentActor,
  NanookModule,
  ResourceLoader,
  SkipAuthorization,
  type LoadsOne,
} from '../index.js';

class Note {
  constructor(
    readonly id: string,
    readonly owner: string,
    readonly readers: readonly string[] = [],
  ) {}
}

const policies = `
  allow(user, "read", note: Note) if note.owner = user or user in note.readers;
  allow(user, "delete", note: Note) if note.owner = user;
  allow(user, "create", Note) if user = "alice";
`;

const notes = new Map([['1', new Note('1', 'alice', ['bob'])]]);
let loads = 0;

@Injectable()
class Notes {
  find(id: string) {
    loads++;
    return notes.get(id);
  }
}

@Injectable()
@ResourceLoader(Note)
class NoteLoader implements LoadsOne<Note, string> {
  constructor(private readonly notes: Notes) {}
  load(id: string) {
    return this.notes.find(id);
  }
}

let made = 0;

/** A request-scoped loader, into which the request is injected. */
@Injectable({ scope: Scope.REQUEST })
@ResourceLoader(Note)
class RequestNoteLoader implements LoadsOne<Note, string> {
  constructor(
    private readonly notes: Notes,
    @Inject(REQUEST) private readonly request: { readonly headers: Record<string, string | undefined> },
  ) {
    made++;
  }
  load(id: string) {
    return this.request.headers['x-user'] === 'mallory' ? undefined : this.notes.find(id);
  }
}

@Controller('notes')
class NotesController {
  @Get('ping') @SkipAuthorization('liveness probe') ping() {
    return { up: true };
  }
  @Get(':id') @Authorize(Note) show(@AuthorizedResource() note: Note, @CurrentActor() actor: string) {
    return { id: note.id, for: actor };
  }
  @Post() @Authorize('create', Note) create() {
    return { created: true };
  }
  @Delete(':id') @Authorize(Note) delete(@AuthorizedResource() note: Note) {
    return { deleted: note.id };
  }
}

@Module({
  imports: [
    NanookModule.forRoot({
      policies,
      types: { Note },
      actor: (req: { headers: Record<string, string | undefined> }) => req.headers['x-user'],
      challenge: 'Bearer',
    }),
  ],
  controllers: [NotesController],
  providers: [Notes, NoteLoader],
})
class AppModule {}

@Controller('scoped')
class ScopedController {
  @Get(':id')
  @Authorize(Note)
  @Authorize('read', Note)
  show(@AuthorizedResource() note: Note) {
    return { id: note.id };
  }
}

@Module({
  imports: [
    NanookModule.forRoot({
      policies,
      types: { Note },
      actor: (req: { headers: Record<string, string | undefined> }) => req.headers['x-user'],
    }),
  ],
  controllers: [ScopedController],
  providers: [Notes, RequestNoteLoader],
})
class ScopedModule {}

const adapters = { Express: () => new ExpressAdapter(), Fastify: () => new FastifyAdapter() };

async function start(module: Type, adapter: keyof typeof adapters): Promise<INestApplication> {
  const built = await Test.createTestingModule({ imports: [module] }).compile();
  const app = built.createNestApplication(adapters[adapter]() as never, { logger: false });
  await app.listen(0);
  return app;
}

describe.each(['Express', 'Fastify'] as const)('HTTP on %s', (adapter) => {
  let app: INestApplication;
  beforeAll(async () => {
    app = await start(AppModule, adapter);
  });
  afterAll(() => app.close());
  const as = (user: string | undefined, method: 'get' | 'post' | 'delete', path: string) => {
    const asked = request(app.getHttpServer())[method](path);
    return user === undefined ? asked : asked.set('x-user', user);
  };

  it('loads the resource once, and passes it to the handler', async () => {
    loads = 0;
    const { status, body } = await as('bob', 'get', '/notes/1');
    expect({ status, body, loads }).toEqual({ status: 200, body: { id: '1', for: 'bob' }, loads: 1 });
  });

  it.each([
    ['alice', 'get', '/notes/ping', 200],
    [undefined, 'get', '/notes/ping', 200],
    [undefined, 'get', '/notes/1', 401],
    ['carol', 'get', '/notes/1', 404],
    ['alice', 'get', '/notes/2', 404],
    ['bob', 'delete', '/notes/1', 403],
    ['alice', 'delete', '/notes/1', 200],
    ['alice', 'post', '/notes', 201],
    ['bob', 'post', '/notes', 403],
  ] as const)('%s %s %s: %i', async (user, method, path, status) => {
    expect((await as(user, method, path)).status).toBe(status);
  });

  it('returns WWW-Authenticate for an anonymous request', async () => {
    expect((await as(undefined, 'get', '/notes/1')).headers['www-authenticate']).toBe('Bearer');
  });
});

describe.each(['Express', 'Fastify'] as const)('a request-scoped loader on %s', (adapter) => {
  it('gets created once for each request, with the request injected', async () => {
    const app = await start(ScopedModule, adapter);
    made = 0;
    const ask = (user: string) => request(app.getHttpServer()).get('/scoped/1').set('x-user', user);
    const answers = await Promise.all(['alice', 'bob', 'mallory', 'carol'].map(ask));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 404, 404]);
    expect(made).toBe(4);
    await app.close();
  });
});
