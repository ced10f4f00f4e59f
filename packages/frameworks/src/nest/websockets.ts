import { Module, UseFilters, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { WsAdapter } from '@nestjs/platform-ws';
import { BaseWsExceptionFilter, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import type { Server } from 'node:http';
import { io } from 'socket.io-client';
import { WebSocket } from 'ws';
import { inFlight } from '../crowd.js';
import type { Reply } from '../expectation.js';
import { listenOn } from '../listen.js';
import type { MessageApp } from '../message-suite.js';
import type { Setting } from '../policy.js';
import type { RequestCase } from '../requests.js';
import type { Inputs, Route } from '../route.js';
import { handlerClass } from './handlers.js';
import { logged, logger, nanookModule } from './nanook.js';
import { batchedStoreProviders } from './store.js';

/** The connection of one user. */
interface Connection {
  send(event: string, data: object): void;
  close(): void;
}
type Receive = (event: string, data: EventData) => void;

interface EventData {
  /** The number of the request. */
  readonly requestId?: number;
  readonly result?: unknown;
  readonly statusCode?: number;
  /** The message that was refused. */
  readonly cause?: { readonly data: { readonly requestId: number } };
}

const platforms = {
  ws: {
    adapter: WsAdapter,
    connect: async (port: number, headers: Record<string, string>, receive: Receive): Promise<Connection> => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}`, { headers });
      socket.on('message', (text) => {
        const { event, data } = JSON.parse((text as Buffer).toString()) as { event: string; data: EventData };
        receive(event, data);
      });
      await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
      return {
        send: (event, data) => socket.send(JSON.stringify({ event, data })),
        close: () => socket.close(),
      };
    },
  },
  'socket.io': {
    adapter: IoAdapter,
    connect: async (port: number, headers: Record<string, string>, receive: Receive): Promise<Connection> => {
      const socket = io(`http://127.0.0.1:${port}`, {
        extraHeaders: headers,
        transports: ['websocket'],
        reconnection: false,
        forceNew: true,
      });
      socket.onAny(receive);
      await new Promise((resolve, reject) =>
        socket.on('connect', () => resolve(undefined)).on('connect_error', reject),
      );
      return { send: (event, data) => void socket.emit(event, data), close: () => socket.disconnect() };
    },
  },
};

export async function serveWebSockets(
  platform: keyof typeof platforms,
  setting: Setting,
  routes: readonly Route[],
): Promise<MessageApp> {
  const { adapter, connect } = platforms[platform];
  const app = await NestFactory.create(gatewayModule(setting, routes), { logger, abortOnError: false });
  app.useWebSocketAdapter(new adapter(app) as never);
  await app.listen(0, '127.0.0.1');
  const { port } = await listenOn(app.getHttpServer() as Server);

  let sent = 0;
  const waiting = new Map<number, (answer: Reply) => void>();
  const receive: Receive = (event, { cause, ...data }) => {
    const requestId = data.requestId ?? cause!.data.requestId;
    waiting.get(requestId)!(replyOf(event, data));
    waiting.delete(requestId); // a second reply to it would throw
  };
  const connections = new Map<string | undefined, Promise<Connection>>();
  const connectionOf = (user: string | undefined): Promise<Connection> => {
    const headers = user === undefined ? {} : { 'x-user': user };
    const connection = connections.get(user) ?? connect(port, headers, receive);
    connections.set(user, connection);
    return connection;
  };
  const send = async ({ route: event, as, inputs = {} }: RequestCase): Promise<Reply> => {
    const connection = await connectionOf(as);
    const requestId = sent++;
    return new Promise((resolve) => {
      waiting.set(requestId, resolve);
      connection.send(event, { ...inputs, requestId });
    });
  };
  return {
    send,
    sendAll: (cases) => inFlight(100, cases, send),
    errors: logged,
    close: async () => {
      for (const connection of connections.values()) (await connection).close();
      await app.close();
    },
  };
}

function replyOf(event: string, { requestId: _, result, ...data }: EventData): Reply {
  const visible = JSON.stringify(data);
  if (event !== 'exception') return { status: 'allowed', body: result, visible };
  const { statusCode = 500 } = data;
  return { status: [401, 403, 404].includes(statusCode) ? statusCode : 'error', visible };
}

interface Client {
  readonly handshake?: { readonly headers: Readonly<Record<string, unknown>> };
  user?: unknown;
}

/** Sends exceptions to the client, because Nest 11 emits them on the server side of a WebSocket only. */
class SendsExceptions extends BaseWsExceptionFilter {
  override handleError(client: object, ...rest: [never, never]): void {
    const socket = client as { readonly send: (text: string) => void };
    const emit = (event: string, data: unknown) => socket.send(JSON.stringify({ event, data }));
    super.handleError('readyState' in client ? { emit } : client, ...rest);
  }
}
const isNest11 = !('emitMessage' in BaseWsExceptionFilter.prototype);

function gatewayModule(setting: Setting, routes: readonly Route[]): Type {
  const Handlers = handlerClass('Handlers', routes, {
    handler: ({ name }) => [SubscribeMessage(name)],
    placeOf: (_, input) => `data.${input}`,
    wrap: (result, { requestId }: Inputs) => ({ event: 'answer', data: { requestId, result } }),
    at: 'data.result',
  });

  @WebSocketGateway()
  @UseFilters(...(isNest11 ? [new SendsExceptions()] : []))
  class DocumentsGateway extends Handlers {
    handleConnection(
      client: Client,
      request?: { readonly headers: Readonly<Record<string, unknown>> },
    ): void {
      client.user = (client.handshake ?? request)!.headers['x-user'];
    }
  }

  @Module({
    imports: [nanookModule(setting, (({ user }: Client) => user) as never)],
    providers: [DocumentsGateway, ...batchedStoreProviders],
  })
  class AppModule {}
  return AppModule;
}
