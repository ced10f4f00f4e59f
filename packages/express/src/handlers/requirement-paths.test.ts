import { Authorizer } from '@nanook/core';
import express5, { type Application, type RequestHandler, type Router } from 'express';
import express4 from 'express4';
import fc from 'fast-check';
import { Agent, createServer, request, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { loadCopy } from '../../../../tools/package-copy.js';
import { randomCases, randomTimeout, testedVersions } from '../../../../tools/test-scope.js';
import {
  authorization,
  authorizationErrors,
  authorize,
  isProtected,
  listRoutes,
  protect,
  skipAuthorization,
} from '../index.js';

// Compares random applications with a model of a request's way through routers and routes. In the model, a requirement counts for the
// handlers after it in the same router or route, below its path. It is written from this rule alone: a decision counts where the application
// passed the handler to a router or a route, if it ended before `next` and kept its asynchronous context.

const majors = [
  ['Express 4', express4 as unknown as typeof express5],
  ['Express 5', express5],
] as const;

/** The effect of a handler: it responds, or continues in one of the ways of Express. */
type Ending = 'answer' | 'next' | 'route' | 'router';
/** The origin of a decision. With `*Here`, the handler makes it; otherwise a wrapper calls a requirement of the package. */
type Requirement = 'authorize' | 'skip' | 'authorizeHere' | 'skipHere' | 'wrapper';
/** A decision that counts for no other handler: after `next`, later, or without the asynchronous context of the request. */
type Vain = 'afterNext' | 'later' | 'lost';
type Member =
  | { readonly kind: 'requires'; readonly how: Requirement }
  | { readonly kind: 'decides'; readonly how: Vain }
  | Handler;
interface Handler {
  readonly kind: 'handler';
  readonly ending: Ending;
  /** When it responds: at once, from a timer, or without the asynchronous context. */
  readonly when: 'now' | 'later' | 'lost';
}
type Path = string | readonly string[];
type Item =
  | { readonly kind: 'use'; readonly path: Path; readonly member: Member }
  | { readonly kind: 'skipFor'; readonly path: Path; readonly answers: boolean }
  | { readonly kind: 'skipForRouter'; readonly path: Path; readonly router: Items }
  | { readonly kind: 'mount'; readonly path: Path; readonly as: Mount; readonly router: Items }
  | { readonly kind: 'rewrite'; readonly path: Path; readonly to: string }
  /** A callback of `router.param` for `:x`. */
  | { readonly kind: 'parameter'; readonly path: Path; readonly member: Member }
  /** A function that calls a router, and then another router or a handler. */
  | { readonly kind: 'chain'; readonly path: Path; readonly first: Items; readonly second: Items | Handler }
  /** A function that calls a router of another copy of Express. */
  | { readonly kind: 'foreign'; readonly path: Path; readonly first: Items }
  | {
      readonly kind: 'route';
      readonly path: Path;
      readonly method: Method;
      readonly members: readonly Member[];
    };
type Items = readonly Item[];
type Mount = 'router' | 'app' | 'function';
type Method = 'get' | 'post' | 'all';

const usePath: fc.Arbitrary<Path> = fc.oneof(
  { weight: 4, arbitrary: fc.constant('/') },
  { weight: 4, arbitrary: fc.constantFrom('/a', '/b', '/a/b', '/:x', '/a/:x', '/:x/b') },
  { weight: 1, arbitrary: fc.constant(['/a', '/b/:x']) },
);
const routePath: fc.Arbitrary<Path> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('/', '/a', '/b', '/a/b', '/:x', '/:x/b', '/a/:x') },
  { weight: 1, arbitrary: fc.constant(['/a', '/b/:x']) },
);
const handler = fc.record<Handler>({
  kind: fc.constant('handler'),
  ending: fc.oneof(
    { weight: 4, arbitrary: fc.constant('answer' as const) },
    { weight: 2, arbitrary: fc.constantFrom('next' as const, 'route' as const, 'router' as const) },
  ),
  when: fc.constantFrom('now', 'now', 'now', 'later', 'lost'),
});
const requires = fc.record({
  kind: fc.constant('requires' as const),
  how: fc.constantFrom<Requirement>('authorize', 'skip', 'authorizeHere', 'skipHere', 'wrapper'),
});
const decides = fc.record({
  kind: fc.constant('decides' as const),
  how: fc.constantFrom<Vain>('afterNext', 'later', 'lost'),
});
const member: fc.Arbitrary<Member> = fc.oneof(
  { weight: 3, arbitrary: requires },
  { weight: 3, arbitrary: handler },
  { weight: 1, arbitrary: decides },
);

const { items } = fc.letrec<{ items: Items; item: Item }>((tie) => ({
  items: fc.array(tie('item'), { maxLength: 5 }),
  item: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('route' as const),
        path: routePath,
        method: fc.constantFrom<Method>('get', 'get', 'post', 'all'),
        members: fc.array(member, { minLength: 1, maxLength: 3 }),
      }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('use' as const), path: usePath, member }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('skipFor' as const), path: usePath, answers: fc.boolean() }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('rewrite' as const),
        path: usePath,
        to: fc.constantFrom('/', '/a', '/b', '/a/b'),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('mount' as const),
        path: usePath,
        as: fc.constantFrom<Mount>('router', 'router', 'app', 'function'),
        router: tie('items'),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('parameter' as const),
        path: fc.constant('/' as Path),
        member: fc.oneof(requires, decides),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('chain' as const),
        path: usePath,
        first: tie('items'),
        second: fc.oneof(
          tie('items'),
          handler.filter(({ ending, when }) => ending === 'answer' && when !== 'lost'),
        ),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('foreign' as const), path: usePath, first: tie('items') }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('skipForRouter' as const),
        path: usePath,
        router: tie('items'),
      }),
    },
  ),
}));

// ── the application ──

const authorizer = await Authorizer.load({ policies: 'allow("alice", "read", "thing");' });
const read = authorize('read', () => 'thing');
const skip = skipAuthorization('a test');

const members: Record<Requirement, RequestHandler> = {
  authorize: read,
  skip,
  authorizeHere: (req, _res, next) => void req.authz.authorize('read', 'thing').then(() => next(), next),
  skipHere: (req, _res, next) => {
    req.authz.skip('a test');
    next();
  },
  wrapper: (req, res, next) => read(req, res, next),
};

const waiting: (() => void)[] = [];
const timer = setInterval(() => waiting.splice(0).forEach((each) => each()), 1);
afterAll(() => clearInterval(timer));

/** Calls a function from a timer that was started before any request. */
const lose = (work: () => void): void => void waiting.push(work);

const vain: Record<Vain, RequestHandler> = {
  afterNext: (req, _res, next) => {
    next();
    req.authz.skip('a test');
  },
  later: (req, _res, next) => {
    setTimeout(() => req.authz.skip('a test'), 1);
    next();
  },
  lost: (req, _res, next) =>
    lose(() => {
      req.authz.skip('a test');
      next();
    }),
};

class Names {
  #last = 0;
  readonly #names = new Map<object, string>();

  of(part: object): string {
    let name = this.#names.get(part);
    if (name === undefined) this.#names.set(part, (name = `h${++this.#last}`));
    return name;
  }
}

function handlerOf(name: string, ending: Ending, when: Handler['when'] = 'now'): RequestHandler {
  const handle: RequestHandler = (_req, res, next) => {
    const work = (): void => {
      if (ending === 'answer') res.end(name);
      else if (ending === 'next') next();
      else next(ending);
    };
    if (when === 'now') work();
    else if (when === 'later') setTimeout(work, 2);
    else lose(work);
  };
  return Object.defineProperty(handle, 'name', { value: name });
}

const isHandler = (second: Items | Handler): second is Handler => 'ending' in second;

/** Another copy of each major version, which only functions call, so that it is never followed. */
const copies = new Map<unknown, typeof express5>(
  majors.map(([major, express]) => {
    const name = major === 'Express 4' ? 'express4' : 'express';
    return [express, loadCopy(name, import.meta.url) as typeof express5];
  }),
);
const foreignOf = (express: typeof express5): typeof express5 => copies.get(express) ?? express;

/** Returns the items that can be in a copy of Express without making it followed. */
const visibleIn = (tree: Items): Items =>
  tree.flatMap((item): Item[] => {
    if (item.kind === 'mount') return [{ ...item, as: 'router', router: visibleIn(item.router) }];
    return item.kind === 'use' || item.kind === 'route' || item.kind === 'rewrite' ? [item] : [];
  });

function fill(router: Router, tree: Items, names: Names, express: typeof express5): void {
  const memberOf = (part: Member) => {
    if (part.kind === 'handler') return handlerOf(names.of(part), part.ending, part.when);
    return part.kind === 'requires' ? members[part.how] : vain[part.how];
  };
  const routerOf = (inner: Items): Router => {
    const created = express.Router();
    fill(created, inner, names, express);
    return created;
  };
  for (const item of tree) {
    const path = item.path as string;
    switch (item.kind) {
      case 'use':
        router.use(path, memberOf(item.member));
        break;
      case 'skipFor':
        router.use(
          path,
          skipAuthorization('a test', handlerOf(names.of(item), item.answers ? 'answer' : 'next')),
        );
        break;
      case 'rewrite':
        router.use(path, (req, _res, next) => {
          if (req.baseUrl === '') req.url = item.to;
          next();
        });
        break;
      case 'route':
        router.route(path)[item.method](...item.members.map(memberOf));
        break;
      case 'skipForRouter': {
        const inner = express.Router();
        router.use(path, skipAuthorization('a test', inner));
        fill(inner, item.router, names, express);
        break;
      }
      case 'parameter':
        router.param('x', (req, res, next) => void memberOf(item.member)(req, res, next));
        break;
      case 'chain': {
        const first = routerOf(item.first);
        const second = isHandler(item.second) ? memberOf(item.second) : routerOf(item.second);
        router.use(path, (req, res, next) =>
          first(req, res, (error?: unknown) => void (error ? next(error) : second(req, res, next))),
        );
        break;
      }
      case 'foreign': {
        const inner = foreignOf(express).Router();
        fill(inner, visibleIn(item.first), names, foreignOf(express));
        router.use(path, (req, res, next) => void inner(req, res, next));
        break;
      }
      case 'mount': {
        const inner = item.as === 'app' ? express() : express.Router();
        router.use(path, item.as === 'function' ? (req, res, next) => void inner(req, res, next) : inner);
        fill(inner as unknown as Router, item.router, names, express);
      }
    }
  }
}

// ── the model ──

interface Requested {
  readonly method: string;
  /** The number of segments above the router. */
  readonly above: number;
  /** The segments below the router. */
  path: string[];
}
/** The result, or the way in which the request continues. */
type Outcome = { readonly name: string; readonly isSent: boolean } | Exclude<Ending, 'answer'>;

const segmentsOf = (path: string): string[] => path.split('/').filter((segment) => segment !== '');

/** Returns the first segments of the request that a path matches; `undefined` where it does not match. */
function taken(path: Path, requested: readonly string[]): number | undefined {
  for (const each of [path].flat() as string[]) {
    const wanted = segmentsOf(each);
    const matches = wanted.every(
      (segment, i) => requested[i] !== undefined && (segment.startsWith(':') || segment === requested[i]),
    );
    if (matches) return wanted.length;
  }
  return undefined;
}

class Model {
  constructor(
    readonly names: Names,
    readonly isProtected: boolean,
    readonly hasNet: boolean,
  ) {}

  /**
   * @param isRoot whether the router is that of the application, in which a skip without a path does not count
   * @param isSeen whether its handlers are followed, so that their decisions count
   */
  router(tree: Items, requested: Requested, isSettled: boolean, isRoot = false, isSeen = true): Outcome {
    const settledBelow: (readonly string[])[] = [];
    const hasParameter = tree.some((item) => item.kind === 'parameter' && item.member.kind === 'requires');
    const settledNow = () =>
      isSettled || settledBelow.some((below) => below.every((segment, i) => segment === requested.path[i]));
    for (const item of tree) {
      if (item.kind === 'parameter') continue;
      const count =
        item.kind === 'route'
          ? ([item.path].flat() as string[]).some(
              (path) =>
                segmentsOf(path).length === requested.path.length &&
                taken(path, requested.path) !== undefined,
            )
            ? requested.path.length
            : undefined
          : taken(item.path, requested.path);
      if (count === undefined) continue;
      const base = requested.path.slice(0, count);
      const below = { ...requested, above: requested.above + count, path: requested.path.slice(count) };
      const isDecided = hasParameter && matchesParameter(item, requested.path);
      const outcome = this.#item(item, below, settledNow() || isDecided, isSeen);
      requested.path = [...base, ...below.path]; // a handler may have changed the path
      if (outcome === 'settled' || outcome === 'skipped') {
        const isEverything = item.path === '/';
        if (isSeen && (outcome === 'settled' || !isRoot || !isEverything)) settledBelow.push(base);
      } else if (outcome === 'router') return 'next';
      else if (typeof outcome === 'object') return outcome;
    }
    return 'next';
  }

  #item(
    item: Exclude<Item, { kind: 'parameter' }>,
    requested: Requested,
    isSettled: boolean,
    isSeen: boolean,
  ): Outcome | 'settled' | 'skipped' {
    switch (item.kind) {
      case 'use':
        if (item.member.kind === 'handler') return this.#handler(item.member, isSettled || !this.hasNet);
        if (item.member.kind === 'decides') return 'next';
        return item.member.how.startsWith('skip') ? 'skipped' : 'settled';
      case 'skipFor':
        return item.answers ? { name: this.names.of(item), isSent: true } : 'next';
      case 'rewrite':
        if (requested.above === 0) requested.path = segmentsOf(item.to);
        return 'next';
      case 'skipForRouter':
        return this.router(item.router, requested, true);
      case 'mount':
        return this.router(item.router, requested, isSettled, false, isSeen);
      case 'chain': {
        const outcome = this.router(item.first, requested, isSettled);
        if (outcome !== 'next') return outcome;
        if (isHandler(item.second)) return this.#handler(item.second, isSettled || !this.hasNet);
        return this.router(item.second, requested, isSettled);
      }
      case 'foreign':
        return this.router(visibleIn(item.first), requested, isSettled, false, false);
      case 'route':
        return this.#route(item, requested, isSettled, isSeen);
    }
  }

  #route(
    route: Item & { kind: 'route' },
    requested: Requested,
    isInherited: boolean,
    isSeen: boolean,
  ): Outcome {
    const answers = (method: Method) =>
      method === 'all' || method === (requested.method === 'HEAD' ? 'get' : requested.method.toLowerCase());
    if (!answers(route.method)) return 'next';
    if (isSeen && this.isProtected && !isInherited && !hasRequirement(route))
      return { name: 'protect', isSent: false };
    // Without the response guard, a route that is not followed is like middleware.
    let isSettled = isInherited || (!isSeen && !this.hasNet);
    for (const part of route.members) {
      if (part.kind === 'requires') isSettled ||= isSeen;
      else if (part.kind === 'handler') {
        const outcome = this.#handler(part, isSettled);
        if (outcome === 'route') return 'next';
        if (outcome !== 'next') return outcome;
      }
    }
    return 'next';
  }

  #handler(part: Handler, isSettled: boolean): Outcome {
    if (part.ending !== 'answer') return part.ending;
    return { name: this.names.of(part), isSent: isSettled };
  }
}

/** Returns whether the path that matches contains the parameter `x`. */
const matchesParameter = (item: Item, requested: readonly string[]): boolean =>
  ([item.path].flat() as string[])
    .find((path) =>
      item.kind === 'route'
        ? segmentsOf(path).length === requested.length && taken(path, requested) !== undefined
        : taken(path, requested) !== undefined,
    )
    ?.includes(':x') === true;

const isRequirement = (part: Member) =>
  part.kind === 'requires' && (part.how === 'authorize' || part.how === 'skip');

/** Returns whether a visible requirement is placed before the last member that is not a requirement. */
function hasRequirement({ members: all }: Item & { kind: 'route' }): boolean {
  const last = all.findLastIndex((part) => !isRequirement(part));
  return (last === -1 ? all : all.slice(0, last)).some(isRequirement);
}

/** Returns the handlers that `listRoutes` lists, with whether each is protected, if all requirements of routers are for every path. */
function listed(tree: Items, names: Names, isInherited: boolean, found = new Map<string, boolean>()) {
  let isSettled = isInherited;
  for (const item of tree) {
    if (item.kind === 'use') isSettled ||= isRequirement(item.member);
    else if (item.kind === 'skipForRouter') listed(item.router, names, true, found);
    else if (item.kind === 'mount' && item.as !== 'function') listed(item.router, names, isSettled, found);
    else if (item.kind === 'route') {
      const last = item.members.findLast((part) => !isRequirement(part));
      if (last?.kind === 'handler') found.set(names.of(last), isSettled || hasRequirement(item));
    }
  }
  return found;
}

const hasOnlyPlainRequirements = (tree: Items): boolean =>
  tree.every((item) => {
    if ('router' in item) return hasOnlyPlainRequirements(item.router);
    if (item.kind === 'use' && item.member.kind === 'requires') return item.path === '/';
    return (
      item.kind !== 'route' || item.members.every((part) => part.kind === 'handler' || isRequirement(part))
    );
  });

/** Returns whether the application skips without a path, which is a different error. */
const opensTheApplication = (tree: Items): boolean =>
  tree.some(
    (item) =>
      item.kind === 'use' &&
      item.path === '/' &&
      item.member.kind === 'requires' &&
      item.member.how === 'skip',
  );

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

const ask = (method: string, path: string) =>
  new Promise<{ status: number; text: string; handler: string | undefined }>((resolve, reject) => {
    const { port } = server.address() as AddressInfo;
    request({ port, method, path, agent }, (response) => {
      let text = '';
      response.on('data', (data) => (text += data));
      response.on('end', () =>
        resolve({ status: response.statusCode!, text, handler: response.headers['x-handler'] as string }),
      );
    })
      .on('error', reject)
      .end();
  });

const requests = [
  ['GET', '/'],
  ['GET', '/a'],
  ['GET', '/a/b'],
  ['GET', '/b/c'],
  ['GET', '/a/b/a/b'],
  ['POST', '/a'],
  ['HEAD', '/a/b'],
] as const;

describe.each(testedVersions(majors))('requirements in %s', (_major, express) => {
  it.each([
    ['protect and the response guard', true, true],
    ['protect alone', true, false],
    ['the response guard alone', false, true],
  ])(
    'let a handler respond if and only if its own path has a requirement, under %s',
    async (_name, isProtecting, hasNet) => {
      await fc.assert(
        fc.asyncProperty(
          items.filter((tree) => !opensTheApplication(tree)),
          async (tree) => {
            const names = new Names();
            const app: Application = express();
            if (isProtecting) protect(app);
            app.use(authorization(authorizer, { actor: () => 'alice' }));
            if (hasNet) app.use(authorize());
            fill(app as unknown as Router, tree, names, express);
            app.use(authorizationErrors({ onError: () => {} }));
            current = app;

            const reached = new Map<string, boolean>();
            for (const [method, path] of requests) {
              const model = new Model(names, isProtecting, hasNet);
              const expected = model.router(tree, { method, above: 0, path: segmentsOf(path) }, false, true);
              const { status, text } = await ask(method, path);
              const got = status === 200 ? text || 'no body' : status;
              let wanted: unknown = 404;
              if (typeof expected === 'object') {
                wanted = expected.isSent ? (method === 'HEAD' ? 'no body' : expected.name) : 500;
                reached.set(expected.name, (reached.get(expected.name) ?? true) && expected.isSent);
              }
              if (got !== wanted)
                throw new Error(`${method} ${path}: expected ${String(wanted)}, got ${String(got)}`);
            }
            if (!isProtecting) return;
            const expectedList = listed(tree, names, false);
            for (const route of listRoutes(app)) {
              const isListed = isProtected(route);
              if (isListed && reached.get(route.handler) === false)
                throw new Error(`${route.method} ${route.path} (${route.handler}) is listed as protected`);
              if (hasOnlyPlainRequirements(tree) && expectedList.get(route.handler) !== isListed)
                throw new Error(`${route.method} ${route.path} (${route.handler}): listed as ${isListed}`);
            }
          },
        ),
        { numRuns: randomCases(60), seed: 14 },
      );
    },
    randomTimeout(60_000),
  );
});
