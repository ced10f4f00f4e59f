import Router from '@koa/router';
import { Authorizer } from '@nanook/core';
import { isProtected, routeTable } from '@nanook/http';
import Koa3, { type Context, type Next } from 'koa';
import { describe, expect, it } from 'vitest';
import { testedVersions } from '../../../../tools/test-scope.js';
import { authorization, authorize, listRoutes, protect, skipAuthorization } from '../index.js';
import { majors } from '../testing/majors.fixture.js';

function show(): void {}
function change(): void {}
function findThing(): unknown {
  return undefined;
}
const goOn = (_ctx: Context, next: Next) => next();
const read = authorize('read', findThing);
const update = authorize('update', findThing);

const reads = { kind: 'authorize', action: 'read', resource: 'findThing()' };
const updates = { kind: 'authorize', action: 'update', resource: 'findThing()' };

protect(new Router()); // watches the class of routers, so that the origin of layers is known

const inShort = (routes: Parameters<typeof listRoutes>[0]) =>
  listRoutes(routes).map(({ method, path, requirements }) => [
    method,
    path,
    requirements
      .map((requirement) => (requirement.kind === 'authorize' ? requirement.action : requirement.kind))
      .join(' '),
  ]);

describe('listRoutes of a router', () => {
  it('returns the requirements and the handler of each route', () => {
    const router = new Router();
    router.get('/things/:id', read, goOn, show);
    router.put('/things/:id', read, update, change);
    router.get('/health', skipAuthorization('a probe'), show);
    router.get('/open', show);
    const routes = listRoutes(router);
    const location = expect.stringMatching(/list-routes\.test\.ts:\d+$/) as string;
    expect(routes).toEqual([
      { method: 'GET', path: '/things/:id', requirements: [reads], handler: 'show', location },
      { method: 'PUT', path: '/things/:id', requirements: [reads, updates], handler: 'change', location },
      {
        method: 'GET',
        path: '/health',
        requirements: [{ kind: 'skip', reason: 'a probe' }],
        handler: 'show',
        location,
      },
      { method: 'GET', path: '/open', requirements: [], handler: 'show', location },
    ]);
    expect(routes.map(isProtected)).toEqual([true, true, true, false]);
    expect(routeTable(routes)).toMatch(/^GET {2}\/things\/:id {2}read findThing\(\) {3,}show \(.*\)\n/);
  });

  it('returns each method and each path', () => {
    const router = new Router();
    router.all('/all', read, show);
    router.get(['/one', '/two'], read, show);
    router.head('/head', read, show);
    router.register('/some', ['get', 'post'], [read, show]);
    router.get(/^\/expression/, show);
    expect(inShort(router)).toEqual([
      ['ALL', '/all', 'read'],
      ['GET', '/one', 'read'],
      ['GET', '/two', 'read'],
      ['HEAD', '/head', 'read'],
      ['GET', '/some', 'read'],
      ['POST', '/some', 'read'],
      ['GET', '/^\\/expression/', ''],
    ]);
  });

  it('ignores a requirement after the handler', () => {
    const router = new Router();
    router.get('/late', show, read);
    router.get('/requirement', read);
    router.get('/before', show);
    router.use(read);
    router.get('/after', show);
    expect(inShort(router)).toEqual([
      ['GET', '/late', ''],
      ['GET', '/before', ''],
      ['GET', '/after', 'read'],
    ]);
  });

  it('counts the requirements of its routers where they cover the path', () => {
    const inner = new Router();
    inner.use(read);
    inner.get('/', show);
    inner.get('/:id', update, change);
    const router = new Router({ prefix: '/api' });
    router.use(['/things', '/others'], inner.routes());
    router.use('/admin', update);
    router.get('/admin/users', show);
    router.get('/administration', show);
    router.get('/:section', show);
    expect(inShort(router)).toEqual([
      ['GET', '/api/things', 'read'],
      ['GET', '/api/things/:id', 'read update'],
      ['GET', '/api/others', 'read'],
      ['GET', '/api/others/:id', 'read update'],
      ['GET', '/api/admin/users', 'update'],
      ['GET', '/api/administration', ''],
      ['GET', '/api/:section', ''],
    ]);
  });

  it('counts the requirements of a route for that route only', () => {
    const router = new Router();
    router.all('/things', read);
    router.get('/things', show);
    router.post('/things', update, change);
    expect(inShort(router)).toEqual([
      ['GET', '/things', ''],
      ['POST', '/things', 'update'],
    ]);
  });

  it('counts the requirements of a router that is mounted in another for its own routes only', () => {
    const pages = new Router();
    pages.use(read);
    pages.get('/about', show);
    const router = new Router();
    router.use(pages.routes());
    router.get('/users', change);
    expect(inShort(router)).toEqual([
      ['GET', '/about', 'read'],
      ['GET', '/users', ''],
    ]);
  });

  it('does not count a requirement that some requests for the route do not pass', () => {
    const router = new Router();
    router.use('/:a/:b', read);
    router.use(/^\/[^0-9]/, read);
    router.use('/', read);
    router.get('/things/:id', read, show);
    router.get('/optional{/:id}', show);
    router.get('/:id/*rest', show);
    router.get('/:id', show);
    router.get(/^\/expression/, show);
    router.use('/covered', update);
    router.get('/covered{/:id}', show);
    router.get('/covered/in{/:id}', show);
    router.use(update);
    router.get(/^\/all/, show);
    expect(inShort(router)).toEqual([
      ['GET', '/things/:id', 'read read'],
      ['GET', '/optional{/:id}', ''],
      ['GET', '/:id/*rest', ''],
      ['GET', '/:id', ''],
      ['GET', '/^\\/expression/', ''],
      ['GET', '/covered{/:id}', ''],
      ['GET', '/covered/in{/:id}', 'update'],
      ['GET', '/^\\/all/', 'update'],
    ]);
  });

  it('counts only the requirements of the route in an exclusive router', () => {
    const router = new Router({ exclusive: true });
    router.use(read);
    router.get('/', update, show);
    expect(inShort(router)).toEqual([['GET', '/', 'update']]);
  });

  it('returns the same list for a protected router', () => {
    const fill = (router: Router) =>
      router.get('/:id', read, show).get('/:id/requirement', read).get('/open', show);
    const router = protect(fill(new Router()));
    router.param('id', (_id, _ctx, next) => next());
    expect(listRoutes(router)).toEqual(listRoutes(fill(new Router())));
  });
});

describe.each(testedVersions(majors))('listRoutes of an app of %s', (_major, Koa) => {
  it('lists the routers that it uses, with the requirements before them', () => {
    const health = new Router().get('/health', show);
    const things = new Router({ prefix: '/things' }).get('/:id', read, show);
    const app = new Koa();
    app.use(health.routes());
    app.use(authorization({ authorize: () => {}, policy: {} } as never)).use(authorize());
    app.use(things.routes()).use(things.allowedMethods());
    things.post('/', show);
    expect(inShort(app)).toEqual([
      ['GET', '/health', ''],
      ['GET', '/things/:id', 'request read'],
      ['POST', '/things', 'request'],
    ]);
  });

  it('omits other middleware', () => {
    const app = new Koa();
    app.use(read).use(show);
    expect(listRoutes(app)).toEqual([]);
  });
});

describe('listRoutes with `mounts`', () => {
  const answer = (ctx: Context): void => void (ctx.body = '');

  it('lists functions of `use`, and whether they can pass a request on', () => {
    const router = new Router({ prefix: '/things' });
    router.use(read).use('/admin', answer).use('/log', goOn).get('/', show);
    const app = new Koa3();
    app.use(goOn).use(skipAuthorization('public', answer)).use(read).use(router.routes()).use(answer);
    const listed = listRoutes(app, { mounts: true }).map(({ method, path, requirements, mayPassOn }) => [
      method,
      path,
      requirements.map(({ kind }) => kind).join(' '),
      mayPassOn,
    ]);
    expect(listed).toEqual([
      ['USE', '/', '', true],
      ['USE', '/', 'skip', false],
      ['USE', '/things/admin', 'authorize authorize', false],
      ['USE', '/things/log', 'authorize authorize', true],
      ['GET', '/things', 'authorize authorize', undefined],
      ['USE', '/', 'authorize', false],
    ]);
    expect(listRoutes(app).map(({ method }) => method)).toEqual(['GET']);
  });

  it('leaves out middleware of this package and of the router', () => {
    const router = new Router().get('/', read, show);
    const app = new Koa3();
    app.use(authorization({ authorize: () => {}, policy: {} } as never)).use(authorize());
    app.use(router.routes()).use(router.allowedMethods());
    expect(listRoutes(app, { mounts: true })).toHaveLength(1);
  });
});

it('listRoutes lists requirements that no rule can allow only with `check: false`', async () => {
  const authorizer = await Authorizer.load({ policies: 'allow("alice", "read", "thing");' });
  const router = new Router();
  router.get('/things', authorize('destroy', findThing), show);
  const app = new Koa3();
  app.use(authorization(authorizer, { actor: () => 'alice' })).use(router.routes());
  expect(() => listRoutes(app)).toThrow(
    expect.objectContaining({ code: 'NANOOK_HTTP_UNGRANTABLE' }) as Error,
  );
  expect(listRoutes(app, { check: false }).map(({ requirements }) => requirements)).toEqual([
    [{ kind: 'authorize', action: 'destroy', resource: 'findThing()' }],
  ]);
});
