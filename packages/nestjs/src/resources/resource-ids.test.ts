import 'reflect-metadata';
import {
  Controller,
  Get,
  Injectable,
  Logger,
  Module,
  Post,
  UseInterceptors,
  type INestApplication,
} from '@nestjs/common';
import { FileInterceptor } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Authorize, NanookModule, ResourceLoader } from '../index.js';

class Note {}
const loaded: unknown[] = [];

@Injectable()
@ResourceLoader(Note)
class NoteLoader {
  load(id: unknown) {
    loaded.push(id);
    return new Note();
  }
}

@Controller()
class NotesController {
  @Get('number/:id') @Authorize('read', Note, { parse: Number }) number() {}
  @Get('unknown/:id') @Authorize('read', Note, { parse: () => undefined }) unknown() {}
  @Get('nothing/:id') @Authorize('read', Note, { parse: () => null }) nothing() {}
  @Get('found/:id') @Authorize('read', Note, { id: () => Number('a text') }) found() {}
  @Get('later/:id') @Authorize('read', Note, { parse: async (raw) => Number(raw) }) later() {}
  @Post('file')
  @UseInterceptors(FileInterceptor('file'))
  @Authorize('read', Note, { id: 'body.id' })
  file() {}
}

let app: INestApplication;
beforeEach(async () => {
  loaded.length = 0;
  @Module({
    imports: [
      NanookModule.forRoot({ policies: 'allow(_, "read", _: Note);', types: { Note }, actor: () => 'alice' }),
    ],
    controllers: [NotesController],
    providers: [NoteLoader],
  })
  class AppModule {}
  app = (await Test.createTestingModule({ imports: [AppModule] }).compile()).createNestApplication({
    logger: false,
  });
  await app.init();
});
afterEach(() => app.close());
const statusOf = async (path: string) => (await request(app.getHttpServer()).get(path)).status;

describe('the id of a resource', () => {
  it.each(['/number/text', '/unknown/1', '/nothing/1', '/found/1', '/later/text'])(
    'reaches no loader as undefined, null or NaN: GET %s returns 404',
    async (path) => {
      expect(await statusOf(path)).toBe(404);
      expect(loaded).toEqual([]);
    },
  );

  it('can be parsed asynchronously', async () => {
    expect(await statusOf('/later/7')).toBe(200);
    expect(loaded).toEqual([7]);
  });

  it('cannot come from a multipart body, because Nest parses it after the guards: the log says so once', async () => {
    const warn = vi.spyOn(Logger.prototype, 'warn').mockReturnValue();
    for (let i = 0; i < 2; i++)
      expect((await request(app.getHttpServer()).post('/file').field('id', '1')).status).toBe(404);
    expect((await request(app.getHttpServer()).post('/file').send({ name: 'no id' })).status).toBe(404);
    expect(warn.mock.calls).toEqual([
      [expect.stringMatching(/^NotesController\.file .*`body\.id`.*multipart/)],
    ]);
    warn.mockRestore();
  });
});
