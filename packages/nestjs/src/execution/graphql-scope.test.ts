import 'reflect-metadata';
import { ApolloDriver } from '@nestjs/apollo';
import { Inject, Injectable, Module, Scope, type INestApplication } from '@nestjs/common';
import {
  Args,
  CONTEXT,
  Field,
  GraphQLModule,
  ID,
  Mutation,
  ObjectType,
  Query,
  Resolver,
} from '@nestjs/graphql';
import { MercuriusDriver } from '@nestjs/mercurius';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { typed } from '@nanook/core';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Authorize, AuthorizeRequest, AuthorizedResource, NanookModule, ResourceLoader } from '../index.js';

@ObjectType()
class Note {
  @Field(() => ID) readonly id: string;
  @Field() owner: string;
  constructor(id: string, owner: string) {
    this.id = id;
    this.owner = owner;
  }
}

let note: Note;
const injected: object[] = [];

/** A request-scoped provider. The injected contexts count its instances. */
@Injectable({ scope: Scope.REQUEST })
class Unit {
  constructor(@Inject(CONTEXT) readonly context: object) {
    injected.push(context);
  }
}

@Injectable({ scope: Scope.REQUEST })
@ResourceLoader(Note)
class NoteLoader {
  constructor(@Inject(Unit) private readonly unit: Unit) {}
  load(_id: string) {
    return 'req' in this.unit.context ? note : undefined;
  }
}

const id = { type: () => ID };

@Resolver(() => Note)
class NoteResolver {
  @Mutation(() => Note)
  @Authorize('update', Note)
  @AuthorizeRequest()
  give(@Args('id', id) _: string, @Args('to') to: string, @AuthorizedResource() given: Note) {
    given.owner = to;
    return given;
  }
  @Query(() => Note) @Authorize('update', Note) note(@Args('id', id) _: string) {
    return note;
  }
}

/** A request-scoped resolver, beside the static one above. */
@Injectable({ scope: Scope.REQUEST })
@Resolver()
class UnitResolver {
  constructor(@Inject(Unit) private readonly unit: Unit) {}
  @Query(() => Boolean) @Authorize('update', () => note) isInjected() {
    return injected.length === 1 && injected[0] === this.unit.context;
  }
}

const drivers = {
  'Apollo over Express': () => ({ adapter: new ExpressAdapter(), driver: ApolloDriver }),
  'Mercurius over Fastify': () => ({ adapter: new FastifyAdapter(), driver: MercuriusDriver }),
};

describe.each(['Apollo over Express', 'Mercurius over Fastify'] as const)('GraphQL with %s', (name) => {
  let app: INestApplication;
  beforeEach(async () => {
    note = new Note('1', 'alice');
    injected.length = 0;
    const { adapter, driver } = drivers[name]();
    @Module({
      imports: [
        NanookModule.forRoot({
          policies: `
            allow(user, action, note: Note) if action in ["read", "update"] and note.owner = user;
            allow_request(_, request: Request) if request.isSeen;`,
          types: { Note, Request: { fields: { isSeen: 'Boolean' } } },
          actor: () => 'alice',
          authorizeRequests: false,
          request: () => typed('Request', { isSeen: true }),
        }),
        GraphQLModule.forRoot({ driver, autoSchemaFile: true }),
      ],
      providers: [NoteResolver, UnitResolver, NoteLoader, Unit],
    })
    class AppModule {}
    const built = await Test.createTestingModule({ imports: [AppModule] }).compile();
    app = built.createNestApplication(adapter as never, { logger: false });
    await app.listen(0);
  });
  afterEach(() => app.close());
  const send = async (query: string) => {
    const { body } = await request(app.getHttpServer()).post('/graphql').send({ query });
    return body as { data: object | null; errors?: { path: string[]; extensions: { code: string } }[] };
  };

  it('checks each root field of a mutation anew, because the fields before it change the resource', async () => {
    const { errors } = await send(
      'mutation { first: give(id: 1, to: "bob") { id } second: give(id: 1, to: "eve") { id } }',
    );
    expect(errors?.map(({ path, extensions }) => [path, extensions.code])).toEqual([
      [['second'], 'NOT_FOUND'],
    ]);
    expect(note.owner).toBe('bob');
  });

  it('injects the GraphQL context into a request-scoped loader, and makes its providers once', async () => {
    expect(await send('{ note(id: 1) { id } isInjected }')).toEqual({
      data: { note: { id: '1' }, isInjected: true },
    });
  });
});
