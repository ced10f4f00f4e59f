// An application as the schematics of Nest 10 and 11 generate it: CommonJS, with types from `main`, `types` and `typesVersions`.
import { typed } from '@nanook/core';
import { Authorize, AuthorizedResource, NanookModule, ResourceLoader } from '@nanook/nestjs';
import { Controller, Get, Injectable, Module } from '@nestjs/common';

interface Note {
  id: number;
  owner: string;
}

@Injectable()
@ResourceLoader('Note')
class NoteLoader {
  load(id: string): Note | undefined {
    return id === '1' ? { id: 1, owner: 'ann' } : undefined;
  }
}

@Controller('notes')
class NotesController {
  @Get(':id')
  @Authorize('read', 'Note')
  show(@AuthorizedResource() note: Note): Note {
    return note;
  }
}

@Module({
  imports: [
    NanookModule.forRoot({
      policies: 'allow(user: User, "read", note: Note) if note.owner = user.name;',
      types: { User: {}, Note: {} },
      actor: (request: { headers: Record<string, string> }) =>
        typed('User', { name: request.headers['x-user'] }),
    }),
  ],
  controllers: [NotesController],
  providers: [NoteLoader],
})
export class AppModule {}
