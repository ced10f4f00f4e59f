import Router from '@koa/router';
import { Authorizer, type AuthorizationError } from '@nanook/core';
import Koa3, { type Middleware } from 'koa';
import type { RequestListener } from 'node:http';
import request from 'supertest';
import { beforeEach, describe, expect, it } from 'vitest';
import { testedVersions } from '../../../../tools/test-scope.js';
import {
  authorization,
  authorizationErrors,
  authorize,
  listRoutes,
  protect,
  skipAuthorization,
  type RefusalStatuses,
} from '../index.js';
import { majors } from '../testing/majors.fixture.js';

// cspell:ignore actr chalenge mising raed

class Note {
  constructor(readonly owner: string) {}
}

const authorizer = await Authorizer.load({
  policies: `
    allow(user: String, action, note: Note) if action in ["read", "delete"] and note.owner = user;
    allow(_, "read", note: Note) if note.owner = "everybody";
    allow("alice", "create", Note);
  `,
  types: { Note },
});

const untyped = <Result>(call: (...args: never[]) => Result) =>
  call as unknown as (...args: unknown[]) => Result;

describe('options of middleware', () => {
  it.each<[string, () => unknown, string]>([
    [
      'authorization',
      () => untyped(authorization)(authorizer, { actr: () => 1 }),
      'authorization has no option `actr`; did you mean `actor`?',
    ],
    [
      'authorizationErrors',
      () => untyped(authorizationErrors)({ chalenge: 'Basic' }),
      'authorizationErrors has no option `chalenge`; did you mean `challenge`?',
    ],
    [
      'authorize',
      () => untyped(authorize)('read', () => 'x', { mising: 410 }),
      'authorize has no option `mising`; did you mean `missing`?',
    ],
    [
      'authorization, without an authorizer',
      () => untyped(authorization)(),
      'option `authorizer` must be an Authorizer, got undefined; it is the first argument: authorization(await Authorizer.load(…), { … })',
    ],
    [
      'authorize, with a row',
      () => untyped(authorize)('read', new Note('alice')),
      'the requirement "read" needs its resource as the second argument: a function that loads it, a class, or the name of a type; found an instance of `Note`',
    ],
    [
      'authorize, with the loader first',
      () => untyped(authorize)(() => new Note('alice'), 'read'),
      "expected an action, a string such as 'read', as the first argument; found a function; the action comes before the resource, and no actor is passed",
    ],
    [
      'protect, without a router',
      () => untyped(protect)(),
      'option `routes` must be a router of @koa/router or an application, got undefined; `protect` is not middleware: write protect(router), without app.use',
    ],
  ])('throws for wrong options of %s', (_owner, call, message) => {
    expect(call).toThrow(expect.objectContaining({ message }) as Error);
  });
});

describe.each(testedVersions(majors))('middleware that is not called, in %s', (_major, Koa) => {
  const makers: [string, unknown, string][] = [
    ['authorization', authorization, 'authorization(authorizer, { actor: … })'],
    ['authorize', authorize, "authorize('read', findNote) for a route"],
    ['skipAuthorization', skipAuthorization, "skipAuthorization('why')"],
    ['authorizationErrors', authorizationErrors, 'authorizationErrors()'],
  ];
  const faultsOf = async (app: Koa3) => {
    const faults: string[] = [];
    app.on('error', (fault: Error) => faults.push(fault.message));
    await request(app.callback() as RequestListener)
      .get('/notes/1')
      .expect(500);
    return faults;
  };

  it.each(makers)('makes protect throw for %s without parentheses', (_name, maker, call) => {
    const app = protect(new Koa());
    expect(() => app.use(maker as Middleware)).toThrow(
      `but it is a function that returns middleware; call it: ${call}`,
    );
  });

  it.each(makers)(
    'fails a request to the application for %s without parentheses',
    async (_name, maker, call) => {
      const app = new Koa();
      app.use(authorization(authorizer, { actor: () => 'alice' }));
      app.use(maker as Middleware);
      expect(await faultsOf(app)).toEqual([expect.stringContaining(`call it: ${call}`)]);
    },
  );

  it.each(makers)('fails a request to the route for %s without parentheses', async (_name, maker, call) => {
    const app = new Koa();
    app.use(authorization(authorizer, { actor: () => 'alice' }));
    const router = protect(new Router());
    router.get('/notes/:id', maker as never, (ctx) => void (ctx.body = 'ran'));
    app.use(router.routes() as Middleware);
    expect(await faultsOf(app)).toEqual([expect.stringContaining(`call it: ${call}`)]);
  });
});

describe.each(testedVersions(majors))('a requirement in %s', (_major, Koa) => {
  const seen: unknown[] = [];
  beforeEach(() => void seen.splice(0));

  function appOf(...requirements: readonly Middleware[]): RequestListener {
    const app = new Koa();
    app.on('error', (error: unknown) => seen.push(error));
    app.use(async (_ctx, next) => {
      await next().catch((error: unknown) => {
        seen.push(error);
        throw error;
      });
    });
    app.silent = true;
    app.use(authorization(authorizer, { actor: (ctx) => ctx.get('x-user') || undefined })).use(authorize());
    const router = new Router();
    requirements.forEach((requirement, i) =>
      router.get(`/${i}`, requirement, (ctx) => {
        ctx.status = 204;
      }),
    );
    app.use(router.routes());
    const listener = app.callback();
    return (req, res) => void listener(req, res);
  }
  const statusOf = async (app: RequestListener, path: string) =>
    (await request(app).get(path).set('x-user', 'bob')).status;

  it.each<[RefusalStatuses | undefined, number, number, number]>([
    [undefined, 404, 404, 403],
    [{ missing: 410 }, 410, 404, 403],
    [{ missing: 422, refused: 409 }, 422, 409, 409],
  ])('responds with the statuses of %o', async (statuses, missing, hidden, forbidden) => {
    const app = appOf(
      authorize('read', () => undefined, statuses),
      authorize('read', () => new Note('alice'), statuses),
      authorize('delete', () => new Note('everybody'), statuses),
    );
    expect(await Promise.all(['/0', '/1', '/2'].map((path) => statusOf(app, path)))).toEqual([
      missing,
      hidden,
      forbidden,
    ]);
  });

  it('gives the type and the route of a refusal to the log', async () => {
    await statusOf(appOf(authorize('delete', () => new Note('everybody'))), '/0');
    expect(seen[0] as AuthorizationError).toMatchObject({ resourceType: 'Note', route: 'GET /0' });
  });

  it.each<[string, Parameters<typeof authorize>, string]>([
    ['action', ['raed', () => new Note('alice')], 'no rule can allow "raed"; did you mean "read"?'],
    ['type', ['create', 'Nope'], 'no type is registered as `Nope`'],
  ])('explains a misspelled %s', async (_what, requirement, message) => {
    expect(await statusOf(appOf(authorize(...requirement)), '/0')).toBe(500);
    expect((seen[0] as Error).message).toContain(message);
  });

  it('makes callback() and listRoutes() of a protected application throw for a misspelled name', () => {
    const app = protect(new Koa());
    app.use(authorization(authorizer)).use(authorize());
    const router = new Router();
    router.get(
      '/',
      authorize('raed', () => new Note('alice')),
      () => {},
    );
    app.use(router.routes());
    const wrong = expect.objectContaining({ code: 'NANOOK_HTTP_UNGRANTABLE' }) as Error;
    expect(() => app.listen(0)).toThrow(wrong);
    expect(() => app.callback()).toThrow(wrong);
    expect(() => listRoutes(app)).toThrow(wrong);
  });
});
