import 'reflect-metadata';
import { Controller, Get, Injectable, Module } from '@nestjs/common';
import {
  Args,
  GraphQLModule,
  Mutation,
  Query,
  ResolveField,
  ResolveReference,
  Resolver,
} from '@nestjs/graphql';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { EventPattern, MessagePattern, Transport } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { describe, expect, it } from 'vitest';
import { AuthorizationAudit, Authorize, NanookModule, SkipAuthorization } from '../index.js';
import {
  Note,
  Draft,
  policies,
  NoteLoader,
  start,
  findingsOf,
  codes,
  listed,
} from '../fixtures/audit.fixture.js';

describe('handlers beside HTTP', () => {
  @WebSocketGateway({ namespace: '/chat' })
  class Chat {
    @SubscribeMessage('rename') @Authorize('update', Note) rename() {}
    @SubscribeMessage('forgotten') forgotten() {}
  }
  @Controller()
  class Messages {
    @MessagePattern({ cmd: 'sum' }) sum() {}
    @EventPattern(['note.shared', 'note.moved']) @Authorize('read', Note, { id: 'params.id' }) shared() {}
    @Get() @MessagePattern('both') @SkipAuthorization('test') both() {}
  }
  // A provider that is not a gateway. Nest ignores it.
  @Injectable()
  class NoGateway {
    @SubscribeMessage('x') x() {}
  }

  it('appear in the listing', async () => {
    const started = await start({ controllers: [Messages], providers: [Chat, NoGateway] }, { audit: 'off' });
    expect(listed(started).map(({ kind, routes }) => [kind, ...routes])).toEqual([
      ['rpc', 'MESSAGE {"cmd":"sum"}'],
      ['rpc', 'EVENT note.shared', 'EVENT note.moved'],
      ['http', 'GET /'],
      ['rpc', 'MESSAGE both'],
      ['ws', 'WS /chat rename'],
      ['ws', 'WS /chat forgotten'],
    ]);
  });

  it('stop a microservice if they have no requirement', async () => {
    @Module({
      imports: [NanookModule.forRoot({ policies, types: { Note, Draft } })],
      controllers: [Messages],
      providers: [NoteLoader, Chat],
    })
    class AppModule {}
    const built = await Test.createTestingModule({ imports: [AppModule] }).compile();
    const service = built.createNestMicroservice({ transport: Transport.TCP, options: { port: 0 } });
    expect(codes(await findingsOf(service.listen()))).toEqual([
      'Messages.sum NO_REQUIREMENT',
      'Messages.shared NO_ID',
      'Chat.forgotten NO_REQUIREMENT',
    ]);
  });
});

describe('resolvers', () => {
  @Resolver('Note')
  class NoteResolver {
    @Query('note') @Authorize('read', Note) note(@Args('id') _: string) {
      return { id: '1' };
    }
    @Query() notes() {}
    @Mutation() @Authorize('update', Note, { id: 'data.id' }) rename() {}
    @ResolveField('author') author() {
      return 'alice';
    }
    @ResolveReference() reference() {}
  }
  const typeDefs = `
    type Note { id: ID author: String }
    type Query { note(id: ID): Note notes: [Note] }
    type Mutation { rename: Note }
  `;
  const graphql = (fieldResolverEnhancers: ApolloDriverConfig['fieldResolverEnhancers'] = []) =>
    GraphQLModule.forRoot<ApolloDriverConfig>({ driver: ApolloDriver, typeDefs, fieldResolverEnhancers });

  it('need a requirement for references, and none for fields, which are reached through their parent', async () => {
    const findings = await findingsOf(start({ imports: [graphql()], providers: [NoteResolver] }));
    expect(findings).toMatchObject([
      { handler: 'NoteResolver.notes', code: 'NANOOK_NEST_NO_REQUIREMENT', routes: ['Query.notes'] },
      { handler: 'NoteResolver.rename', code: 'NANOOK_NEST_NO_ID', routes: ['Mutation.rename'] },
      {
        handler: 'NoteResolver.reference',
        code: 'NANOOK_NEST_NO_REQUIREMENT',
        routes: ['Note.__resolveReference'],
      },
    ]);
    expect(findings).toHaveLength(3);
  });

  it('need a requirement for fields if guards run for fields', async () => {
    const starting = start({ imports: [graphql(['guards', 'interceptors'])], providers: [NoteResolver] });
    expect(codes(await findingsOf(starting))).toContain('NoteResolver.author NO_REQUIREMENT');
  });

  it('need guards for references, also if their class has a requirement', async () => {
    @Resolver('Note')
    @Authorize('read', Note, { id: 'args.id' })
    class Resolvers {
      @Query('note') note() {}
      @ResolveField('author') author() {}
      @ResolveReference() reference() {}
    }
    const starting = start({ imports: [graphql()], providers: [Resolvers] });
    expect(codes(await findingsOf(starting))).toEqual(['Resolvers.reference UNGUARDED_FIELD']);
  });

  it('appear in the listing with their requirements', async () => {
    const started = await start({ imports: [graphql()], providers: [NoteResolver] }, { audit: 'off' });
    expect(String(started.get(AuthorizationAudit)).split('\n')).toEqual([
      'Query.note               read Note           NoteResolver.note',
      'Query.notes              – no requirement –  NoteResolver.notes',
      'Mutation.rename          update Note         NoteResolver.rename',
      'Note.author              through its parent  NoteResolver.author',
      'Note.__resolveReference  – no requirement –  NoteResolver.reference',
    ]);
  });
});
