import 'reflect-metadata';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Module, type INestApplication } from '@nestjs/common';
import { Args, GraphQLModule, Mutation, Query, Resolver } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Note, NoteLoader } from '../fixtures/guard.fixture.js';
import { Authorize, NanookModule } from '../index.js';

const policies = `allow(user, "read", note: Note) if note.owner = user;
  allow(user, "update", note: Note) if note.owner = user and note.id = "7";`;

@Resolver()
class NoteResolver {
  @Query(() => String) @Authorize('read', Note) note(@Args('id') id: string) {
    return id;
  }
  @Mutation(() => String) @Authorize('update', Note) update(@Args('id') id: string) {
    return id;
  }
}

const drivers = {
  Apollo: {
    adapter: () => new ExpressAdapter(),
    graphql: GraphQLModule.forRoot<ApolloDriverConfig>({ driver: ApolloDriver, autoSchemaFile: true }),
  },
  Mercurius: {
    adapter: () => new FastifyAdapter(),
    graphql: GraphQLModule.forRoot<MercuriusDriverConfig>({ driver: MercuriusDriver, autoSchemaFile: true }),
  },
};

describe.each(['Apollo', 'Mercurius'] as const)(
  'the explanation of a refusal with %s',
  { timeout: 30_000 },
  (driver) => {
    let app: INestApplication | undefined;
    afterEach(async () => {
      await app?.close();
      vi.unstubAllEnvs();
    });

    async function errorsOf(query: string, environment: string): Promise<object[]> {
      vi.stubEnv('NODE_ENV', environment);
      @Module({
        imports: [
          NanookModule.forRoot({ policies, types: { Note }, actor: () => 'user 1', watch: false }),
          drivers[driver].graphql,
        ],
        providers: [NoteResolver, NoteLoader],
      })
      class AppModule {}
      const built = await Test.createTestingModule({ imports: [AppModule] }).compile();
      app = built.createNestApplication(drivers[driver].adapter() as never, { logger: false });
      await app.init();
      await (app.getHttpAdapter().getInstance() as { ready?(): Promise<void> }).ready?.();
      const { body } = await request(app.getHttpServer()).post('/graphql').send({ query });
      return (body as { errors: object[] }).errors;
    }

    it.each([
      ['a query', '{ note(id: "2") }', 'NOT_FOUND'],
      ['a mutation', 'mutation { update(id: "1") }', 'FORBIDDEN'],
    ])('goes to the extensions of %s in development only', async (_kind, query, code) => {
      const explained = await errorsOf(query, 'development');
      expect(explained).toMatchObject([{ extensions: { code, explanation: { outcome: 'denied' } } }]);
      await app!.close();
      const [plain] = await errorsOf(query, 'production');
      expect(plain).toMatchObject({ extensions: { code } });
      expect(JSON.stringify(plain)).not.toContain('explanation');
    });
  },
);
