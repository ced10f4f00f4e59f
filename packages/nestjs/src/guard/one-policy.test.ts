import 'reflect-metadata';
import { Authorizer } from '@nanook/core';
import type { RequestAuthorization } from '@nanook/http';
import { ApolloDriver } from '@nestjs/apollo';
import { Controller, Get, Module, type INestApplication } from '@nestjs/common';
import { GraphQLModule, Mutation, Query, Resolver } from '@nestjs/graphql';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Authorize, Authz, NanookModule } from '../index.js';

const before = 'allow(_, "read", Minutes); allow(_, "edit", Minutes);';
const after = 'allow(_, "read", Minutes); allow(_, "delete", Minutes);';

class Minutes {}

let authorizer: Authorizer;

async function answers(authz: RequestAuthorization): Promise<string> {
  return `${await authz.can('edit', Minutes)} ${await authz.can('delete', Minutes)}`;
}

@Controller()
class MinutesController {
  @Get() @Authorize('read', Minutes, { id: false }) async show(@Authz() authz: RequestAuthorization) {
    await authorizer.reload(after);
    return answers(authz);
  }
}

@Resolver()
class MinutesResolver {
  @Query(() => String) @Authorize('read', Minutes, { id: false }) read() {
    return 'read';
  }
  @Mutation(() => String) @Authorize('read', Minutes, { id: false }) async first(
    @Authz() authz: RequestAuthorization,
  ) {
    await authorizer.reload(after);
    return answers(authz);
  }
  @Mutation(() => String) @Authorize('read', Minutes, { id: false }) second(
    @Authz() authz: RequestAuthorization,
  ) {
    return answers(authz);
  }
}

describe('a reload in the middle of a request', () => {
  let app: INestApplication;
  beforeEach(async () => {
    authorizer = await Authorizer.load({ policies: before, types: { Minutes } });
    @Module({
      imports: [
        NanookModule.forRoot({ authorizer, actor: () => 'ann' }),
        GraphQLModule.forRoot({ driver: ApolloDriver, autoSchemaFile: true }),
      ],
      controllers: [MinutesController],
      providers: [MinutesResolver],
    })
    class AppModule {}
    const built = await Test.createTestingModule({ imports: [AppModule] }).compile();
    app = await built.createNestApplication({ logger: false }).init();
  });
  afterEach(() => app.close());

  const served = () => request(app.getHttpServer() as never);

  it('does not change the policy of later checks of the request', async () => {
    expect((await served().get('/')).text).toBe('true false');
    expect(await authorizer.can('ann', 'delete', Minutes)).toBe(true);
  });

  it('does not change the policy of later root fields of the mutation', async () => {
    const { body } = await served().post('/graphql').send({ query: 'mutation { first second }' });
    expect(body).toEqual({ data: { first: 'true false', second: 'true false' } });
    const next = await served().post('/graphql').send({ query: 'mutation { second }' });
    expect(next.body).toEqual({ data: { second: 'false true' } });
  });
});
