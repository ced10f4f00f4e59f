import Router from '@koa/router';
import { Authorizer } from '@nanook/core';
import fc from 'fast-check';
import Koa3, { type Middleware } from 'koa';
import compose from 'koa-compose';
import mount from 'koa-mount';
import Router7 from 'koa-router';
import { Agent, createServer, request, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { randomCases, randomSeed, randomTimeout, testedVersions } from '../../../../tools/test-scope.js';
import {
  authorization,
  authorizationErrors,
  authorize,
  isProtected,
  listRoutes,
  protect,
  skipAuthorization,
} from '../index.js';
import { majors } from '../testing/majors.fixture.js';

// Compares random applications with a model, which is written from the rule alone: a decision counts in the handlers of the route, router or
// application that carries it, as far as the code can be followed, and anywhere else for nothing. The first application of the process has
// the same results as the others, so the tests run in a process of their own.

type Requirement = 'authorize' | 'skip' | 'wrapper' | 'authorizeHere' | 'skipHere' | 'late' | 'lost';
/** `early` sets a body and calls `next`, `wraps` changes the body after `next`, `status` sets only a status. */
type Behavior = 'answers' | 'passes' | 'early' | 'wraps' | 'status';
type Member =
  | { readonly kind: 'requires'; readonly how: Requirement }
  | { readonly kind: 'handler'; readonly does: Behavior };
type Item =
  | { readonly kind: 'use'; readonly path: string; readonly member: Member }
  | { readonly kind: 'composed'; readonly path: string; readonly parts: readonly AppItem[] }
  | { readonly kind: 'skipFor'; readonly path: string; readonly does: 'answers' | 'passes' }
  | { readonly kind: 'mount'; readonly path: string; readonly router: Items }
  | { readonly kind: 'route'; readonly path: string; readonly members: readonly Member[] };
type Items = readonly Item[];
/** The middleware that an application uses. `hidden` is a function that composes others in its own way. */
type AppItem =
  | { readonly kind: 'router' | 'skipForRouter'; readonly router: Items }
  | { readonly kind: 'hidden'; readonly how: Requirement }
  | { readonly kind: 'chain'; readonly routers: readonly Items[] }
  | { readonly kind: 'composed' | 'application'; readonly parts: readonly AppItem[] }
  | { readonly kind: 'member'; readonly member: Member };

/** Returns random applications. @param isWhole whether they have the forms for which `protect` alone is not sufficient */
function applications(isWhole: boolean): fc.Arbitrary<readonly AppItem[]> {
  const how = fc.constantFrom<Requirement>(
    ...(['authorize', 'skip', 'wrapper', 'authorizeHere', 'skipHere'] as const),
    ...(isWhole ? (['late', 'lost'] as const) : []),
  );
  const does = fc.constantFrom<Behavior>(
    ...(['answers', 'answers', 'passes'] as const),
    ...(isWhole ? (['early', 'wraps', 'status'] as const) : []),
  );
  const member: fc.Arbitrary<Member> = fc.oneof(
    fc.record({ kind: fc.constant('requires' as const), how }),
    fc.record({ kind: fc.constant('handler' as const), does }),
  );
  const usePath = fc.constantFrom('', '', '/a', '/b', '/a/b');
  const routePath = fc.constantFrom('/', '/a', '/b', '/a/b', '/:x', '/:x/b', '/a/:x');
  const route = fc.record({
    kind: fc.constant('route' as const),
    path: routePath,
    members: fc.array(member, { minLength: 1, maxLength: 3 }),
  });
  const use = fc.record({ kind: fc.constant('use' as const), path: usePath, member });
  const skipFor = fc.record({
    kind: fc.constant('skipFor' as const),
    path: usePath,
    does: fc.constantFrom('answers' as const, 'passes' as const),
  });
  const { parts } = fc.letrec<{ items: Items; item: Item; parts: readonly AppItem[]; part: AppItem }>(
    (tie) => {
      const mounted = fc.record({ kind: fc.constant('mount' as const), path: usePath, router: tie('items') });
      const composed = fc.record({
        kind: fc.constant('composed' as const),
        path: usePath,
        parts: tie('parts'),
      });
      const router = fc.record({
        kind: fc.constantFrom('router' as const, 'router' as const, 'skipForRouter' as const),
        router: tie('items'),
      });
      const hidden = fc.record({ kind: fc.constant('hidden' as const), how });
      const own = fc.record({
        kind: fc.constant('member' as const),
        // A skip of the application is a different error.
        member: member.filter((each) => each.kind === 'handler' || each.how !== 'skip'),
      });
      const chain = fc.record({
        kind: fc.constant('chain' as const),
        routers: fc.array(tie('items'), { minLength: 1, maxLength: 2 }),
      });
      const nested = fc.record({
        kind: fc.constantFrom('composed' as const, 'application' as const),
        parts: tie('parts'),
      });
      const depth = { depthSize: 'small', withCrossShrink: true } as const;
      return {
        items: fc.array(tie('item'), { maxLength: 5 }),
        item: fc.oneof(
          depth,
          { weight: 4, arbitrary: route },
          { weight: 3, arbitrary: use },
          { weight: 1, arbitrary: skipFor },
          { weight: 4, arbitrary: mounted },
          ...(isWhole ? [{ weight: 1, arbitrary: composed }] : []),
        ),
        parts: fc.array(tie('part'), { maxLength: 4 }),
        part: fc.oneof(
          depth,
          { weight: 5, arbitrary: router },
          { weight: 1, arbitrary: hidden },
          { weight: 2, arbitrary: own },
          ...(isWhole
            ? [
                { weight: 2, arbitrary: chain },
                { weight: 3, arbitrary: nested },
              ]
            : []),
        ),
      };
    },
  );
  return parts as fc.Arbitrary<readonly AppItem[]>;
}

// ── the application ──

const authorizer = await Authorizer.load({ policies: 'allow("alice", "read", "thing");' });
const read = (): Middleware => authorize('read', () => 'thing');
const members: Record<Requirement, () => Middleware> = {
  authorize: read,
  skip: () => skipAuthorization('a test'),
  wrapper: () => {
    const requirement = read();
    return (ctx, next) => requirement(ctx, next) as Promise<void>;
  },
  authorizeHere: () => async (ctx, next) => {
    await ctx.state.authz.authorize('read', 'thing');
    await next();
  },
  skipHere: () => async (ctx, next) => {
    ctx.state.authz.skip('a test');
    await next();
  },
  late: () => async (ctx, next) => {
    const check = ctx.state.authz.authorize('read', 'thing');
    const rest = next();
    await check;
    await rest;
  },
  lost: () => async (ctx, next) => {
    await outside(() => ctx.state.authz.skip('a test'));
    await next();
  },
};

/** Runs a function outside the asynchronous context of the caller, as a driver with its own queue does. */
const outside = (work: () => void): Promise<void> =>
  new Promise((resolve) => {
    queue.push(() => {
      work();
      resolve();
    });
  });
const queue: (() => void)[] = [];
setInterval(() => queue.splice(0).forEach((work) => work()), 1).unref();

class Names {
  #last = 0;
  readonly #names = new Map<object, string>();

  of(part: object): string {
    let name = this.#names.get(part);
    if (name === undefined) this.#names.set(part, (name = `h${++this.#last}`));
    return name;
  }
}

const behaviors: Record<Behavior, (name: string) => Middleware> = {
  answers: (name) => (ctx) => void (ctx.body = name),
  passes: () => (_ctx, next) => next(),
  early: (name) => (ctx, next) => {
    ctx.body = name;
    return next();
  },
  wraps: (name) => async (ctx, next) => {
    await next();
    if (ctx.body !== undefined) ctx.body = `${name}(${ctx.body as string})`;
  },
  status: () => (ctx) => void (ctx.status = 200),
};

function handlerOf(name: string, does: Behavior): Middleware {
  return Object.defineProperty(behaviors[does](name), 'name', { value: name });
}

/** Builds applications with one class of routers. */
class Builder {
  constructor(
    readonly newRouter: () => Router,
    readonly Koa: typeof Koa3,
    readonly names: Names,
  ) {}

  member(part: Member): Middleware {
    return part.kind === 'handler' ? handlerOf(this.names.of(part), part.does) : members[part.how]();
  }

  routes(tree: Items): Middleware {
    const router = this.newRouter();
    const use = (path: string, middleware: Middleware) => {
      if (path === '') router.use(middleware as never);
      else router.use(path, middleware as never);
    };
    for (const item of tree) {
      if (item.kind === 'use') use(item.path, this.member(item.member));
      else if (item.kind === 'composed') use(item.path, this.composed(item.parts));
      else if (item.kind === 'mount') use(item.path, this.routes(item.router));
      else if (item.kind === 'skipFor')
        use(item.path, skipAuthorization('a test', handlerOf(this.names.of(item), item.does)) as Middleware);
      else router.get(item.path, ...item.members.map((part) => this.member(part) as never));
    }
    return router.routes() as unknown as Middleware;
  }

  composed(parts: readonly AppItem[]): Middleware {
    return compose(parts.map((part) => this.part(part))) as Middleware;
  }

  part(item: AppItem): Middleware {
    switch (item.kind) {
      case 'router':
        return this.routes(item.router);
      case 'skipForRouter':
        return skipAuthorization('a test', this.routes(item.router)) as Middleware;
      case 'member':
        return this.member(item.member);
      case 'hidden': {
        const requirement = members[item.how]();
        return (ctx, next) => requirement(ctx, () => next()) as Promise<void>;
      }
      case 'chain': {
        const routers = item.routers.map((router) => this.routes(router));
        return (ctx, next) => {
          const call = (i: number): Promise<void> =>
            Promise.resolve(
              i === routers.length ? next() : (routers[i]!(ctx, () => call(i + 1)) as Promise<void>),
            );
          return call(0);
        };
      }
      case 'composed':
        return this.composed(item.parts);
      case 'application': {
        const app = new this.Koa();
        for (const part of item.parts) app.use(this.part(part));
        return mount(app as never) as Middleware;
      }
    }
  }
}

// ── the model ──

interface FlatLayer {
  readonly path: readonly string[];
  readonly item: Exclude<Item, { kind: 'mount' }>;
  /** The routers that contain it. */
  readonly within: readonly object[];
}

const segmentsOf = (path: string): string[] => path.split('/').filter((segment) => segment !== '');

/** Returns the layers of a router with those of nested routers. */
const flatten = (tree: Items, above: readonly string[] = [], within: readonly object[] = []): FlatLayer[] =>
  tree.flatMap((item): FlatLayer[] => {
    const path = [...above, ...segmentsOf(item.path)];
    const inside = [...within, tree];
    return item.kind === 'mount' ? flatten(item.router, path, inside) : [{ path, item, within: inside }];
  });

const matches = ({ path, item }: FlatLayer, requested: readonly string[]): boolean =>
  (item.kind !== 'route' || path.length === requested.length) &&
  path.every(
    (segment, i) => requested[i] !== undefined && (segment.startsWith(':') || segment === requested[i]),
  );

const isRequirement = (part: Member) =>
  part.kind === 'requires' && (part.how === 'authorize' || part.how === 'skip');

/** Returns whether a visible requirement is placed before the last member that is not a requirement. */
function hasRequirement(all: readonly Member[]): boolean {
  const last = all.findLastIndex((part) => !isRequirement(part));
  return (last === -1 ? all : all.slice(0, last)).some(isRequirement);
}

/** A handler that the application passes to a route, a router or an application. */
interface Handler {
  /** Whether a decision counts for its response. */
  isSettled: boolean;
  /** Whether the handler is composed of others, so that a decision in it counts for nothing. */
  readonly isComposed?: boolean;
}

interface Answer {
  readonly owner: Handler;
  /** The body; `undefined` for a status alone. */
  readonly body: string | undefined;
  /** The name of the owner. */
  readonly name: string;
}

class UnprotectedRoute extends Error {}

/** The effects of a decision beyond its handler. */
interface Reach {
  /** Is called for a requirement. */
  requirement(): void;
  /** Is called for a check of the handler itself. */
  check(): void;
}

const nowhere: Reach = { requirement: () => {}, check: () => {} };

/** The way of one request through an application. */
class Model {
  answer: Answer | undefined;

  constructor(
    readonly names: Names,
    readonly isProtecting: boolean,
    readonly hasGuard: boolean,
    readonly requested: readonly string[],
  ) {}

  /** Returns the answer, or `protect` if the handlers of a route must not run. */
  run(tree: readonly AppItem[]): Answer | 'protect' | undefined {
    try {
      this.#application(tree, { isSettled: false }, this.isProtecting, () => {});
    } catch (error) {
      if (error instanceof UnprotectedRoute) return 'protect';
      throw error;
    }
    return this.answer;
  }

  #application(parts: readonly AppItem[], outer: Handler, isSeen: boolean, next: () => void): void {
    let isCovered = outer.isSettled;
    const reach: Reach = { requirement: () => void (isCovered = true), check: () => {} };
    const goOn = (i: number): void => {
      if (i === parts.length) return next();
      const isSettled = isCovered || !this.hasGuard;
      this.#part(parts[i]!, { isSettled: isCovered }, { isSettled }, reach, isSeen, () => goOn(i + 1));
    };
    goOn(0);
  }

  /** @param handler the function that is passed to the application; in composed middleware, that middleware */
  #part(
    item: AppItem,
    handler: Handler,
    own: Handler,
    reach: Reach,
    isSeen: boolean,
    next: () => void,
  ): void {
    switch (item.kind) {
      case 'router':
        return this.#router(item.router, handler.isSettled, isSeen, next);
      case 'skipForRouter':
        return this.#router(item.router, true, false, next);
      case 'member':
        return this.#member(item.member, own, reach, next);
      case 'hidden':
        return next();
      case 'chain': {
        const goOn = (i: number): void =>
          i === item.routers.length
            ? next()
            : this.#router(item.routers[i]!, handler.isSettled, false, () => goOn(i + 1));
        return goOn(0);
      }
      case 'composed':
        return this.#composed(item.parts, { isSettled: handler.isSettled, isComposed: true }, next);
      case 'application':
        return this.#application(item.parts, handler, false, next);
    }
  }

  #composed(parts: readonly AppItem[], handler: Handler, next: () => void): void {
    const goOn = (i: number): void =>
      i === parts.length
        ? next()
        : this.#part(parts[i]!, handler, handler, nowhere, false, () => goOn(i + 1));
    goOn(0);
  }

  #router(tree: Items, isInherited: boolean, isSeen: boolean, next: () => void): void {
    const layers = flatten(tree).filter((layer) => matches(layer, this.requested));
    if (!layers.some(({ item }) => item.kind === 'route')) return next();
    const covered = new Set<object>();
    const goOn = (i: number): void => {
      if (i === layers.length) return next();
      const { item, within } = layers[i]!;
      const isCovered = isInherited || within.some((router) => covered.has(router));
      const isSettled = isCovered || (!this.hasGuard && item.kind !== 'route');
      const then = () => goOn(i + 1);
      if (item.kind === 'use') {
        const requirement = () => void covered.add(within.at(-1)!);
        this.#member(item.member, { isSettled }, { requirement, check: () => {} }, then);
      } else if (item.kind === 'composed') this.#composed(item.parts, { isSettled, isComposed: true }, then);
      else if (item.kind === 'skipFor')
        this.#member({ ...item, kind: 'handler' }, { isSettled: true }, nowhere, then, this.names.of(item));
      else {
        if (isSeen && !isCovered && !hasRequirement(item.members)) throw new UnprotectedRoute();
        this.#route(item.members, isCovered, then);
      }
    };
    goOn(0);
  }

  #route(parts: readonly Member[], isInherited: boolean, next: () => void): void {
    let isCovered = isInherited;
    const cover = () => void (isCovered = true);
    const goOn = (i: number): void =>
      i === parts.length
        ? next()
        : this.#member(parts[i]!, { isSettled: isCovered }, { requirement: cover, check: cover }, () =>
            goOn(i + 1),
          );
    goOn(0);
  }

  #member(part: Member, handler: Handler, reach: Reach, next: () => void, name = this.names.of(part)): void {
    if (part.kind === 'requires') {
      this.#decide(part.how, handler, reach);
      return next();
    }
    const before = this.answer;
    if (part.does === 'answers' || part.does === 'early') this.answer = { owner: handler, body: name, name };
    else if (part.does === 'status' && before?.body === undefined)
      this.answer = { owner: handler, body: undefined, name };
    if (part.does === 'answers' || part.does === 'status') return;
    next();
    const { answer } = this;
    if (part.does !== 'wraps' || answer?.body === undefined) return;
    // A handler may change the body of those after it. It owns the body that it takes from those before it.
    const taken = answer === before ? { owner: handler, name } : answer;
    this.answer = { ...taken, body: `${name}(${answer.body})` };
  }

  #decide(how: Requirement, handler: Handler, reach: Reach): void {
    if (handler.isComposed === true || how === 'late' || how === 'lost') return;
    handler.isSettled = true;
    if (how.endsWith('Here')) reach.check();
    else reach.requirement();
  }
}

// ── requests ──

let server: Server;
let current: RequestListener;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
beforeAll(async () => {
  server = createServer((req, res) => current(req, res));
  await new Promise<void>((ready) => server.listen(0, ready));
});
afterAll(() => {
  agent.destroy();
  server.close();
});

const ask = (path: string) =>
  new Promise<{ status: number; text: string }>((resolve, reject) => {
    const { port } = server.address() as AddressInfo;
    request({ port, path, agent }, (response) => {
      let text = '';
      response.on('data', (data) => (text += data));
      response.on('end', () => resolve({ status: response.statusCode!, text }));
    })
      .on('error', reject)
      .end();
  });

const routers: [string, () => Router][] = [
  ['@koa/router', () => new Router()],
  ['koa-router 7', () => new Router7() as unknown as Router],
];

describe.each(testedVersions(majors))('requirements in %s', (_major, Koa) => {
  describe.each(routers)('with %s', (_router, newRouter) => {
    it.each([
      ['protect and the response guard', true, true],
      ['protect alone', true, false],
      ['the response guard alone', false, true],
    ])(
      'let a handler respond if and only if its own path has a requirement, under %s',
      async (_name, isProtecting, hasGuard) => {
        await fc.assert(
          fc.asyncProperty(applications(hasGuard), async (tree) => {
            const names = new Names();
            const builder = new Builder(newRouter, Koa, names);
            const app = new Koa();
            app.use(authorizationErrors({ onError: () => {} }));
            if (isProtecting) protect(app);
            app.use(authorization(authorizer, { actor: () => 'alice' }));
            if (hasGuard) app.use(authorize());
            for (const item of tree) app.use(builder.part(item));
            const handle = app.callback();
            current = (req, res) => void handle(req, res);

            const reached = new Map<string, boolean>();
            for (const path of ['/', '/a', '/a/b', '/b/c', '/a/b/a/b']) {
              const expected = new Model(names, isProtecting, hasGuard, segmentsOf(path)).run(tree);
              const { status, text } = await ask(path);
              let wanted: string | number = 404;
              if (expected === 'protect') wanted = 500;
              else if (expected !== undefined) {
                const { owner, body = 'OK', name } = expected;
                wanted = owner.isSettled ? body : 500;
                reached.set(name, (reached.get(name) ?? true) && owner.isSettled);
              }
              const got = status === 200 ? text : status;
              if (got !== wanted) throw new Error(`${path}: expected ${wanted}, got ${got}`);
            }
            for (const route of listRoutes(app))
              if (isProtected(route) && reached.get(route.handler) === false)
                throw new Error(`${route.path} (${route.handler}) is listed as protected`);
          }),
          { numRuns: randomCases(60), seed: randomSeed(14) },
        );
      },
      randomTimeout(60_000),
    );
  });
});
