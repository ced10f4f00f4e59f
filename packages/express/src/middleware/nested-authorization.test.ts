import { Authorizer } from '@nanook/core';
import express5, { type Application, type RequestHandler } from 'express';
import express4 from 'express4';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { testedVersions } from '../../../../tools/test-scope.js';
import { authorization, authorizationErrors, authorize, skipAuthorization } from '../index.js';

const majors = [
  ['Express 4', express4 as unknown as typeof express5],
  ['Express 5', express5],
] as const;

const strict = await Authorizer.load({ policies: 'allow("alice", "read", "thing");' });
const open = await Authorizer.load({ policies: 'allow(_, "read", "thing");' });
const read = authorize('read', () => 'thing');
const openOne = (): RequestHandler => authorization(open, { actor: () => 'anyone' });
const answer: RequestHandler = (_req, res) => void res.end('a thing');

describe.each(testedVersions(majors))('a second authorization(…) in %s', (_major, express) => {
  /** Sends a request of bob, whom only the second authorizer allows to read. */
  const ask = async (fill: (app: Application) => unknown, path: string) => {
    const app = express();
    app.use(authorization(strict, { actor: () => 'bob' }), authorize());
    fill(app);
    const { status, text } = await request(app.use(authorizationErrors())).get(path);
    return status === 200 ? text : status;
  };

  it.each<[string, (inside: RequestHandler) => RequestHandler]>([
    ['a router', (inside) => express.Router().use(inside).get('/inside', read, answer)],
    ['a mounted application', (inside) => express().use(inside).get('/inside', read, answer)],
    [
      'skipped middleware',
      (inside) => skipAuthorization('a test', express.Router().use(inside).get('/inside', read, answer)),
    ],
    [
      'a router that a function calls',
      (inside) => {
        const router = express.Router().use(inside).get('/inside', read, answer);
        return (req, res, next) => router(req, res, next);
      },
    ],
  ])('decides in %s that uses it, and not after it', async (_name, contain) => {
    const fill = (app: Application) => app.use(contain(openOne())).get('/after', read, answer);
    expect([await ask(fill, '/inside'), await ask(fill, '/after')]).toEqual(['a thing', 404]);
  });

  it('decides nothing after a router that continues without its asynchronous context', async () => {
    const waiting: (() => void)[] = [];
    const timer = setInterval(() => waiting.splice(0).forEach((each) => each()), 1);
    const lose: RequestHandler = (_req, _res, next) => void waiting.push(next);
    try {
      const fill = (app: Application) =>
        app.use(express.Router().use(lose, openOne(), lose)).use(read, answer);
      expect(await ask(fill, '/')).toBe(404);
    } finally {
      clearInterval(timer);
    }
  });

  it('replaces the first one where the application uses it, directly or from a function with its own next', async () => {
    const used = (app: Application) => app.use(openOne(), read, answer);
    const called = (app: Application) =>
      app.use((req, res, next) => openOne()(req, res, next)).use(read, answer);
    expect([await ask(used, '/'), await ask(called, '/')]).toEqual(['a thing', 'a thing']);
  });
});
