import { Authorizer, isAuthorizationError, type AuthorizationError } from '@nanook/core';
import express5, { type ErrorRequestHandler } from 'express';
import express4 from 'express4';
import request from 'supertest';
import { beforeEach, describe, expect, it } from 'vitest';
import { testedVersions } from '../../../../tools/test-scope.js';
import {
  authorization,
  authorizationErrors,
  authorize,
  listRoutes,
  protect,
  type RefusalStatuses,
} from '../index.js';

// cspell:ignore actr chalenge creat mising raed

const majors = [
  ['Express 4', express4 as unknown as typeof express5],
  ['Express 5', express5],
] as const;

class Note {
  constructor(readonly owner: string) {}
}

const authorizer = await Authorizer.load({
  policies: `
    allow(user: String, action, note: Note) if action in ["read", "delete"] and note.owner = user;
    allow("alice", "create", Note);
    allow(_, "read", note: Note) if note.owner = "everybody";
  `,
  types: { Note },
});

const untyped = <Result>(call: (...args: never[]) => Result) =>
  call as unknown as (...args: unknown[]) => Result;

describe('options of middleware', () => {
  it.each<[string, () => unknown, string]>([
    [
      'authorization',
      () => untyped(authorization)(authorizer, { actr: () => 'alice' }),
      'authorization has no option `actr`; did you mean `actor`?',
    ],
    [
      'authorization, with a name that is near nothing',
      () => untyped(authorization)(authorizer, { policies: 'x' }),
      'authorization has no option `policies`; it has `actor`, `anonymous`, `request`, `context`, `challenge`, `explain`, `mask`, `loaderTimeoutMs`, `onError`',
    ],
    [
      'authorization, with a wrong value',
      () => untyped(authorization)(authorizer, { actor: 'alice' }),
      "option `actor` must be a function, got the string 'alice'",
    ],
    [
      'authorization, with no object',
      () => untyped(authorization)(authorizer, () => 'alice'),
      'the options of `authorization` must be an object, such as { actor: … }; got a function',
    ],
    [
      'authorization, with no challenge',
      () => untyped(authorization)(authorizer, { challenge: '' }),
      "option `challenge` must be a string such as 'Bearer', or a list of them, got the string ''",
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
      'authorize, with a status that is not a refusal',
      () => untyped(authorize)('read', () => 'x', { refused: 200 }),
      'option `refused` must be a status between 400 and 499, got the number 200',
    ],
  ])('throws for wrong options of %s', (_owner, call, message) => {
    expect(call).toThrow(expect.objectContaining({ message }) as Error);
  });
});

describe.each(testedVersions(majors))('a requirement in %s', (_major, express) => {
  const seen: unknown[] = [];
  beforeEach(() => void seen.splice(0));
  const errors: ErrorRequestHandler = (error: { status: number }, _req, res, _next) => {
    seen.push(error);
    res.status(error.status ?? 500).json(error);
  };

  function appOf(statuses?: RefusalStatuses) {
    const app = express();
    app.use(authorization(authorizer, { actor: (req) => req.get('x-user') }), authorize());
    const found = (id: string | string[] | undefined) =>
      id === 'none' ? undefined : new Note(id === 'open' ? 'everybody' : 'alice');
    app.get(
      '/read/:id',
      authorize('read', (req) => found(req.params.id), statuses),
      (_req, res) => void res.end(),
    );
    app.get(
      '/delete/:id',
      authorize('delete', (req) => found(req.params.id), statuses),
      (_req, res) => void res.end(),
    );
    app.use(errors);
    return app;
  }
  const statusOf = async (app: ReturnType<typeof appOf>, path: string, user = 'bob') =>
    (await request(app).get(path).set('x-user', user)).status;

  it.each<[RefusalStatuses | undefined, number, number, number]>([
    [undefined, 404, 404, 403],
    [{ missing: 410 }, 410, 404, 403],
    [{ refused: 403 }, 404, 403, 403],
    [{ refused: 404 }, 404, 404, 404],
    [{ missing: 422, refused: 409 }, 422, 409, 409],
  ])('responds with the statuses of %o', async (statuses, missing, hidden, forbidden) => {
    const app = appOf(statuses);
    expect(await statusOf(app, '/read/none')).toBe(missing);
    expect(await statusOf(app, '/read/1')).toBe(hidden);
    expect(await statusOf(app, '/delete/open')).toBe(forbidden);
    expect(await statusOf(app, '/delete/1', 'alice')).toBe(200);
    expect(seen.every(isAuthorizationError)).toBe(true);
  });

  it('does not change a 401', async () => {
    expect((await request(appOf({ refused: 409 })).get('/read/1')).status).toBe(401);
  });

  it('gives the type and the route of a refusal to the log, and not to the client', async () => {
    const { body } = await request(appOf()).get('/delete/open').set('x-user', 'bob');
    expect(seen[0] as AuthorizationError).toMatchObject({ resourceType: 'Note', route: 'GET /delete/:id' });
    expect(JSON.stringify(body)).not.toMatch(/Note|route/);
    await request(appOf({ refused: 409 }))
      .get('/delete/open')
      .set('x-user', 'bob');
    expect(seen[1] as AuthorizationError).toMatchObject({
      resourceType: 'Note',
      route: 'GET /delete/:id',
      status: 409,
    });
  });

  it.each<[string, Parameters<typeof authorize>, string, string]>([
    [
      'action',
      ['raed', () => new Note('alice')],
      'POLAR_TYPE_NOT_GRANTABLE',
      'no rule can allow "raed"; did you mean "read"?',
    ],
    [
      'action on a type',
      ['creat', Note],
      'POLAR_TYPE_NOT_GRANTABLE',
      'no rule can allow "creat" on the type Note itself; did you mean "create"?',
    ],
    ['type', ['create', 'Nope'], 'POLAR_TYPE_UNKNOWN_TYPE', 'no type is registered as `Nope`'],
    ['class', ['create', class Nope {}], 'POLAR_TYPE_UNKNOWN_TYPE', 'no type is registered as `Nope`'],
  ])('explains a misspelled %s', async (_what, requirement, code, message) => {
    const app = express();
    app.use(authorization(authorizer, { actor: () => 'alice' }), authorize());
    app.get('/', authorize(...requirement), (_req, res) => void res.end());
    app.use(errors);
    for (let i = 0; i < 2; i++) {
      expect((await request(app).get('/')).status).toBe(500);
      expect(seen.at(-1)).toMatchObject({ code });
      expect((seen.at(-1) as Error).message).toContain(message);
    }
  });

  it('makes listen() and listRoutes() of a protected application throw for a misspelled name', () => {
    const app = protect(express());
    app.use(authorization(authorizer, { actor: () => 'alice' }), authorize());
    const router = express.Router();
    router.get(
      '/:id',
      authorize('raed', () => new Note('alice')),
      (_req, res) => void res.end(),
    );
    app.use('/notes', router);
    app.post('/notes', authorize('create', 'Nope'), (_req, res) => void res.end());
    const wrong = {
      code: 'NANOOK_HTTP_UNGRANTABLE',
      message: expect.stringMatching(
        /authorize raed loader\(\): no rule can allow "raed"; did you mean "read"\?\n.*`Nope`/,
      ) as string,
    };
    expect(() => app.listen(0)).toThrow(expect.objectContaining(wrong) as Error);
    expect(() => listRoutes(app)).toThrow(expect.objectContaining(wrong) as Error);
  });

  it('makes listen() show the rule that a requirement about a type needs', () => {
    const app = protect(express());
    app.use(authorization(authorizer, { actor: () => 'alice' }), authorize());
    app.get('/notes', authorize('zap', 'Note'), (_req, res) => void res.end());
    expect(() => app.listen(0)).toThrow(
      'authorize zap Note: no rule can allow "zap" on the type Note itself; write a rule whose resource is the type: ' +
        'allow(_: User, "zap", Note);',
    );
  });

  it('passes the response to the hooks', async () => {
    const app = express();
    app.use(
      authorization(authorizer, { actor: (_req, res) => res.locals['user'] as unknown }),
      (_req, res, next) => {
        res.locals['user'] = 'alice';
        next();
      },
    );
    app.get(
      '/',
      authorize('read', () => new Note('alice')),
      (_req, res) => void res.end('in'),
    );
    expect((await request(app).get('/')).text).toBe('in');
  });

  it('allows checks of several resources at once in the handler', async () => {
    const app = express();
    app.use(authorization(authorizer, { actor: () => 'bob' }));
    app.get(
      '/',
      authorize('read', () => new Note('bob')),
      (req, res, next) => {
        const all = [new Note('alice'), Promise.resolve(new Note('bob')), undefined, new Note('everybody')];
        Promise.all([
          req.authz.canAll('read', all),
          req.authz.filter('read', Promise.resolve(all)).then((some) => some.map(({ owner }) => owner)),
        ]).then((answer) => res.json(answer), next);
      },
    );
    expect((await request(app).get('/')).body).toEqual([
      [false, true, false, true],
      ['bob', 'everybody'],
    ]);
  });
});
