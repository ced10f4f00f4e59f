import type { Authorizer } from '@nanook/core';
import { Authorize, AuthorizedResource, NanookModule, ResourceLoader } from '@nanook/nestjs';
import { Controller, Delete, Get, Injectable, Module } from '@nestjs/common';
import { findNote, findUser } from './model.ts';

// shown: start
@Injectable()
@ResourceLoader('Note')
class NoteLoader {
  load(id: string) { return findNote(id); }
}

@Controller('notes')
class NotesController {
  @Get(':id') @Authorize('read', 'Note')
  show(@AuthorizedResource() note: object) { return note; }
}
// shown: end

// forgotten: start
@Controller('notes')
class TrashController {
  @Delete(':id')
  remove() { return 'gone'; }
}
// forgotten: end

const moduleWith = (authorizer: Authorizer, controllers: readonly (new () => object)[]) => {
  @Module({
    imports: [
      NanookModule.forRoot({
        authorizer,
        actor: (request: { readonly headers: Record<string, string> }) => findUser(request.headers['x-user']),
      }),
    ],
    controllers: [...controllers],
    providers: [NoteLoader],
  })
  class AppModule {}
  return AppModule;
};

/** Returns the module of the application. */
export const nestModule = (authorizer: Authorizer) => moduleWith(authorizer, [NotesController]);

/** Returns the module of an application with a handler that has no requirement. */
export const carelessModule = (authorizer: Authorizer) =>
  moduleWith(authorizer, [NotesController, TrashController]);
