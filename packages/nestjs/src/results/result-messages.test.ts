import 'reflect-metadata';
import { Controller, Module, type INestApplication } from '@nestjs/common';
import { ClientProxyFactory, MessagePattern, Transport, type ClientProxy } from '@nestjs/microservices';
import { WsAdapter } from '@nestjs/platform-ws';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { Test } from '@nestjs/testing';
import type { AddressInfo, Server } from 'node:net';
import { from, lastValueFrom, toArray } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { AuthorizeResult, AuthorizedFields, NanookModule } from '../index.js';

class Note {
  constructor(
    readonly id: string,
    readonly owner: string,
  ) {}
}

const policies = `
  allow("alice", "read", _: Note{owner: "alice"});
  allow_field(_, "read", _: Note, "id");
`;

const own = new Note('1', 'alice');
const hidden = new Note('2', 'bob');

@WebSocketGateway()
class NotesGateway {
  @SubscribeMessage('list')
  @AuthorizeResult('read', { at: 'data' })
  @AuthorizedFields('read', { at: 'data' })
  list() {
    return { event: 'notes', data: [own, hidden] };
  }
  @SubscribeMessage('stream') @AuthorizeResult('read', { at: 'data' }) stream() {
    return from([own, hidden].map((data) => ({ event: 'notes', data })));
  }
}

@Controller()
class NotesController {
  @MessagePattern('list') @AuthorizeResult() @AuthorizedFields() list() {
    return [own, hidden];
  }
  @MessagePattern('each') @AuthorizeResult() each() {
    return from([
      [own, hidden],
      [hidden, own],
    ]);
  }
  @MessagePattern('hidden') @AuthorizeResult() hidden() {
    return Promise.resolve(hidden);
  }
}

@Module({
  imports: [NanookModule.forRoot({ policies, types: { Note }, actor: () => 'alice' })],
  providers: [NotesGateway],
  controllers: [NotesController],
})
class AppModule {}

describe('the result of a message handler', () => {
  let app: INestApplication;
  let client: ClientProxy;
  beforeAll(async () => {
    const built = await Test.createTestingModule({ imports: [AppModule] }).compile();
    app = built.createNestApplication({ logger: false });
    app.useWebSocketAdapter(new WsAdapter(app));
    const service = app.connectMicroservice<{ transport: Transport.TCP; options: { port: number } }>(
      { transport: Transport.TCP, options: { port: 0 } },
      { inheritAppConfig: true },
    );
    await app.startAllMicroservices();
    await app.listen(0);
    const { port } = service.unwrap<Server>().address() as AddressInfo;
    client = ClientProxyFactory.create({ transport: Transport.TCP, options: { port } });
  });
  afterAll(async () => {
    client.close();
    await app.close();
  });

  const send = (pattern: string) => lastValueFrom(client.send<unknown>(pattern, {}).pipe(toArray()));

  it('contains over TCP only the allowed items', async () => {
    expect(await send('list')).toEqual([[{ id: '1' }]]);
  });

  it('filters each value of an observable', async () => {
    expect(await send('each')).toEqual([[{ ...own }], [{ ...own }]]);
  });

  it('refuses over TCP with the status 404 when the actor may not read the result', async () => {
    await expect(send('hidden')).rejects.toMatchObject({ status: 'error', statusCode: 404 });
  });

  it('checks the result inside the message over WebSockets', async () => {
    const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
    const socket = new WebSocket(`ws://127.0.0.1:${port}`);
    const received: unknown[] = [];
    await new Promise<void>((resolve, reject) => {
      socket.on('error', reject);
      socket.on('open', () => socket.send(JSON.stringify({ event: 'list' })));
      socket.on('message', (data: Buffer) => {
        const message = JSON.parse(data.toString()) as { event: string };
        if (message.event === 'exception') return; // Nest 11 sends none over `ws`
        received.push(message);
        if (received.length === 1) socket.send(JSON.stringify({ event: 'stream' }));
        if (received.length === 2) socket.send(JSON.stringify({ event: 'list' }));
        if (received.length === 3) resolve();
      });
    });
    socket.close();
    expect(received).toEqual([
      { event: 'notes', data: [{ id: '1' }] },
      { event: 'notes', data: { ...own } },
      { event: 'notes', data: [{ id: '1' }] },
    ]);
  });
});
