import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Controller,
  Get,
  Injectable,
  Module,
  Put,
  type ExecutionContext,
  type INestApplication,
  type LoggerService,
  type Provider,
  type Type,
} from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import { afterEach, vi } from 'vitest';
import {
  AuthorizationService,
  Authorize,
  Authz,
  CurrentActor,
  NanookModule,
  ResourceLoader,
  SkipAuthorization,
  type LoadsOne,
} from '../index.js';
import type { NanookModuleOptions } from '../options/nanook.options.js';

export type RequestAuthorization = ReturnType<AuthorizationService['of']>;

export class Note {
  constructor(
    readonly id: string,
    readonly owner: string,
  ) {}
}
/** Every actor may read, also `nil`. */
export const policies = `
  allow(_, "read", _: Note);
  allow(user, "update", note: Note) if note.owner = user;
`;

@Injectable()
@ResourceLoader(Note)
export class NoteLoader implements LoadsOne<Note, string> {
  async load(id: string) {
    await sleep(Number(id) % 3);
    return new Note(id, `user ${id}`);
  }
}

export interface HttpRequest {
  readonly headers: Record<string, string | undefined>;
  user?: unknown;
}
export const byHeader = ({ headers }: HttpRequest) => headers['x-user'];
export const requestOf = (context: ExecutionContext): HttpRequest =>
  context.switchToHttp().getRequest<HttpRequest>();

export const adapters = { Express: () => new ExpressAdapter(), Fastify: () => new FastifyAdapter() };
export type Adapter = keyof typeof adapters;
export const platforms = ['Express', 'Fastify'] as const;

export let app: INestApplication | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
  vi.unstubAllEnvs();
});

export interface Given {
  readonly adapter?: Adapter;
  readonly providers?: Provider[];
  readonly controllers?: Type[];
  readonly logger?: LoggerService | false;
}

@Controller()
export class NoteController {
  @Get('ping') @SkipAuthorization('liveness probe') ping() {
    return 'pong';
  }
  @Get('who') @SkipAuthorization('for everybody') async who(@Authz() authz: RequestAuthorization) {
    return { actor: await authz.actor() };
  }
  @Get(':id') @Authorize('read', Note) show(@CurrentActor() actor: unknown) {
    return { actor };
  }
  @Put(':id') @Authorize('update', Note) update() {}
}

export async function start(
  options: Partial<NanookModuleOptions>,
  { adapter = 'Express', providers = [], controllers = [NoteController], logger = false }: Given = {},
): Promise<void> {
  @Module({
    imports: [NanookModule.forRoot({ policies, types: { Note }, ...options })],
    controllers,
    providers: [NoteLoader, ...providers],
  })
  class AppModule {}
  const built = await Test.createTestingModule({ imports: [AppModule] }).compile();
  app = built.createNestApplication(adapters[adapter]() as never, { logger });
  await app.init();
  if (adapter === 'Fastify') await (app.getHttpAdapter().getInstance() as { ready(): Promise<void> }).ready();
}
export const ask = (path: string, user?: string, method: 'get' | 'put' = 'get') => {
  const sent = request(app!.getHttpServer())[method](path);
  return user === undefined ? sent : sent.set('x-user', user);
};

/** Sets the application that is closed after the test. */
export const adopt = (built: INestApplication): INestApplication => (app = built);
