import 'reflect-metadata';
import {
  Controller,
  Get,
  Inject,
  Injectable,
  Logger,
  UseInterceptors,
  type CallHandler,
  type CanActivate,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { map } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { AuthorizationService, Authorize, SkipAuthorization } from '../index.js';
import { Note, ask, byHeader, start } from '../fixtures/guard.fixture.js';

describe('the advice for a request without an actor', () => {
  class SetsNothing implements CanActivate {
    canActivate() {
      return true;
    }
  }

  it.each([
    ['the guards of `authenticate`, if it lists some', [SetsNothing], 'have run and did not set it'],
    ['`authenticate`, if it lists none', [], 'list it in `authenticate`'],
  ])('concerns %s', async (_, authenticate, advice) => {
    const warn = vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => {});
    await start({ authenticate });
    expect((await ask('/1')).status).toBe(401);
    expect(warn.mock.calls.flat().join()).toContain(advice);
  });
});

describe('an interceptor', () => {
  @Injectable()
  class AddsOwner implements NestInterceptor {
    constructor(@Inject(AuthorizationService) private readonly authorization: AuthorizationService) {}

    intercept(context: ExecutionContext, next: CallHandler) {
      const { owner } = this.authorization.resourceOf(context) as Note;
      return next.handle().pipe(map((result: unknown) => ({ owner, result })));
    }
  }
  @Controller()
  class Notes {
    @Get('skipped') @SkipAuthorization('test') @UseInterceptors(AddsOwner) skipped() {}
    @Get(':id') @Authorize('read', Note) @UseInterceptors(AddsOwner) show() {
      return 'shown';
    }
  }

  it('gets the resource of the requirement from the service', async () => {
    await start({ actor: byHeader }, { controllers: [Notes] });
    expect((await ask('/7', 'ada')).body).toEqual({ owner: 'user 7', result: 'shown' });
  });

  it('gets an error that names the service if no requirement loads a resource', async () => {
    const logged: unknown[] = [];
    const logger = { log() {}, warn() {}, error: (error: unknown) => void logged.push(error) };
    await start({ actor: byHeader }, { controllers: [Notes], logger });
    expect((await ask('/skipped', 'ada')).status).toBe(500);
    expect(String(logged)).toContain('AuthorizationService.resourceOf(context)');
  });
});
