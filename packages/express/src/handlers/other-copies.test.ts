import { Authorizer } from '@nanook/core';
import express5, { type Application, type RequestHandler, type Router } from 'express';
import express4 from 'express4';
import request from 'supertest';
import { afterEach, describe, expect, it } from 'vitest';
import { loadCopy } from '../../../../tools/package-copy.js';
import { testedVersions } from '../../../../tools/test-scope.js';
import { authorization, authorizationErrors, authorize, protect, skipAuthorization } from '../index.js';

// A process can have a copy of Express that is not the one which the application uses. Each test asks an application with such a copy
// before and after other applications use the same copy: the result must not depend on them.

const majors = [
  ['Express 4', express4 as unknown as typeof express5, 'express4'],
  ['Express 5', express5, 'express'],
] as const;

const authorizer = await Authorizer.load({ policies: 'allow("alice", "read", "thing");' });
const read = authorize('read', () => 'thing');
const check: RequestHandler = (req, _res, next) =>
  void req.authz.authorize('read', 'thing').then(() => next(), next);
const goOn: RequestHandler = (_req, _res, next) => next();
const show: RequestHandler = (_req, res) => void res.send('shown');

const faults: Error[] = [];
afterEach(() => faults.splice(0));

describe.each(testedVersions(majors))('in %s, another copy of Express', (_major, express, name) => {
  const ask = async (path: string, fill: (app: Application) => unknown) => {
    const app = express();
    app.use(authorization(authorizer, { actor: () => 'alice' }), authorize());
    fill(app);
    app.use(authorizationErrors({ onError: (fault) => faults.push(fault as Error) }));
    const { status, text } = await request(app).get(path);
    return status === 200 ? text : status;
  };
  const newCopy = () => loadCopy(name, import.meta.url) as typeof express5;

  /** Ways in which other applications of the process can use the same copy. */
  const histories: Record<string, (copy: typeof express5) => unknown> = {
    'nothing else': () => {},
    'an application that uses a router of it': (copy) =>
      ask('/', (app) => app.use(copy.Router().get('/', read, show))),
    'a protected router of it': (copy) => protect(copy.Router()),
    'an application of it with `authorization`': (copy) =>
      request(copy().use(authorization(authorizer)) as never).get('/'),
  };

  type Fill = (inner: Router) => Router;
  const contents: Record<string, Fill> = {
    'a requirement of a route': (inner) => inner.get('/in/:id', read, show),
    'a requirement of a router': (inner) => inner.use(read).get('/in/:id', show),
    'a check in middleware': (inner) => inner.use(check).get('/in/:id', show),
    'a check in a handler': (inner) => inner.get('/in/:id', check, show),
    'a check of a parameter': (inner) =>
      inner.param('id', (req, res, next) => check(req, res, next)).get('/in/:id', show),
  };
  const places: Record<string, (app: Application, copy: typeof express5, fill: Fill) => unknown> = {
    'a router that a function calls': (app, copy, fill) => {
      const router = fill(copy.Router());
      app.use((req, res, next) => router(req, res, next));
    },
    'a router that a function calls later': (app, copy, fill) => {
      const router = fill(copy.Router());
      app.use((req, res, next) => void setTimeout(() => router(req, res, next), 1));
    },
    'a router that a callback of a parameter calls': (app, copy, fill) => {
      const router = fill(copy.Router());
      app.param('place', (req, res, next) => void router(req as never, res, next));
      app.get('/:place/:id', goOn);
    },
    'an application that a function calls': (app, copy, fill) => {
      const inner = fill(copy());
      app.use((req, res, next) => inner(req, res, next));
    },
    'an application that is mounted without `protect`': (app, copy, fill) => app.use(fill(copy())),
  };
  it.each(
    Object.keys(places).flatMap((place) => Object.keys(contents).map((content) => [place, content] as const)),
  )('%s with %s is blocked, whichever applications use the copy, too', async (place, content) => {
    for (const prepare of Object.values(histories)) {
      const copy = newCopy();
      await prepare(copy);
      expect(await ask('/in/1', (app) => places[place]!(app, copy, contents[content]!))).toBe(500);
      expect(faults.splice(0)).toMatchObject([{ code: 'NANOOK_HTTP_UNDECIDED_ROUTE' }]);
    }
  });

  const followed: Record<string, (app: Application, copy: typeof express5) => unknown> = {
    'a router that the application uses': (app, copy) => app.use(copy.Router().get('/in', read, show)),
    'a router in a router': (app, copy) =>
      app.use(express.Router().use(copy.Router().use(read).get('/in', show))),
    'a skipped router': (app, copy) =>
      app.use('/in', skipAuthorization('a test', copy.Router().get('/', show))),
    'a router that `protect` has received, and a function calls': (app, copy) => {
      const router = protect(copy.Router()).get('/in', read, show);
      app.use((req, res, next) => router(req, res, next));
    },
    'an application with its own `authorization` that a function calls': (app, copy) => {
      const inner = copy().use(authorization(authorizer, { actor: () => 'alice' }), authorize());
      inner.get('/in', read, show);
      app.use((req, res, next) => inner(req, res, next));
    },
    'a mounted application that was mounted after `protect`': (app, copy) =>
      protect(app).use(copy().get('/in', read, show)),
    'a router without requirements in a function that is covered': (app, copy) => {
      const router = copy.Router().get('/in', show);
      app.use(read, (req, res, next) => router(req, res, next));
    },
  };
  it.each(Object.keys(followed))('counts the requirements of %s', async (place) => {
    for (const prepare of Object.values(histories)) {
      const copy = newCopy();
      await prepare(copy);
      expect(await ask('/in', (app) => followed[place]!(app, copy))).toBe('shown');
    }
  });
});
