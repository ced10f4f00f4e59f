import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApolloDriver } from '@nestjs/apollo';
import {
  Controller,
  Inject,
  Injectable,
  Module,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type INestApplication,
  type NestInterceptor,
} from '@nestjs/common';
import { GraphQLModule, Query, Resolver, Subscription, type GqlModuleOptions } from '@nestjs/graphql';
import { MercuriusDriver } from '@nestjs/mercurius';
import {
  ClientProxyFactory,
  EventPattern,
  MessagePattern,
  Payload,
  Transport,
  type ClientProxy,
} from '@nestjs/microservices';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { WsAdapter } from '@nestjs/platform-ws';
import { Test } from '@nestjs/testing';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import type { AddressInfo } from 'node:net';
import { EMPTY, Subject, concatMap, defer, from, lastValueFrom, map, of, toArray } from 'rxjs';
import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { AuthorizationService, Authz, NanookModule, SkipAuthorization } from '../index.js';

type RequestAuthorization = ReturnType<AuthorizationService['of']>;

const policies = `
  allow("alice", action, "note") if action in ["read", "delete"];
  allow("bob", "read", "note");
`;

/** Handlers that make checks, by name. Only the last three await all of them. */
const handlers = {
  pending: (authz: RequestAuthorization) => {
    void authz.authorize('delete', 'note');
    return 'deleted';
  },
  late: async (authz: RequestAuthorization) => {
    void authz.authorize('delete', 'note');
    await sleep(5);
    return 'deleted';
  },
  chain: async (authz: RequestAuthorization) => {
    void authz.authorize('delete', 'note').then(() => 'deleted');
    await sleep(5);
    return 'deleted';
  },
  ignored: async (authz: RequestAuthorization) => {
    void authz.can('delete', 'note');
    await sleep(5);
    return 'deleted';
  },
  helper: (authz: RequestAuthorization) => {
    void (async () => {
      await authz.authorize('delete', 'note');
    })();
    return 'deleted';
  },
  awaited: async (authz: RequestAuthorization) => {
    await Promise.all([authz.authorize('delete', 'note'), authz.can('read', 'note')]);
    return 'deleted';
  },
  caught: async (authz: RequestAuthorization) => {
    await authz.authorize('delete', 'note').catch(() => {});
    return 'shown';
  },
  slow: async (authz: RequestAuthorization) => {
    const allowed = authz.can('read', 'note');
    await sleep(30);
    return (await allowed) ? 'shown' : 'hidden';
  },
};
type Name = keyof typeof handlers;

@Injectable()
class ForgetfulInterceptor implements NestInterceptor {
  constructor(@Inject(AuthorizationService) private readonly authorization: AuthorizationService) {}

  intercept(context: ExecutionContext, next: CallHandler) {
    void this.authorization.of(context).authorize('delete', 'note');
    return next.handle();
  }
}

@Resolver()
@SkipAuthorization('checks in the handlers')
class NoteResolver {
  @Query(() => String, { nullable: true }) mapped(@Authz() authz: RequestAuthorization) {
    return of('deleted').pipe(
      map((text) => {
        void authz.authorize('delete', 'note');
        return text;
      }),
    );
  }
  @Query(() => String, { nullable: true }) deferred(@Authz() authz: RequestAuthorization) {
    return defer(async () => {
      void authz.authorize('delete', 'note');
      await sleep(5);
      return 'deleted';
    });
  }
  @Query(() => String, { nullable: true }) pending(@Authz() authz: RequestAuthorization) {
    return handlers.pending(authz);
  }
  @Query(() => String, { nullable: true }) late(@Authz() authz: RequestAuthorization) {
    return handlers.late(authz);
  }
  @Query(() => String, { nullable: true }) chain(@Authz() authz: RequestAuthorization) {
    return handlers.chain(authz);
  }
  @Query(() => String, { nullable: true }) ignored(@Authz() authz: RequestAuthorization) {
    return handlers.ignored(authz);
  }
  @Query(() => String, { nullable: true }) helper(@Authz() authz: RequestAuthorization) {
    return handlers.helper(authz);
  }
  @Query(() => String, { nullable: true }) awaited(@Authz() authz: RequestAuthorization) {
    return handlers.awaited(authz);
  }
  @Query(() => String, { nullable: true }) caught(@Authz() authz: RequestAuthorization) {
    return handlers.caught(authz);
  }
  @Query(() => String, { nullable: true }) slow(@Authz() authz: RequestAuthorization) {
    return handlers.slow(authz);
  }
  @Query(() => String, { nullable: true }) @UseInterceptors(ForgetfulInterceptor) intercepted() {
    return 'deleted';
  }
  @Subscription(() => String) async *careless(@Authz() authz: RequestAuthorization) {
    await sleep(1);
    yield { careless: 'first' };
    void authz.authorize('delete', 'note');
    await sleep(5);
    yield { careless: 'second' };
  }
  @Subscription(() => String) async *careful(@Authz() authz: RequestAuthorization) {
    await authz.authorize('read', 'note');
    yield { careful: 'first' };
    await authz.authorize('read', 'note');
    yield { careful: 'second' };
  }
}

interface Message {
  readonly name: Name;
}
const published = new Subject<string>();

@Controller()
@SkipAuthorization('checks in the handlers')
class NoteController {
  @MessagePattern('run') run(@Payload() { name }: Message, @Authz() authz: RequestAuthorization) {
    return handlers[name](authz);
  }
  @MessagePattern('intercepted') @UseInterceptors(ForgetfulInterceptor) intercepted() {
    return 'deleted';
  }
  @MessagePattern('stream') stream(@Authz() authz: RequestAuthorization) {
    return from([1, 2, 3]).pipe(
      concatMap(async (n) => {
        await sleep(5);
        if (n === 2) void authz.authorize('delete', 'note');
        else await authz.authorize('read', 'note');
        return n;
      }),
    );
  }
  @MessagePattern('live') live(@Authz() authz: RequestAuthorization) {
    return published.pipe(
      concatMap(async (text) => {
        void authz.authorize('delete', 'note');
        return text;
      }),
    );
  }
  @MessagePattern('publish') publish(@Authz() authz: RequestAuthorization) {
    published.next('news');
    return handlers.awaited(authz);
  }
  @MessagePattern('nothing') nothing(@Authz() authz: RequestAuthorization) {
    void authz.authorize('delete', 'note');
    return EMPTY;
  }
  @EventPattern('noted') noted(@Authz() authz: RequestAuthorization) {
    void authz.authorize('delete', 'note');
  }
}

@WebSocketGateway()
@SkipAuthorization('checks in the handlers')
class NoteGateway {
  handleConnection(client: { user?: unknown }, { url }: { readonly url: string }) {
    client.user = new URL(url, 'ws://localhost').searchParams.get('user');
  }
  @SubscribeMessage('run') async run(@Payload() { name }: Message, @Authz() authz: RequestAuthorization) {
    return { event: 'done', data: await handlers[name](authz) };
  }
  @SubscribeMessage('intercepted') @UseInterceptors(ForgetfulInterceptor) intercepted() {
    return { event: 'done', data: 'deleted' };
  }
}

interface Started {
  readonly app: INestApplication;
  /** Runs a handler. Returns its result, or `undefined` if the client gets an error. */
  run(user: string, name: Name | 'intercepted'): Promise<unknown>;
  readonly client?: ClientProxy;
}

const users = {
  actor: (client: { headers?: Record<string, string>; user?: unknown }) => client.headers?.['x-user'],
};

async function startGraphql(driver: typeof ApolloDriver | typeof MercuriusDriver): Promise<Started> {
  @Module({
    imports: [
      NanookModule.forRoot({ policies, ...users }),
      GraphQLModule.forRoot({
        driver,
        autoSchemaFile: true,
        subscriptions: { 'graphql-ws': true },
        subscription: true,
      } as GqlModuleOptions),
    ],
    providers: [NoteResolver],
  })
  class AppModule {}
  const adapter = driver === ApolloDriver ? new ExpressAdapter() : new FastifyAdapter();
  const built = await Test.createTestingModule({ imports: [AppModule] }).compile();
  const app: INestApplication = built.createNestApplication(adapter as never);
  app.useLogger(logger);
  await app.listen(0);
  return {
    app,
    async run(user, name) {
      const { body } = await request(app.getHttpServer())
        .post('/graphql')
        .set('x-user', user)
        .send({ query: `{ ${name} }` });
      return (body as { data?: Record<string, unknown> | null }).data?.[name] ?? undefined;
    },
  };
}

async function startRpc(): Promise<Started> {
  @Module({
    imports: [
      NanookModule.forRoot({
        policies,
        actor: (_: unknown, context: ExecutionContext) =>
          context.switchToRpc().getData<{ user?: string }>().user,
      }),
    ],
    controllers: [NoteController],
  })
  class AppModule {}
  const built = await Test.createTestingModule({ imports: [AppModule] }).compile();
  const app: INestApplication = built.createNestApplication();
  app.useLogger(logger);
  app.connectMicroservice({ transport: Transport.TCP, options: { port: 0, host: '127.0.0.1' } });
  await app.startAllMicroservices();
  const [service] = app.getMicroservices();
  const { port } = service!.unwrap<{ address(): AddressInfo }>().address();
  const client = ClientProxyFactory.create({
    transport: Transport.TCP,
    options: { port, host: '127.0.0.1' },
  });
  return {
    app,
    client,
    run: async (user, name) =>
      lastValueFrom(
        client.send(
          name === 'intercepted' ? name : 'run',
          name === 'intercepted' ? { user } : { user, name },
        ),
      ).then(
        (result: unknown) => result,
        () => undefined,
      ),
  };
}

async function startWs(): Promise<Started> {
  @Module({
    imports: [NanookModule.forRoot({ policies, actor: (client: { user?: unknown }) => client.user })],
    providers: [NoteGateway],
  })
  class AppModule {}
  const built = await Test.createTestingModule({ imports: [AppModule] }).compile();
  const app: INestApplication = built.createNestApplication();
  app.useLogger(logger);
  app.useWebSocketAdapter(new WsAdapter(app));
  await app.listen(0, '127.0.0.1');
  const { port } = (app.getHttpServer() as { address(): AddressInfo }).address();
  return {
    app,
    async run(user, name) {
      const socket = new WebSocket(`ws://127.0.0.1:${port}?user=${user}`);
      await new Promise((resolve) => socket.on('open', resolve));
      const answer = new Promise((resolve) =>
        socket.on('message', (text: Buffer) => {
          const { event, data } = JSON.parse(text.toString()) as { event: string; data: unknown };
          resolve(event === 'done' ? data : undefined);
        }),
      );
      const known = logged.length;
      const event = name === 'intercepted' ? name : 'run';
      socket.send(JSON.stringify({ event, data: { name } }));
      // Nest 11 sends nothing after a failure, so the client waits a little for a result that should not come.
      const failure = vi
        .waitUntil(() => logged.length > known, { timeout: 5_000 })
        .then(
          () => sleep(100),
          () => undefined,
        );
      const result = await Promise.race([answer, failure]);
      socket.close();
      return result;
    },
  };
}

const logged: string[] = [];
const logger = {
  log: () => {},
  warn: () => {},
  error: (error: unknown) => void logged.push(String(error)),
};
beforeEach(() => void logged.splice(0));

describe.each([
  ['GraphQL on Apollo', () => startGraphql(ApolloDriver), 'graphql NoteResolver'],
  ['GraphQL on Mercurius', () => startGraphql(MercuriusDriver), 'graphql NoteResolver'],
  ['a microservice on TCP', startRpc, 'rpc NoteController'],
  ['a gateway', startWs, 'ws NoteGateway'],
])('the checks of handlers in %s', (_, start, route) => {
  let started: Started;
  beforeAll(async () => {
    started = await start();
  });
  afterAll(async () => {
    started.client?.close();
    await started.app.close();
  });

  it.each(['pending', 'late', 'chain', 'ignored', 'intercepted'] as const)(
    'withhold the result of a handler that does not await them, and name its place: %s',
    async (name) => {
      for (const user of ['alice', 'bob']) {
        logged.splice(0);
        expect(await started.run(user, name)).toBeUndefined();
        await sleep(5);
        expect(logged).toHaveLength(1);
        expect(logged[0]).toMatch(
          /`(authorize|can)\('delete', …\)` \(.*handler-checks\.test\.ts:\d+\) was called and not awaited, and /,
        );
        expect(logged[0]).toContain(`not awaited, and ${route}.`);
      }
    },
  );

  it('withhold the result if they fail in an async function that is not awaited', async () => {
    expect(await started.run('alice', 'helper')).toBe('deleted');
    expect(logged).toEqual([]);
    expect(await started.run('bob', 'helper')).toBeUndefined();
    expect(logged).toHaveLength(1);
  });

  it('do not affect a handler that awaits them, or catches their failure', async () => {
    expect(await started.run('alice', 'awaited')).toBe('deleted');
    expect(await started.run('bob', 'awaited')).toBeUndefined();
    expect(await started.run('bob', 'caught')).toBe('shown');
    expect(await started.run('bob', 'slow')).toBe('shown');
    expect(logged.filter((text) => text.includes('not awaited'))).toEqual([]);
  });
});

describe.each([
  ['Apollo', ApolloDriver],
  ['Mercurius', MercuriusDriver],
])('the checks of resolvers on %s', (_, driver) => {
  let app: INestApplication;
  beforeAll(async () => {
    ({ app } = await startGraphql(driver));
  });
  afterAll(() => app.close());

  it('withhold the result of an observable whose work starts them', async () => {
    const { body } = await request(app.getHttpServer())
      .post('/graphql')
      .set('x-user', 'bob')
      .send({ query: '{ mapped deferred }' });
    expect((body as { data: unknown }).data).toEqual({ mapped: null, deferred: null });
  });

  it('concern their own field only', async () => {
    const { body } = await request(app.getHttpServer())
      .post('/graphql')
      .set('x-user', 'bob')
      .send({ query: '{ slow other: slow awaited late }' });
    expect((body as { data: unknown }).data).toEqual({
      slow: 'shown',
      other: 'shown',
      awaited: null,
      late: null,
    });
  });
});

describe('the checks of a subscription', () => {
  let app: INestApplication;
  beforeAll(async () => {
    @Module({
      imports: [
        NanookModule.forRoot({ policies, actor: () => 'bob' }),
        GraphQLModule.forRoot({
          driver: ApolloDriver,
          autoSchemaFile: true,
          subscriptions: { 'graphql-ws': true },
        } as GqlModuleOptions),
      ],
      providers: [NoteResolver],
    })
    class AppModule {}
    const built = await Test.createTestingModule({ imports: [AppModule] }).compile();
    app = built.createNestApplication();
    app.useLogger(logger);
    await app.listen(0);
  });
  afterAll(() => app.close());

  function subscribe(query: string): Promise<unknown[]> {
    const { port } = (app.getHttpServer() as { address(): AddressInfo }).address();
    const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws');
    const received: unknown[] = [];
    return new Promise((resolve, reject) => {
      socket.on('error', reject);
      socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init' })));
      socket.on('close', () => resolve(received));
      socket.on('message', (data: Buffer) => {
        const { type, payload } = JSON.parse(data.toString()) as {
          type: string;
          payload: { data?: unknown };
        };
        if (type === 'connection_ack')
          socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
        if (type === 'next') received.push(payload.data);
        if (type === 'complete' || type === 'error') socket.close();
      });
    });
  }

  it('withhold the event for which they were not awaited', async () => {
    expect(await subscribe('subscription { careless }')).toEqual([{ careless: 'first' }]);
    expect(logged.join('\n')).toContain('was called and not awaited, and graphql NoteResolver.careless');
  });

  it('do not affect a subscription that awaits them', async () => {
    expect(await subscribe('subscription { careful }')).toEqual([
      { careful: 'first' },
      { careful: 'second' },
    ]);
    expect(logged).toEqual([]);
  });
});

describe('the checks of a handler of messages', () => {
  let started: Started;
  beforeAll(async () => {
    started = await startRpc();
  });
  afterAll(async () => {
    started.client!.close();
    await started.app.close();
  });
  const valuesOf = async (pattern: string, user: string): Promise<unknown[]> => {
    const values: unknown[] = [];
    await lastValueFrom(started.client!.send(pattern, { user }).pipe(toArray())).catch(() => {});
    await new Promise<void>((resolve) =>
      started.client!.send(pattern, { user }).subscribe({
        next: (value: unknown) => values.push(value),
        error: () => resolve(),
        complete: () => resolve(),
      }),
    );
    return values;
  };

  it('end a stream at the value for which they were not awaited', async () => {
    expect(await valuesOf('stream', 'bob')).toEqual([1]);
    expect(logged.join('\n')).toContain('rpc NoteController.stream');
  });

  it('fail a handler that ends without a result', async () => {
    await expect(lastValueFrom(started.client!.send('nothing', { user: 'bob' }))).rejects.toBeDefined();
    expect(logged.join('\n')).toContain('rpc NoteController.nothing');
  });

  it('belong to the handler whose authorization makes them, whichever call has caused the event', async () => {
    const received: unknown[] = [];
    started.client!.send('live', { user: 'bob' }).subscribe({
      next: (value) => received.push(value),
      error: () => received.push('an error'),
    });
    await sleep(20);
    expect(await lastValueFrom(started.client!.send('publish', { user: 'alice' }))).toBe('deleted');
    await vi.waitFor(() => expect(received).toEqual(['an error']));
  });

  it('appear in the log if the handler is that of an event', async () => {
    started.client!.emit('noted', { user: 'bob' });
    await vi.waitFor(() => expect(logged).toHaveLength(1));
    expect(logged[0]).toContain('was called and not awaited, and rpc NoteController.noted');
  });
});
