import 'reflect-metadata';
import { ApolloDriver } from '@nestjs/apollo';
import { Controller, Get, Module, type INestApplication, type Type } from '@nestjs/common';
import { Field, GraphQLModule, ID, ObjectType, Query, Resolver } from '@nestjs/graphql';
import { Test } from '@nestjs/testing';
import { typed } from '@nanook/core';
import request from 'supertest';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  AuthorizeResult,
  AuthorizedFields,
  NanookModule,
  SkipAuthorization,
  authorizeField,
  isNanookNestError,
  type AuditFinding,
} from '../index.js';

// Rows as Prisma returns them: plain objects.
const rows = () => [
  { id: '1', owner: 'alice', text: 'Bread' },
  { id: '2', owner: 'bob', text: 'Plan' },
];

const policies = `
  allow(user, "read", note: Note) if note.owner = user;
  allow(_, "read", _: Draft);
  allow_field(user, "read", note: Note, "text") if note.owner = user;
  allow_field(_, "read", _: Note, field) if field in ["id", "owner"];
  allow_field(_, "read", _: Draft, "id");
`;

@Controller()
class Notes {
  @Get('list') @AuthorizeResult('read', { type: 'Note' }) list() {
    return rows();
  }
  @Get('one') @AuthorizeResult('read', { type: 'Note' }) one() {
    return rows()[1];
  }
  @Get('page') @AuthorizeResult('read', { at: 'items', type: 'Note' }) page() {
    return { items: rows() };
  }
  @Get('fields') @SkipAuthorization('only fields') @AuthorizedFields('read', { type: 'Note' }) fields() {
    return rows();
  }
  @Get('draft') @AuthorizeResult('read', { type: 'Note' }) draft() {
    return [typed('Draft', rows()[1]!)];
  }
  @Get('untyped') @AuthorizeResult() untyped() {
    return rows();
  }
}

async function start(metadata: object, imports: object[] = []): Promise<INestApplication> {
  @Module({
    ...metadata,
    imports: [
      NanookModule.forRoot({
        policies,
        types: { Note: {}, Draft: {} },
        actor: ({ headers }: { headers: Record<string, string> }) => headers['x-user'],
      }),
      ...(imports as Type[]),
    ],
  })
  class AppModule {}
  const built = await Test.createTestingModule({ imports: [AppModule] }).compile();
  const app: INestApplication = built.createNestApplication({ logger: false });
  onTestFinished(() => app.close());
  return app.init();
}

describe('rows without a class', () => {
  it('have the type that the decorator names', async () => {
    const app = await start({ controllers: [Notes] });
    const get = async (path: string) => {
      const { status, body } = await request(app.getHttpServer()).get(path).set('x-user', 'alice');
      return status === 200 ? (body as unknown) : status;
    };
    const [own] = rows();
    expect(await get('/list')).toEqual([own]);
    expect(await get('/one')).toBe(404);
    expect(await get('/page')).toEqual({ items: [own] });
    expect(await get('/fields')).toEqual([own, { id: '2', owner: 'bob' }]);
  });

  it('keep the type that they show', async () => {
    const app = await start({ controllers: [Notes] });
    const { body } = await request(app.getHttpServer()).get('/draft').set('x-user', 'alice');
    expect(body).toEqual([rows()[1]]);
  });

  it('match no rule without a type, so that a list leaves them out', async () => {
    const app = await start({ controllers: [Notes] });
    expect((await request(app.getHttpServer()).get('/untyped').set('x-user', 'alice')).body).toEqual([]);
  });

  it('cause a finding of the audit if the type is unknown, or no rule can grant the action', async () => {
    @Controller()
    class Wrong {
      @Get('a') @AuthorizeResult('read', { type: 'Nota' as 'Note' }) a() {}
      @Get('b') @AuthorizeResult('raed', { type: 'Note' }) b() {}
      @Get('c') @SkipAuthorization('fields') @AuthorizedFields('read', { type: 'Nota' as 'Note' }) c() {}
    }
    const error: unknown = await start({ controllers: [Wrong] }).catch((reason: unknown) => reason);
    const { findings } = (isNanookNestError(error) ? error.data : {}) as { findings: AuditFinding[] };
    expect(findings.map(({ handler, code }) => `${handler} ${code}`)).toEqual([
      'Wrong.a NANOOK_NEST_UNKNOWN_TYPE',
      'Wrong.b NANOOK_NEST_NOT_GRANTABLE',
      'Wrong.c NANOOK_NEST_UNKNOWN_TYPE',
    ]);
  });
});

@ObjectType('Note')
class NoteModel {
  @Field(() => ID) id!: string;
  @Field(() => String, { nullable: true }) text!: string;
}
@ObjectType('Memo')
class MemoModel {
  @Field(() => ID, { nullable: true, middleware: [authorizeField({ type: 'Note' })] }) id!: string;
}
@Resolver()
class NoteResolver {
  @Query(() => [NoteModel]) @SkipAuthorization('each field is') notes() {
    return rows();
  }
  @Query(() => [MemoModel]) @SkipAuthorization('each field is') memos() {
    return rows();
  }
}

describe('rows without a class under GraphQL', () => {
  const graphql = (fieldMiddleware: ReturnType<typeof authorizeField>[]) =>
    GraphQLModule.forRoot({
      driver: ApolloDriver,
      autoSchemaFile: true,
      buildSchemaOptions: { fieldMiddleware },
    });
  const ask = async (app: INestApplication, query: string): Promise<unknown> => {
    const sent = request(app.getHttpServer()).post('/graphql').set('x-user', 'alice').send({ query });
    return ((await sent).body as { data: unknown }).data;
  };

  it('have the type with the name of their GraphQL type', async () => {
    const app = await start({ providers: [NoteResolver] }, [
      graphql([authorizeField({ exclude: ['Memo'] })]),
    ]);
    expect(await ask(app, '{ notes { id text } }')).toEqual({
      notes: [
        { id: '1', text: 'Bread' },
        { id: '2', text: null },
      ],
    });
  });

  it('have the type that authorizeField names', async () => {
    const app = await start({ providers: [NoteResolver] }, [graphql([])]);
    expect(await ask(app, '{ memos { id } }')).toEqual({ memos: [{ id: '1' }, { id: '2' }] });
  });
});
