import Router, { type RouterMiddleware } from '@koa/router';
import { authorization, authorize, protect, skipAuthorization } from '@nanook/koa';
import Koa, { type Context, type Middleware } from 'koa';
import { json } from 'node:stream/consumers';
import {
  Projects,
  findUser,
  loadAuthorizer,
  mayDelete,
  mayEdit,
  mayRead,
  shown,
  type Project,
  type User,
} from './projects.js';

/** The error handler that the application has before and after the migration. */
const errors: Middleware = async (ctx, next) => {
  try {
    await next();
  } catch (error) {
    ctx.status = (error as { status?: number }).status ?? 500;
    ctx.body = { error: 'no' };
  }
};
const bodyOf = (ctx: Context) => json(ctx.req) as Promise<{ title: string; text: string }>;

/** The application with checks by hand. */
async function before(): Promise<Koa> {
  const projects = new Projects();
  const router = new Router({ prefix: '/projects' });
  router.use(async (ctx, next) => {
    ctx.state['user'] = findUser(ctx.get('x-user')) ?? ctx.throw(401);
    await next();
  });
  const load =
    (may: (user: User, project: Project) => boolean): RouterMiddleware =>
    async (ctx, next) => {
      const user = ctx.state['user'] as User;
      const project = await projects.find(ctx['params'].id);
      if (project === undefined || !mayRead(user, project)) return ctx.throw(404);
      if (!may(user, project)) return ctx.throw(403);
      ctx.state['project'] = project;
      await next();
    };
  const projectOf = (ctx: { state: object }) => (ctx.state as { project: Project }).project;
  router.get('/', (ctx) => {
    ctx.body = projects
      .all()
      .filter((each) => mayRead(ctx.state['user'] as User, each))
      .map(shown);
  });
  router.get('/:id', load(mayRead), (ctx) => void (ctx.body = shown(projectOf(ctx))));
  router.put('/:id', load(mayEdit), async (ctx) => {
    projectOf(ctx).title = (await bodyOf(ctx as unknown as Context)).title;
    ctx.body = shown(projectOf(ctx));
  });
  router.post('/:id/comments', load(mayEdit), async (ctx) => {
    projectOf(ctx).comments.push((await bodyOf(ctx as unknown as Context)).text);
    ctx.status = 201;
    ctx.body = { count: projectOf(ctx).comments.length };
  });
  router.delete('/:id', load(mayDelete), (ctx) => {
    projects.delete(projectOf(ctx).id);
    ctx.status = 204;
  });
  const health = new Router().get('/health', (ctx) => void (ctx.body = { ok: true }));
  const app = new Koa();
  app.use(errors).use(health.routes()).use(router.routes());
  return app;
}

/** The application after the migration. */
async function after(): Promise<Koa> {
  const projects = new Projects();
  const find = (ctx: { params: { id: string } }) => projects.find(ctx.params.id);
  const router = protect(new Router({ prefix: '/projects' }));
  router.get('/', authorize('list', 'Project'), async (ctx) => {
    ctx.body = (await ctx.state.authz.filter('read', projects.all())).map(shown);
  });
  router.get('/:id', authorize('read', find), (ctx) => {
    ctx.body = shown(ctx.state.authz.resourceOf(find));
  });
  router.put('/:id', authorize('edit', find), async (ctx) => {
    const project = ctx.state.authz.resourceOf(find);
    project.title = (await bodyOf(ctx as unknown as Context)).title;
    ctx.body = shown(project);
  });
  router.post('/:id/comments', authorize('comment', find), async (ctx) => {
    const { comments } = ctx.state.authz.resourceOf(find);
    comments.push((await bodyOf(ctx as unknown as Context)).text);
    ctx.status = 201;
    ctx.body = { count: comments.length };
  });
  router.delete('/:id', authorize('delete', find), (ctx) => {
    projects.delete(ctx.state.authz.resourceOf(find).id);
    ctx.status = 204;
  });
  const health = protect(new Router());
  health.get(
    '/health',
    skipAuthorization('health checks are anonymous'),
    (ctx) => void (ctx.body = { ok: true }),
  );
  const app = new Koa();
  app.use(errors);
  app.use(authorization(await loadAuthorizer(), { actor: (ctx) => findUser(ctx.get('x-user')) }));
  app.use(authorize()).use(health.routes()).use(router.routes());
  return app;
}

/** The application on each side of the migration. */
export const koaStages = { before, after };
