import 'reflect-metadata';
import { ApolloDriver } from '@nestjs/apollo';
import { Module, type INestApplication } from '@nestjs/common';
import {
  Field,
  GraphQLModule,
  ID,
  Int,
  ObjectType,
  Parent,
  Query,
  ResolveField,
  Resolver,
  type FieldMiddleware,
  type GqlModuleOptions,
} from '@nestjs/graphql';
import { MercuriusDriver } from '@nestjs/mercurius';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { Authorizer } from '@nanook/core';
import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { AuthorizeResult, NanookModule, SkipAuthorization, authorizeField } from '../index.js';

@ObjectType()
class Note {
  @Field(() => ID) readonly id: string;
  @Field() readonly owner: string;
  @Field(() => String, { nullable: true }) readonly text = 'secret';
  /** The policy calls this field `text`, which only its own middleware knows. */
  @Field(() => String, { nullable: true, middleware: [authorizeField({ field: 'text' })] })
  readonly excerpt = 'sec';
  @Field(() => Int, { nullable: true }) readonly broken: number;
  constructor(id: string, owner: string, broken = 0) {
    this.id = id;
    this.owner = owner;
    this.broken = broken;
  }
}

/** Its rule lists no fields. */
@ObjectType()
class Draft {
  @Field(() => ID) readonly id = 'd';
  @Field(() => String, { nullable: true }) readonly text = 'secret';
}

@ObjectType()
class NotePage {
  @Field(() => Int) readonly total: number;
  @Field(() => [Note]) readonly items: readonly Note[];
  constructor(items: readonly Note[]) {
    this.items = items;
    this.total = items.length;
  }
}

const policies = `
  allow(_, "read", _: Note);
  allow_field(_, "read", _: Note, field) if field in ["id", "owner", "excerpt", "shout"];
  allow_field(user, "read", note: Note, "text") if note.owner = user;
  allow_field(_, "read", note: Note, "broken") if note.broken.secret_rule_text = 1;
  allow_field(_, "read", _: Draft, field) if not field = "text";
`;

const many = Array.from({ length: 1000 }, (_, i) => new Note(String(i), i % 2 === 0 ? 'alice' : 'bob'));
let served: readonly Note[] = [];

@Resolver(() => Note)
class NoteResolver {
  @Query(() => [Note]) @AuthorizeResult() notes() {
    return served;
  }
  @Query(() => NotePage) @SkipAuthorization('each field is') page() {
    return new NotePage(served);
  }
  @Query(() => Draft) @SkipAuthorization('each field is') draft() {
    return new Draft();
  }
  @ResolveField(() => String, { nullable: true }) shout(@Parent() note: Note) {
    return `${note.id}!`;
  }
}

// The type that Nest expects.
const fieldMiddleware: FieldMiddleware[] = [authorizeField({ exclude: ['NotePage'] })];

const drivers = {
  'Apollo over Express': () => ({ adapter: new ExpressAdapter(), driver: ApolloDriver }),
  'Mercurius over Fastify': () => ({ adapter: new FastifyAdapter(), driver: MercuriusDriver }),
};

describe.each(['Apollo over Express', 'Mercurius over Fastify'] as const)('authorizeField: %s', (name) => {
  let app: INestApplication;
  const errors = vi.fn<(...args: unknown[]) => void>();
  beforeAll(async () => {
    const { adapter, driver } = drivers[name]();
    @Module({
      imports: [
        NanookModule.forRoot({
          policies,
          types: { Note, Draft },
          actor: (req: { headers: Record<string, string | undefined> }) => req.headers['x-user'],
        }),
        GraphQLModule.forRoot({
          driver,
          autoSchemaFile: true,
          buildSchemaOptions: { fieldMiddleware },
        } as GqlModuleOptions),
      ],
      providers: [NoteResolver],
    })
    class AppModule {}
    const built = await Test.createTestingModule({ imports: [AppModule] }).compile();
    app = built.createNestApplication(adapter as never, { logger: ['error'] });
    await app.listen(0);
    app.useLogger({ log() {}, warn() {}, error: errors });
  });
  beforeEach(() => {
    served = [new Note('1', 'alice'), new Note('2', 'bob')];
    errors.mockClear();
  });
  afterAll(() => app.close());

  interface Answer {
    readonly data?: Record<string, unknown> | null;
    readonly errors?: { message: string; path: (string | number)[]; extensions?: { code?: string } }[];
  }
  async function ask(query: string, user = 'alice') {
    const { body } = await request(app.getHttpServer()).post('/graphql').set('x-user', user).send({ query });
    const { data, errors: found = [] } = body as Answer;
    return {
      data,
      errors: found
        .map(({ message, path, extensions }) => `${path.join('.')}: ${message}, ${String(extensions?.code)}`)
        .sort(),
    };
  }

  it('returns allowed fields, and FORBIDDEN for others', async () => {
    expect(await ask('{ notes { id owner text shout } }')).toEqual({
      data: {
        notes: [
          { id: '1', owner: 'alice', text: 'secret', shout: '1!' },
          { id: '2', owner: 'bob', text: null, shout: '2!' },
        ],
      },
      errors: ['notes.1.text: Forbidden, FORBIDDEN'],
    });
  });

  it('uses the name of the field in the policy', async () => {
    expect(await ask('{ notes { excerpt } }')).toEqual({
      data: { notes: [{ excerpt: 'sec' }, { excerpt: null }] },
      errors: ['notes.1.excerpt: Forbidden, FORBIDDEN'],
    });
  });

  it('skips excluded types, but not the objects in them', async () => {
    expect(await ask('{ page { total items { id text } } }', 'carol')).toEqual({
      data: {
        page: {
          total: 2,
          items: [
            { id: '1', text: null },
            { id: '2', text: null },
          ],
        },
      },
      errors: ['page.items.0.text: Forbidden, FORBIDDEN', 'page.items.1.text: Forbidden, FORBIDDEN'],
    });
  });

  it('checks each field if the policy cannot list them', async () => {
    expect(await ask('{ draft { id text } }')).toEqual({
      data: { draft: { id: 'd', text: null } },
      errors: ['draft.text: Forbidden, FORBIDDEN'],
    });
  });

  it('returns no field after an error, and logs its message', async () => {
    const { data, errors: told } = await ask('{ notes { id broken } }');
    expect(data).toEqual({ notes: served.map(({ id }) => ({ id, broken: null })) });
    expect(told).toEqual(
      [0, 1].map((i) => `notes.${i}.broken: Internal server error, INTERNAL_SERVER_ERROR`),
    );
    expect(String(errors.mock.calls[0]?.[0])).toContain('secret_rule_text');
  });

  it('never returns a field that only another request may read', async () => {
    const asked = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 'alice' : 'bob'));
    const answers = await Promise.all(asked.map((user) => ask('{ notes { owner text } }', user)));
    expect(answers.map(({ data }) => data)).toEqual(
      asked.map((user) => ({
        notes: served.map(({ owner }) => ({ owner, text: owner === user ? 'secret' : null })),
      })),
    );
  });

  it('runs one query for an object, for all its fields and places', async () => {
    const authorizer = app.get(Authorizer);
    const list = vi.spyOn(authorizer, 'fields');
    const one = vi.spyOn(authorizer, 'authorizeField');
    served = many.filter(({ owner }) => owner === 'alice');
    await ask('{ notes { id owner text shout } again: notes { id owner text } }');
    expect({ listed: list.mock.calls.length, asked: one.mock.calls.length }).toEqual({
      listed: 500,
      asked: 0,
    });
    vi.restoreAllMocks();
  });
});

describe('authorizeField without the guard', () => {
  it('returns no field', async () => {
    @Resolver(() => Draft)
    class DraftResolver {
      @Query(() => Draft) draft() {
        return new Draft();
      }
    }
    @Module({
      imports: [
        GraphQLModule.forRoot({
          driver: ApolloDriver,
          autoSchemaFile: true,
          buildSchemaOptions: { fieldMiddleware },
        }),
      ],
      providers: [DraftResolver],
    })
    class AppModule {}
    const built = await Test.createTestingModule({ imports: [AppModule] }).compile();
    const app = built.createNestApplication({ logger: false });
    await app.listen(0);
    const { body } = await request(app.getHttpServer()).post('/graphql').send({ query: '{ draft { id } }' });
    expect(body).toMatchObject({
      data: null,
      errors: [{ message: 'Internal server error', extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
    });
    await app.close();
  });
});
