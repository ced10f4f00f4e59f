import 'reflect-metadata';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import {
  Controller,
  Injectable,
  Module,
  type CanActivate,
  type ExecutionContext,
  type INestApplication,
} from '@nestjs/common';
import {
  Args,
  Field,
  GraphQLModule,
  ID,
  Mutation,
  ObjectType,
  Parent,
  Query,
  ResolveField,
  Resolver,
  Subscription,
  type GqlModuleOptions,
} from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import type { RequestAuthorization } from '@nanook/http';
import type { AddressInfo } from 'node:net';
import request from 'supertest';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { executionOf } from './execution.js';
import {
  Authorize,
  AuthorizeResult,
  AuthorizedResource,
  Authz,
  CurrentActor,
  NanookModule,
  ResourceLoader,
  SkipAuthorization,
  type LoadsMany,
} from '../index.js';

@ObjectType()
class User {
  @Field(() => ID) readonly id: string;
  constructor(id: string) {
    this.id = id;
  }
}

@ObjectType()
class Repository {
  @Field(() => ID) readonly id: string;
  readonly ownerId: string;
  readonly isPublic: boolean;
  constructor(id: string, ownerId: string, isPublic: boolean) {
    this.id = id;
    this.ownerId = ownerId;
    this.isPublic = isPublic;
  }
  explode(): never {
    throw new Error('no connection');
  }
}

const policies = `
  allow(user: User, "read", repository: Repository) if repository.ownerId = user.id or repository.isPublic;
  allow(user: User, "delete", repository: Repository) if repository.ownerId = user.id;
  allow(_: User, "archive", repository: Repository) if repository.secret_rule_text = 1;
  allow(_: User, "explode", repository: Repository) if repository.explode();
  allow(_: User, "read", user: User) if user.id != "hermit";
`;

const users = new Map(['alice', 'bob', 'hermit'].map((id) => [id, new User(id)]));
const repositories = new Map(
  [
    new Repository('1', 'alice', false),
    new Repository('2', 'bob', true),
    new Repository('3', 'bob', false),
    new Repository('4', 'hermit', true),
  ].map((repository) => [repository.id, repository]),
);

const batches: (readonly string[])[] = [];

@Injectable()
@ResourceLoader(User)
class UserLoader implements LoadsMany<User, string> {
  loadMany(ids: readonly string[]) {
    batches.push(ids);
    return Promise.resolve(ids.map((id) => users.get(id)));
  }
}

@Injectable()
@ResourceLoader(Repository)
class RepositoryLoader {
  async load(id: string) {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
    return repositories.get(id);
  }
}

@Resolver(() => Repository)
class RepositoryResolver {
  @Query(() => Repository, { nullable: true })
  @Authorize('read', Repository)
  repository(@Args('id', { type: () => ID }) _: string, @AuthorizedResource() repository: Repository) {
    return repository;
  }
  @Query(() => [Repository]) @AuthorizeResult() repositories() {
    return [...repositories.values()];
  }
  @Query(() => Repository, { nullable: true }) @AuthorizeResult() found(
    @Args('id', { type: () => ID }) id: string,
  ) {
    return repositories.get(id);
  }
  @Mutation(() => ID, { nullable: true })
  @Authorize('delete', Repository)
  deleteRepository(
    @Args('id', { type: () => ID }) _: string,
    @AuthorizedResource() repository: Repository,
    @CurrentActor() actor: User,
  ) {
    return `${repository.id} by ${actor.id}`;
  }
  @Query(() => ID, { nullable: true }) @SkipAuthorization('the handler asks') async byHand(
    @Authz() authz: RequestAuthorization,
    @Args('id', { type: () => ID }) id: string,
  ) {
    return (await authz.authorize('delete', repositories.get(id)))!.id;
  }
  @Query(() => ID, { nullable: true }) @SkipAuthorization('it says who') whoAmI(@CurrentActor() actor: User) {
    return actor.id;
  }
  @Query(() => ID, { nullable: true }) @Authorize('archive', Repository) undecided(
    @Args('id', { type: () => ID }) id: string,
  ) {
    return id;
  }
  @Query(() => ID, { nullable: true }) @SkipAuthorization('the handler asks') undecidedByHand(
    @Authz() authz: RequestAuthorization,
  ) {
    return authz.authorize('archive', repositories.get('1')).then(({ id }) => id);
  }
  @ResolveField(() => User, { nullable: true })
  @Authorize('read', User, { id: 'parent.ownerId' })
  owner(@AuthorizedResource() owner: User, @Parent() parent: Repository) {
    return owner.id === parent.ownerId ? owner : new User('of another');
  }
  @ResolveField(() => Repository, { nullable: true })
  @AuthorizeResult()
  sibling(@Parent() parent: Repository) {
    return repositories.get(String(Number(parent.id) + 1));
  }
  @ResolveField(() => Boolean) @SkipAuthorization('of its parent') async mayDelete(
    @Parent() parent: Repository,
    @Authz() authz: RequestAuthorization,
  ) {
    return authz.can('delete', parent);
  }
  @Subscription(() => Repository) @AuthorizeResult() async *changed() {
    for (const repositoryChanged of repositories.values())
      yield await Promise.resolve({ changed: repositoryChanged });
  }
  @Subscription(() => ID, { resolve: (repository: Repository) => repository.id })
  @AuthorizeResult()
  async *changedId() {
    for (const repositoryChanged of repositories.values()) yield await Promise.resolve(repositoryChanged);
  }
  @Subscription(() => Repository) @AuthorizeResult() async *flips() {
    const flips = new Repository('9', 'bob', true);
    for (const isPublic of [true, false, true])
      yield await Promise.resolve({ flips: Object.assign(flips, { isPublic }) });
  }
  @Subscription(() => Repository) @Authorize('delete', Repository) async *deletions(
    @Args('id', { type: () => ID }) _: string,
    @AuthorizedResource() deletions: Repository,
  ) {
    yield await Promise.resolve({ deletions });
  }
}

/** Sets the user that a header names. */
@Injectable()
class HeaderGuard implements CanActivate {
  canActivate(context: ExecutionContext) {
    const { req } = context.getArgs<[unknown, unknown, { req?: Asked }]>().at(-2) as { req?: Asked };
    const user = users.get(req?.headers?.['x-user'] ?? '');
    if (req !== undefined && user !== undefined) req.user = user;
    return true;
  }
}
interface Asked {
  readonly headers?: Record<string, string | undefined>;
  user?: unknown;
}

type Connected = { connectionParams?: { user?: string }; extra: { user?: unknown } };

const drivers = {
  'Apollo over Express': () => ({
    adapter: new ExpressAdapter(),
    options: {
      driver: ApolloDriver,
      subscriptions: {
        'graphql-ws': {
          onConnect: ({ connectionParams, extra }: Connected) => {
            extra.user = users.get(connectionParams?.user ?? '');
          },
        },
      },
    } as ApolloDriverConfig as GqlModuleOptions,
  }),
  'Mercurius over Fastify': () => ({
    adapter: new FastifyAdapter(),
    options: {
      driver: MercuriusDriver,
      subscription: {
        onConnect: ({ payload }: { payload?: { user?: string } }) => ({
          user: users.get(payload?.user ?? ''),
        }),
      },
    } as MercuriusDriverConfig as GqlModuleOptions,
  }),
};

async function start(
  driver: keyof typeof drivers,
  more: Partial<GqlModuleOptions> & { jit?: number } = {},
): Promise<INestApplication> {
  const { adapter, options } = drivers[driver]();
  @Module({
    imports: [
      NanookModule.forRoot({ policies, types: { User, Repository }, authenticate: [HeaderGuard] }),
      GraphQLModule.forRoot({
        autoSchemaFile: true,
        fieldResolverEnhancers: ['guards', 'interceptors'],
        ...options,
        ...more,
      }),
    ],
    providers: [RepositoryResolver, UserLoader, RepositoryLoader],
  })
  class AppModule {}
  const built = await Test.createTestingModule({ imports: [AppModule] }).compile();
  const app = built.createNestApplication(adapter as never, { logger: ['error'] });
  await app.listen(0);
  return app;
}

describe.each(['Apollo over Express', 'Mercurius over Fastify'] as const)('GraphQL: %s', (driver) => {
  let app: INestApplication;
  const errors = vi.fn<(...args: unknown[]) => void>();
  beforeAll(async () => {
    app = await start(driver);
    app.useLogger({ log() {}, warn() {}, error: errors });
  });
  afterEach(() => void errors.mockClear());
  afterAll(() => app.close());

  interface Answer {
    readonly data?: Record<string, unknown> | null;
    readonly errors?: {
      readonly message: string;
      readonly path?: readonly (string | number)[];
      readonly extensions?: Record<string, unknown>;
    }[];
  }
  async function ask(user: string | undefined, query: string): Promise<Answer> {
    const asked = request(app.getHttpServer()).post('/graphql');
    if (user !== undefined) void asked.set('x-user', user);
    return (await asked.send({ query })).body as Answer;
  }
  const refusalOf = async (user: string | undefined, query: string) => {
    const { errors: [{ message, extensions = {} } = { message: 'none' }] = [] } = await ask(user, query);
    const { stacktrace: _, ...told } = extensions; // Apollo adds it outside of production
    return [message, told];
  };

  it('passes the authorized resource to the resolver', async () => {
    expect(await ask('alice', '{ repository(id: 1) { id mayDelete } }')).toEqual({
      data: { repository: { id: '1', mayDelete: true } },
    });
    expect(await ask('alice', 'mutation { deleteRepository(id: 1) }')).toEqual({
      data: { deleteRepository: '1 by alice' },
    });
  });

  it('authenticates once for each request, with the context of the first field', async () => {
    const canActivate = vi.spyOn(HeaderGuard.prototype, 'canActivate');
    expect(
      await ask('alice', '{ second: repository(id: 1) { id } found(id: 1) { id } whoAmI }'),
    ).toMatchObject({
      data: { second: { id: '1' }, found: { id: '1' }, whoAmI: 'alice' },
    });
    expect(canActivate).toHaveBeenCalledOnce();
    expect(canActivate.mock.calls[0]![0].getHandler().name).toBe('repository');
    canActivate.mockRestore();
  });

  it.each([
    [undefined, '{ repository(id: 1) { id } }', 'Unauthorized', 'UNAUTHENTICATED'],
    [undefined, '{ repositories { id } }', 'Unauthorized', 'UNAUTHENTICATED'],
    [undefined, '{ whoAmI }', 'Unauthorized', 'UNAUTHENTICATED'],
    ['alice', '{ repository(id: 3) { id } }', 'Not found', 'NOT_FOUND'],
    ['alice', '{ repository(id: 5) { id } }', 'Not found', 'NOT_FOUND'],
    ['alice', '{ found(id: 3) { id } }', 'Not found', 'NOT_FOUND'],
    ['alice', 'mutation { deleteRepository(id: 2) }', 'Forbidden', 'FORBIDDEN'],
    ['alice', '{ byHand(id: 2) }', 'Forbidden', 'FORBIDDEN'],
    ['alice', '{ byHand(id: 3) }', 'Not found', 'NOT_FOUND'],
  ])('returns to %s for %s only: %s', async (user, query, message, code) => {
    expect(await refusalOf(user, query)).toEqual([message, { code }]);
    expect(errors).not.toHaveBeenCalled();
  });

  it.each(['{ undecided(id: 1) }', '{ undecidedByHand }'])(
    'logs the message of an error, and hides it from the client: %s',
    async (query) => {
      expect(await refusalOf('alice', query)).toEqual([
        'Internal server error',
        { code: 'INTERNAL_SERVER_ERROR' },
      ]);
      expect(errors).toHaveBeenCalledOnce();
      expect(String(errors.mock.calls[0]![0])).toContain('secret_rule_text');
    },
  );

  it('filters lists, and refuses single fields', async () => {
    expect((await ask('alice', '{ repositories { id sibling { id } } }')).data).toEqual({
      repositories: [
        { id: '1', sibling: { id: '2' } },
        { id: '2', sibling: null },
        { id: '4', sibling: null },
      ],
    });
    const { data, errors: refused = [] } = await ask('bob', '{ repositories { id owner { id } } }');
    expect(data).toEqual({
      repositories: [
        { id: '2', owner: { id: 'bob' } },
        { id: '3', owner: { id: 'bob' } },
        { id: '4', owner: null },
      ],
    });
    expect(refused.map(({ path, extensions }) => [path?.join('.'), extensions?.['code']])).toEqual([
      ['repositories.2.owner', 'NOT_FOUND'],
    ]);
  });

  it('loads the resources of sibling fields together', async () => {
    batches.length = 0;
    await ask('bob', '{ repositories { owner { id } } again: repositories { owner { id } } }');
    expect(batches).toEqual([['bob', 'hermit']]);
  });

  it('never passes to a field the resource of another field', async () => {
    const aliases = Array.from(
      { length: 40 },
      (_, i) => `r${i}: repository(id: ${(i % 2) + 1}) { id owner { id } }`,
    );
    const { data } = await ask('alice', `{ ${aliases.join('\n')} }`);
    expect(Object.values(data!)).toEqual(
      aliases.map((_, i) =>
        i % 2 === 0 ? { id: '1', owner: { id: 'alice' } } : { id: '2', owner: { id: 'bob' } },
      ),
    );
  });

  it('never mixes up the actors of concurrent requests', async () => {
    const asked = Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? 'alice' : 'bob'));
    const answers = await Promise.all(
      asked.map((user) => ask(user, '{ whoAmI repositories { id mayDelete } }')),
    );
    expect(answers.map(({ data }) => data)).toEqual(
      asked.map((user) => ({
        whoAmI: user,
        repositories: [...repositories.values()]
          .filter(({ isPublic, ownerId }) => isPublic || ownerId === user)
          .map(({ id, ownerId }) => ({ id, mayDelete: ownerId === user })),
      })),
    );
  });

  describe('subscriptions', () => {
    /** Returns the messages until the server completes, over the protocol `graphql-transport-ws`. */
    function subscribe(user: string, query: string): Promise<unknown[]> {
      const { port } = app.getHttpServer().address() as AddressInfo;
      const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws');
      const received: unknown[] = [];
      return new Promise((resolve, reject) => {
        socket.on('error', reject);
        socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload: { user } })));
        socket.on('message', (data: Buffer) => {
          const { type, payload } = JSON.parse(data.toString()) as { type: string; payload: unknown };
          if (type === 'connection_ack')
            socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
          if (type === 'next') received.push(payload);
          if (type === 'error') received.push({ errors: payload });
          if (type === 'complete' || type === 'error') {
            socket.close();
            resolve(received);
          }
        });
      });
    }

    it('yield the allowed events', async () => {
      expect(await subscribe('alice', 'subscription { changed { id mayDelete } }')).toEqual([
        { data: { changed: { id: '1', mayDelete: true } } },
        { data: { changed: { id: '2', mayDelete: false } } },
        { data: { changed: { id: '4', mayDelete: false } } },
      ]);
      expect(await subscribe('bob', 'subscription { changedId }')).toEqual(
        ['2', '3', '4'].map((changedId) => ({ data: { changedId } })),
      );
    });

    it('check each event anew', async () => {
      expect(await subscribe('alice', 'subscription { flips { id } }')).toHaveLength(2);
      expect(await subscribe('bob', 'subscription { flips { id } }')).toHaveLength(3);
    });

    it('get refused like queries', async () => {
      expect(await subscribe('alice', 'subscription { deletions(id: 1) { id } }')).toEqual([
        { data: { deletions: { id: '1' } } },
      ]);
      const refused = JSON.stringify(await subscribe('alice', 'subscription { deletions(id: 2) { id } }'));
      expect(refused).toContain('Forbidden');
      expect(refused).not.toContain('"data":{');
    });
  });
});

describe.each(['Apollo over Express', 'Mercurius over Fastify'] as const)(
  '%s with one context for all',
  (driver) => {
    it('never uses the actor of the first request for another request', async () => {
      const app = await start(driver, { context: { of: 'all' } });
      app.useLogger(false);
      const ask = async (user: string) => {
        const asked = request(app.getHttpServer()).post('/graphql').set('x-user', user);
        const { data } = (await asked.send({ query: '{ whoAmI }' })).body as {
          data?: { whoAmI?: string } | null;
        };
        return data?.whoAmI ?? 'nobody';
      };
      expect(await ask('alice')).toBe('alice');
      // If Nest copies the context for each request, the actor is known.
      expect(['bob', 'nobody']).toContain(await ask('bob'));
      await app.close();
    });
  },
);

describe('Mercurius with compiled queries', () => {
  it('never passes to a field the resource of another field', async () => {
    const app = await start('Mercurius over Fastify', { jit: 1 });
    app.useLogger(false);
    const aliases = Array.from(
      { length: 20 },
      (_, i) => `r${i}: repository(id: ${(i % 2) + 1}) { id owner { id } }`,
    );
    for (let round = 0; round < 4; round++) {
      const asked = request(app.getHttpServer()).post('/graphql').set('x-user', 'alice');
      const { data } = (await asked.send({ query: `{ ${aliases.join('\n')} }` })).body as { data: object };
      expect(Object.values(data)).toEqual(
        aliases.map((_, i) =>
          i % 2 === 0 ? { id: '1', owner: { id: 'alice' } } : { id: '2', owner: { id: 'bob' } },
        ),
      );
    }
    await app.close();
  });
});

describe('GraphQL contexts', () => {
  @Controller()
  class Somewhere {}

  it('distinguishes the references of one request, which share their info', () => {
    const [context, info] = [{ req: {} }, { fieldName: '_entities' }];
    const [first, second] = ['1', '2'].map((id) => {
      const host = new ExecutionContextHost([{ __typename: 'Repository', id }, context, info], Somewhere);
      host.setType('graphql');
      return executionOf(host);
    });
    expect(first!.callKey).not.toBe(second!.callKey);
    expect(first!.requestKey).toBe(context);
    expect([first!.inputs['args'], second!.inputs['args']]).toMatchObject([{ id: '1' }, { id: '2' }]);
  });
});

describe('fields that Nest resolves without enhancers', () => {
  it.each([
    [[], 'guards', 'error'],
    [['guards'], 'interceptors', 'error'],
    [[], 'guards', 'off'],
    [['guards'], 'interceptors', 'off'],
  ] as const)(
    'stop the application if they have a requirement: %j lacks %s, audit: %s',
    async (fieldResolverEnhancers, missing, audit) => {
      @Module({
        imports: [
          NanookModule.forRoot({ policies, types: { User, Repository }, audit }),
          GraphQLModule.forRoot({
            driver: ApolloDriver,
            autoSchemaFile: true,
            fieldResolverEnhancers: [...fieldResolverEnhancers],
          }),
        ],
        providers: [RepositoryResolver, UserLoader, RepositoryLoader],
      })
      class AppModule {}
      const built = await Test.createTestingModule({ imports: [AppModule] }).compile();
      await expect(built.createNestApplication({ logger: false }).init()).rejects.toMatchObject({
        code: 'NANOOK_NEST_UNGUARDED_FIELD',
        data: { handler: expect.stringMatching(/^RepositoryResolver\.(owner|sibling)$/) as string, missing },
      });
    },
  );
});
