import { authorization, authorize, protect, skipAuthorization } from '@nanook/express';
import express, {
  type Application,
  type ErrorRequestHandler,
  type Request,
  type RequestHandler,
} from 'express';
import {
  Projects,
  findUser,
  loadAuthorizer,
  mayDelete,
  mayEdit,
  mayRead,
  shown,
  type User,
} from './projects.js';

/** The error handler that the application has before and after the migration. */
const errors: ErrorRequestHandler = (error: { status?: number }, _req, res, _next) =>
  void res.status(error.status ?? 500).json({ error: 'no' });

/** The application with checks by hand. */
async function before(): Promise<Application> {
  const projects = new Projects();
  const app = express().use(express.json());
  app.get('/health', (_req, res) => void res.json({ ok: true }));
  const router = express.Router();
  router.use((req, res, next) => {
    res.locals['user'] = findUser(req.get('x-user'));
    if (res.locals['user'] === undefined) res.status(401).json({ error: 'no' });
    else next();
  });
  const load =
    (may: (user: User, project: never) => boolean): RequestHandler<{ id: string }> =>
    async (req, res, next) => {
      const user = res.locals['user'] as User;
      const project = await projects.find(req.params.id);
      if (project === undefined || !mayRead(user, project)) return void res.status(404).json({ error: 'no' });
      if (!may(user, project as never)) return void res.status(403).json({ error: 'no' });
      res.locals['project'] = project;
      next();
    };
  router.get(
    '/',
    (_req, res) =>
      void res.json(
        projects
          .all()
          .filter((each) => mayRead(res.locals['user'] as User, each))
          .map(shown),
      ),
  );
  router.get('/:id', load(mayRead), (_req, res) => void res.json(shown(res.locals['project'])));
  router.put('/:id', load(mayEdit), (req, res) => {
    (res.locals['project'] as { title: string }).title = (req.body as { title: string }).title;
    res.json(shown(res.locals['project']));
  });
  router.post('/:id/comments', load(mayEdit), (req, res) => {
    (res.locals['project'] as { comments: unknown[] }).comments.push((req.body as { text: unknown }).text);
    res.status(201).json({ count: (res.locals['project'] as { comments: unknown[] }).comments.length });
  });
  router.delete('/:id', load(mayDelete), (_req, res) => {
    projects.delete((res.locals['project'] as { id: number }).id);
    res.status(204).end();
  });
  app.use('/projects', router);
  return app.use(errors);
}

/** The application after the migration. */
async function after(): Promise<Application> {
  const projects = new Projects();
  const app = protect(express()).use(express.json());
  app.use(
    authorization(await loadAuthorizer(), { actor: (req) => findUser(req.get('x-user')) }),
    authorize(),
  );
  app.get(
    '/health',
    skipAuthorization('health checks are anonymous'),
    (_req, res) => void res.json({ ok: true }),
  );
  const find = (req: Request<{ id: string }>) => projects.find(req.params.id);
  const router = express.Router();
  router.get('/', authorize('list', 'Project'), async (req, res) => {
    const readable = await req.authz.filter('read', projects.all());
    res.json(readable.map(shown));
  });
  router.get('/:id', authorize('read', find), (req, res) => void res.json(shown(req.authz.resourceOf(find))));
  router.put('/:id', authorize('edit', find), (req, res) => {
    const project = req.authz.resourceOf(find);
    project.title = (req.body as { title: string }).title;
    res.json(shown(project));
  });
  router.post('/:id/comments', authorize('comment', find), (req, res) => {
    const { comments } = req.authz.resourceOf(find);
    comments.push((req.body as { text: string }).text);
    res.status(201).json({ count: comments.length });
  });
  router.delete('/:id', authorize('delete', find), (req, res) => {
    projects.delete(req.authz.resourceOf(find).id);
    res.status(204).end();
  });
  app.use('/projects', router);
  return app.use(errors);
}

/** The application on each side of the migration. */
export const expressStages = { before, after };
