import 'reflect-metadata';
import { EventEmitter } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Catch,
  Controller,
  Get,
  Module,
  Next,
  NotFoundException,
  Param,
  Render,
  Req,
  Res,
  Sse,
  StreamableFile,
  createParamDecorator,
  type ArgumentsHost,
  type CallHandler,
  type ExceptionFilter,
  type ExecutionContext,
  type INestApplication,
  type MessageEvent,
  type NestInterceptor,
} from '@nestjs/common';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import {
  Context as GraphqlContext,
  Field,
  GraphQLModule,
  ObjectType,
  Query,
  Resolver,
} from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { Observable, concat, from, map, of } from 'rxjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { AuthorizeResult, AuthorizedFields, Authorize, NanookModule } from '../index.js';

class Note {
  constructor(
    readonly id: string,
    readonly owner: string,
    readonly text = 'leaked',
  ) {}
}
const mine = new Note('1', 'alice', 'mine');
const other = new Note('2', 'bob');

/** The response that a platform passes to handlers. */
interface Reply {
  json?(body: unknown): void;
  send(body: unknown): Reply;
  end?(body?: string): void;
  write?(body: string): void;
  raw?: import('node:http').ServerResponse;
  hijack?(): void;
  header(name: string, value: string): void;
  redirect(url: string): void;
  status(code: number): Reply;
}

/** Returns the reply in an object, because a reply of Fastify is a promise. */
const Response = createParamDecorator((_: unknown, context: ExecutionContext) => ({
  reply: context.switchToHttp().getResponse<Reply>(),
}));

const emitter = new EventEmitter();

@Controller('bypass')
class Bypasses {
  @Get('decorator') @AuthorizeResult() decorator(@Response() { reply: response }: { reply: Reply }) {
    response.send(other);
  }
  @Get('passthrough') @AuthorizeResult() passthrough(@Res({ passthrough: true }) response: Reply) {
    response.send(other);
    return mine;
  }
  @Get('text') @AuthorizeResult() text(@Res({ passthrough: true }) response: Reply) {
    const raw = response.raw ?? (response as unknown as import('node:http').ServerResponse);
    raw.write('lea');
    raw.end('ked');
    return mine;
  }
  @Get('late') @AuthorizeResult() async late(@Response() { reply: response }: { reply: Reply }) {
    await sleep(1);
    response.send(other);
    await sleep(5);
    return mine;
  }
  @Get('never') @AuthorizeResult() never(@Response() { reply: response }: { reply: Reply }) {
    response.send(other);
    return new Promise(() => {});
  }
  @Get('emitted') @AuthorizeResult() emitted(@Response() { reply: response }: { reply: Reply }) {
    const raw = response.raw ?? (response as unknown as import('node:http').ServerResponse);
    emitter.once('write', () => {
      raw.write('lea');
      raw.end('ked');
    });
    return new Promise(() => {});
  }
  @Get('piped') @AuthorizeResult() piped(@Response() { reply: response }: { reply: Reply }) {
    const raw = response.raw ?? (response as unknown as import('node:http').ServerResponse);
    Readable.from(['lea', 'ked']).pipe(raw);
    return new Promise(() => {});
  }
  @Get('redirect') @AuthorizeResult() redirect(@Response() { reply: response }: { reply: Reply }) {
    response.redirect('/leaked');
  }
  @Get('rule/:id') @Authorize('read', () => mine) @AuthorizeResult() both(
    @Response() { reply: response }: { reply: Reply },
  ) {
    response.send(other);
  }
  @Get('fields') @Authorize('read', () => mine) @AuthorizedFields() fields(
    @Response() { reply: response }: { reply: Reply },
  ) {
    response.send(other);
  }
  @Get('file') @AuthorizeResult() file() {
    return new StreamableFile(Buffer.from('leaked'));
  }
}

@Controller('next')
class HandsOn {
  @Get() @AuthorizeResult() next(@Next() next: () => void) {
    next();
  }
}

@Controller('fine')
class Fine {
  @Get('one') @AuthorizeResult() one() {
    return mine;
  }
  @Get('header') @AuthorizeResult() header(@Res({ passthrough: true }) response: Reply) {
    response.header('x-note', '1');
    return mine;
  }
  @Get('observable') @AuthorizeResult() observable() {
    return of(mine).pipe(map((note) => note));
  }
  @Get('twice') @AuthorizeResult() @AuthorizeResult('list') @AuthorizedFields() twice() {
    return mine;
  }
  @Get('refused') @AuthorizeResult() refused() {
    return other;
  }
  @Get('thrown') @AuthorizeResult() thrown(): unknown {
    throw new NotFoundException();
  }
}

@Controller('express')
class OnExpress {
  @Get('req') @AuthorizeResult() req(@Req() request: { res: Reply }) {
    request.res.json!(other);
  }
  @Get('passthrough') @AuthorizeResult() passthrough(@Res({ passthrough: true }) response: Reply) {
    response.json!(other);
  }
}

@Controller('fastify')
class OnFastify {
  @Get('raw') @AuthorizeResult() raw(@Res({ passthrough: true }) response: Reply) {
    response.raw!.end(JSON.stringify(other));
  }
  @Get('hijacked') @AuthorizeResult() hijacked(@Res({ passthrough: true }) response: Reply) {
    response.hijack!();
    response.raw!.writeHead(200);
    response.raw!.end(JSON.stringify(other));
  }
}

/** Answers every error with a 200, as applications with an envelope do. */
@Catch()
class Envelope implements ExceptionFilter {
  async catch(error: { status?: number }, host: ArgumentsHost) {
    await sleep(1);
    host
      .switchToHttp()
      .getResponse<Reply>()
      .status(200)
      .send({ failed: error.status ?? 500 });
  }
}

class Wraps implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler) {
    return next.handle().pipe(map((data: unknown) => ({ data })));
  }
}

let app: INestApplication | undefined;
afterEach(async () => {
  vi.restoreAllMocks();
  emitter.removeAllListeners();
  await app?.close();
  app = undefined;
});

async function serve(
  adapter: () => unknown,
  controllers: (new () => object)[],
  configure: (built: INestApplication) => void = () => {},
): Promise<(path: string, user?: string) => Promise<{ status: number; text: string; headers: Headers }>> {
  @Module({
    imports: [
      NanookModule.forRoot({
        policies: `
          allow(user, action, note: Note) if action in ["read", "list"] and note.owner = user;
          allow_field(_, "read", _: Note, "id");
        `,
        types: { Note },
        actor: ({ headers }: { headers: Record<string, string> }) => headers['x-user'],
      }),
    ],
    controllers,
  })
  class AppModule {}
  const built = await Test.createTestingModule({ imports: [AppModule] }).compile();
  app = built.createNestApplication(adapter() as never, { logger: false });
  configure(app);
  await app.listen(0, '127.0.0.1');
  const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
  return async (path, user = 'alice') => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      headers: { 'x-user': user },
      redirect: 'manual',
    });
    return { status: response.status, text: await response.text(), headers: response.headers };
  };
}

const platforms = [
  ['Express', () => new ExpressAdapter(), OnExpress, ['req', 'passthrough']],
  ['Fastify', () => new FastifyAdapter(), OnFastify, ['raw', 'hijacked']],
] as const;

const names = [
  'decorator',
  'passthrough',
  'text',
  'late',
  'never',
  'piped',
  'redirect',
  'rule/1',
  'fields',
  'file',
];

describe.each(platforms)(
  'a handler with @AuthorizeResult that writes its response, on %s',
  (_, adapter, own, ownPaths) => {
    const open = async (configure?: (built: INestApplication) => void) =>
      serve(adapter, [Bypasses, Fine, own], configure);

    it.each([
      ...names.map((name) => `/bypass/${name}`),
      ...ownPaths.map((name) => `/${_.toLowerCase()}/${name}`),
    ])('gets a 500 instead of its response: %s', async (path) => {
      const ask = await open();
      const { status, text, headers } = await ask(path);
      expect(status).toBe(500);
      expect(text).not.toMatch(/lea|ked/);
      expect(headers.get('location')).toBeNull();
    });

    it('gets a 500 if other code writes the response', async () => {
      const ask = await open();
      const answer = ask('/bypass/emitted');
      await vi.waitFor(() => expect(emitter.listenerCount('write')).toBe(1));
      emitter.emit('write');
      const { status, text } = await answer;
      expect([status, text.includes('lea')]).toEqual([500, false]);
    });

    it('gets a 500 also if a filter answers errors with 200', async () => {
      const ask = await open((built) => built.useGlobalFilters(new Envelope()));
      expect(await ask('/bypass/passthrough')).toMatchObject({ status: 500, text: '{"failed":500}' });
      expect(await ask('/bypass/text')).toMatchObject({ status: 500, text: '{"failed":500}' });
    });

    it('does not affect handlers that return their result', async () => {
      const ask = await open();
      expect(JSON.parse((await ask('/fine/one')).text)).toEqual({ ...mine });
      expect(JSON.parse((await ask('/fine/observable')).text)).toEqual({ ...mine });
      expect(JSON.parse((await ask('/fine/twice')).text)).toEqual({ id: '1' });
      expect((await ask('/fine/header')).headers.get('x-note')).toBe('1');
      expect((await ask('/fine/refused')).status).toBe(404);
      expect((await ask('/fine/thrown')).status).toBe(404);
    });

    it('does not affect filters and interceptors of the application', async () => {
      const ask = await open((built) =>
        built.useGlobalFilters(new Envelope()).useGlobalInterceptors(new Wraps()),
      );
      expect(JSON.parse((await ask('/fine/one')).text)).toEqual({ data: { ...mine } });
      expect(await ask('/fine/refused')).toMatchObject({ status: 200, text: '{"failed":404}' });
      expect(await ask('/fine/thrown')).toMatchObject({ status: 200, text: '{"failed":404}' });
    });

    it('cannot use @Next(): the audit refuses it', async () => {
      await expect(serve(adapter, [HandsOn])).rejects.toThrow(/HandsOn\.next writes the response itself/);
    });
  },
);

describe('@Render', () => {
  it('renders the authorized result', async () => {
    @Controller()
    class Pages {
      @Get(':id') @Render('note') @AuthorizeResult() show(@Param('id') id: string) {
        return id === '1' ? mine : other;
      }
    }
    const ask = await serve(
      () => new ExpressAdapter(),
      [Pages],
      (built) => {
        const adapter = built.getHttpAdapter() as ExpressAdapter;
        adapter.engine('t', (_: string, { text }: Note, done: (error: unknown, html: string) => void) =>
          done(null, text),
        );
        adapter.getInstance().set('view engine', 't');
        adapter.getInstance().set(
          'view',
          class {
            readonly path = 'note';
            render({ text }: Note, done: (error: unknown, html: string) => void) {
              done(null, `<p>${text}</p>`);
            }
          },
        );
      },
    );
    expect(await ask('/1')).toMatchObject({ status: 200, text: '<p>mine</p>' });
    expect((await ask('/2')).status).toBe(404);
  });
});

describe.each(platforms)('server-sent events on %s', (_, adapter) => {
  const slow = <T>(values: T[]) =>
    new Observable<T>((subscriber) => {
      void (async () => {
        for (const value of values) {
          await sleep(2);
          subscriber.next(value);
        }
        subscriber.complete();
      })();
    });

  @Controller('events')
  class Events {
    @Sse('notes') @AuthorizeResult() notes(): Observable<MessageEvent> {
      return slow([{ data: mine }, { data: other }, { data: new Note('3', 'alice', 'mine too') }]);
    }
    @Sse('at') @AuthorizeResult('read', { at: 'data' }) at(): Observable<MessageEvent> {
      return slow([{ data: other }, { data: mine }]);
    }
    @Sse('bare') @AuthorizeResult() bare(): Observable<Note> {
      return concat(from([other]), slow([mine]));
    }
    @Sse('lists') @AuthorizeResult() lists(): Observable<MessageEvent> {
      return slow([{ data: [mine, other] }]);
    }
    @Sse('fields') @AuthorizeResult() @AuthorizedFields() fields(): Observable<MessageEvent> {
      return slow([{ data: mine }]);
    }
    @Sse('none') @AuthorizeResult() none(): Observable<MessageEvent> {
      return slow([{ data: other }]);
    }
    @Sse('bypass') @AuthorizeResult() bypass(
      @Response() { reply: response }: { reply: Reply },
    ): Observable<MessageEvent> {
      const raw = response.raw ?? (response as unknown as import('node:http').ServerResponse);
      raw.write('data: leaked\n\n');
      return slow([{ data: mine }]);
    }
  }
  const open = () => serve(adapter, [Events]);
  const dataOf = (text: string) =>
    [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data!) as Partial<Note>);

  it('leave out a refused event, and continue', async () => {
    const ask = await open();
    expect(dataOf((await ask('/events/notes')).text)).toEqual([
      { ...mine },
      { id: '3', owner: 'alice', text: 'mine too' },
    ]);
    expect(dataOf((await ask('/events/notes', 'bob')).text)).toEqual([{ ...other }]);
    expect(dataOf((await ask('/events/at')).text)).toEqual([{ ...mine }]);
    expect((await ask('/events/bare')).text).not.toMatch(/leaked/);
    expect(await ask('/events/none')).toMatchObject({
      status: 200,
      text: expect.not.stringMatching(/leaked/) as string,
    });
  });

  it('filter the lists of an event, and its fields', async () => {
    const ask = await open();
    expect(dataOf((await ask('/events/lists')).text)).toEqual([[{ ...mine }]]);
    expect(dataOf((await ask('/events/fields')).text)).toEqual([{ id: '1' }]);
  });

  it('get blocked if the handler writes them itself', async () => {
    const ask = await open();
    const { status, text } = await ask('/events/bypass');
    expect([status, text.includes('leaked')]).toEqual([500, false]);
  });
});

describe.each([
  [
    'Apollo on Express',
    () => new ExpressAdapter(),
    () => GraphQLModule.forRoot<ApolloDriverConfig>({ driver: ApolloDriver, autoSchemaFile: true }),
  ],
  [
    'Mercurius',
    () => new FastifyAdapter(),
    () => GraphQLModule.forRoot<MercuriusDriverConfig>({ driver: MercuriusDriver, autoSchemaFile: true }),
  ],
] as const)('a resolver with @AuthorizeResult, with %s', (_, adapter, graphql) => {
  @ObjectType('Note')
  class NoteType {
    @Field(() => String) readonly text!: string;
  }
  interface Context {
    readonly req?: { readonly res: import('node:http').ServerResponse };
    readonly reply?: { readonly raw: import('node:http').ServerResponse };
  }
  @Resolver()
  class Notes {
    @Query(() => NoteType, { nullable: true }) @AuthorizeResult() bypass(
      @GraphqlContext() { req, reply }: Context,
    ) {
      (reply?.raw ?? req!.res).end('leaked');
      return mine;
    }
    @Query(() => NoteType, { nullable: true }) @AuthorizeResult() fine() {
      return mine;
    }
  }

  it('gets an error if it writes the response, and otherwise returns its result', async () => {
    @Module({
      imports: [
        NanookModule.forRoot({
          policies: 'allow(user, "read", note: Note) if note.owner = user;',
          types: { Note },
          actor: () => 'alice',
        }),
        graphql(),
      ],
      providers: [Notes],
    })
    class AppModule {}
    const built = await Test.createTestingModule({ imports: [AppModule] }).compile();
    app = built.createNestApplication(adapter() as never, { logger: false });
    await app.listen(0, '127.0.0.1');
    const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
    const query = async (text: string) =>
      (
        await fetch(`http://127.0.0.1:${port}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query: text }),
        })
      ).text();
    expect(await query('{ bypass { text } fine { text } }')).not.toMatch(/leaked/);
    expect(JSON.parse(await query('{ fine { text } again: fine { text } }'))).toEqual({
      data: { fine: { text: 'mine' }, again: { text: 'mine' } },
    });
  });
});
