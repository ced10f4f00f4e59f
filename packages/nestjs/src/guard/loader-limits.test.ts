import 'reflect-metadata';
import { ApolloDriver } from '@nestjs/apollo';
import { Controller, Get, Injectable, Module, type LoggerService, type Type } from '@nestjs/common';
import { GraphQLModule, Query, Resolver } from '@nestjs/graphql';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { get, request as send, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import request from 'supertest';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import {
  Authorize,
  NanookModule,
  ResourceLoader,
  type LoaderOptions,
  type LoadsMany,
  type LoadsOne,
  type NanookModuleOptions,
} from '../index.js';

class Note {}
class Page {}

/** A promise that a loader resolves. */
function signaled<T>() {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}

let started = signaled<AbortSignal>();
let aborted = signaled<unknown>();

/** Ends only when the signal aborts. */
const wait = ({ signal }: LoaderOptions): Promise<never> =>
  new Promise((_, reject) => {
    started.resolve(signal);
    signal.addEventListener('abort', () => {
      aborted.resolve(signal.reason);
      reject(new Error('aborted'));
    });
  });

@Injectable()
@ResourceLoader(Note)
class NoteLoader implements LoadsOne<Note, string> {
  load(_id: string, options: LoaderOptions) {
    return wait(options);
  }
}

@Injectable()
@ResourceLoader(Page)
class PageLoader implements LoadsMany<Page, string> {
  loadMany(_ids: readonly string[], options: LoaderOptions) {
    return wait(options);
  }
}

@Controller()
class NotesController {
  @Get('notes/:id') @Authorize('read', Note) note() {}
  @Get('pages/:id') @Authorize('read', Page) page() {}
  @Get('inline') @Authorize('read', (_request, _context, options) => wait(options)) inline() {}
}

@Resolver()
class NotesResolver {
  @Query(() => String) @Authorize('read', (_request, _context, options) => wait(options)) note() {
    return 'note';
  }
}

const adapters = { Express: () => new ExpressAdapter(), Fastify: () => new FastifyAdapter() };

async function start(
  adapter: keyof typeof adapters,
  options: Partial<NanookModuleOptions>,
  logged: unknown[] = [],
  resolvers: readonly Type[] = [],
) {
  @Module({
    imports: [
      NanookModule.forRoot({
        policies: 'allow(_, "read", _);',
        types: { Note, Page },
        actor: () => 'ann',
        ...options,
      }),
      ...(resolvers.length === 0
        ? []
        : [GraphQLModule.forRoot({ driver: ApolloDriver, autoSchemaFile: true })]),
    ],
    controllers: [NotesController],
    providers: [NoteLoader, PageLoader, ...resolvers],
  })
  class AppModule {}
  const built = await Test.createTestingModule({ imports: [AppModule] }).compile();
  const ignore = () => {};
  const logger: LoggerService = { log: ignore, warn: ignore, error: (message) => logged.push(message) };
  const app = built.createNestApplication(adapters[adapter]() as never, { logger });
  onTestFinished(() => app.close());
  await app.listen(0);
  return app.getHttpServer() as Server;
}

beforeEach(() => {
  started = signaled();
  aborted = signaled();
});

describe.each(['Express', 'Fastify'] as const)('a loader on %s', (adapter) => {
  it.each([
    ['/notes/1', 'NoteLoader.load()'],
    ['/pages/1', 'PageLoader.loadMany()'],
    ['/inline', 'loader()'],
  ])('is a 503 when it does not finish in time, and the log names it: %s', async (path, loader) => {
    const logged: unknown[] = [];
    const server = await start(adapter, { loaderTimeoutMs: 30 }, logged);
    const { status, body } = await request(server).get(path);
    expect({ status, body }).toMatchObject({
      status: 503,
      body: { statusCode: 503, message: 'Service Unavailable' },
    });
    expect(await aborted.promise).toMatchObject({ code: 'NANOOK_HTTP_LOADER_TIMEOUT' });
    expect(logged.map(String).join()).toContain(`\`${loader}\``);
  });

  it.each(['/notes/1', '/pages/1', '/inline'])(
    'gets a signal that aborts when the client closes the connection: %s',
    async (path) => {
      const server = await start(adapter, {});
      const sent = get({ port: (server.address() as AddressInfo).port, path }).on('error', () => {});
      expect((await started.promise).aborted).toBe(false);
      sent.destroy();
      expect(await aborted.promise).toMatchObject({ name: 'AbortError' });
    },
  );
});

describe('a loader of a GraphQL field', () => {
  it('causes an error of the server when it does not finish in time', async () => {
    const server = await start('Express', { loaderTimeoutMs: 30 }, [], [NotesResolver]);
    const { body } = await request(server).post('/graphql').send({ query: '{ note }' });
    expect(body).toMatchObject({
      errors: [{ message: 'Internal server error', extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
    });
    expect(await aborted.promise).toMatchObject({ code: 'NANOOK_HTTP_LOADER_TIMEOUT' });
  });

  it('gets a signal that aborts when the client closes the connection', async () => {
    const server = await start('Express', {}, [], [NotesResolver]);
    const headers = { 'content-type': 'application/json' };
    const { port } = server.address() as AddressInfo;
    const sent = send({ port, path: '/graphql', method: 'POST', headers }).on('error', () => {});
    sent.end(JSON.stringify({ query: '{ note }' }));
    await started.promise;
    sent.destroy();
    expect(await aborted.promise).toMatchObject({ name: 'AbortError' });
  });
});

it.each([0, '5s'])('refuses %j as the time limit of loaders', async (loaderTimeoutMs) => {
  await expect(start('Express', { loaderTimeoutMs: loaderTimeoutMs as number })).rejects.toThrow(
    /loaderTimeoutMs.*must be a time in milliseconds/,
  );
});
