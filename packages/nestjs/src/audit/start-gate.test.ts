import 'reflect-metadata';
import { createServer, connect, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { Controller, Get, Injectable, type INestApplication, type ModuleMetadata } from '@nestjs/common';
import { LazyModuleLoader, NestFactory } from '@nestjs/core';
import {
  ClientProxyFactory,
  EventPattern,
  MessagePattern,
  Server,
  Transport,
  type CustomTransportStrategy,
  type MicroserviceOptions,
} from '@nestjs/microservices';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { WsAdapter } from '@nestjs/platform-ws';
import { Test } from '@nestjs/testing';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { Module } from '@nestjs/common';
import { lastValueFrom } from 'rxjs';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import {
  AuthorizationAudit,
  AuthorizationService,
  Authorize,
  NanookModule,
  SkipAuthorization,
  type NanookModuleOptions,
} from '../index.js';

class Note {}

const ran: string[] = [];
let app: INestApplication | undefined;
beforeEach(() => void (ran.length = 0));
afterEach(async () => {
  vi.restoreAllMocks();
  await app?.close();
  app = undefined;
});

const moduleOf = (metadata: ModuleMetadata, options: Partial<NanookModuleOptions> = {}, guard?: 'manual') => {
  @Module({
    ...metadata,
    imports: [
      NanookModule.forRoot({
        policies: 'allow(_, "read", _: Note);',
        types: { Note },
        actor: () => 'alice',
        ...options,
        ...(guard && { guard }),
      }),
      ...(metadata.imports ?? []),
    ],
  })
  class AppModule {}
  return AppModule;
};

async function build(...given: Parameters<typeof moduleOf>): Promise<INestApplication> {
  const built = await Test.createTestingModule({ imports: [moduleOf(...given)] }).compile();
  return (app = built.createNestApplication(new ExpressAdapter(), { logger: false }));
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const isOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });

const tcp = (port: number) => ({ transport: Transport.TCP as const, options: { host: '127.0.0.1', port } });

@Controller()
class Forgetful {
  @MessagePattern('forgotten') forgotten() {
    ran.push('message');
    return 'leaked';
  }
  @EventPattern('event') event(_: unknown) {
    ran.push('event');
  }
  @Get('decorated') @Authorize('read', () => new Note()) decorated() {
    return 'shown';
  }
  @Get('skipped') @SkipAuthorization('test') skipped() {
    return 'shown';
  }
}

/** A transport that calls its handlers without listening, as the emulator of a cloud function does. */
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

describe.each([true, false])('startAllMicroservices(), inheritAppConfig: %s', (inheritAppConfig) => {
  it.each(['global', 'manual'] as const)(
    "opens no port when the audit fails, with guard: '%s'",
    async (guard) => {
      const port = await freePort();
      const built = await build({ controllers: [Forgetful] }, {}, guard === 'manual' ? 'manual' : undefined);
      built.connectMicroservice<MicroserviceOptions>(tcp(port), { inheritAppConfig });
      await expect(built.startAllMicroservices()).rejects.toMatchObject({ code: 'NANOOK_NEST_AUDIT_FAILED' });
      expect(await isOpen(port)).toBe(false);
      await expect(built.startAllMicroservices()).rejects.toMatchObject({ code: 'NANOOK_NEST_AUDIT_FAILED' });
      expect(await isOpen(port)).toBe(false);
    },
  );

  it.each(['error', 'off'] as const)(
    "refuses a message without a requirement that nothing audited, with audit: '%s'",
    async (audit) => {
      const strategy = new Direct();
      const built = await build({ controllers: [Forgetful] }, { audit });
      built.connectMicroservice<MicroserviceOptions>({ strategy }, { inheritAppConfig });
      await expect(strategy.call('forgotten')).rejects.toMatchObject({ status: 'error' });
      await strategy.call('event').catch(() => {});
      expect(ran).toEqual([]);
    },
  );

  it("handles it with audit: 'warn', as it handles a request", async () => {
    const { Logger } = await import('@nestjs/common');
    vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => {});
    const strategy = new Direct();
    const built = await build({ controllers: [Forgetful] }, { audit: 'warn' });
    built.connectMicroservice<MicroserviceOptions>({ strategy }, { inheritAppConfig });
    expect(await strategy.call('forgotten')).toBe('leaked');
  });

  it('opens the port when the audit passes', async () => {
    @Controller()
    class Whole {
      @MessagePattern('whole') @Authorize('read', () => new Note()) whole() {
        return 'answered';
      }
    }
    const port = await freePort();
    const built = await build({ controllers: [Whole] });
    built.connectMicroservice<MicroserviceOptions>(tcp(port), { inheritAppConfig });
    await built.startAllMicroservices();
    const client = ClientProxyFactory.create(tcp(port));
    expect(await lastValueFrom(client.send('whole', {}))).toBe('answered');
    await client.close();
  });
});

describe('a start that fails', () => {
  it('leaves no handler over HTTP if the application catches the error', async () => {
    const built = await build({ controllers: [Forgetful] });
    await built.init().catch(() => {});
    const server = built.getHttpServer() as import('node:http').Server;
    for (const path of ['/decorated', '/skipped', '/'])
      expect((await request(server).get(path)).status).toBeGreaterThanOrEqual(400);
  });

  it('leaves no handler on Fastify if the application catches the error', async () => {
    const built = await Test.createTestingModule({
      imports: [moduleOf({ controllers: [Forgetful] })],
    }).compile();
    const fastify = built.createNestApplication(new FastifyAdapter(), { logger: false });
    await fastify.init().catch(() => {});
    for (const url of ['/decorated', '/skipped'])
      expect(
        (await fastify.getHttpAdapter().getInstance().inject({ url })).statusCode,
      ).toBeGreaterThanOrEqual(400);
    await fastify.close();
  });

  it('leaves the port of a gateway closed', async () => {
    const port = await freePort();
    @WebSocketGateway(port)
    class Gateway {
      @SubscribeMessage('forgotten') forgotten() {
        return { event: 'forgotten', data: 'leaked' };
      }
    }
    const built = await build({ providers: [Gateway] });
    built.useWebSocketAdapter(new WsAdapter(built));
    await expect(built.init()).rejects.toMatchObject({ code: 'NANOOK_NEST_AUDIT_FAILED' });
    expect(await isOpen(port)).toBe(false);
  });

  it('leaves no connection open if the application catches the error', async () => {
    const built = await build({ controllers: [Forgetful] });
    await built.init().catch(() => {});
    const closed = vi.fn<(code: number, reason: string) => void>();
    const { Logger } = await import('@nestjs/common');
    vi.spyOn(Logger.prototype, 'error').mockImplementation(() => {});
    const client = { close: closed };
    expect(await built.get(AuthorizationService).authorizeConnection(client, 'read', () => new Note())).toBe(
      false,
    );
    expect(closed).toHaveBeenCalledWith(1011, expect.anything());
  });

  it('stops an application context', async () => {
    const starting = NestFactory.createApplicationContext(moduleOf({ controllers: [Forgetful] }), {
      logger: false,
      abortOnError: false,
    });
    await expect(starting).rejects.toMatchObject({ code: 'NANOOK_NEST_AUDIT_FAILED' });
  });

  it('opens no port of a microservice', async () => {
    const port = await freePort();
    const service = await NestFactory.createMicroservice<MicroserviceOptions>(
      moduleOf({ controllers: [Forgetful] }),
      {
        ...tcp(port),
        logger: false,
        abortOnError: false,
      },
    );
    await expect(service.listen()).rejects.toMatchObject({ code: 'NANOOK_NEST_AUDIT_FAILED' });
    expect(await isOpen(port)).toBe(false);
  });
});

describe.each(['off', 'error'] as const)("a gateway, with audit: '%s'", (audit) => {
  it('refuses a message without a requirement, and handles one with a requirement', async () => {
    const port = await freePort();
    @WebSocketGateway(port)
    class Gateway {
      @SubscribeMessage('decorated') @Authorize('read', () => new Note()) decorated() {
        return { event: 'decorated', data: 'shown' };
      }
      @SubscribeMessage('forgotten') forgotten() {
        ran.push('forgotten');
      }
    }
    const exclude = audit === 'error' ? [{ class: Gateway, reason: 'for this test' }] : [];
    const built = await build({ providers: [{ provide: 'gateway', useClass: Gateway }] }, { audit, exclude });
    built.useWebSocketAdapter(new WsAdapter(built));
    await built.init();
    const socket = new WebSocket(`ws://127.0.0.1:${port}`);
    await once(socket, 'open');
    const answer = once(socket, 'message');
    socket.send(JSON.stringify({ event: 'forgotten', data: {} }));
    socket.send(JSON.stringify({ event: 'decorated', data: {} }));
    expect(String((await answer)[0])).toMatch(audit === 'error' ? /shown/ : /shown|exception/);
    socket.terminate();
    expect(ran).toEqual(audit === 'error' ? ['forgotten'] : []);
  });
});

describe('a route that is configured after the microservices started', () => {
  it('gets audited before the first route is registered', async () => {
    const built = await build({
      controllers: [
        (() => {
          @Controller()
          class Notes {
            @Get(':id') @Authorize('read', () => new Note()) show() {}
          }
          return Notes;
        })(),
      ],
    });
    const check = vi.spyOn(built.get(AuthorizationAudit), 'check');
    built.connectMicroservice<MicroserviceOptions>(tcp(await freePort()));
    await built.startAllMicroservices();
    built.setGlobalPrefix('api');
    await built.init();
    expect(check).toHaveBeenCalledTimes(2);
    expect(String(built.get(AuthorizationAudit))).toMatch(/GET \/api\/:id/);
  });
});

describe('a module that is loaded lazily', () => {
  it('serves no handler', async () => {
    @Controller('lazy')
    class Lazy {
      @Get() leak() {
        return 'leaked';
      }
      @MessagePattern('lazy') message() {
        return 'leaked';
      }
    }
    @Injectable()
    class Service {}
    @Module({ controllers: [Lazy], providers: [Service] })
    class LazyModule {}
    const strategy = new Direct();
    const built = await build({});
    built.connectMicroservice<MicroserviceOptions>({ strategy });
    await built.startAllMicroservices();
    await built.init();
    await built.get(LazyModuleLoader).load(() => LazyModule);
    expect((await request(built.getHttpServer()).get('/lazy')).status).toBe(404);
    expect(strategy.getHandlerByPattern('lazy')).toBeNull();
  });
});
