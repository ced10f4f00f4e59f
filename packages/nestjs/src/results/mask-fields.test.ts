import 'reflect-metadata';
import { Controller, Get, Module, type INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import mongoose from 'mongoose';
import request from 'supertest';
import { DataTypes, Model, Sequelize } from 'sequelize';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  AuthorizedFields,
  Authz,
  NanookModule,
  SkipAuthorization,
  type RequestAuthorization,
} from '../index.js';

// cspell:ignore autor

const AuthorDocument = mongoose.model('MaskedAuthor', new mongoose.Schema({ name: String, email: String }));
const NoteDocument = mongoose.model(
  'MaskedNote',
  new mongoose.Schema({
    title: String,
    secret: String,
    author: { type: mongoose.Schema.Types.ObjectId, ref: 'MaskedAuthor' },
  }),
);

class NoteModel extends Model {}
NoteModel.init(
  { id: { type: DataTypes.INTEGER, primaryKey: true }, title: DataTypes.STRING, secret: DataTypes.STRING },
  { sequelize: new Sequelize({ dialect: 'sqlite', dialectModule: {}, logging: false }), modelName: 'Note' },
);

class Author {
  constructor(
    readonly name: string,
    readonly email: string,
  ) {}
}
class Comment {
  readonly spam = 0.1;
  constructor(
    readonly text: string,
    readonly author: Author,
  ) {}
}
class NoteDto {
  readonly title = 'Plan';
  readonly secret = 's';
  readonly author = new Author('Ann', 'ann@example.org');
  readonly comments = [new Comment('Good', new Author('Bob', 'bob@example.org'))];
}

const policies = `
  allow_field(_, "read", _: MongoNote, field) if field in ["title", "author"];
  allow_field(_, "read", _: MongoAuthor, "name");
  allow_field(_, "read", _: SqlNote, field) if field in ["id", "title"];
  allow_field(_, "read", _: NoteDto, field) if field in ["title", "author", "comments"];
  allow_field(_, "list", _: NoteDto, field) if field in ["title", "secret"];
  allow_field(_, "read", _: Comment, field) if field in ["text", "author"];
  allow_field(_, "read", _: Author, "name");
`;

const written = () =>
  new NoteDocument({
    title: 'Plan',
    secret: 's',
    author: new AuthorDocument({ name: 'Ann', email: 'ann@example.org' }),
  });

@Controller()
@SkipAuthorization('only the fields matter')
class Notes {
  @Get('mongoose') @AuthorizedFields() @AuthorizedFields('read', { at: 'author' }) mongoose() {
    return [written()];
  }
  @Get('inner') @AuthorizedFields('read', { at: 'author' }) inner() {
    return written();
  }
  @Get('sequelize') @AuthorizedFields() sequelize() {
    return NoteModel.build({ id: 1, title: 'Plan', secret: 's' });
  }
  @Get('pick') async pick(@Authz() authz: RequestAuthorization) {
    return [
      await authz.pick('read', written()),
      await authz.pick('read', NoteModel.build({ id: 1, secret: 's' })),
    ];
  }
  @Get('nested')
  @AuthorizedFields()
  @AuthorizedFields('read', { at: 'author' })
  @AuthorizedFields('read', { at: 'comments' })
  @AuthorizedFields('read', { at: 'comments.author' })
  nested() {
    return [new NoteDto()];
  }
  @Get('removed') @AuthorizedFields('list') @AuthorizedFields('read', { at: 'author' }) removed() {
    return new NoteDto();
  }
  @Get('both') @AuthorizedFields('list') @AuthorizedFields('read') both() {
    return new NoteDto();
  }
  @Get('misspelled') @AuthorizedFields() @AuthorizedFields('read', { at: 'autor' }) misspelled() {
    return new NoteDto();
  }
}

describe('the fields of a result', () => {
  let app: INestApplication;
  beforeAll(async () => {
    @Module({
      imports: [
        NanookModule.forRoot({
          policies,
          types: {
            MongoNote: NoteDocument,
            MongoAuthor: AuthorDocument,
            SqlNote: NoteModel,
            NoteDto,
            Comment,
            Author,
          },
          actor: () => 'alice',
        }),
      ],
      controllers: [Notes],
    })
    class AppModule {}
    const built = await Test.createTestingModule({ imports: [AppModule] }).compile();
    app = built.createNestApplication({ logger: false });
    await app.init();
  });
  afterAll(() => app.close());

  const get = async (path: string) => {
    const { status, body } = await request(app.getHttpServer()).get(path);
    return status === 200 ? (body as unknown) : status;
  };

  it('include only allowed attributes of a Mongoose document, also inside another one', async () => {
    expect(await get('/mongoose')).toEqual([{ title: 'Plan', author: { name: 'Ann' } }]);
    expect(await get('/inner')).toEqual({
      _id: expect.any(String) as string,
      title: 'Plan',
      secret: 's',
      author: { name: 'Ann' },
    });
  });

  it('include only allowed attributes of an instance of Sequelize', async () => {
    expect(await get('/sequelize')).toEqual({ id: 1, title: 'Plan' });
  });

  it('remain hidden in the result of pick()', async () => {
    expect(await get('/pick')).toEqual([{ title: 'Plan', author: expect.anything() as unknown }, { id: 1 }]);
  });

  it('disappear at each path of nested objects', async () => {
    expect(await get('/nested')).toEqual([
      {
        title: 'Plan',
        author: { name: 'Ann' },
        comments: [{ text: 'Good', author: { name: 'Bob' } }],
      },
    ]);
  });

  it('stay removed if a requirement concerns an object inside them', async () => {
    expect(await get('/removed')).toEqual({ title: 'Plan', secret: 's' });
  });

  it('must be allowed by all requirements for the same path', async () => {
    expect(await get('/both')).toEqual({ title: 'Plan' });
  });

  it('cause a 500 if a path is misspelled', async () => {
    expect(await get('/misspelled')).toBe(500);
  });
});
