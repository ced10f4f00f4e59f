import { Authorizer } from '@nanook/core';
import type { RequestAuthorization } from '@nanook/http';
import express5, { type Application, type RequestHandler } from 'express';
import express4 from 'express4';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { authorization, authorizationErrors, authorize, protect, skipAuthorization } from '../index.js';

// Mistakes of beginners. Each message must explain the correction.

class Note {
  constructor(readonly owner = 'alice') {}
}

const authorizer = await Authorizer.load({
  policies: 'allow(user: String, "read", note: Note) if note.owner = user;',
  types: { Note },
});
const findNote = () => new Note();
const remember = (_value: unknown): void => {};

type Untyped = (...args: unknown[]) => unknown;
const untyped = (call: unknown) => call as Untyped;

describe('an application with a mistake', () => {
  it.each<[string, () => unknown, string]>([
    ['no arguments', () => untyped(authorization)(), 'must be an Authorizer, got undefined'],
    [
      'options alone',
      () => untyped(authorization)({ actor: findNote }),
      'authorization(await Authorizer.load(…), { … })',
    ],
    [
      'a promise of an authorizer',
      () => untyped(authorization)(Promise.resolve(authorizer)),
      'got a promise',
    ],
    [
      'a hook instead of options',
      () => untyped(authorization)(authorizer, () => 'alice'),
      'such as { actor: … }; got a function',
    ],
    [
      'an actor instead of a hook',
      () => untyped(authorization)(authorizer, { actor: new Note() }),
      'must be a function, got an instance of `Note`',
    ],
    [
      'an actor hook without return',
      () =>
        authorization(authorizer, {
          actor: (req) => {
            remember(req.headers);
          },
        }),
      'the hook `actor`',
    ],
    [
      'a loader without return',
      () =>
        authorize('read', () => {
          remember(findNote());
        }),
      'has no `return`',
    ],
    [
      'an async loader without return',
      () =>
        authorize('read', async () => {
          remember(await Promise.resolve(findNote()));
        }),
      'the loader of the requirement "read"',
    ],
    ['a row instead of a loader', () => untyped(authorize)('read', { id: 1 }), 'found a plain object'],
    [
      'a named row instead of a loader',
      () => untyped(authorize)('read', { name: 'x' }),
      'found a plain object',
    ],
    [
      'an instance instead of a loader',
      () => untyped(authorize)('read', new Note()),
      'found an instance of `Note`',
    ],
    [
      'a promise instead of a loader',
      () => untyped(authorize)('read', Promise.resolve(findNote())),
      'found a promise',
    ],
    [
      'an action alone',
      () => untyped(authorize)('read'),
      'a function that loads it, a class, or the name of a type; found undefined',
    ],
    ['the loader first', () => untyped(authorize)(findNote, 'read'), 'the action comes before the resource'],
    ['the actor first', () => untyped(authorize)(new Note(), 'read', findNote), 'no actor is passed'],
    [
      'a list of actions',
      () => untyped(authorize)(['read'], findNote),
      'found a list; write one requirement, or one check, for each action',
    ],
    [
      'the handler as last argument',
      () => untyped(authorize)('read', findNote, () => {}),
      'such as { missing: … }; got a function',
    ],
    ['no application to protect', () => untyped(protect)(), 'write protect(app), without app.use'],
    ['a request to protect', () => untyped(protect)({ method: 'GET', headers: {} }), 'got a plain object'],
  ])('throws for %s', (_name, call, correction) => {
    expect(call).toThrow(expect.objectContaining({ message: expect.stringContaining(correction) }) as Error);
  });
});

describe.each([
  ['Express 4', express4 as unknown as typeof express5],
  ['Express 5', express5],
])('middleware that is not called, in %s', (_major, express) => {
  const makers: [string, unknown, string][] = [
    ['authorization', authorization, 'authorization(authorizer, { actor: … })'],
    ['authorize', authorize, "authorize('read', findNote) for a route"],
    ['skipAuthorization', skipAuthorization, "skipAuthorization('why')"],
    ['authorizationErrors', authorizationErrors, 'authorizationErrors()'],
  ];

  const answerOf = async (app: Application) => {
    const faults: string[] = [];
    app.use(authorizationErrors({ onError: (fault) => faults.push((fault as Error).message) }));
    const { status } = await request(app).get('/notes/1');
    return { status, faults };
  };

  it.each(makers)('makes protect throw for %s without parentheses', (name, maker, call) => {
    const app = protect(express());
    expect(() => app.use(maker as RequestHandler)).toThrow(
      `\`${name}\` is used as middleware, but it is a function that returns middleware; call it: ${call}`,
    );
  });

  it.each(makers)(
    'fails a request to the application for %s without parentheses',
    async (_name, maker, call) => {
      const app = express();
      app.use(authorization(authorizer, { actor: () => 'alice' }));
      app.use(maker as RequestHandler);
      expect(await answerOf(app)).toEqual({
        status: 500,
        faults: [expect.stringContaining(`call it: ${call}`)],
      });
    },
  );

  it.each(makers)('fails a request to the route for %s without parentheses', async (_name, maker, call) => {
    const app = protect(express());
    app.use(authorization(authorizer, { actor: () => 'alice' }));
    app.get('/notes/:id', maker as RequestHandler, (_req, res) => void res.end('ran'));
    expect(await answerOf(app)).toEqual({
      status: 500,
      faults: [expect.stringContaining(`call it: ${call}`)],
    });
  });
});

it.each<[string, (authz: RequestAuthorization) => Promise<unknown>, string]>([
  [
    'one resource',
    (authz) => authz.filter('read', findNote() as never),
    'got an instance of `Note`; for one resource call',
  ],
  ['nothing', (authz) => authz.canAll('read', undefined as never), 'must be a list, got undefined'],
  [
    'the list first',
    (authz) => authz.filter([findNote()] as never, 'read'),
    'must be a list, got the string',
  ],
])('a check of several resources throws for %s', async (_name, check, correction) => {
  const app = express5();
  app.use(authorization(authorizer, { actor: () => 'alice' }));
  const said: string[] = [];
  app.get('/', authorize('read', findNote), async (req, res) => {
    await check(req.authz).catch((error: unknown) => said.push((error as Error).message));
    res.end();
  });
  await request(app).get('/');
  expect(said).toEqual([expect.stringContaining(correction)]);
});
