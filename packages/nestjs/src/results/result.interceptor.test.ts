import 'reflect-metadata';
import {
  ClassSerializerInterceptor,
  Controller,
  Get,
  Module,
  Param,
  StreamableFile,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type INestApplication,
  type NestInterceptor,
} from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { Readable } from 'node:stream';
import { map, of } from 'rxjs';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  Authorize,
  AuthorizeResult,
  AuthorizedFields,
  Authz,
  NanookModule,
  SkipAuthorization,
} from '../index.js';
import type { RequestAuthorization } from '@nanook/http';

class Note {
  constructor(
    readonly id: string,
    readonly owner: string,
    readonly text = 'secret',
  ) {}
  explode(): never {
    throw new Error('no connection');
  }
}

const policies = `
  allow(user, "read", note: Note) if note.owner = user or note.owner = "everybody";
  allow(user, "delete", note: Note) if note.owner = user;
  allow(user, "archive", note: Note) if note.owner.no_such = user;
  allow(user, "explode", note: Note) if note.explode() = user;
  allow(_, "list", Note);
  allow_field(user, "read", note: Note, "text") if note.owner = user;
  allow_field(_, "read", _: Note, field) if field in ["id", "owner"];
`;

const own = new Note('1', 'alice');
const open = new Note('2', 'everybody');
const hidden = new Note('3', 'bob');
const all = [own, open, hidden];
const byId = new Map(all.map((note) => [note.id, note]));

class Page {
  readonly size = 3;
  constructor(private readonly notes: readonly Note[]) {}
  get items() {
    return this.notes;
  }
}
const page = Object.freeze({ items: Object.freeze([...all]), total: 3 });

/** Converts results to plain objects, as an interceptor of an application does. */
class Plain implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler) {
    return next.handle().pipe(map((result: unknown) => JSON.parse(JSON.stringify(result)) as unknown));
  }
}

/** Converts like class-transformer for a class with `@Exclude() owner`. */
const transformerPackage = {
  classToPlain: (value: object) => {
    const { owner: _, ...rest } = value as Note;
    return value instanceof Note ? rest : value;
  },
  plainToInstance: (_: unknown, value: unknown) => value as never,
};

let runs = 0;

@Controller('notes')
class NotesController {
  @Get('all') @AuthorizeResult() all() {
    return all;
  }
  @Get('promises') @AuthorizeResult() promises() {
    return all.map((note) => Promise.resolve(note));
  }
  @Get('observed/:id') @AuthorizeResult() observed(@Param('id') id: string) {
    return of(byId.get(id));
  }
  @Get('page') @AuthorizeResult('read', { at: 'items' }) page() {
    return page;
  }
  @Get('class-page') @AuthorizeResult('read', { at: 'items' }) classPage() {
    return new Page(all);
  }
  @Get('edges') @AuthorizeResult('read', { at: 'edges.node' }) edges() {
    return { edges: all.map((node, cursor) => ({ cursor, node })) };
  }
  @Get('wrong') @AuthorizeResult('read', { at: 'rows' }) wrong() {
    return page;
  }
  @Get('nothing') @AuthorizeResult() nothing() {
    runs++;
  }
  @Get('text') @AuthorizeResult() text() {
    return 'secret';
  }
  @Get('stream') @AuthorizeResult() stream() {
    return new StreamableFile(Readable.from(['secret']));
  }
  @Get('undecided') @AuthorizeResult('archive') undecided() {
    return all;
  }
  @Get('undecided/:id') @AuthorizeResult('archive') undecidedOne(@Param('id') id: string) {
    return byId.get(id);
  }
  @Get('failing') @AuthorizeResult('explode') failing() {
    return all;
  }
  @Get('both') @AuthorizeResult('read') @AuthorizeResult('delete') both() {
    return all;
  }
  @Get('plain') @AuthorizeResult() @UseInterceptors(Plain) plain() {
    return all;
  }
  @Get('fields/:id') @SkipAuthorization('each field is') @AuthorizedFields() fields(@Param('id') id: string) {
    return byId.get(id);
  }
  @Get('fields-page') @Authorize('list', Note) @AuthorizedFields('read', { at: 'items' }) fieldsPage() {
    return page;
  }
  @Get('fields-wrong') @Authorize('list', Note) @AuthorizedFields('read', { at: 'rows' }) fieldsWrong() {
    return page;
  }
  @Get('fields-text') @Authorize('list', Note) @AuthorizedFields() fieldsText() {
    return 'secret';
  }
  @Get('above') @AuthorizeResult() @AuthorizedFields() above() {
    return all;
  }
  @Get('below') @AuthorizedFields() @AuthorizeResult() below() {
    return all;
  }
  @Get('serialized')
  @AuthorizedFields()
  @AuthorizeResult()
  @UseInterceptors(
    new ClassSerializerInterceptor({ getAllAndOverride: () => undefined }, { transformerPackage }),
  )
  serialized() {
    return all;
  }
  @Get('by-hand/:id') @SkipAuthorization('the handler asks') async byHand(
    @Param('id') id: string,
    @Authz() authz: RequestAuthorization,
  ) {
    return authz.authorize('delete', byId.get(id));
  }
  @Get(':id') @AuthorizeResult() one(@Param('id') id: string) {
    runs++;
    return byId.get(id) ?? null;
  }
  @Get(':id/delete') @AuthorizeResult('delete') deleteOne(@Param('id') id: string) {
    return byId.get(id);
  }
}

@Controller('class')
@AuthorizeResult()
class ClassController {
  @Get('all') @AuthorizedFields() all() {
    return all;
  }
  @Get('skipped') @SkipAuthorization('open to all') skipped() {
    return all;
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
  controllers: [NotesController, ClassController],
})
class AppModule {}

const adapters = { Express: () => new ExpressAdapter(), Fastify: () => new FastifyAdapter() };

describe.each(['Express', 'Fastify'] as const)('results on %s', (adapter) => {
  let app: INestApplication;
  beforeAll(async () => {
    const built = await Test.createTestingModule({ imports: [AppModule] }).compile();
    app = built.createNestApplication(adapters[adapter]() as never, { logger: false });
    await app.listen(0);
  });
  afterAll(() => app.close());

  const get = async (path: string, user: string | undefined = 'alice') => {
    const asked = request(app.getHttpServer()).get(path);
    const { status, body, text } = await (user === '' ? asked : asked.set('x-user', user));
    return { status, body: body as unknown, text };
  };
  const ids = async (path: string, user?: string) =>
    ((await get(path, user)).body as Note[]).map(({ id }) => id);

  it.each([
    ['alice', '/notes/1', 200],
    ['alice', '/notes/3', 404],
    ['alice', '/notes/4', 404],
    ['alice', '/notes/2/delete', 403],
    ['alice', '/notes/3/delete', 404],
    ['bob', '/notes/3/delete', 200],
    ['alice', '/notes/observed/1', 200],
    ['alice', '/notes/observed/3', 404],
    ['alice', '/notes/nothing', 404],
    ['alice', '/notes/by-hand/2', 403],
    ['alice', '/notes/by-hand/1', 200],
  ])('%s gets %s: %i', async (user, path, status) => {
    expect((await get(path, user)).status).toBe(status);
  });

  it('gives no details of a refused result', async () => {
    expect((await get('/notes/3')).body).toEqual({ message: 'Not Found', statusCode: 404 });
    expect((await get('/notes/2/delete')).body).toEqual({ message: 'Forbidden', statusCode: 403 });
  });

  it('does not run a handler for an anonymous request', async () => {
    runs = 0;
    expect((await get('/notes/1', '')).status).toBe(401);
    expect(runs).toBe(0);
  });

  it('returns the allowed elements of a list', async () => {
    expect(await ids('/notes/all', 'alice')).toEqual(['1', '2']);
    expect(await ids('/notes/all', 'bob')).toEqual(['2', '3']);
    expect(await ids('/notes/promises', 'bob')).toEqual(['2', '3']);
  });

  it('filters a list inside a result, and changes only a copy', async () => {
    expect((await get('/notes/page', 'carol')).body).toEqual({ items: [{ ...open }], total: 3 });
    expect((await get('/notes/class-page', 'carol')).body).toMatchObject({ items: [{ id: '2' }], size: 3 });
    expect(page.items).toEqual(all);
  });

  it('leaves out the edges of refused nodes', async () => {
    expect((await get('/notes/edges', 'carol')).body).toEqual({ edges: [{ cursor: 1, node: { ...open } }] });
  });

  it.each(['wrong', 'text', 'stream', 'failing', 'fields-wrong', 'fields-text'])(
    'returns 500 for a value that is not a resource: %s',
    async (path) => {
      const { status, text } = await get(`/notes/${path}`);
      expect({ status, tells: /secret/.test(text) }).toEqual({ status: 500, tells: false });
    },
  );

  it('leaves undecided elements out of a list, and returns 500 for a single undecided resource', async () => {
    expect((await get('/notes/undecided')).body).toEqual([]);
    expect((await get('/notes/undecided/1')).status).toBe(500);
  });

  it('checks several requirements', async () => {
    expect(await ids('/notes/both')).toEqual(['1']);
  });

  it('checks the result before an interceptor below it converts it', async () => {
    expect(await ids('/notes/plain')).toEqual(['1', '2']);
  });

  it('returns the allowed fields', async () => {
    expect((await get('/notes/fields/1', 'alice')).body).toEqual({ ...own });
    expect((await get('/notes/fields/1', 'bob')).body).toEqual({ id: '1', owner: 'alice' });
    expect((await get('/notes/fields-page', 'bob')).body).toEqual({
      items: [{ id: '1', owner: 'alice' }, { id: '2', owner: 'everybody' }, { ...hidden }],
      total: 3,
    });
  });

  it.each(['/notes/above', '/notes/below', '/class/all'])(
    'authorizes the resource before it removes fields: %s',
    async (path) => {
      expect((await get(path, 'alice')).body).toEqual([{ ...own }, { id: '2', owner: 'everybody' }]);
    },
  );

  it('keeps the class of a resource for a serializer', async () => {
    expect((await get('/notes/serialized', 'alice')).body).toEqual([
      { id: '1', text: 'secret' },
      { id: '2' },
    ]);
  });

  it('does not check if the handler skips the requirement of its class', async () => {
    expect(await ids('/class/skipped')).toEqual(['1', '2', '3']);
  });
});
