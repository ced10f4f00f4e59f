import 'reflect-metadata';
import {
  Body,
  Controller,
  Injectable,
  Module,
  Param,
  Patch,
  Post,
  UseInterceptors,
  type ArgumentMetadata,
  type CallHandler,
  type ExecutionContext,
  type INestApplication,
  type NestInterceptor,
  type PipeTransform,
} from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  Authorize,
  AuthorizeResult,
  AuthorizedInput,
  AuthorizedResource,
  NanookModule,
  ResourceLoader,
  SkipAuthorization,
} from '../index.js';

class Note {
  constructor(
    readonly id: string,
    readonly owner: string,
  ) {}
}

class UpdateNote {
  declare text?: string;
  declare owner?: string;
}

const seen: unknown[] = [];

/** Gets the class of the parameter, as a `ValidationPipe` does. */
class Validates implements PipeTransform {
  transform(value: unknown, { metatype, type }: ArgumentMetadata): unknown {
    if (type === 'body') seen.push([metatype?.name, value]);
    return value;
  }
}

@Injectable()
@ResourceLoader(Note)
class NoteLoader {
  load(id: string) {
    return new Note(id, 'alice');
  }
}

@Injectable()
class ReplacesBody implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler) {
    const replaced = context.switchToHttp().getRequest<{ body: unknown }>();
    replaced.body = { owner: 'mallory' };
    return next.handle();
  }
}

@Controller('notes')
class Notes {
  @Patch(':id') @Authorize('update', Note) update(
    @AuthorizedResource() _: Note,
    @AuthorizedInput() changes: UpdateNote,
  ) {
    return { changes };
  }
  @Patch('drop/:id') @Authorize('update', Note) drop(
    @AuthorizedInput({ refused: 'drop' }) changes: UpdateNote,
  ) {
    return { changes };
  }
  @Patch('action/:id') @Authorize('update', Note) action(
    @AuthorizedInput({ action: 'publish' }, new Validates()) changes: UpdateNote,
  ) {
    return { changes };
  }
  @Patch('any/:id') @Authorize('update', Note) any(
    @AuthorizedResource() note: Note,
    @AuthorizedInput({ action: 'patch' }) changes: object,
  ) {
    return { isAdmin: (Object.assign(note, changes) as { isAdmin?: true }).isAdmin };
  }
  @Post() @Authorize('create', Note) create(@AuthorizedInput() fields: UpdateNote) {
    return { fields };
  }
  @Patch('replaced/:id') @UseInterceptors(ReplacesBody) @Authorize('update', Note) replaced(
    @AuthorizedInput() changes: UpdateNote,
  ) {
    return { changes };
  }
  @Patch('inner/:id') @Authorize('update', Note) inner(@AuthorizedInput({ at: 'note' }) changes: UpdateNote) {
    return { changes };
  }
  @Patch('deep/:id') @Authorize('update', Note) deep(
    @AuthorizedInput({ at: 'data.attributes', refused: 'drop' }) changes: UpdateNote,
    @Body() body: object,
  ) {
    return { changes, body };
  }
  @Patch('two/:id') @Authorize('update', Note) two(
    @AuthorizedInput({ at: 'note' }) note: UpdateNote,
    @AuthorizedInput({ at: 'publication', action: 'publish' }) publication: object,
  ) {
    return { note, publication };
  }
  @Patch('plain/:id') @Authorize('update', Note) plain(@Param('id') _: string, @Body() changes: UpdateNote) {
    return { changes };
  }
}
@Controller('sub')
class SubNotes extends Notes {}

const policies = `
  allow(_, action, _: Note) if action in ["read", "update"];
  allow(_, "create", Note);
  allow_field(_, "update", _: Note, "text");
  allow_field(user, "update", note: Note, "owner") if note.owner = user;
  allow_field(_, "update", note: Note, "broken") if note.broken.deeper = 1;
  allow_field(_, "publish", _: Note, "published");
  allow_field(_, "create", Note, "text");
  allow_field(_, "patch", _: Note, field) if field != "isAdmin";
`;

const moduleOf = (...controllers: (new () => object)[]) => {
  @Module({
    imports: [
      NanookModule.forRoot({
        policies,
        types: { Note },
        actor: ({ headers }: { headers: Record<string, string> }) => headers['x-user'],
      }),
    ],
    controllers,
    providers: [NoteLoader],
  })
  class AppModule {}
  return AppModule;
};

describe.each([
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter()],
])('@AuthorizedInput on %s', (_, adapter) => {
  let app: INestApplication;
  beforeAll(async () => {
    const built = await Test.createTestingModule({ imports: [moduleOf(Notes, SubNotes)] }).compile();
    app = built.createNestApplication(adapter() as never, { logger: false });
    app.useGlobalPipes(new Validates());
    await app.init();
    await (app as NestFastifyApplication).getHttpAdapter().getInstance().ready?.();
  });
  afterAll(() => app.close());
  const send = (path: string, body: object, user = 'bob', method: 'patch' | 'post' = 'patch') =>
    request(app.getHttpServer())[method](path).set('x-user', user).send(body);

  it('passes a body whose fields the actor may write', async () => {
    seen.length = 0;
    const { status, body } = await send('/notes/1', { text: 'new' });
    expect([status, body]).toEqual([200, { changes: { text: 'new' } }]);
    expect((await send('/notes/1', { text: 'new', owner: 'bob' }, 'alice')).status).toBe(200);
    // Pipes get the class, as with @Body().
    expect(seen[0]).toEqual(['UpdateNote', { text: 'new' }]);
  });

  it.each([
    ['that is refused', { text: 'new', owner: 'bob' }],
    ['that the policy does not know', { text: 'new', isAdmin: true }],
    ['about which the policy is undecided', { broken: 1 }],
  ])('answers 403 for a field %s', async (_name, body) => {
    seen.length = 0;
    expect((await send('/notes/1', body)).status).toBe(403);
    expect((await send('/sub/1', body)).status).toBe(403);
    expect(seen).toEqual([]);
  });

  it('refuses `__proto__` under a policy that names only the refused fields', async () => {
    // Sent as text, because a literal would set the prototype.
    const response = await request(app.getHttpServer())
      .patch('/notes/any/1')
      .set('x-user', 'bob')
      .type('json')
      .send('{"text":"new","__proto__":{"isAdmin":true}}');
    // Fastify's parser refuses it.
    expect([response.status, response.body]).toEqual([
      _ === 'Express' ? 403 : 400,
      expect.not.objectContaining({ isAdmin: true }),
    ]);
    expect((await send('/notes/any/1', { text: 'new' })).body).toEqual({});
  });

  it("drops refused fields with refused: 'drop'", async () => {
    const { body } = await send('/notes/drop/1', { text: 'new', owner: 'bob', broken: 1 });
    expect(body).toEqual({ changes: { text: 'new' } });
    expect((await send('/notes/drop/1', { owner: 'bob' })).body).toEqual({ changes: {} });
  });

  it('checks its own action, and runs further pipes', async () => {
    seen.length = 0;
    expect((await send('/notes/action/1', { published: true })).status).toBe(200);
    expect(seen).toHaveLength(2);
    expect((await send('/notes/action/1', { text: 'new' })).status).toBe(403);
  });

  it('checks the type when a resource is created', async () => {
    expect((await send('/notes', { text: 'new' }, 'bob', 'post')).status).toBe(201);
    expect((await send('/notes', { text: 'new', owner: 'bob' }, 'bob', 'post')).status).toBe(403);
  });

  it('accepts a request without a body, and refuses a list', async () => {
    expect((await request(app.getHttpServer()).patch('/notes/1').set('x-user', 'bob')).status).toBe(200);
    expect((await send('/notes/1', [{ text: 'new' }])).status).toBe(400);
  });

  it('returns 500 for a body that the guard has not checked', async () => {
    expect((await send('/notes/replaced/1', { text: 'new' })).status).toBe(500);
  });

  it('checks the fields at a path, and passes the object there', async () => {
    seen.length = 0;
    expect((await send('/notes/inner/1', { note: { text: 'new' }, version: 2 })).body).toEqual({
      changes: { text: 'new' },
    });
    expect(seen).toEqual([['UpdateNote', { text: 'new' }]]);
    expect((await send('/notes/inner/1', { note: { text: 'new', owner: 'bob' } })).status).toBe(403);
    expect((await send('/notes/inner/1', { owner: 'bob' })).body).toEqual({});
    for (const note of [[{ text: 'new' }], 'text'])
      expect((await send('/notes/inner/1', { note })).status).toBe(400);
  });

  it('drops refused fields at a path of several names, which a field of that name cannot replace', async () => {
    const attributes = { text: 'new', owner: 'bob' };
    const given = { data: { id: '1', attributes }, 'data.attributes': { owner: 'bob' } };
    const { body } = await send('/notes/deep/1', given);
    expect(body).toEqual({
      changes: { text: 'new' },
      body: { data: { id: '1', attributes: { text: 'new' } } },
    });
    expect((await send('/notes/deep/1', { 'data.attributes': { owner: 'bob' } })).body).toEqual({
      body: {},
    });
  });

  it('checks each of several parameters', async () => {
    const given = { note: { text: 'new' }, publication: { published: true } };
    expect((await send('/notes/two/1', given)).body).toEqual(given);
    expect((await send('/notes/two/1', { ...given, publication: { text: 'new' } })).status).toBe(403);
    expect((await send('/notes/two/1', { ...given, note: { published: true } })).status).toBe(403);
  });

  it('accepts a body that a global pipe copies after the check', async () => {
    const built = await Test.createTestingModule({ imports: [moduleOf(Notes)] }).compile();
    const copying = built.createNestApplication(adapter() as never, { logger: false });
    copying.useGlobalPipes({
      transform: (value: unknown) => (value instanceof Note ? value : structuredClone(value)),
    });
    await copying.init();
    await (copying as NestFastifyApplication).getHttpAdapter().getInstance().ready?.();
    const sent = request(copying.getHttpServer())
      .patch('/notes/1')
      .set('x-user', 'bob')
      .send({ text: 'new' });
    expect((await sent).body).toEqual({ changes: { text: 'new' } });
    await copying.close();
  });

  it('does not change @Body()', async () => {
    expect((await send('/notes/plain/1', { owner: 'bob' })).body).toEqual({ changes: { owner: 'bob' } });
  });
});

describe('@AuthorizedInput', () => {
  it('fails the audit if the handler has no @Authorize', async () => {
    @Controller()
    class Wrong {
      @Post('a') @SkipAuthorization('test') skipped(@AuthorizedInput() _: UpdateNote) {}
      @Post('b') @AuthorizeResult() result(@AuthorizedInput() _: UpdateNote) {}
    }
    const built = await Test.createTestingModule({ imports: [moduleOf(Wrong)] }).compile();
    const app = built.createNestApplication({ logger: false });
    await expect(app.init()).rejects.toThrow(
      /Wrong\.skipped has @AuthorizedInput[^]*Wrong\.result has @AuthorizedInput/,
    );
    await app.close();
  });

  it.each([
    [
      'no parentheses',
      () => {
        class Bare {
          m(@(AuthorizedInput as unknown as ParameterDecorator) _: object) {}
        }
        return Bare;
      },
      'parentheses',
    ],
    [
      'a pipe first',
      () => AuthorizedInput(new Validates() as never),
      'needs its options before the pipes, got an object',
    ],
    ['an unknown option', () => AuthorizedInput({ drop: true } as never), 'has no option `drop`'],
    ['an empty path', () => AuthorizedInput({ at: '' }), "needs for `at` a path such as 'note', got ''"],
    [
      'another treatment',
      () => AuthorizedInput({ refused: 'ignore' as never }),
      "needs 'refuse' or 'drop' for `refused`, got 'ignore'",
    ],
  ])('throws for %s', (_, decorate, message) => {
    expect(decorate).toThrow(message);
  });
});
