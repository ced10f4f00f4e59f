import 'reflect-metadata';
import type { Server } from 'node:http';
import {
  Authorize,
  AuthorizedResource,
  NanookModule,
  ResourceLoader,
  SkipAuthorization,
} from '@nanook/nestjs';
import {
  Controller,
  Get,
  Module,
  NotFoundException,
  Param,
  Req,
  UnauthorizedException,
  UseGuards,
  applyDecorators,
  type CanActivate,
  type DynamicModule,
  type ExecutionContext,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  Note,
  findNote,
  findUser,
  loadAuthorizer,
  mayRead,
  notesPath,
  shown,
  skipReason,
  userHeader,
} from '../notes.ts';
import type { WebFramework } from '../web-app.ts';

interface NoteRequest {
  readonly headers: Readonly<Record<string, unknown>>;
  readonly params: { readonly id: string };
  note?: Note;
}

/** The guard that an application writes itself. */
class NoteGuard implements CanActivate {
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<NoteRequest>();
    const user = findUser(request.headers[userHeader]);
    if (user === undefined) throw new UnauthorizedException();
    const note = await findNote(request.params.id);
    if (note === undefined || !mayRead(user, note)) throw new NotFoundException();
    request.note = note;
    return true;
  }
}

class NoteLoader {
  load(id: string): Promise<Note | undefined> {
    return findNote(id);
  }
}

/** Loads the note without a check. */
class OpenController {
  async show(id: string): Promise<object> {
    return shown((await findNote(id))!);
  }
}

class HandController {
  show({ note }: NoteRequest): object {
    return shown(note!);
  }
}

class SkippedController {
  async show(id: string): Promise<object> {
    return shown((await findNote(id))!);
  }
}

class NanookController {
  show(note: Note): object {
    return shown(note);
  }
}

// Decorators are called as functions, because Node runs this file without compiling it.
ResourceLoader(Note)(NoteLoader);
declare(OpenController, Param('id'));
declare(HandController, Req(), UseGuards(NoteGuard));
declare(SkippedController, Param('id'), SkipAuthorization(skipReason));
declare(NanookController, AuthorizedResource(), Authorize('read', Note));

function declare(controller: Type, parameter: ParameterDecorator, ...decorators: MethodDecorator[]): void {
  const prototype = controller.prototype as object;
  parameter(prototype, 'show', 0);
  applyDecorators(Get(':id'), ...decorators)(
    prototype,
    'show',
    Object.getOwnPropertyDescriptor(prototype, 'show')!,
  );
  Controller(notesPath)(controller);
}

async function listen(controller: Type, imports: DynamicModule[] = []): Promise<Server> {
  class AppModule {}
  Module({ imports, controllers: [controller], providers: [NoteLoader] })(AppModule);
  const app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(), {
    logger: false,
    abortOnError: false,
  });
  await app.listen(0, '127.0.0.1');
  return app.getHttpServer() as Server;
}

async function nanook(controller: Type): Promise<Server> {
  const authorizer = await loadAuthorizer();
  return listen(controller, [
    NanookModule.forRoot({
      authorizer,
      actor: (request: NoteRequest) => findUser(request.headers[userHeader]),
    }),
  ]);
}

export const nestFastifyApps: WebFramework = {
  apps: {
    none: () => listen(OpenController),
    hand: () => listen(HandController),
    skipped: () => nanook(SkippedController),
    nanook: () => nanook(NanookController),
  },
};
