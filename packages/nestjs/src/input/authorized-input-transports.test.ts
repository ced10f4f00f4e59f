import 'reflect-metadata';
import { ApolloDriver } from '@nestjs/apollo';
import {
  Controller,
  Injectable,
  Module,
  type ExecutionContext,
  type INestApplication,
  type Type,
} from '@nestjs/common';
import {
  Args,
  Field,
  GraphQLModule,
  ID,
  InputType,
  Mutation,
  Query,
  Resolver,
  type GqlModuleOptions,
} from '@nestjs/graphql';
import { MercuriusDriver } from '@nestjs/mercurius';
import { ClientProxyFactory, MessagePattern, Transport } from '@nestjs/microservices';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import type { AddressInfo } from 'node:net';
import { lastValueFrom } from 'rxjs';
import request from 'supertest';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Authorize, AuthorizedInput, NanookModule, ResourceLoader, SkipAuthorization } from '../index.js';

class Note {
  constructor(readonly id: string) {}
}

@Injectable()
@ResourceLoader(Note)
class NoteLoader {
  load(id: string) {
    return new Note(id);
  }
}

const policies = `
  allow(_, "update", _: Note);
  allow_field(_, "update", _: Note, "text");
  allow_field(_, "update", note: Note, "owner") if note.id = "2";
`;

@InputType()
class UpdateNote {
  @Field(() => String, { nullable: true }) text?: string;
  @Field(() => String, { nullable: true }) owner?: string;
}

@Resolver()
class NoteResolver {
  @Query(() => String) @SkipAuthorization('public') version() {
    return '1';
  }
  @Mutation(() => String, { nullable: true }) @Authorize('update', Note) update(
    @Args('id', { type: () => ID }) _: string,
    @Args('input') @AuthorizedInput({ at: 'input' }) input: UpdateNote,
  ) {
    return JSON.stringify(input);
  }
  @Mutation(() => String, { nullable: true }) @Authorize('update', Note) drop(
    @Args('id', { type: () => ID }) _: string,
    @AuthorizedInput({ at: 'input', refused: 'drop' }) @Args('input') input: UpdateNote,
  ) {
    return JSON.stringify(input);
  }
}

@Controller()
class NoteMessages {
  @MessagePattern('update') @Authorize('update', Note) update(
    @AuthorizedInput({ at: 'changes' }) changes: object,
  ) {
    return changes;
  }
  @MessagePattern('drop') @Authorize('update', Note) drop(
    @AuthorizedInput({ at: 'changes', refused: 'drop' }) changes: object,
  ) {
    return changes;
  }
}

async function create(
  metadata: { controllers?: Type[]; providers?: Type[]; imports?: never[] },
  adapter: ExpressAdapter | FastifyAdapter = new ExpressAdapter(),
): Promise<INestApplication> {
  @Module({
    ...metadata,
    providers: [NoteLoader, ...(metadata.providers ?? [])],
    imports: [
      NanookModule.forRoot({
        policies,
        types: { Note },
        actor: (_: unknown, __: ExecutionContext) => 'alice',
      }),
      ...(metadata.imports ?? []),
    ],
  })
  class AppModule {}
  const built = await Test.createTestingModule({ imports: [AppModule] }).compile();
  const app: INestApplication = built.createNestApplication(adapter as never, { logger: false });
  onTestFinished(() => app.close());
  return app;
}

describe.each([
  ['Apollo', () => new ExpressAdapter(), ApolloDriver],
  ['Mercurius', () => new FastifyAdapter(), MercuriusDriver],
])('@AuthorizedInput under GraphQL with %s', (_, adapter, driver) => {
  const start = async () => {
    const graphql = GraphQLModule.forRoot({ driver, autoSchemaFile: true } as GqlModuleOptions);
    const app = await create({ providers: [NoteResolver], imports: [graphql as never] }, adapter());
    await app.listen(0, '127.0.0.1');
    return async (query: string, input: object) => {
      const sent = request(app.getHttpServer()).post('/graphql').send({ query, variables: { input } });
      const { data, errors = [] } = (await sent).body as {
        data?: Record<string, string | null> | null;
        errors?: { extensions?: { code?: string } }[];
      };
      const parsed = Object.values(data ?? {}).map((text) =>
        text === null ? null : (JSON.parse(text) as unknown),
      );
      return [parsed, errors.map(({ extensions }) => extensions?.code)];
    };
  };

  it('passes an input whose fields the actor may write, and refuses others', async () => {
    const ask = await start();
    const update = 'mutation ($input: UpdateNote!) { update(id: "1", input: $input) }';
    expect(await ask(update, { text: 'new' })).toEqual([[{ text: 'new' }], []]);
    expect(await ask(update, { text: 'new', owner: 'bob' })).toEqual([[null], ['FORBIDDEN']]);
  });

  it('drops refused fields for one field of the request, and not for others with the same variable', async () => {
    const ask = await start();
    const query =
      'mutation ($input: UpdateNote!) { a: drop(id: "1", input: $input) b: drop(id: "2", input: $input) }';
    expect(await ask(query, { text: 'new', owner: 'bob' })).toEqual([
      [{ text: 'new' }, { text: 'new', owner: 'bob' }],
      [],
    ]);
  });
});

describe('@AuthorizedInput in a microservice', () => {
  it('checks the fields of the data', async () => {
    const app = await create({ controllers: [NoteMessages] });
    app.connectMicroservice({ transport: Transport.TCP, options: { port: 0, host: '127.0.0.1' } });
    await app.startAllMicroservices();
    const { port } = app.getMicroservices()[0]!.unwrap<{ address(): AddressInfo }>().address();
    const client = ClientProxyFactory.create({
      transport: Transport.TCP,
      options: { port, host: '127.0.0.1' },
    });
    onTestFinished(() => void client.close());
    const send = async (pattern: string, changes: object): Promise<unknown> =>
      lastValueFrom(client.send(pattern, { id: '1', changes }));
    expect(await send('update', { text: 'new' })).toEqual({ text: 'new' });
    await expect(send('update', { owner: 'bob' })).rejects.toMatchObject({ statusCode: 403 });
    expect(await send('drop', { text: 'new', owner: 'bob' })).toEqual({ text: 'new' });
  });
});
