import 'reflect-metadata';
import { Controller, Get, Module, type INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Authorize, AuthorizedWhere, NanookModule } from '../index.js';

class Note {
  constructor(
    readonly id: string,
    readonly owner: string,
  ) {}
}
interface Row {
  readonly id: string;
  readonly owner: string | null;
}

const policies = `
  allow(_, "list", Note);
  allow(_, "list", Row);
  allow(user, "read", note: Note) if note.owner = user;
  allow(user, "open", page: Page) if page.owner = user;
  allow(user, "read", row: Row) if row.owner.length > 0 and row.owner = user;
`;

const notes = [new Note('1', 'alice'), new Note('2', 'bob'), new Note('3', 'alice')];
const rows = (): Row[] => [
  { id: '1', owner: 'alice' },
  { id: '2', owner: null },
  { id: '3', owner: 'bob' },
];

@Controller()
class NotesController {
  @Get('notes') @Authorize('list', Note) notes(@AuthorizedWhere('read', Note) where: AuthorizedWhere<Note>) {
    return where.filter(Promise.resolve(notes));
  }
  @Get('rows') @Authorize('list', 'Row') rows(@AuthorizedWhere('read', 'Row') where: AuthorizedWhere<Row>) {
    return where.filter(rows());
  }
  @Get('condition') @Authorize('list', Note) async condition(
    @AuthorizedWhere('open', 'Page') where: AuthorizedWhere,
  ) {
    const { type, filter } = await where.condition();
    return { type, filter: filter.kind };
  }
  @Get('one') @Authorize('list', Note) async one(
    @AuthorizedWhere('read', Note) where: AuthorizedWhere<Note>,
  ) {
    return {
      action: where.action,
      isNote: where.type === Note,
      allows: await Promise.all(notes.map((note) => where.allows(note))),
    };
  }
}

@Module({
  imports: [
    NanookModule.forRoot({
      policies,
      // A row does not show this type, so it is tagged.
      types: { Note, Row: { is: () => false }, Page: { fields: { owner: String } } },
      actor: (req: { headers: Record<string, string | undefined> }) => req.headers['x-user'],
    }),
  ],
  controllers: [NotesController],
})
class AppModule {}

describe('@AuthorizedWhere', () => {
  let app: INestApplication;
  beforeAll(async () => {
    const built = await Test.createTestingModule({ imports: [AppModule] }).compile();
    app = built.createNestApplication({ logger: false });
    await app.listen(0);
  });
  afterAll(() => app.close());
  const get = (path: string, user: string) => request(app.getHttpServer()).get(path).set('x-user', user);

  it('filters rows, in their order', async () => {
    expect((await get('/notes', 'alice')).body).toEqual([notes[0], notes[2]].map((note) => ({ ...note })));
    expect((await get('/notes', 'carol')).body).toEqual([]);
  });

  it('checks one row', async () => {
    expect((await get('/one', 'bob')).body).toEqual({
      action: 'read',
      isNote: true,
      allows: [false, true, false],
    });
  });

  it('tags rows without a class, and leaves out undecided rows', async () => {
    expect((await get('/rows', 'alice')).body).toEqual([{ id: '1', owner: 'alice' }]);
  });

  it('finds the condition of the allowed rows for a query', async () => {
    expect((await get('/condition', 'alice')).body).toEqual({ type: 'Page', filter: 'and' });
  });
});
