import 'reflect-metadata';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { typed } from '@nanook/core';
import { Authorize, NanookModule, ResourceLoader, SkipAuthorization } from '@nanook/nestjs';
import { Injectable, Module, type ExecutionContext, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Payload } from '@nestjs/microservices';
import {
  MCP_STRATEGY,
  McpController,
  McpStrategy,
  StreamableHttpTransport,
  Tool,
  type McpContext,
} from '@rekog/mcp-nest';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { logger } from '../nest/nanook.js';

class Note {
  constructor(
    readonly id: string,
    readonly owner: string,
  ) {}
}

const parameters = z.object({ id: z.string() });
const notes = new Map(['ann', 'bob'].map((owner, i) => [String(i), new Note(String(i), owner)]));

describe('@Authorize in a server of MCP-Nest', () => {
  let app: INestApplication;
  let url: URL;

  beforeAll(async () => {
    @Injectable()
    @ResourceLoader(Note)
    class NoteLoader {
      load(id: string): Note | undefined {
        return notes.get(id);
      }
    }

    @McpController()
    class NotesController {
      @Tool({ name: 'read-note', parameters })
      @Authorize('read', Note)
      read(@Payload() { id }: { id: string }) {
        return { content: [{ type: 'text', text: `note ${id}` }] };
      }

      @Tool({ name: 'status' })
      @SkipAuthorization('shows no data')
      status() {
        return { content: [{ type: 'text', text: 'up' }] };
      }
    }

    const mcp = new McpStrategy({
      name: 'notes',
      version: '1.0.0',
      transports: [new StreamableHttpTransport()],
    });
    /** A placeholder: trusts a header of the HTTP request that carries the call. */
    const actor = (_: unknown, context: ExecutionContext): unknown => {
      const request = context.switchToRpc().getContext<McpContext>().getRawRequest<IncomingMessage>();
      const name = request?.headers['x-user'];
      return typeof name === 'string' ? typed('User', { name }) : undefined;
    };

    @Module({
      imports: [
        NanookModule.forRoot({
          policies: 'allow(user: User, "read", note: Note) if note.owner = user.name;',
          types: {
            User: { fields: { name: 'String' } },
            Note: { class: Note, fields: { id: 'String', owner: 'String' } },
          },
          actor,
        }),
      ],
      controllers: [NotesController],
      providers: [NoteLoader, { provide: MCP_STRATEGY, useValue: mcp }],
    })
    class AppModule {}

    app = await NestFactory.create(AppModule, { logger, abortOnError: false });
    mcp.setHttpAdapter(app.getHttpAdapter());
    app.connectMicroservice({ strategy: mcp }, { inheritAppConfig: true });
    await app.startAllMicroservices();
    await app.listen(0, '127.0.0.1');
    const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
    url = new URL(`http://127.0.0.1:${port}/mcp`);
  });
  afterAll(() => app.close());

  async function answersFor(user: string | undefined) {
    const client = new Client({ name: 'test', version: '1.0.0' });
    const headers = user === undefined ? {} : { 'x-user': user };
    await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));
    const call = async (name: string, id: string) => {
      const { content } = await client.callTool({ name, arguments: { id } });
      return (content as { text: string }[])[0]!.text;
    };
    const calls = [
      call('read-note', '0'),
      call('read-note', '1'),
      call('read-note', '9'),
      call('status', '0'),
    ];
    const answers = await Promise.all(calls);
    await client.close();
    return answers;
  }

  it('lets each user call a tool on its own rows only, and answers as for a missing row', async () => {
    const [own, foreign, missing, status] = await answersFor('ann');
    expect([own, status]).toEqual(['note 0', 'up']);
    expect(foreign).not.toContain('note');
    expect(foreign).toBe(missing);
    expect(await answersFor('bob')).toEqual([missing, 'note 1', missing, 'up']);
  });

  it('lets a client without a user call only what skips authorization', async () => {
    const answers = await answersFor(undefined);
    expect(answers[3]).toBe('up');
    expect(answers.join()).not.toContain('note');
  });

  it('does not let a server start that has a tool without a requirement', async () => {
    @McpController()
    class CarelessController {
      @Tool({ name: 'careless' })
      careless() {
        return { content: [{ type: 'text', text: 'done' }] };
      }
    }
    @Module({
      imports: [NanookModule.forRoot({ policies: 'allow(_, "read", _);', actor: () => 'ann' })],
      controllers: [CarelessController],
    })
    class CarelessModule {}
    const mcp = new McpStrategy({
      name: 'careless',
      version: '1.0.0',
      transports: [new StreamableHttpTransport()],
    });
    const careless = await NestFactory.create(CarelessModule, { logger, abortOnError: false });
    mcp.setHttpAdapter(careless.getHttpAdapter());
    careless.connectMicroservice({ strategy: mcp }, { inheritAppConfig: true });
    const start = async () => {
      await careless.startAllMicroservices();
      await careless.init();
    };
    await expect(start()).rejects.toThrow(/careless/i);
  });
});
