import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { Field, GraphQLModule, ID, ObjectType, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from 'vitest';
import { Authorize, NanookModule, SkipAuthorization, authorizeField } from '../index.js';

@ObjectType()
class Memo {
  @Field(() => ID) readonly id = '1';
  @Field(() => String, { nullable: true }) readonly text = 'secret';
  @Field(() => String, { nullable: true, middleware: [authorizeField()] }) readonly author = 'alice';
}

@Resolver(() => Memo)
class MemoResolver {
  @Query(() => Memo) @SkipAuthorization('its fields are checked') memo() {
    return new Memo();
  }
  @ResolveField(() => String, { nullable: true })
  @Authorize('read', () => new Memo())
  title(@Parent() memo: Memo) {
    return memo.text;
  }
  @ResolveField(() => String, { nullable: true }) @SkipAuthorization('it is public') size(
    @Parent() memo: Memo,
  ) {
    return String(memo.text.length);
  }
  @ResolveField(() => String, { nullable: true, middleware: [authorizeField()] })
  @SkipAuthorization('the middleware checks it')
  label(@Parent() memo: Memo) {
    return memo.text;
  }
}

async function start(field: string, more: Partial<MercuriusDriverConfig> = {}): Promise<string> {
  @Module({
    imports: [
      NanookModule.forRoot({ policies: 'allow(_, "read", _: Memo);', types: { Memo }, actor: () => 'alice' }),
      GraphQLModule.forRoot<MercuriusDriverConfig>({
        driver: MercuriusDriver,
        autoSchemaFile: true,
        fieldResolverEnhancers: ['guards'],
        loaders: { Memo: { [field]: async (memos: readonly unknown[]) => memos.map(() => 'loaded') } },
        ...more,
      }),
    ],
    providers: [MemoResolver],
  })
  class AppModule {}
  const built = await Test.createTestingModule({ imports: [AppModule] }).compile();
  const app = built.createNestApplication(new FastifyAdapter() as never, { logger: false });
  const { message } = await app.init().then(
    () => ({ message: 'started' }),
    (error: Error) => error,
  );
  const query = await app
    .getHttpAdapter()
    .getInstance()
    .inject({ method: 'POST', url: '/graphql', payload: { query: `{ memo { ${field} } }` } });
  await app.close().catch(() => undefined);
  return /^a loader .* resolves (.*?) of the field/.exec(message)?.[1] ?? `${message}: ${query.body}`;
}

describe('a loader of Mercurius', () => {
  it.each([
    ['title', {}, 'Memo.title and replaces the requirement'],
    ['label', {}, 'Memo.label and replaces authorizeField()'],
    ['author', {}, 'Memo.author and replaces authorizeField()'],
    [
      'text',
      { buildSchemaOptions: { fieldMiddleware: [authorizeField()] } },
      'Memo.text and replaces authorizeField()',
    ],
  ] as const)('stops the application when it replaces the check of %s', async (field, options, found) => {
    expect(await start(field, options as Partial<MercuriusDriverConfig>)).toBe(found);
  });

  it.each([
    ['text', {}],
    ['size', {}],
    ['text', { buildSchemaOptions: { fieldMiddleware: [authorizeField({ exclude: ['Memo'] })] } }],
  ] as const)('resolves the field %s, which has no check', async (field, options) => {
    expect(await start(field, options as Partial<MercuriusDriverConfig>)).toBe(
      `started: {"data":{"memo":{"${field}":"loaded"}}}`,
    );
  });
});
