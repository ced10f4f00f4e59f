import 'reflect-metadata';
import {
  Controller,
  Get,
  Injectable,
  Next,
  Req,
  Res,
  UseGuards,
  applyDecorators,
  type ExecutionContext,
  type INestApplication,
  type ModuleMetadata,
  type Type,
} from '@nestjs/common';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { GraphQLModule, Query, Resolver } from '@nestjs/graphql';
import {
  ClientProxyFactory,
  EventPattern,
  MessagePattern,
  Transport,
  type MicroserviceOptions,
} from '@nestjs/microservices';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { WsAdapter } from '@nestjs/platform-ws';
import { Test } from '@nestjs/testing';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { once } from 'node:events';
import type { ServerResponse as Response } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { lastValueFrom } from 'rxjs';
import { WebSocket } from 'ws';
import { afterEach, describe, expect, it } from 'vitest';
import {
  AuthorizationGuard,
  Authorize,
  AuthorizeRequest,
  AuthorizeResult,
  AuthorizedFields,
  AuthorizedResource,
  NanookModule,
  ResourceLoader,
  SkipAuthorization,
  isNanookNestError,
} from '../index.js';

class Note {
  readonly id = '1';
}

let app: INestApplication | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function build(metadata: ModuleMetadata, adapter: () => unknown = () => new ExpressAdapter()) {
  const built = await Test.createTestingModule(metadata).compile();
  return (app = built.createNestApplication(adapter() as never, { logger: false }));
}

async function serve(metadata: ModuleMetadata, adapter?: () => unknown): Promise<string> {
  const built = await build(metadata, adapter);
  await built.listen(0, '127.0.0.1');
  return built.getUrl();
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const platforms = [
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter()],
] as const;

/** Controllers with one handler that leaks, each with another form of a requirement. */
const leaks: Record<string, () => Type> = {
  '@Authorize on a handler': () => {
    @Controller()
    class Leaks {
      @Get() @Authorize('delete', Note) leak() {
        return 'leaked';
      }
    }
    return Leaks;
  },
  '@Authorize on a class': () => {
    @Controller()
    @Authorize('delete', Note)
    class Leaks {
      @Get() leak() {
        return 'leaked';
      }
    }
    return Leaks;
  },
  applyDecorators: () => {
    const Remove = () => applyDecorators(Get(), Authorize('delete', Note));
    @Controller()
    class Leaks {
      @Remove() leak() {
        return 'leaked';
      }
    }
    return Leaks;
  },
  'an inherited handler': () => {
    abstract class Base {
      @Get() @Authorize('delete', Note) leak() {
        return 'leaked';
      }
    }
    @Controller()
    class Leaks extends Base {}
    return Leaks;
  },
  'an inherited class, beside a guard of the controller': () => {
    @Authorize('delete', Note)
    abstract class Base {
      @Get() leak() {
        return 'leaked';
      }
    }
    @Controller()
    @UseGuards({ canActivate: () => true })
    class Leaks extends Base {}
    return Leaks;
  },
  'a mixin': () => {
    const mixin = (): Type => {
      class Mixed {
        @Get() @Authorize('delete', Note) leak() {
          return 'leaked';
        }
      }
      return Mixed;
    };
    @Controller()
    class Leaks extends mixin() {}
    return Leaks;
  },
  '@AuthorizeResult': () => {
    @Controller()
    class Leaks {
      @Get() @AuthorizeResult() leak() {
        return 'leaked';
      }
    }
    return Leaks;
  },
  '@AuthorizedFields': () => {
    @Controller()
    class Leaks {
      @Get() @AuthorizedFields() leak() {
        return 'leaked';
      }
    }
    return Leaks;
  },
  '@AuthorizeRequest': () => {
    @Controller()
    class Leaks {
      @Get() @AuthorizeRequest() leak() {
        return 'leaked';
      }
    }
    return Leaks;
  },
  'a class that skips around a handler that does not': () => {
    @Controller()
    @SkipAuthorization('test')
    class Leaks {
      @Get() @Authorize('delete', Note) leak() {
        return 'leaked';
      }
    }
    return Leaks;
  },
  '@AuthorizedResource alone': () => {
    @Controller()
    class Leaks {
      @Get() leak(@AuthorizedResource() _: Note) {
        return 'leaked';
      }
    }
    return Leaks;
  },
};

describe.each(platforms)('without NanookModule, on %s', (_, adapter) => {
  it.each(Object.entries(leaks).filter(([name]) => !name.includes('alone')))(
    'the application does not start with %s',
    async (_name, controller) => {
      const built = await build({ controllers: [controller()] }, adapter);
      await expect(built.listen(0)).rejects.toMatchObject({ code: 'NANOOK_NEST_NO_MODULE' });
      expect((built.getHttpServer() as { listening: boolean }).listening).toBe(false);
    },
  );

  it.each(Object.entries(leaks))(
    'no request reaches %s if the application catches the error of the start',
    async (_name, controller) => {
      const built = await build({ controllers: [controller()] }, adapter);
      await built.init().catch(() => {});
      await built.getHttpAdapter().listen(0, '127.0.0.1' as never);
      const server = built.getHttpServer() as import('node:http').Server;
      if (!server.listening) await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const response = await fetch(`http://127.0.0.1:${port}/`);
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(await response.text()).not.toMatch(/leaked/);
    },
  );

  it('a handler that only skips runs', async () => {
    @Controller()
    class Skips {
      @Get() @SkipAuthorization('test') show() {
        return 'shown';
      }
    }
    const url = await serve({ controllers: [Skips] }, adapter);
    expect(await (await fetch(url)).text()).toBe('shown');
  });

  it('a unit test of a controller needs no module', async () => {
    const Leaks = leaks['@Authorize on a handler']!() as Type<{ leak(): string }>;
    const built = await Test.createTestingModule({ controllers: [Leaks] }).compile();
    expect(built.get(Leaks).leak()).toBe('leaked');
  });
});

describe('without NanookModule', () => {
  it('the error names the handler and the module to import', async () => {
    const built = await build({ controllers: [leaks['@Authorize on a handler']!()] });
    await expect(built.init()).rejects.toThrow(
      'Leaks.leak has a requirement, but the application has no NanookModule',
    );
  });

  it.each(platforms)(
    'a plain override of a decorated method is refused, and does not start: %s',
    async (_, adapter) => {
      abstract class Base<T> {
        abstract find(): T;
        @Get() @Authorize('delete', Note) leak(): unknown {
          return this.find();
        }
        @Get('fields') @AuthorizedFields() fields(): unknown {
          return this.find();
        }
      }
      class Middle extends Base<string> {
        find() {
          return 'leaked';
        }
      }
      @Controller()
      class Leaks extends Middle {
        @Get() override leak() {
          return this.find();
        }
        @Get('fields') override fields() {
          return this.find();
        }
      }
      const built = await build({ controllers: [Leaks] }, adapter);
      await expect(built.init()).rejects.toMatchObject({ code: 'NANOOK_NEST_NO_MODULE' });
      const server = built.getHttpServer() as Server;
      if (adapter === platforms[1][1])
        await (built as NestFastifyApplication).getHttpAdapter().getInstance().ready();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      for (const path of ['', 'fields'])
        expect(await (await fetch(`http://127.0.0.1:${port}/${path}`)).text()).not.toMatch(/leaked/);
      server.close();
    },
  );

  it('a message handler that overrides a decorated one is refused before the start', async () => {
    class Base {
      @MessagePattern('leak') @Authorize('delete', Note) leak() {
        return 'leaked';
      }
    }
    @Controller()
    class Leaks extends Base {
      @MessagePattern('leak') override leak() {
        return 'leaked';
      }
    }
    const built = await build({ controllers: [Leaks] });
    const options = {
      transport: Transport.TCP as const,
      options: { host: '127.0.0.1', port: await freePort() },
    };
    built.connectMicroservice<MicroserviceOptions>(options);
    await built.startAllMicroservices();
    const client = ClientProxyFactory.create(options);
    await expect(lastValueFrom(client.send('leak', {}))).rejects.toMatchObject({ status: 'error' });
    await client.close();
    await expect(built.init()).rejects.toMatchObject({ code: 'NANOOK_NEST_NO_MODULE' });
  });

  it('a decorated provider without handlers also stops the application', async () => {
    @Injectable()
    class Service {
      @Authorize('delete', Note) remove() {}
    }
    const built = await build({ providers: [Service] });
    await expect(built.init()).rejects.toMatchObject({ code: 'NANOOK_NEST_NO_MODULE' });
  });

  it('a resolver is refused, and the client gets no details', async () => {
    @Resolver()
    class Leaks {
      @Query(() => String) @Authorize('delete', Note) leak() {
        return 'leaked';
      }
    }
    const built = await build({
      imports: [GraphQLModule.forRoot<ApolloDriverConfig>({ driver: ApolloDriver, autoSchemaFile: true })],
      providers: [Leaks],
    });
    const failure = await built.init().then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ code: 'NANOOK_NEST_NO_MODULE' });
  });

  @Controller()
  class Messages {
    @MessagePattern('leak') @Authorize('delete', Note) leak() {
      return 'leaked';
    }
    @EventPattern('event') @Authorize('delete', Note) event(_: unknown) {}
  }

  it('a message of a hybrid application is refused before the start, too', async () => {
    const built = await build({ controllers: [Messages] });
    const port = await freePort();
    const options = { transport: Transport.TCP as const, options: { host: '127.0.0.1', port } };
    built.connectMicroservice<MicroserviceOptions>(options);
    await built.startAllMicroservices();
    const client = ClientProxyFactory.create(options);
    await expect(lastValueFrom(client.send('leak', {}))).rejects.toMatchObject({ status: 'error' });
    await client.close();
    await expect(built.init()).rejects.toMatchObject({ code: 'NANOOK_NEST_NO_MODULE' });
  });

  it('a microservice does not start', async () => {
    const built = await Test.createTestingModule({ controllers: [Messages] }).compile();
    const port = await freePort();
    const service = built.createNestMicroservice<MicroserviceOptions>({
      transport: Transport.TCP,
      options: { host: '127.0.0.1', port },
      logger: false,
    });
    await expect(service.listen()).rejects.toMatchObject({ code: 'NANOOK_NEST_NO_MODULE' });
    await service.close();
  });

  it.each(['the class', 'a token'])(
    'a gateway with a separate port is refused, provided by %s',
    async (by) => {
      const port = await freePort();
      @WebSocketGateway(port)
      class Gateway {
        @SubscribeMessage('leak') @Authorize('delete', Note) leak() {
          return { event: 'leak', data: 'leaked' };
        }
      }
      const built = await build({
        providers: [by === 'the class' ? Gateway : { provide: 'gateway', useClass: Gateway }],
      });
      built.useWebSocketAdapter(new WsAdapter(built));
      await expect(built.init()).rejects.toMatchObject({ code: 'NANOOK_NEST_NO_MODULE' });
      expect(await answerOver(port, 'leak')).not.toMatch(/leaked/);
    },
  );
});

/** Returns the answer of a gateway, or `nothing` after a short time. */
async function answerOver(port: number, event: string): Promise<string> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`);
  const answer = new Promise<string>((resolve) => {
    socket.on('error', () => resolve('closed'));
    socket.on('close', () => resolve('closed'));
    socket.on('message', (data: Buffer) => resolve(data.toString()));
    socket.on('open', () => socket.send(JSON.stringify({ event, data: {} })));
    setTimeout(() => resolve('nothing'), 300).unref();
  });
  const found = await answer;
  socket.terminate();
  return found;
}

describe.each([
  ['global', 'Express', platforms[0][1]],
  ['global', 'Fastify', platforms[1][1]],
  ['manual', 'Express', platforms[0][1]],
  ['manual', 'Fastify', platforms[1][1]],
] as const)("with guard: '%s', on %s", (guard, _, adapter) => {
  let loads = 0;
  @Injectable()
  @ResourceLoader(Note)
  class NoteLoader {
    load() {
      loads++;
      return new Note();
    }
  }
  const nanook = () =>
    NanookModule.forRoot({
      policies: 'allow(_, "read", _: Note);',
      types: { Note },
      actor: ({ headers }: { headers: Record<string, string> }) => headers['x-user'],
      guard,
    });
  class Signs {
    canActivate(context: ExecutionContext) {
      const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string> }>();
      headers['x-user'] ??= 'signed in';
      return true;
    }
  }

  it('checks once, also if several decorators add the guard', async () => {
    @Controller()
    @Authorize('read', Note)
    @UseGuards(AuthorizationGuard)
    class Notes {
      @Get(':id') @Authorize('read', Note) @UseGuards(AuthorizationGuard) show() {
        return 'shown';
      }
    }
    const url = await serve({ imports: [nanook()], controllers: [Notes], providers: [NoteLoader] }, adapter);
    loads = 0;
    const response = await fetch(`${url}/1`, { headers: { 'x-user': 'alice' } });
    expect([response.status, await response.text()]).toEqual([200, 'shown']);
    expect(loads).toBe(2); // one for the class, one for the handler
    expect((await fetch(`${url}/1`)).status).toBe(401);
  });

  it.runIf(guard === 'manual')(
    'checks after the guards of the handler, in every order of the decorators',
    async () => {
      @Controller()
      @Authorize('read', Note)
      @UseGuards(Signs)
      class OfClass {
        @Get('class/:id') show() {
          return 'shown';
        }
      }
      @Controller()
      class OfHandler {
        @Get('above/:id') @UseGuards(Signs) @Authorize('read', Note) above() {
          return 'shown';
        }
        @Get('below/:id') @Authorize('read', Note) @UseGuards(Signs) below() {
          return 'shown';
        }
      }
      const url = await serve(
        { imports: [nanook()], controllers: [OfClass, OfHandler], providers: [NoteLoader] },
        adapter,
      );
      for (const path of ['class', 'above', 'below'])
        expect((await fetch(`${url}/${path}/1`)).status).toBe(200);
    },
  );

  it.runIf(_ === 'Express')('a handler that one request reaches twice is checked for each', async () => {
    const seen: unknown[] = [];
    @Controller()
    class Twice {
      @Get(['first/:id', 'first/*rest'])
      @Authorize('read', (request: { params: { id?: string } }) => {
        seen.push(request.params.id);
        return seen.length === 1 ? new Note() : undefined;
      })
      show(@Req() request: { params: { id?: string } }, @Res() response: Response, @Next() next: () => void) {
        if (request.params.id === undefined) response.end('leaked');
        else next();
      }
    }
    const url = await serve({ imports: [nanook()], controllers: [Twice] }, adapter);
    expect((await fetch(`${url}/first/1`, { headers: { 'x-user': 'alice' } })).status).toBe(404);
    expect(seen).toEqual(['1', undefined]);
  });

  it('a plain override of a decorated method is refused', async () => {
    abstract class Base {
      @Get('x') @Authorize('read', () => new Note()) leak() {
        return 'shown';
      }
    }
    @Controller()
    class Overrides extends Base {
      @Get('x') override leak() {
        return 'leaked';
      }
    }
    const built = await build({ imports: [nanook()], controllers: [Overrides] }, adapter);
    const failure: unknown = await built.init().catch((error: unknown) => error);
    expect(isNanookNestError(failure) && failure.code).toBe('NANOOK_NEST_AUDIT_FAILED');
  });
});
