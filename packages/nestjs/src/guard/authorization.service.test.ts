import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Controller,
  ForbiddenException,
  Get,
  Injectable,
  Put,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import {
  AuthorizationService,
  Authorize,
  AuthorizeRequest,
  AuthorizedResource,
  Authz,
  CurrentActor,
  SkipAuthorization,
} from '../index.js';
import {
  type RequestAuthorization,
  Note,
  policies,
  type HttpRequest,
  byHeader,
  requestOf,
  platforms,
  app,
  start,
  ask,
} from '../fixtures/guard.fixture.js';

describe.each(platforms)('allow_request on %s', (adapter) => {
  const withRequests = `${policies}
    allow_request("ada", _);
    allow_request(_, request: Request) if request.path = "/public";
  `;
  const options = {
    policies: withRequests,
    types: { Note, Request: { fields: { path: 'String' } } },
    actor: byHeader,
  } as const;

  @Controller()
  class RequestController {
    @Get('ping') @SkipAuthorization('liveness probe') ping() {}
    @Get('asking') @AuthorizeRequest() @Authorize('read', () => new Note('1', 'x')) asking() {}
    @Get('public') @Authorize('read', () => new Note('1', 'x')) public() {}
  }
  @Controller('open')
  class OpenController {
    @Get() index() {}
  }

  it.each([
    ['/public', 'ada', 200],
    ['/public', 'bob', 403],
    ['/public', undefined, 401],
    ['/asking', 'ada', 200],
    ['/asking', 'bob', 403],
    ['/ping', undefined, 200],
  ] as const)(
    'runs before requirements, and not for skipped handlers: %s of %s',
    async (path, user, status) => {
      await start(options, { adapter, controllers: [RequestController] });
      expect((await ask(path, user)).status).toBe(status);
    },
  );

  it('receives the result of the option `request`', async () => {
    const { typed } = await import('@nanook/core');
    const seen = async (req: { readonly url: string }) =>
      Promise.resolve(typed('Request', { path: req.url }));
    await start({ ...options, request: seen }, { adapter, controllers: [RequestController] });
    expect((await ask('/public', 'bob')).status).toBe(200);
    expect((await ask('/asking', 'bob')).status).toBe(403);
  });

  it('runs only for @AuthorizeRequest() with authorizeRequests: false', async () => {
    await start({ ...options, authorizeRequests: false }, { adapter, controllers: [RequestController] });
    expect((await ask('/public', 'bob')).status).toBe(200);
    expect((await ask('/asking', 'bob')).status).toBe(403);
  });

  it('does not run if the policy has no such rule', async () => {
    await start({ actor: byHeader }, { adapter });
    expect((await ask('/1', 'bob')).status).toBe(200);
    await expect(start({ actor: byHeader }, { adapter, controllers: [RequestController] })).rejects.toThrow(
      'has @AuthorizeRequest(), but the policy has no rule allow_request',
    );
  });

  it.each([
    ['without a rule', { audit: 'warn' }, 403],
    ['of an excluded class', { exclude: [{ class: OpenController, reason: 'of others' }] }, 200],
  ] as const)('decides before handlers %s', async (_, more, status) => {
    await start({ ...options, ...more }, { adapter, controllers: [OpenController] });
    expect((await ask('/open', 'ada')).status).toBe(200);
    expect((await ask('/open', 'bob')).status).toBe(status);
  });
});

describe.each(platforms)('AuthorizationService on %s', (adapter) => {
  @Injectable()
  class Notes {
    constructor(private readonly authorization: AuthorizationService) {}
    async rename(context: ExecutionContext) {
      return this.authorization.of(context).authorize('update', new Note('1', 'user 1'));
    }
    async all(user: string) {
      return this.authorization.authorizer.can(user, 'update', new Note('1', 'user 1'));
    }
  }
  @Injectable()
  class RenameGuard implements CanActivate {
    constructor(private readonly notes: Notes) {}
    async canActivate(context: ExecutionContext) {
      await this.notes.rename(context).catch(() => {
        throw new ForbiddenException('not yours');
      });
      return true;
    }
  }
  @Controller()
  class ServiceController {
    constructor(private readonly notes: Notes) {}
    @Get('guarded') @UseGuards(RenameGuard) @SkipAuthorization('the guard asks') guarded() {}
    @Get('inside') @SkipAuthorization('the handler asks') async inside(@Authz() authz: RequestAuthorization) {
      await authz.authorize('update', new Note('1', 'user 1'));
    }
    @Get('answer') @SkipAuthorization('the handler asks') async answer(@CurrentActor() actor: string) {
      return { answer: await this.notes.all(actor) };
    }
  }

  it('adds WWW-Authenticate to the 401 of a guard of the application that calls enforce()', async () => {
    @Injectable()
    class EnforcingGuard implements CanActivate {
      constructor(private readonly authorization: AuthorizationService) {}
      async canActivate(context: ExecutionContext) {
        await this.authorization.enforce(context);
        return true;
      }
    }
    @Controller()
    class EnforcedController {
      @Get('enforced') @UseGuards(EnforcingGuard) @Authorize('read', () => new Note('1', 'user 1')) show() {}
    }
    await start(
      { actor: byHeader, guard: 'manual' },
      { adapter, controllers: [EnforcedController], providers: [EnforcingGuard] },
    );
    const { status, headers } = await ask('/enforced');
    expect([status, headers['www-authenticate']]).toEqual([401, 'Bearer']);
    expect((await ask('/enforced', 'user 1')).status).toBe(200);
  });

  it.each([
    ['/guarded', 'user 1', 200],
    ['/guarded', 'user 2', 403],
    ['/inside', 'user 1', 200],
    ['/inside', 'user 2', 403],
    ['/inside', undefined, 401],
  ] as const)(
    'authorizes in guards and interceptors of the application: %s of %s',
    async (path, user, status) => {
      await start(
        { actor: byHeader },
        { adapter, controllers: [ServiceController], providers: [Notes, RenameGuard] },
      );
      expect((await ask(path, user)).status).toBe(status);
      expect((await ask('/answer', 'user 1')).body).toEqual({ answer: true });
      expect((await ask('/answer', 'user 2')).body).toEqual({ answer: false });
    },
  );
});

describe.each(platforms)('concurrent requests on %s', (adapter) => {
  const pause = async () => sleep(Math.floor(Math.random() * 6));

  @Injectable()
  class SlowGuard implements CanActivate {
    async canActivate(context: ExecutionContext) {
      await pause();
      requestOf(context).user = byHeader(requestOf(context));
      return true;
    }
  }
  @Controller()
  class CrowdController {
    @Put(':id')
    @Authorize('read', Note)
    @Authorize('update', Note)
    async update(
      @AuthorizedResource(0) first: Note,
      @AuthorizedResource() note: Note,
      @CurrentActor() actor: string,
      @Authz() authz: RequestAuthorization,
    ) {
      await pause();
      return {
        ids: [first.id, note.id],
        actor,
        actors: [await authz.actor()],
        isOwn: await authz.can('update', note),
      };
    }
  }

  it('return to 500 users their own notes only', async () => {
    await start(
      {
        authenticate: [SlowGuard],
        actor: async ({ user }: HttpRequest) => pause().then(() => user),
      },
      { adapter, controllers: [CrowdController] },
    );
    await app!.listen(0);
    const url = (await app!.getUrl()).replace('[::1]', '127.0.0.1');
    const answers = await Promise.all(
      Array.from({ length: 500 }, async (_, n) => {
        await pause();
        // Every fifth user requests the note of another user.
        const user = `user ${n % 5 === 0 ? n + 1 : n}`;
        const answer = await fetch(`${url}/${n}`, { method: 'PUT', headers: { 'x-user': user } });
        const body: unknown = await answer.json();
        return { status: answer.status, body };
      }),
    );
    expect(answers).toEqual(
      answers.map((_, n) =>
        n % 5 === 0
          ? { status: 403, body: { statusCode: 403, message: 'Forbidden' } }
          : {
              status: 200,
              body: { ids: [`${n}`, `${n}`], actor: `user ${n}`, actors: [`user ${n}`], isOwn: true },
            },
      ),
    );
  });
});
