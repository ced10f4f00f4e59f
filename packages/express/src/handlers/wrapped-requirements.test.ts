import { Authorizer } from '@nanook/core';
import express5, { type RequestHandler } from 'express';
import express4 from 'express4';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { testedVersions } from '../../../../tools/test-scope.js';
import {
  authorization,
  authorizationErrors,
  authorize,
  isProtected,
  listRoutes,
  protect,
  skipAuthorization,
} from '../index.js';

const majors = [
  ['Express 4', express4 as unknown as typeof express5],
  ['Express 5', express5],
] as const;

const authorizer = await Authorizer.load({ policies: 'allow("alice", "read", "thing");' });
const read = authorize('read', () => 'thing') as RequestHandler;
const answer: RequestHandler = (_req, res) => void res.end('found');

type Wrap = (handler: RequestHandler) => RequestHandler;

/** Wraps a handler and keeps nothing of it. */
const wrapBarely: Wrap = (handler) =>
  function traced(req, res, next) {
    return handler(req, res, next);
  };
/** The wrappers of tracing and of async handlers. */
const wrappers: [string, Wrap][] = [
  ['its enumerable properties', (handler) => Object.assign(wrapBarely(handler), handler)],
  ['its name', (handler) => Object.defineProperty(wrapBarely(handler), 'name', { value: handler.name })],
];

describe.each(testedVersions(majors))('wrapped requirements in %s', (_major, express) => {
  const appOf = (wrap: Wrap, onError: (error: unknown) => void = () => {}) => {
    const app = protect(express());
    app.use(wrap(authorization(authorizer, { actor: () => 'alice' })), wrap(authorize() as RequestHandler));
    app.get('/thing', wrap(read), answer);
    app.use('/files', wrap(skipAuthorization('public files', answer) as RequestHandler));
    app.use('/router', wrap(read), express.Router().get('/', answer));
    return app.use(authorizationErrors({ onError }));
  };

  it.each(wrappers)(
    'protect and listRoutes recognize a requirement whose wrapper keeps %s',
    async (_name, wrap) => {
      const app = appOf(wrap);
      for (const path of ['/thing', '/files', '/router'])
        expect((await request(app).get(path)).text).toBe('found');
      expect(listRoutes(app).map((route) => [route.path, isProtected(route)])).toEqual([
        ['/thing', true],
        ['/router', true],
      ]);
    },
  );

  it.each(wrappers)(
    'a function that keeps %s and does not call the requirement opens nothing',
    async (_name, wrap) => {
      const passing: Wrap = (handler) =>
        wrap(Object.assign(((_req, _res, next) => next()) as RequestHandler, handler));
      const app = protect(express());
      app.use(authorization(authorizer, { actor: () => 'alice' }), authorize());
      app.get('/thing', passing(read), answer);
      app.use(authorizationErrors({ onError: () => {} }));
      expect((await request(app).get('/thing')).status).toBe(500);
    },
  );

  it('the error names a wrapper that keeps nothing', async () => {
    const errors: unknown[] = [];
    const app = protect(express());
    app.use(authorization(authorizer, { actor: () => 'alice' }), authorize());
    app.get('/thing', wrapBarely(read), answer);
    app.use(authorizationErrors({ onError: (error) => errors.push(error) }));
    expect((await request(app).get('/thing')).status).toBe(500);
    expect(errors).toMatchObject([
      {
        code: 'NANOOK_HTTP_UNPROTECTED_ROUTE',
        message: expect.stringMatching(
          /If traced \(.*wrapped-requirements\.test\.ts:\d+\) before the handler wraps a requirement, pass `authorize\(…\)` to the route directly/,
        ) as unknown,
      },
    ]);
  });

  it('listRoutes lists a mounted application whose layer has another handler', () => {
    const app = protect(express());
    const inner = express().get('/thing', read, answer);
    app.use('/inner', inner);
    for (const layer of (app as unknown as { router?: Stack; _router?: Stack })[
      'lazyrouter' in app ? '_router' : 'router'
    ]!.stack)
      layer.handle = wrapBarely(layer.handle);
    expect(listRoutes(app).map((route) => [route.path, isProtected(route)])).toEqual([
      ['/inner/thing', true],
    ]);
  });
});

interface Stack {
  readonly stack: { handle: RequestHandler }[];
}
