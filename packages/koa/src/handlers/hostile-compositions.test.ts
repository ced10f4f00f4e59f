import Router from '@koa/router';
import { Authorizer } from '@nanook/core';
import Koa3, { type Context, type Middleware } from 'koa';
import compose from 'koa-compose';
import mount from 'koa-mount';
import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import request from 'supertest';
import { afterAll, describe, expect, it } from 'vitest';
import { sampled, sampledByVersion, testedVersions } from '../../../../tools/test-scope.js';
import { authorization, authorizationErrors, authorize, protect, skipAuthorization } from '../index.js';
import { majors } from '../testing/majors.fixture.js';

// Combines a decision of one handler with a way to another handler and with a way to respond. The model is the written rule alone: a
// decision counts in the handlers of the route, router or application that carries it, and anywhere else for nothing. No way leads to a
// handler that the decision covers, so the other handler responds if and only if it has its own requirement.

const authorizer = await Authorizer.load({ policies: 'allow("alice", "read", "thing");' });
const read = () => authorize('read', () => 'thing');
const skip = () => skipAuthorization('a test');

const waiting: (() => void)[] = [];
const timer = setInterval(() => waiting.splice(0).forEach((each) => each()), 1);
afterAll(() => clearInterval(timer));
/** Continues without the asynchronous context of the request. */
const lost = <T>(work: () => Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => void waiting.push(() => void work().then(resolve, reject)));

/** Handlers with a decision, which end with a way to another handler. */
const decisions: Record<string, (pass: Middleware) => Middleware[]> = {
  'a skipped route': (pass) => [skip(), pass],
  'a ruled route': (pass) => [read(), pass],
  'a check in a handler': (pass) => [
    async (ctx, next) => {
      await ctx.state.authz.authorize('read', 'thing');
      return pass(ctx, next);
    },
  ],
  'a skip in a handler': (pass) => [
    (ctx, next) => {
      ctx.state.authz.skip('a test');
      return pass(ctx, next);
    },
  ],
  'skipped middleware': (pass) => [skipAuthorization('a test', pass)],
  'a skip after the way': (pass) => [
    (ctx, next) => {
      const passed = pass(ctx, next) as Promise<void>;
      ctx.state.authz.skip('a test');
      return passed;
    },
  ],
  'a late check': (pass) => [
    (ctx, next) => {
      setTimeout(() => void ctx.state.authz.authorize('read', 'thing').catch(() => {}), 1);
      return pass(ctx, next);
    },
  ],
  'composed requirements': (pass) => [compose([skip(), pass])],
};

type Target = readonly Middleware[];
type Build = (
  app: Koa3,
  Koa: typeof Koa3,
  decide: (pass: Middleware) => Middleware[],
  target: Target,
) => void;
const onward: Middleware = (_ctx, next) => next();
const redirect =
  (to: () => Middleware): Middleware =>
  (ctx, next) => {
    ctx.path = '/target';
    return to()(ctx, next);
  };
const routesOf = (router: Router) => router.routes() as unknown as Middleware;
const routerFor = (path: string, handlers: readonly Middleware[]): Router =>
  new Router().get(path, ...(handlers as [Middleware]));

/** Ways from the handlers of a decision at `/start` to the target. */
const ways: Record<string, Build> = {
  'the next route': (app, _Koa, decide, target) => {
    const router = routerFor('/start', decide(onward));
    app.use(routesOf(router.get('/start', ...(target as [Middleware]))));
  },
  'a router after the router': (app, _Koa, decide, target) => {
    app.use(routesOf(routerFor('/start', decide(onward))));
    app.use(routesOf(routerFor('/start', target)));
  },
  'composed routers': (app, _Koa, decide, target) => {
    app.use(compose([routesOf(routerFor('/start', decide(onward))), routesOf(routerFor('/start', target))]));
  },
  'routers in a router': (app, _Koa, decide, target) => {
    const router = new Router();
    router.use(routesOf(routerFor('/start', decide(onward)))).use(routesOf(routerFor('/start', target)));
    app.use(routesOf(router));
  },
  'a router after a mounted application': (app, Koa, decide, target) => {
    app.use(mount(new Koa().use(routesOf(routerFor('/start', decide(onward))))));
    app.use(routesOf(routerFor('/start', target)));
  },
  'a router in a function': (app, _Koa, decide, target) => {
    const [first, second] = [routerFor('/start', decide(onward)), routerFor('/start', target)];
    app.use((ctx, next) => routesOf(first)(ctx, () => routesOf(second)(ctx, next) as Promise<void>));
  },
  'a function without context': (app, _Koa, decide, target) => {
    app.use(
      routesOf(
        routerFor(
          '/start',
          decide((_ctx, next) => lost(next)),
        ),
      ),
    );
    app.use(routesOf(routerFor('/start', target)));
  },
  'its own router again': (app, _Koa, decide, target) => {
    const router = new Router();
    router.get('/start', ...(decide(redirect(() => routesOf(router))) as [Middleware]));
    app.use(routesOf(router.get('/target', ...(target as [Middleware]))));
  },
  'its own router again, from a nested router': (app, _Koa, decide, target) => {
    const router = new Router();
    router.use(routesOf(routerFor('/start', decide(redirect(() => routesOf(router))))));
    app.use(routesOf(router.get('/target', ...(target as [Middleware]))));
  },
  'the application again': (app, _Koa, decide, target) => {
    const whole = () => compose(app.middleware);
    app.use(routesOf(routerFor('/start', decide(redirect(whole)))));
    app.use(routesOf(routerFor('/target', target)));
  },
};

type Carrier = { emitter?: EventEmitter; stream?: Readable };

/** Ways in which the target responds. */
const responses: Record<string, (ctx: Context, carrier: Carrier, text: string) => unknown> = {
  'a body': (ctx, _carrier, text) => void (ctx.body = text),
  json: (ctx, _carrier, text) => void (ctx.body = { text }),
  'a body later': async (ctx, _carrier, text) => {
    await pause(2);
    ctx.body = text;
  },
  'a stream': (ctx, _carrier, text) => void (ctx.body = Readable.from([text])),
  'an async iterator': async (ctx, _carrier, text) => {
    for await (const part of Readable.from([text])) ctx.body = part as string;
  },
  'an event listener': async (ctx, _carrier, text) => {
    const emitter = new EventEmitter();
    setTimeout(() => emitter.emit('go'), 1);
    await once(emitter, 'go');
    ctx.body = text;
  },
  'the response of Node': (ctx, _carrier, text) => {
    ctx.respond = false;
    ctx.res.statusCode = 200;
    ctx.res.end(text);
  },
  'the response of Node, later': (ctx, _carrier, text) => {
    ctx.respond = false;
    ctx.res.statusCode = 200;
    setTimeout(() => ctx.res.end(text), 2);
  },
  'several writes': async (ctx, _carrier, text) => {
    ctx.respond = false;
    ctx.res.statusCode = 200;
    ctx.res.write('a part ');
    await pause(1);
    ctx.res.end(text);
  },
  'an emitter of the earlier handler': async (ctx, { emitter }, text) => {
    emitter?.once('go', () => (ctx.body = text));
    await pause(12);
  },
  'an emitter of the earlier handler, past Koa': (ctx, { emitter }, text) => {
    ctx.respond = false;
    ctx.res.statusCode = 200;
    emitter?.once('go', () => ctx.res.end(text));
  },
  'a stream of the earlier handler': (ctx, { stream }) => void (ctx.body = stream),
};
/** With these, the code that responds belongs to the earlier handler, so that a requirement of the target may not be enough. */
const foreign = /of the earlier handler/;

/** Gives the request an emitter and a stream that belong to the earlier handler. */
const carrying =
  (pass: Middleware): Middleware =>
  (ctx, next) => {
    const emitter = new EventEmitter();
    const emitting = setInterval(() => emitter.emit('go'), 6); // the target may begin to listen late
    ctx.res.once('close', () => clearInterval(emitting));
    Object.assign(ctx.state, { emitter, stream: Readable.from(['SECRET']) });
    return pass(ctx, next);
  };

const forms = Object.entries(decisions).flatMap(([decision, decide]) =>
  Object.entries(ways).flatMap(([way, build]) =>
    Object.keys(responses).map((response) => ({ decision, way, response, decide, build })),
  ),
);

describe.each(testedVersions(majors))('a decision of another handler in %s', (major, Koa) => {
  const tested = sampledByVersion(forms, major === majors.at(-1)![0]);
  describe.each([
    ['protect and the response guard', true],
    ['the response guard', false],
  ])('under %s', (_name, isProtecting) => {
    it.each(sampled(tested, 15, isProtecting ? 1 : 0))(
      'opens no other handler: $decision, $way, $response',
      async ({ response, decision, decide, build }) => {
        const ask = async (target: Target) => {
          const app = new Koa();
          app.silent = true;
          app.use(authorizationErrors({ onError: () => {} }));
          if (isProtecting) protect(app);
          app.use(authorization(authorizer, { actor: () => 'alice', onError: () => {} })).use(authorize());
          build(app, Koa, (pass) => decide(carrying(pass)), target);
          const handle = app.callback();
          return request(createServer((req, res) => void handle(req, res)))
            .get('/start')
            .buffer(true)
            .parse((sent, done) => {
              let text = '';
              sent.on('data', (part) => (text += String(part)));
              sent.on('end', () => done(null, text));
            })
            .then(({ status, body }) => ({ status, text: body as string }))
            .catch(() => ({ status: 0, text: '' }));
        };
        const respond: Middleware = (ctx) =>
          responses[response]!(ctx as Context, ctx.state as Carrier, 'SECRET');
        const unruled = await ask([respond]);
        expect(unruled.text).not.toContain('SECRET');
        expect(unruled.status).not.toBe(200);
        if (foreign.test(response)) return;
        // Under protect, the route of the decision needs a requirement itself.
        if (isProtecting && !/ruled|skipped route/.test(decision)) return;
        const ruled = await ask([read(), respond]);
        expect({ status: ruled.status, hasText: ruled.text.includes('SECRET') }).toEqual({
          status: 200,
          hasText: true,
        });
      },
    );
  });
});
