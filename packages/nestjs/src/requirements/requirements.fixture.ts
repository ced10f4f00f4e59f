import 'reflect-metadata';
import {
  Injectable,
  Module,
  VERSION_NEUTRAL,
  VersioningType,
  type INestApplication,
  type Type,
} from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import { afterEach } from 'vitest';
import { NanookModule, ResourceLoader, type LoadsOne } from '../index.js';
import type { NanookModuleOptions } from '../options/nanook.options.js';

export class Note {
  constructor(
    readonly id: string,
    readonly owner: string,
  ) {}
}
export class Folder {
  constructor(
    readonly id: string,
    readonly member: string,
  ) {}
}

/** Every actor may read a note. The other actions need the role of their name. */
export const policies = `
  allow(_, "read", _: Note);
  allow(user, action, note: Note) if action in ["update", "delete", "edit"] and note.owner = user;
  allow(_, action, Note) if action in ["read", "list"];
  allow("alice", action, Note) if action in ["create", "publish"];
  allow(user, "read", folder: Folder) if folder.member = user;
`;

export const notes = new Map([
  ['1', new Note('1', 'alice')],
  ['2', new Note('2', 'bob')],
]);
/** The ids that the loaders of notes got, in the current test. */
export const loadedIds: unknown[] = [];

@Injectable()
@ResourceLoader(Note)
export class NoteLoader implements LoadsOne<Note, unknown> {
  load(id: unknown) {
    loadedIds.push(id);
    return notes.get(String(id));
  }
}
@Injectable()
@ResourceLoader(Folder)
export class FolderLoader implements LoadsOne<Folder, string> {
  load(id: string) {
    return id === '7' ? new Folder('7', 'alice') : undefined;
  }
}

export interface HttpRequest {
  readonly headers: Record<string, string | undefined>;
  readonly params: Record<string, string>;
}
export const adapters = { Express: () => new ExpressAdapter(), Fastify: () => new FastifyAdapter() };
export type Adapter = keyof typeof adapters;
export const platforms = ['Express', 'Fastify'] as const;

export let app: INestApplication | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
  loadedIds.length = 0;
});

export async function start(
  controllers: Type[],
  options: Partial<NanookModuleOptions> = {},
  adapter: Adapter = 'Express',
): Promise<void> {
  @Module({
    imports: [
      NanookModule.forRoot({
        policies,
        types: { Note, Folder },
        actor: (req: HttpRequest) => req.headers['x-user'],
        ...options,
      }),
    ],
    controllers,
    providers: [NoteLoader, FolderLoader],
  })
  class AppModule {}
  const built = await Test.createTestingModule({ imports: [AppModule] }).compile();
  app = built.createNestApplication(adapters[adapter]() as never, { logger: false });
  app.enableVersioning({ type: VersioningType.URI, defaultVersion: VERSION_NEUTRAL });
  await app.init();
  if (adapter === 'Fastify') await (app.getHttpAdapter().getInstance() as { ready(): Promise<void> }).ready();
}

export type Method = 'get' | 'head' | 'post' | 'put' | 'patch' | 'delete' | 'options';
export const ask = (user: string | undefined, method: Method, path: string, body?: object) => {
  const sent = request(app!.getHttpServer())[method](path);
  if (user !== undefined) void sent.set('x-user', user);
  return body === undefined ? sent : sent.send(body);
};
export const statusOf = async (...args: Parameters<typeof ask>): Promise<number> =>
  (await ask(...args)).status;

/** Sets the application that is closed after the test. */
export const adopt = (built: INestApplication): INestApplication => (app = built);
