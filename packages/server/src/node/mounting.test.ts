import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { sha256 } from '../testing/sha256.fixture.js';
import { certifiedServer } from '../testing/certification.fixture.js';
import { toKoaMiddleware, toNodeHandler } from './index.js';

const server = await certifiedServer({ limits: { bodyBytes: 100_000, timeoutMs: 2_000 } });
const body = JSON.stringify({
  subject: { type: 'user', id: 'alice' },
  action: { name: 'read' },
  resource: { type: 'record', id: 'record-1' },
});

const ends: (() => unknown)[] = [];
afterAll(() => Promise.all(ends.map((end) => end())));

async function listen(
  listener: (request: IncomingMessage, response: ServerResponse) => unknown,
): Promise<string> {
  const http = createServer((request, response) => void listener(request, response));
  await new Promise<void>((resolve) => void http.listen(0, '127.0.0.1', resolve));
  ends.push(() => {
    http.closeAllConnections();
    http.close();
  });
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
}

function expressApp(): express.Express {
  const app = express();
  app.use(toNodeHandler(server));
  app.get('/own', (_, response) => void response.send('own'));
  return app;
}

@Controller()
class OwnController {
  @Get('own')
  own(): string {
    return 'own';
  }
}
@Module({ controllers: [OwnController] })
class AppModule {}

const apps: Readonly<Record<string, () => Promise<string>>> = {
  Express: () => listen(expressApp()),
  Koa: () => {
    const app = new Koa();
    app.use(toKoaMiddleware(server));
    app.use((context) => {
      context.body = 'own';
    });
    return listen(app.callback());
  },
  NestJS: async () => {
    const app = await NestFactory.create(AppModule, { logger: false });
    app.use(toNodeHandler(server));
    await app.listen(0, '127.0.0.1');
    ends.push(() => app.close());
    return app.getUrl();
  },
  Fastify: async () => {
    const app = fastify();
    const handle = toNodeHandler(server);
    app.addHook('onRequest', (request, reply, done) => handle(request.raw, reply.raw, done));
    app.get('/own', () => 'own');
    ends.push(() => app.close());
    return app.listen({ host: '127.0.0.1', port: 0 });
  },
  Hono: async () => {
    const app = new Hono();
    app.use((c, next) => (server.handles(c.req.path) ? server.fetch(c.req.raw) : next()));
    app.get('/own', (c) => c.text('own'));
    // Hono answers a Request by itself; node:http needs a bridge, which is another package.
    return listen(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { method = 'GET', url = '/' } = request;
      const headers = { 'Content-Type': request.headers['content-type'] ?? '' };
      const init = method === 'GET' ? { headers } : { method, headers, body: Buffer.concat(chunks) };
      const answer = await app.fetch(new Request(`http://localhost${url}`, init));
      response.writeHead(answer.status).end(await answer.text());
    });
  },
  'node:http': () =>
    listen((request, response) => toNodeHandler(server)(request, response, () => void response.end('own'))),
};

describe.each(Object.entries(apps))('a server in %s', (_, start) => {
  it('answers its own paths and leaves the others to the application', async () => {
    const url = await start();
    const headers = { 'Content-Type': 'application/json' };
    const decided = await fetch(`${url}/access/v1/evaluation`, { method: 'POST', headers, body });
    expect([decided.status, await decided.json()]).toEqual([200, { decision: true }]);
    const refused = await fetch(`${url}/access/v1/evaluation`, { method: 'POST', headers, body: '{' });
    expect([refused.status, await refused.text()]).toEqual([400, 'the body is not JSON']);
    expect(await (await fetch(`${url}/own`)).text()).toBe('own');
    expect(await (await fetch(`${url}/healthz`)).text()).toBe('ok');
  });
});

describe('toNodeHandler', () => {
  it('reads a body that a parser has read before', async () => {
    const app = express();
    app.use(express.json());
    app.use(toNodeHandler(server));
    const url = await listen(app);
    const headers = { 'Content-Type': 'application/json' };
    const decided = await fetch(`${url}/access/v1/evaluation`, { method: 'POST', headers, body });
    expect(await decided.json()).toEqual({ decision: true });
  });

  it('serves a path below which it is mounted', async () => {
    const app = express();
    app.use('/authz', toNodeHandler(await certifiedServer({ baseUrl: 'https://api.example.com/authz' })));
    const url = await listen(app);
    expect((await fetch(`${url}/authz/healthz`)).status).toBe(200);
  });

  it('tells the caller that a body is too large, and ends the connection', async () => {
    const url = await listen(toNodeHandler(server));
    const status = await new Promise((resolve, reject) => {
      const headers = { 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' };
      const request = httpRequest(`${url}/access/v1/evaluation`, { method: 'POST', headers });
      request.on('response', (response) => {
        response.resume();
        resolve([response.statusCode, response.headers.connection]);
      });
      request.on('error', reject);
      request.write('x'.repeat(150_000));
    });
    expect(status).toEqual([413, 'close']);
  });

  it('answers slow bodies with 408, while other requests get their decisions', async () => {
    const slow = await certifiedServer({ limits: { timeoutMs: 300 } });
    const url = await listen(toNodeHandler(slow));
    const statuses = Array.from({ length: 50 }, async () => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      socket.write(
        'POST /access/v1/evaluation HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{',
      );
      let text = '';
      for await (const chunk of socket) text += String(chunk);
      return text.split(' ')[1];
    });
    const headers = { 'Content-Type': 'application/json' };
    const fast = await fetch(`${url}/access/v1/evaluation`, { method: 'POST', headers, body });
    expect(await fast.json()).toEqual({ decision: true });
    expect(new Set(await Promise.all(statuses))).toEqual(new Set(['408']));
  });

  it('answers the next request of a connection after a refusal that did not read the body', async () => {
    const callers = { keys: [{ name: 'shop', sha256: sha256('key') }] };
    const url = await listen(toNodeHandler(await certifiedServer({ callers })));
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const large = body.replace('}', `}${' '.repeat(90_000)}`);
    const send = (key: string, connection: string, text: string) =>
      socket.write(
        `POST /access/v1/evaluation HTTP/1.1\r\nHost: x\r\nX-API-Key: ${key}\r\nContent-Type: application/json\r\nConnection: ${connection}\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
      );
    for (const text of [body, large]) send('wrong', 'keep-alive', text);
    send('key', 'close', large);
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 401', 'HTTP/1.1 401', 'HTTP/1.1 200']);
  });

  it.each(['Authorization: Bearer other', 'Content-Type: text/plain', 'Host: other'])(
    'refuses a second header: %s',
    async (header) => {
      const url = await listen(toNodeHandler(server));
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      socket.write(
        `POST /access/v1/evaluation HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer one\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: ${body.length}\r\n${header}\r\n\r\n${body}`,
      );
      let text = '';
      for await (const chunk of socket) text += String(chunk);
      expect(text.split(' ')[1]).toBe('400');
    },
  );

  it('closes the connection if Node does not send a header of the answer', async () => {
    const answer = () => Promise.resolve({ status: 200, headers: { 'x-user': 'a\u0001' }, text: '' });
    const url = await listen(toNodeHandler({ answer, handles: () => true, close: () => Promise.resolve() }));
    await expect(fetch(url)).rejects.toThrow('fetch failed');
    await expect(fetch(url)).rejects.toThrow('fetch failed');
  });

  it('survives a caller that ends the connection inside its body', async () => {
    const onError = vi.fn<() => void>();
    const url = await listen(toNodeHandler(await certifiedServer({ onError })));
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write(
      'POST /access/v1/evaluation HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{',
    );
    await new Promise((resolve) => setTimeout(resolve, 30));
    socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect(onError).not.toHaveBeenCalled();
  });

  it.each(['TRACE /healthz', 'GET http://evil.example/healthz', 'OPTIONS *', 'POST //access/v1/evaluation'])(
    'refuses %s without a failure',
    async (line) => {
      const url = await listen(toNodeHandler(server));
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      socket.write(`${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      let text = '';
      for await (const chunk of socket) text += String(chunk);
      expect(text.split(' ')[1]).toMatch(/^40[45]$/);
    },
  );
});
