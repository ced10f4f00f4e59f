import 'reflect-metadata';
import { ApolloDriver } from '@nestjs/apollo';
import {
  Catch,
  Controller,
  Get,
  HttpException,
  Injectable,
  Logger,
  Module,
  Sse,
  UnauthorizedException,
  UseFilters,
  UseGuards,
  UseInterceptors,
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
  type INestApplication,
  type NestInterceptor,
  type Type,
} from '@nestjs/common';
import { Field, GraphQLModule, ObjectType, Query, Resolver } from '@nestjs/graphql';
import { ClientProxyFactory, MessagePattern, Transport } from '@nestjs/microservices';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import type { AddressInfo } from 'node:net';
import { lastValueFrom, of, tap } from 'rxjs';
import request from 'supertest';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Authorize, AuthorizeResult, AuthorizedFields, NanookModule, SkipAuthorization } from '../index.js';

@ObjectType()
class Note {
  @Field() readonly owner: string;
  constructor(owner: string) {
    this.owner = owner;
  }
}
const notes = [new Note('alice'), new Note('bob')];
const policies = `
  allow(user, "read", note: Note) if note.owner = user;
  allow(_, "list", Note);
  allow_field(_, "read", _: Note, "owner");
`;

const kept = new Map<unknown, unknown>();

/** A cache that a team has written itself: the policy does not matter to it. */
@Injectable()
class Keeps implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler) {
    const handler = context.getHandler();
    if (kept.has(handler)) return of(kept.get(handler));
    return next.handle().pipe(tap((result) => kept.set(handler, result)));
  }
}

class Refuses implements CanActivate {
  canActivate(): never {
    throw new UnauthorizedException();
  }
}
@Catch(HttpException)
class Redirects implements ExceptionFilter {
  catch(_: unknown, host: ArgumentsHost) {
    const response = host.getArgByIndex<{ redirect(...args: unknown[]): void }>(1);
    if ('raw' in response) response.redirect('/login', 302);
    else response.redirect(302, '/login');
  }
}

@Controller()
class Notes {
  @Get('below') @AuthorizeResult() @UseInterceptors(Keeps) below() {
    return notes;
  }
  @Get('above') @UseInterceptors(Keeps) @AuthorizeResult() above() {
    return notes;
  }
  @Get('fields') @Authorize('list', Note) @AuthorizedFields() @UseInterceptors(Keeps) fields() {
    return notes;
  }
  @Get('skipped') @SkipAuthorization('public') @AuthorizedFields() @UseInterceptors(Keeps) skipped() {
    return notes;
  }
  @Get('plain') @Authorize('list', Note) @UseInterceptors(Keeps) plain() {
    return ['a plain list'];
  }
  @Get('redirected') @AuthorizeResult() @UseGuards(Refuses) @UseFilters(Redirects) redirected() {
    return notes;
  }
}

@Controller()
class Events {
  @Sse('events') @AuthorizeResult('read', { at: 'data' }) @UseInterceptors(Keeps) events() {
    return of({ data: notes });
  }
}

@Resolver()
class NoteResolver {
  @Query(() => [Note], { nullable: true }) @AuthorizeResult() @UseInterceptors(Keeps) below() {
    return notes;
  }
}
@Controller()
class NoteMessages {
  @MessagePattern('below') @AuthorizeResult() @UseInterceptors(Keeps) below() {
    return notes;
  }
}

const errors = vi.fn<(text: unknown) => void>();
beforeEach(() => {
  kept.clear();
  errors.mockClear();
  vi.spyOn(Logger.prototype, 'error').mockImplementation(errors as never);
});
const bypassed = 'did not run, because an interceptor answered';

interface Asked {
  readonly headers?: Record<string, string>;
}

async function create(
  metadata: { controllers?: Type[]; providers?: Type[]; imports?: never[] },
  adapter: ExpressAdapter | FastifyAdapter = new ExpressAdapter(),
): Promise<INestApplication> {
  @Module({
    ...metadata,
    imports: [
      NanookModule.forRoot({
        policies,
        types: { Note },
        actor: (asked: Asked, context: ExecutionContext) =>
          asked.headers?.['x-user'] ?? context.getArgByIndex<{ user?: string }>(0).user,
      }),
      ...(metadata.imports ?? []),
    ],
  })
  class AppModule {}
  const built = await Test.createTestingModule({ imports: [AppModule] }).compile();
  const app: INestApplication = built.createNestApplication(adapter as never, { logger: false });
  onTestFinished(() => app.close());
  return app;
}

describe.each([
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter()],
])('an interceptor that answers instead of a handler on %s', (_, adapter) => {
  const start = async (controller: Type = Notes): Promise<(path: string, user: string) => request.Test> => {
    const app = await create({ controllers: [controller] }, adapter());
    await app.init();
    await (app.getHttpAdapter().getInstance() as { ready?(): Promise<void> }).ready?.();
    return (path, user) => request(app.getHttpServer()).get(path).set('x-user', user);
  };

  it.each(['/below', '/fields', '/skipped'])(
    'is blocked where the result of the handler is authorized: %s',
    async (path) => {
      const ask = await start();
      expect((await ask(path, 'alice')).text).toContain('alice');
      expect((await ask(path, 'bob')).status).toBe(500);
      expect(errors.mock.calls.flat().join()).toContain(bypassed);
    },
  );

  it('ends a stream of server-sent events', async () => {
    const ask = await start(Events);
    expect((await ask('/events', 'alice')).text).toContain('alice');
    expect((await ask('/events', 'bob')).text).not.toContain('alice');
  });

  it('gives each actor its own result if it is above the decorator', async () => {
    const ask = await start();
    expect((await ask('/above', 'alice')).body).toEqual([{ owner: 'alice' }]);
    expect((await ask('/above', 'bob')).body).toEqual([{ owner: 'bob' }]);
  });

  it('answers for a handler whose result is not authorized', async () => {
    const ask = await start();
    for (const user of ['alice', 'bob']) expect((await ask('/plain', user)).body).toEqual(['a plain list']);
  });

  it('does not concern the answer of an exception filter', async () => {
    const ask = await start();
    expect((await ask('/redirected', 'alice')).status).toBe(302);
    expect(errors).not.toHaveBeenCalled();
  });
});

describe('an interceptor that answers instead of a handler', () => {
  it('causes an error of the field under GraphQL', async () => {
    const graphql = GraphQLModule.forRoot({ driver: ApolloDriver, autoSchemaFile: true });
    const app = await create({ providers: [NoteResolver], imports: [graphql as never] });
    await app.init();
    const ask = async (user: string): Promise<unknown> => {
      const asked = request(app.getHttpServer()).post('/graphql').set('x-user', user);
      return ((await asked.send({ query: '{ below { owner } }' })).body as { data: { below: unknown } }).data
        .below;
    };
    expect(await ask('alice')).toEqual([{ owner: 'alice' }]);
    expect(await ask('bob')).toBeNull();
    expect(errors.mock.calls.flat().join()).toContain(bypassed);
  });

  it('causes an error of the message in a microservice', async () => {
    const app = await create({ controllers: [NoteMessages] });
    app.connectMicroservice({ transport: Transport.TCP, options: { port: 0, host: '127.0.0.1' } });
    await app.startAllMicroservices();
    const { port } = app.getMicroservices()[0]!.unwrap<{ address(): AddressInfo }>().address();
    const client = ClientProxyFactory.create({
      transport: Transport.TCP,
      options: { port, host: '127.0.0.1' },
    });
    onTestFinished(() => void client.close());
    const ask = async (user: string): Promise<unknown> => lastValueFrom(client.send('below', { user }));
    expect(await ask('alice')).toEqual([{ owner: 'alice' }]);
    await expect(ask('bob')).rejects.toMatchObject({ message: 'Internal server error' });
  });
});
