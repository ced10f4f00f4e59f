import { Authorizer } from '@nanook/core';
import express5, { type Application, type RequestHandler, type Router } from 'express';
import express4 from 'express4';
import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import request from 'supertest';
import { afterAll, describe, expect, it } from 'vitest';
import { sampled, sampledByVersion, testedVersions } from '../../../../tools/test-scope.js';
import { authorization, authorizationErrors, authorize, protect, skipAuthorization } from '../index.js';

// Combines a decision of one handler with a way to another handler and with a way to respond. The model is the written rule alone: a
// decision counts in the handlers of the route, router or application that carries it, and anywhere else for nothing. No way leads to a
// handler that the decision covers, so the other handler responds if and only if it has its own requirement.

const majors = [
  ['Express 4', express4 as unknown as typeof express5],
  ['Express 5', express5],
] as const;

const authorizer = await Authorizer.load({ policies: 'allow("alice", "read", "thing");' });
const read = authorize('read', () => 'thing');
const skip = skipAuthorization('a test');

const waiting: (() => void)[] = [];
const timer = setInterval(() => waiting.splice(0).forEach((each) => each()), 1);
afterAll(() => clearInterval(timer));
/** Calls a function without the asynchronous context of the request. */
const lose = (work: () => void): void => void waiting.push(work);

type Response = express5.Response;
type Carrier = { emitter?: EventEmitter; stream?: Readable };

/** Handlers with a decision, which end with a way to another handler. */
const decisions: Record<string, (pass: RequestHandler) => RequestHandler[]> = {
  'a skipped route': (pass) => [skip, pass],
  'a ruled route': (pass) => [read, pass],
  'a check in a handler': (pass) => [
    (req, res, next) => void req.authz.authorize('read', 'thing').then(() => pass(req, res, next), next),
  ],
  'a skip in a handler': (pass) => [
    (req, res, next) => {
      req.authz.skip('a test');
      return pass(req, res, next);
    },
  ],
  'skipped middleware': (pass) => [skipAuthorization('a test', pass)],
  'a skip after the way': (pass) => [
    (req, res, next) => {
      void pass(req, res, next);
      req.authz.skip('a test');
    },
  ],
  'a late check': (pass) => [
    (req, res, next) => {
      setTimeout(() => void req.authz.authorize('read', 'thing').catch(() => {}), 1);
      return pass(req, res, next);
    },
  ],
  'a check without context': (pass) => [
    (req, res, next) =>
      lose(() => void req.authz.authorize('read', 'thing').then(() => pass(req, res, next), next)),
  ],
};

type Target = readonly RequestHandler[];
type Build = (
  app: Application,
  express: typeof express5,
  decide: (pass: RequestHandler) => RequestHandler[],
  target: Target,
) => void;
const onward: RequestHandler = (_req, _res, next) => next('route');
const leave: RequestHandler = (_req, _res, next) => next();
const redirect =
  (to: (req: never, res: never, next: never) => unknown): RequestHandler =>
  (req, res, next) => {
    req.url = '/target';
    to(req as never, res as never, next as never);
  };
const handleOf = (app: Application) =>
  (app as unknown as { handle: (...args: never[]) => unknown }).handle.bind(app);

/** Ways from the handlers of a decision at `/start` to the target. */
const ways: Record<string, Build> = {
  'the next route': (app, _express, decide, target) => {
    app.get('/start', ...decide(onward));
    app.get('/start', ...target);
  },
  'the next route of a router': (app, express, decide, target) => {
    app.use(
      express
        .Router()
        .get('/start', ...decide(onward))
        .get('/start', ...target),
    );
  },
  'a route after the router': (app, express, decide, target) => {
    app.use(express.Router().get('/start', ...decide(onward)));
    app.get('/start', ...target);
  },
  'a router after the router': (app, express, decide, target) => {
    app.use(express.Router().use('/start', express.Router().use(...decide(leave))));
    app.use('/start', express.Router().get('/', ...target));
  },
  'a route after a mounted application': (app, express, decide, target) => {
    app.use(express().get('/start', ...decide(onward)) as Application);
    app.get('/start', ...target);
  },
  'a router that a function calls next': (app, express, decide, target) => {
    const first = express.Router().get('/start', ...decide(onward));
    const second = express.Router().get('/start', ...target);
    app.use((req, res, next) =>
      first(req, res, (error?: unknown) => (error ? next(error) : second(req, res, next))),
    );
  },
  'a router that a timer calls next': (app, express, decide, target) => {
    const first = express.Router().use('/start', ...decide(leave));
    const second = express.Router().get('/start', ...target);
    app.use((req, res, next) =>
      first(
        req,
        res,
        (error?: unknown) => void setTimeout(() => (error ? next(error) : second(req, res, next)), 1),
      ),
    );
  },
  'a function without context': (app, _express, decide, target) => {
    app.get('/start', ...decide((_req, _res, next) => lose(() => next('route'))));
    app.get('/start', ...target);
  },
  'its own router again': (app, express, decide, target) => {
    const router: Router = express.Router();
    router.get('/start', ...decide(redirect((req, res, next) => router(req, res, next))));
    router.get('/target', ...target);
    app.use(router);
  },
  'its own router again, from a nested router': (app, express, decide, target) => {
    const router: Router = express.Router();
    const nested = express.Router().get('/', ...decide(redirect((req, res, next) => router(req, res, next))));
    app.use(router.use('/start', nested).get('/target', ...target));
  },
  'the application again': (app, _express, decide, target) => {
    app.get('/start', ...decide(redirect((req, res, next) => handleOf(app)(req, res, next))));
    app.get('/target', ...target);
  },
  'an outer application again': (app, express, decide, target) => {
    app.use(
      express().get('/start', ...decide(redirect((req, res) => handleOf(app)(req, res)))) as Application,
    );
    app.get('/target', ...target);
  },
};

/** Ways in which the target responds. */
const responses: Record<string, (res: Response, carrier: Carrier, text: string) => unknown> = {
  end: (res, _carrier, text) => res.end(text),
  json: (res, _carrier, text) => res.json({ text }),
  'a timer': (res, _carrier, text) => setTimeout(() => res.end(text), 2),
  'an immediate': (res, _carrier, text) => setImmediate(() => res.send(text)),
  'a promise': (res, _carrier, text) => Promise.resolve(text).then((found) => res.end(found)),
  'several writes': (res, _carrier, text) => {
    res.write('a part ');
    setTimeout(() => res.end(text), 1);
  },
  'a stream': (res, _carrier, text) => Readable.from([text]).pipe(res),
  'an async iterator': async (res, _carrier, text) => {
    for await (const part of Readable.from(['a part ', text])) res.write(part);
    res.end();
  },
  'an event listener': (res, _carrier, text) => {
    const emitter = new EventEmitter().once('go', () => res.end(text));
    setTimeout(() => emitter.emit('go'), 1);
  },
  'an emitter of the earlier handler': (res, { emitter }, text) => emitter?.once('go', () => res.end(text)),
  'a stream of the earlier handler': (res, { stream }) => stream?.pipe(res),
};
/** With these, the code that responds belongs to the earlier handler, so that a requirement of the target may not be enough. */
const foreign = /of the earlier handler/;

/** Gives the request an emitter and a stream that belong to the earlier handler. */
const carrying =
  (pass: RequestHandler): RequestHandler =>
  (req, res, next) => {
    const emitter = new EventEmitter();
    const emitting = setInterval(() => emitter.emit('go'), 6); // the target may begin to listen late
    res.once('close', () => clearInterval(emitting));
    Object.assign(req, { emitter, stream: Readable.from(['SECRET']) });
    return pass(req, res, next);
  };

const forms = Object.entries(decisions).flatMap(([decision, decide]) =>
  Object.entries(ways).flatMap(([way, build]) =>
    Object.keys(responses).map((response) => ({ decision, way, response, decide, build })),
  ),
);

describe.each(testedVersions(majors))('a decision of another handler in %s', (major, express) => {
  const tested = sampledByVersion(forms, major === majors.at(-1)![0]);
  describe.each([
    ['protect and the response guard', true],
    ['the response guard', false],
  ])('under %s', (_name, isProtecting) => {
    it.each(sampled(tested, 15, isProtecting ? 1 : 0))(
      'opens no other handler: $decision, $way, $response',
      async ({ way, response, decision, decide, build }) => {
        const ask = async (target: Target) => {
          const app = express();
          if (isProtecting) protect(app);
          app.use(authorization(authorizer, { actor: () => 'alice', onError: () => {} }), authorize());
          build(app, express, (pass) => decide(carrying(pass)), target);
          app.use(authorizationErrors({ onError: () => {} }));
          return request(app)
            .get('/start')
            .then(({ status, text }) => ({ status, text }))
            .catch(() => ({ status: 0, text: '' }));
        };
        const respond: RequestHandler = (req, res) =>
          void responses[response]!(res, req as unknown as Carrier, 'SECRET');
        const unruled = await ask([respond]);
        expect(unruled.text).not.toContain('SECRET');
        expect(unruled.status).not.toBe(200);
        if (foreign.test(response)) return;
        // Under protect, the route of the decision needs a requirement itself.
        if (isProtecting && !/route|middleware/.test(decision) && !/router after the router|timer/.test(way))
          return;
        const ruled = await ask([read, respond]);
        expect({ status: ruled.status, hasText: ruled.text.includes('SECRET') }).toEqual({
          status: 200,
          hasText: true,
        });
      },
    );
  });
});
