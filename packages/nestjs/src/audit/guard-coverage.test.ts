import 'reflect-metadata';
import { Controller, Get, Module, UseGuards } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { AuthorizationGuard, Authorize, NanookModule, SkipAuthorization } from '../index.js';
import {
  Note,
  Draft,
  policies,
  NoteLoader,
  build,
  start,
  findingsOf,
  adopt,
} from '../fixtures/audit.fixture.js';

describe("an application with guard: 'manual'", () => {
  @Controller('some')
  class Some {
    @Get('a/:id') @UseGuards(AuthorizationGuard) @Authorize(Note) guarded() {}
    @Get('b/:id') @Authorize(Note) unguarded() {}
    @Get('c') @SkipAuthorization('test') skipped() {}
  }
  @Controller('whole')
  @UseGuards(AuthorizationGuard)
  class Whole {
    @Get(':id') @Authorize(Note) show() {}
    @MessagePattern('x') @Authorize('read', Note) message() {}
  }

  it('the audit passes if only the decorator adds the guard, which refuses the call', async () => {
    const started = await start({ controllers: [Some, Whole] }, { guard: 'manual', actor: () => undefined });
    expect((await request(started.getHttpServer()).get('/some/a/1')).status).toBe(401);
    expect((await request(started.getHttpServer()).get('/some/b/1')).status).toBe(401);
    expect((await request(started.getHttpServer()).get('/some/c')).status).toBe(200);
  });

  it('the audit passes if @UseGuards adds the guard', async () => {
    const started = await start({ controllers: [Whole] }, { guard: 'manual', actor: () => undefined });
    expect((await request(started.getHttpServer()).get('/whole/1')).status).toBe(401);
  });

  it('the audit passes if the application adds the guard as a global guard', async () => {
    const built = await build({ controllers: [Some] }, { guard: 'manual' });
    built.useGlobalGuards(built.get(AuthorizationGuard));
    expect(await findingsOf(built.init())).toEqual([]);
  });

  it('the audit passes if a test replaces the guard', async () => {
    @Module({
      imports: [NanookModule.forRoot({ policies, types: { Note, Draft }, guard: 'manual' })],
      controllers: [Whole],
      providers: [NoteLoader],
    })
    class AppModule {}
    const built = await Test.createTestingModule({ imports: [AppModule] })
      .overrideGuard(AuthorizationGuard)
      .useValue({ canActivate: () => true })
      .compile();
    const started = adopt(built.createNestApplication({ logger: false }));
    expect(await findingsOf(started.init())).toEqual([]);
    expect((await request(started.getHttpServer()).get('/whole/1')).status).toBe(200);
  });
});
