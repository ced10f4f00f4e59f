import 'reflect-metadata';
import type { AddressInfo, Server as HttpServer } from 'node:net';
import {
  All,
  Catch,
  Controller,
  Get,
  Head,
  Inject,
  Injectable,
  Module,
  Options,
  Scope,
  UseFilters,
  UseInterceptors,
  Version,
  VersioningType,
  type ArgumentsHost,
  type CallHandler,
  type ExceptionFilter,
  type ExecutionContext,
  type INestApplication,
  type ModuleMetadata,
  type NestInterceptor,
} from '@nestjs/common';
import { REQUEST, RouterModule } from '@nestjs/core';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import {
  Field,
  GraphQLModule,
  ObjectType,
  Query,
  ResolveField,
  Resolver,
  Subscription,
} from '@nestjs/graphql';
import {
  EventPattern,
  MessagePattern,
  Server,
  type CustomTransportStrategy,
  type MicroserviceOptions,
} from '@nestjs/microservices';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { lastValueFrom, of } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { Authorize, NanookModule, SkipAuthorization, type NanookModuleOptions } from '../index.js';

class Note {
  constructor(readonly owner = 'alice') {}
}

const refuse = Authorize('delete', () => new Note('nobody'));
const ran: string[] = [];
let app: INestApplication | undefined;
afterEach(async () => {
  ran.length = 0;
  await app?.close();
  app = undefined;
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

const platforms = [
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter()],
] as const;

const nanook = (options: Partial<NanookModuleOptions> = {}, guard?: 'manual') =>
  NanookModule.forRoot({
    policies: 'allow(user, action, note: Note) if note.owner = user and action in ["read", "delete"];',
    types: { Note },
    actor: () => 'alice',
    ...options,
    ...(guard && { guard }),
  });

async function build(
  metadata: ModuleMetadata,
  adapter: () => unknown = platforms[0][1],
  imports = [nanook()],
): Promise<INestApplication> {
  @Module({ ...metadata, imports: [...imports, ...(metadata.imports ?? [])] })
  class AppModule {}
  const built = await Test.createTestingModule({ imports: [AppModule] }).compile();
  return (app = built.createNestApplication(adapter() as never, { logger: false }));
}

async function listen(
  built: INestApplication,
): Promise<(path: string, init?: RequestInit) => Promise<Response>> {
  await built.listen(0, '127.0.0.1');
  const { port } = (built.getHttpServer() as HttpServer).address() as AddressInfo;
  return async (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init);
}

describe.each(platforms)('attacks on %s', (_, adapter) => {
  it('a prefix, a version and a module path do not bypass the check', async () => {
    @Controller({ path: 'notes', version: ['1', '2'] })
    class Notes {
      @Get() @refuse leak() {
        return 'leaked';
      }
      @Get('three') @Version('3') @refuse three() {
        return 'leaked';
      }
    }
    @Module({ controllers: [Notes] })
    class NotesModule {}
    const built = await build(
      { imports: [NotesModule, RouterModule.register([{ path: 'inner', module: NotesModule }])] },
      adapter,
    );
    built.setGlobalPrefix('api');
    built.enableVersioning({ type: VersioningType.URI });
    const ask = await listen(built);
    for (const path of ['/api/v1/inner/notes', '/api/v2/inner/notes', '/api/v3/inner/notes/three'])
      expect((await ask(path)).status).toBe(404);
  });

  it('every method of a handler is checked', async () => {
    @Controller()
    class Notes {
      @All('all') @refuse all() {
        return 'leaked';
      }
      @Head('head') @refuse head() {}
      @Options('options') @refuse options() {
        return 'leaked';
      }
    }
    const ask = await listen(await build({ controllers: [Notes] }, adapter));
    for (const method of ['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS'])
      expect((await ask('/all', { method })).status).toBe(404);
    expect((await ask('/head', { method: 'HEAD' })).status).toBe(404);
    expect((await ask('/options', { method: 'OPTIONS' })).status).toBe(404);
  });

  it('a request-scoped controller, and a durable one, is checked', async () => {
    @Injectable({ scope: Scope.REQUEST, durable: true })
    class Tenant {}
    @Controller({ path: 'request', scope: Scope.REQUEST })
    class OfRequest {
      constructor(@Inject(REQUEST) readonly request: object) {}
      @Get() @refuse leak() {
        return 'leaked';
      }
    }
    @Controller('durable')
    class Durable {
      constructor(@Inject(Tenant) readonly tenant: Tenant) {}
      @Get() @refuse leak() {
        return 'leaked';
      }
    }
    for (const guard of [undefined, 'manual'] as const) {
      const built = await build({ controllers: [OfRequest, Durable], providers: [Tenant] }, adapter, [
        nanook({}, guard),
      ]);
      const ask = await listen(built);
      for (const path of ['/request', '/durable']) expect((await ask(path)).status).toBe(404);
      await built.close();
    }
    app = undefined;
  });

  it('a filter that answers 200 hides a refusal, but runs no handler', async () => {
    @Catch()
    class Envelope implements ExceptionFilter {
      catch(error: { status?: number }, host: ArgumentsHost) {
        host
          .switchToHttp()
          .getResponse<{ status(code: number): { send(body: unknown): void } }>()
          .status(200)
          .send({ failed: error.status });
      }
    }
    @Controller()
    @UseFilters(Envelope)
    class Notes {
      @Get() @refuse leak() {
        ran.push('leak');
        return 'leaked';
      }
    }
    const ask = await listen(await build({ controllers: [Notes] }, adapter));
    expect(await (await ask('/')).json()).toEqual({ failed: 404 });
    expect(ran).toEqual([]);
  });

  it('an interceptor that answers without the handler runs after the check', async () => {
    @Injectable()
    class Answers implements NestInterceptor {
      intercept(_context: ExecutionContext, _next: CallHandler) {
        ran.push('interceptor');
        return of('leaked');
      }
    }
    @Controller()
    @UseInterceptors(Answers)
    class Notes {
      @Get() @refuse leak() {}
    }
    for (const guard of [undefined, 'manual'] as const) {
      const built = await build({ controllers: [Notes] }, adapter, [nanook({}, guard)]);
      const ask = await listen(built);
      expect((await ask('/')).status).toBe(404);
      await built.close();
    }
    app = undefined;
    expect(ran).toEqual([]);
  });

  it('a handler that is bound, replaced or a field of the instance is refused', async () => {
    @Controller('bound')
    class Bound {
      constructor() {
        this.leak = this.leak.bind(this);
      }
      @Get() @refuse leak() {
        return 'leaked';
      }
    }
    for (const guard of [undefined, 'manual'] as const) {
      const built = await build({ controllers: [Bound] }, adapter, [nanook({ audit: 'off' }, guard)]);
      const ask = await listen(built);
      expect((await ask('/bound')).status).toBeGreaterThanOrEqual(400);
      await built.close();
    }
    app = undefined;
  });

  it('an override that skips is open, and its base is checked', async () => {
    abstract class Base {
      @Get('a') @refuse a() {
        return 'leaked';
      }
      @Get('b') @refuse b(): string {
        return 'leaked';
      }
    }
    @Controller()
    class Derived extends Base {
      @Get('b') @SkipAuthorization('test') override b() {
        return 'open';
      }
    }
    const ask = await listen(await build({ controllers: [Derived] }, adapter));
    expect((await ask('/a')).status).toBe(404);
    expect(await (await ask('/b')).text()).toBe('open');
  });
});

describe('a method for requests and messages', () => {
  it.each([undefined, 'manual'] as const)('gets checked for both, with guard: %s', async (guard) => {
    @Controller()
    class Both {
      @Get('both') @MessagePattern('both') @EventPattern('event') @refuse both(_: unknown) {
        ran.push('both');
        return 'leaked';
      }
    }
    const strategy = new Direct();
    const built = await build({ controllers: [Both] }, platforms[0][1], [nanook({}, guard)]);
    built.connectMicroservice<MicroserviceOptions>({ strategy });
    await built.startAllMicroservices();
    const ask = await listen(built);
    expect((await ask('/both')).status).toBe(404);
    for (const pattern of strategy.getHandlers().keys())
      await expect(strategy.call(pattern)).rejects.toMatchObject({ statusCode: 404 });
    expect(ran).toEqual([]);
  });

  it('gets checked in a request-scoped controller whose constructor binds it', async () => {
    @Controller({ scope: Scope.REQUEST })
    class Scoped {
      constructor(@Inject(REQUEST) readonly request: object) {
        this.bound = this.bound.bind(this);
      }
      @MessagePattern('plain') @refuse plain(_: unknown) {
        ran.push('plain');
        return 'leaked';
      }
      @MessagePattern('bound') @refuse bound(_: unknown) {
        ran.push('bound');
        return 'leaked';
      }
      @MessagePattern('forgotten') forgotten(_: unknown) {
        ran.push('forgotten');
        return 'leaked';
      }
    }
    const strategy = new Direct();
    const built = await build({ controllers: [Scoped] }, platforms[0][1], [nanook({ audit: 'off' })]);
    built.connectMicroservice<MicroserviceOptions>({ strategy });
    for (const pattern of ['plain', 'bound', 'forgotten'])
      await expect(strategy.call(pattern)).rejects.toMatchObject({ status: 'error' });
    expect(ran).toEqual([]);
  });
});

describe('several NanookModules', () => {
  it.each([undefined, 'manual'] as const)('must all allow a call, with guard: %s', async (guard) => {
    @Controller()
    class Notes {
      @Get() @Authorize('read', () => new Note()) show() {
        return 'shown';
      }
      @MessagePattern('x') @Authorize('read', () => new Note()) message(_: unknown) {
        return 'shown';
      }
    }
    const strict = nanook({ policies: 'allow("root", _, _: Note);' }, guard);
    for (const imports of [
      [nanook({}, guard), strict],
      [strict, nanook({}, guard)],
    ]) {
      const strategy = new Direct();
      const built = await build({ controllers: [Notes] }, platforms[0][1], imports);
      built.connectMicroservice<MicroserviceOptions>({ strategy });
      const ask = await listen(built);
      expect((await ask('/')).status).toBe(404);
      await expect(strategy.call('x')).rejects.toMatchObject({ statusCode: 404 });
      await built.close();
    }
    app = undefined;
  });
});

const drivers = [
  [
    'Apollo',
    () => GraphQLModule.forRoot<ApolloDriverConfig>({ driver: ApolloDriver, autoSchemaFile: true }),
    platforms[0][1],
  ],
  [
    'Mercurius',
    () =>
      GraphQLModule.forRoot<MercuriusDriverConfig>({
        driver: MercuriusDriver,
        autoSchemaFile: true,
        subscription: true,
      }),
    platforms[1][1],
  ],
] as const;

describe.each(drivers)('GraphQL with %s', (_, graphql, adapter) => {
  @ObjectType()
  class Thing {
    @Field(() => String, { nullable: true }) readonly name = 'thing';
  }
  @Resolver(() => Thing)
  class Things {
    @Query(() => Thing, { nullable: true }) @refuse refused() {
      ran.push('refused');
      return new Thing();
    }
    @Query(() => Thing, { nullable: true }) @SkipAuthorization('test') open() {
      return new Thing();
    }
    @Query(() => Thing, { nullable: true }) forgotten() {
      ran.push('forgotten');
      return new Thing();
    }
    @Subscription(() => Thing, { nullable: true }) events() {
      ran.push('events');
    }
  }
  @Resolver(() => Thing)
  class Fields {
    @ResolveField(() => String, { nullable: true }) @refuse secret() {
      ran.push('secret');
      return 'leaked';
    }
  }

  it.each([undefined, 'manual'] as const)(
    'refuses roots with and without a requirement, with guard: %s',
    async (guard) => {
      const built = await build({ imports: [graphql()], providers: [Things] }, adapter, [
        nanook({ audit: 'off' }, guard),
      ]);
      const ask = await listen(built);
      const query = async (text: string) =>
        (await (
          await ask('/graphql', {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ query: text }),
          })
        ).json()) as { data: unknown; errors?: unknown[] };
      expect((await query('{ refused { name } }')).errors).toHaveLength(1);
      expect((await query('{ forgotten { name } }')).errors).toHaveLength(1);
      expect(await query('{ open { name } }')).toEqual({ data: { open: { name: 'thing' } } });
      expect(ran).toEqual([]);
    },
  );

  it('does not start with a requirement on a field that Nest runs no guard for', async () => {
    const built = await build({ imports: [graphql()], providers: [Things, Fields] }, adapter, [
      nanook({ audit: 'off' }),
    ]);
    await expect(built.init()).rejects.toMatchObject({ code: 'NANOOK_NEST_UNGUARDED_FIELD' });
  });
});
