import Router from '@koa/router';
import { Authorizer } from '@nanook/core';
import fc from 'fast-check';
import Koa3, { type Middleware } from 'koa';
import Koa2 from 'koa2';
import { Agent, createServer, request, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, it } from 'vitest';
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
// handlers after it in the same router or route, below its path.

const majors = [
  ['Koa 2', Koa2 as unknown as typeof Koa3],
  ['Koa 3', Koa3],
] as const;

type Requirement = 'authorize' | 'skip' | 'wrapper' | 'authorizeHere' | 'skipHere';
type Member =
  | { readonly kind: 'requires'; readonly how: Requirement }
  | { readonly kind: 'handler'; readonly answers: boolean };
type Item =
  | { readonly kind: 'use'; readonly path: string; readonly member: Member }
  | { readonly kind: 'skipFor'; readonly path: string; readonly answers: boolean }
  | { readonly kind: 'mount'; readonly path: string; readonly router: Items }
  | { readonly kind: 'route'; readonly path: string; readonly members: readonly Member[] };
type Items = readonly Item[];
/** The middleware that an application uses. `hidden` is a mounted application whose middleware is not visible. */
type AppItem =
  | { readonly kind: 'router' | 'skipForRouter'; readonly router: Items }
  | { readonly kind: 'hidden'; readonly how: Requirement }
  | { readonly kind: 'member'; readonly member: Member };

const requires = fc.record({
  kind: fc.constant('requires' as const),
  how: fc.constantFrom<Requirement>('authorize', 'skip', 'wrapper', 'authorizeHere', 'skipHere'),
});
const member: fc.Arbitrary<Member> = fc.oneof(
  requires,
  fc.record({ kind: fc.constant('handler' as const), answers: fc.boolean() }),
);
const usePath = fc.constantFrom('', '', '/a', '/b', '/a/b');
const routePath = fc.constantFrom('/', '/a', '/b', '/a/b', '/:x', '/:x/b', '/a/:x');
const { items } = fc.letrec<{ items: Items; item: Item }>((tie) => ({
  items: fc.array(tie('item'), { maxLength: 5 }),
  item: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('route' as const),
        path: routePath,
        members: fc.array(member, { minLength: 1, maxLength: 3 }),
      }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('use' as const), path: usePath, member }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('skipFor' as const), path: usePath, answers: fc.boolean() }),
    },
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('mount' as const), path: usePath, router: tie('items') }),
    },
  ),
}));
const application: fc.Arbitrary<readonly AppItem[]> = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constantFrom('router' as const, 'router' as const, 'skipForRouter' as const),
        router: items,
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('hidden' as const), how: requires.map(({ how }) => how) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('member' as const),
        // A skip of the application is a different error.
        member: member.filter((each) => each.kind === 'handler' || each.how !== 'skip'),
      }),
    },
  ),
  { maxLength: 4 },
);

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

function handlerOf(name: string, answers: boolean): Middleware {
  const handle: Middleware = async (ctx, next) => {
    if (answers) ctx.body = name;
    else await next();
  };
  return Object.defineProperty(handle, 'name', { value: name });
}

const middlewareOf = (part: Member, names: Names): Middleware =>
  part.kind === 'handler' ? handlerOf(names.of(part), part.answers) : members[part.how]();

function routerOf(tree: Items, names: Names): Router {
  const router = new Router();
  const use = (path: string, middleware: Middleware) => {
    if (path === '') router.use(middleware as never);
    else router.use(path, middleware as never);
  };
  for (const item of tree) {
    if (item.kind === 'use') use(item.path, middlewareOf(item.member, names));
    else if (item.kind === 'mount') use(item.path, routerOf(item.router, names).routes() as never);
    else if (item.kind === 'skipFor')
      use(item.path, skipAuthorization('a test', handlerOf(names.of(item), item.answers)) as Middleware);
    else router.get(item.path, ...item.members.map((part) => middlewareOf(part, names) as never));
  }
  return router;
}

function fill(app: Koa3, tree: readonly AppItem[], names: Names): void {
  for (const item of tree) {
    if (item.kind === 'router') app.use(routerOf(item.router, names).routes() as never);
    else if (item.kind === 'skipForRouter')
      app.use(skipAuthorization('a test', routerOf(item.router, names).routes() as never));
    else if (item.kind === 'member') app.use(middlewareOf(item.member, names));
    else if (item.kind === 'hidden') {
      const requirement = members[item.how]();
      app.use((ctx, next) => requirement(ctx, () => next()) as Promise<void>);
    }
  }
}

// ── the model ──

type Outcome = { readonly name: string; readonly isSent: boolean } | 'next';
interface FlatLayer {
  readonly path: readonly string[];
  readonly isRoute: boolean;
  readonly members: readonly Member[];
  readonly skipFor?: { readonly name: string; readonly answers: boolean };
  /** The routers that contain it. */
  readonly within: readonly object[];
}

const segmentsOf = (path: string): string[] => path.split('/').filter((segment) => segment !== '');

/** Returns the layers of a router with those of nested routers, which `@koa/router` copies. */
const flatten = (
  tree: Items,
  names: Names,
  above: readonly string[] = [],
  within: readonly object[] = [],
): FlatLayer[] =>
  tree.flatMap((item): FlatLayer[] => {
    const path = [...above, ...segmentsOf(item.path)];
    const inside = [...within, tree];
    if (item.kind === 'mount') return flatten(item.router, names, path, inside);
    if (item.kind === 'use') return [{ path, isRoute: false, members: [item.member], within: inside }];
    if (item.kind === 'route') return [{ path, isRoute: true, members: item.members, within: inside }];
    const skipFor = { name: names.of(item), answers: item.answers };
    return [{ path, isRoute: false, members: [], skipFor, within: inside }];
  });

const matches = ({ path, isRoute }: FlatLayer, requested: readonly string[]): boolean =>
  (!isRoute || path.length === requested.length) &&
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

class Model {
  constructor(
    readonly names: Names,
    readonly isProtected: boolean,
    readonly hasNet: boolean,
  ) {}

  app(tree: readonly AppItem[], requested: readonly string[]): Outcome {
    let isSettled = false;
    for (const item of tree) {
      let outcome: Outcome = 'next';
      if (item.kind === 'router') outcome = this.#router(item.router, requested, isSettled);
      else if (item.kind === 'skipForRouter') outcome = this.#router(item.router, requested, true);
      else if (item.kind === 'member') {
        if (item.member.kind === 'handler') outcome = this.#handler(item.member, isSettled || !this.hasNet);
        else if (!item.member.how.endsWith('Here')) isSettled = true;
      }
      if (outcome !== 'next') return outcome;
    }
    return 'next';
  }

  #router(tree: Items, requested: readonly string[], isInherited: boolean): Outcome {
    const layers = flatten(tree, this.names).filter((layer) => matches(layer, requested));
    if (!layers.some(({ isRoute }) => isRoute)) return 'next';
    const settled = new Set<object>();
    for (const { isRoute, members: parts, skipFor, within } of layers) {
      let isSettled = isInherited || within.some((router) => settled.has(router));
      if (skipFor?.answers === true) return { name: skipFor.name, isSent: true };
      if (isRoute && this.isProtected && !isSettled && !hasRequirement(parts))
        return { name: 'protect', isSent: false };
      for (const part of parts) {
        if (part.kind === 'handler') {
          const outcome = this.#handler(part, isSettled || (!isRoute && !this.hasNet));
          if (outcome !== 'next') return outcome;
        } else if (isRoute) isSettled = true;
        else if (!part.how.endsWith('Here')) settled.add(within.at(-1)!);
      }
    }
    return 'next';
  }

  #handler(part: Member & { kind: 'handler' }, isSettled: boolean): Outcome {
    return part.answers ? { name: this.names.of(part), isSent: isSettled } : 'next';
  }
}

// ── requests ──

let server: Server;
let current: RequestListener;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
beforeAll(async () => {
  protect(new Router()); // watches the class of routers, so that the origin of layers is known
  for (const [, Koa] of majors) protect(new Koa()); // watches the class of Koa, also in the copy that is not the peer dependency
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

describe.each(testedVersions(majors))('requirements in %s', (_major, Koa) => {
  it.each([
    ['protect and the response guard', true, true],
    ['protect alone', true, false],
    ['the response guard alone', false, true],
  ])(
    'let a handler respond if and only if its own path has a requirement, under %s',
    async (_name, isProtecting, hasNet) => {
      await fc.assert(
        fc.asyncProperty(application, async (tree) => {
          const names = new Names();
          const app = new Koa();
          app.use(authorizationErrors({ onError: () => {} }));
          if (isProtecting) protect(app);
          app.use(authorization(authorizer, { actor: () => 'alice' }));
          if (hasNet) app.use(authorize());
          fill(app, tree, names);
          const answer = app.callback();
          current = (req, res) => void answer(req, res);

          const reached = new Map<string, boolean>();
          for (const path of ['/', '/a', '/a/b', '/b/c', '/a/b/a/b']) {
            const expected = new Model(names, isProtecting, hasNet).app(tree, segmentsOf(path));
            const { status, text } = await ask(path);
            let wanted: string | number = 404;
            if (expected !== 'next') {
              wanted = expected.isSent ? expected.name : 500;
              reached.set(expected.name, (reached.get(expected.name) ?? true) && expected.isSent);
            }
            const got = status === 200 ? text : status;
            if (got !== wanted) throw new Error(`${path}: expected ${wanted}, got ${got}`);
          }
          for (const route of listRoutes(app))
            if (isProtected(route) && reached.get(route.handler) === false)
              throw new Error(`${route.path} (${route.handler}) is listed as protected`);
        }),
        { numRuns: randomCases(60), seed: 14 },
      );
    },
    randomTimeout(60_000),
  );
});
