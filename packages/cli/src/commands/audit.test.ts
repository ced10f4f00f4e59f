import 'reflect-metadata';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import Router from '@koa/router';
import { Authorizer } from '@nanook/core';
import * as express from '@nanook/express';
import * as fastify from '@nanook/fastify';
import * as hono from '@nanook/hono';
import * as koa from '@nanook/koa';
import { Authorize, AuthorizeRequest, NanookModule, ResourceLoader, SkipAuthorization } from '@nanook/nestjs';
import { Controller, Delete, Get, Injectable, Module, Param, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import createExpress, { type RequestHandler } from 'express';
import Fastify from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import { describe, expect, it } from 'vitest';
import { enterFolder, nanook, writeFiles } from '../testing/run.fixture.js';

const policy = `allow(_: User, "read", _: Note);
allow(user: User, "edit", note: Note) if note.ownerId = user.id;
allow(_: User, "create", Note);
allow_request(_, _);
`;
const tests = `test "owners edit" {
  assert allow(ann, "edit", draft);
  assert_not allow(ben, "edit", draft);
}
test "everybody reads" {
  assert allow(ben, action, draft) iff action in ["read"];
}
test "users create" {
  assert allow(ann, "create", Note);
}
`;
const config = {
  types: { User: { fields: { id: 'Integer' } }, Note: { fields: { id: 'Integer', ownerId: 'Integer' } } },
  fixtures: {
    ann: { $type: 'User', id: 1 },
    ben: { $type: 'User', id: 2 },
    draft: { $type: 'Note', id: 3, ownerId: 1 },
  },
};
const files = {
  'policy.polar': policy,
  'tests.polar': tests,
  'nanook.config.json': JSON.stringify(config),
  // The application of the test, whose packages a temporary folder does not have.
  'app.mjs': 'export const app = globalThis.auditedApplication;\nexport const other = 1;\n',
};

async function enter(application: unknown, more: Readonly<Record<string, string>> = {}): Promise<void> {
  (globalThis as { auditedApplication?: unknown }).auditedApplication = application;
  await enterFolder({ ...files, ...more });
}
const audit = (...args: readonly string[]) => nanook('audit', '--application', 'app.mjs', ...args);
const jsonOf = async (...args: readonly string[]) => JSON.parse((await audit('--json', ...args)).out);

const authorizer = await Authorizer.load({ policies: policy, types: config.types });

async function expressApplication(): Promise<unknown> {
  const app = createExpress();
  const findNote = () => undefined;
  app.use(express.authorization(authorizer, { actor: () => null }));
  app.use(express.authorize());
  app.get('/health', express.skipAuthorization('liveness probe'), (_req, res) => void res.end());
  app.get('/notes/:id', express.authorize('read', findNote), (_req, res) => void res.end());
  app.put('/notes/:id', express.authorize('edit', findNote), (_req, res) => void res.end());
  app.post('/notes', express.authorize('create', 'Note'), (_req, res) => void res.end());
  app.delete('/notes', express.authorize('destroy', 'Note'), (_req, res) => void res.end());
  app.get('/debug', function debug(_req, res) {
    res.end();
  });
  return app;
}

describe('nanook audit of an Express application', () => {
  it('identifies the texts of the policies that the rules of the routes are in, in the JSON', async () => {
    await enter(await expressApplication());
    const { routes, policies } = (await jsonOf()) as {
      readonly routes: readonly { readonly rules: readonly { readonly file: string }[] }[];
      readonly policies: Readonly<Record<string, string>>;
    };
    const sha256 = createHash('sha256').update(policy).digest('hex');
    expect(policies).toMatchObject({ 'policy.polar': sha256 });
    const files = new Set(routes.flatMap(({ rules }) => rules.map(({ file }) => file)));
    expect([...files]).toEqual(['policy.polar']);
  });

  it('lists requirements, rules and tests, and exits with 1 for a route without a requirement', async () => {
    await enter(await expressApplication());
    const { code, out, err } = await audit();
    expect(err).toBe('');
    expect(code).toBe(1);
    expect(out.replaceAll(/ \(\S*audit\.test\.ts:\d+\)/g, ' (here)')).toBe(
      `method  path        requirement                             rules           tests
GET     /health     allow_request, skipped: liveness probe
GET     /notes/:id  allow_request, read findNote()          policy.polar:1  1
PUT     /notes/:id  allow_request, edit findNote()          policy.polar:2  1
POST    /notes      allow_request, create Note              policy.polar:3  1
DELETE  /notes      allow_request, destroy Note             –               –
GET     /debug      allow_request

finding DELETE /notes: no rule can allow "destroy" on Note (here)
finding GET /debug has no requirement (here)

6 routes: 4 authorized, 1 skipped, 1 without a requirement
`,
    );
  });

  it('notes a route that writes with the action of a route that reads, and exits with 0', async () => {
    const app = createExpress();
    const findNote = () => undefined;
    app.use(express.authorization(authorizer, { actor: () => null }));
    app.get('/notes/:id', express.authorize('read', findNote), (_req, res) => void res.end());
    app.put('/notes/:id', express.authorize('read', findNote), (_req, res) => void res.end());
    await enter(app);
    const note =
      'PUT /notes/:id requires read findNote(), like GET /notes/:id; if not every reader may write, require another action';
    const { code, out } = await audit();
    expect(code).toBe(0);
    expect(out).toContain(`\nnote ${note}\n`);
    expect((await jsonOf()).notes).toEqual([note]);
  });

  it('counts the recorded decisions of each action and type', async () => {
    const record = (action: string, outcome: string, type = 'Note', kind = 'allow') =>
      JSON.stringify({
        at: '2026-01-01T00:00:00.000Z',
        kind,
        actor: null,
        action,
        outcome,
        resource: { type, id: '3' },
      });
    const log = [
      record('read', 'allowed'),
      record('read', 'allowed'),
      record('read', 'denied'),
      record('create', 'undecided'),
      record('create', 'allowed', 'Folder'),
      record('read', 'allowed', 'Note', 'allow_field'),
      'no record',
    ];
    await enter(await expressApplication(), { 'log.jsonl': `${log.join('\n')}\n` });
    const { routes, notes } = await jsonOf('--log', 'log.jsonl');
    const decisions = Object.fromEntries(
      routes.map(
        ({ method, path, decisions: counts }: { method: string; path: string; decisions: unknown }) => [
          `${method} ${path}`,
          counts,
        ],
      ),
    );
    expect(decisions['GET /notes/:id']).toEqual({ allowed: 2, denied: 1, undecided: 0, error: 0 });
    expect(decisions['POST /notes']).toEqual({ allowed: 0, denied: 0, undecided: 1, error: 0 });
    expect(notes).toEqual(['the log has 1 line that contain no record']);
    expect((await audit('--log', 'log.jsonl')).out).toContain('2 allowed, 1 denied');
  });

  it('writes Markdown and a page in HTML', async () => {
    await enter(await expressApplication());
    const markdown = (await audit('--format', 'markdown')).out;
    expect(markdown).toContain(
      '| method | path | requirement | rules | tests |\n| --- | --- | --- | --- | --- |\n',
    );
    expect(markdown).toContain('| POST | /notes | allow_request, create Note | policy.polar:3 | 1 |');
    expect(markdown).toContain('- GET /debug has no requirement');
    const html = (await audit('--format', 'html')).out;
    expect(html).toContain('<td>allow_request, create Note</td>');
    expect(html).toContain('<tr class="finding"><td>GET</td><td>/debug</td>');
    expect(html).not.toMatch(/<script|https?:/);
  });

  it('writes x-authz into an OpenAPI description, and names what does not match', async () => {
    const openapi = {
      openapi: '3.1.0',
      paths: {
        '/notes/{noteId}': { get: { summary: 'one' }, parameters: [], patch: {} },
        '/notes': { post: {} },
      },
    };
    await enter(await expressApplication(), { 'openapi.json': JSON.stringify(openapi, undefined, 4) });
    const { notes } = await jsonOf('--openapi', 'openapi.json');
    expect(notes).toEqual([
      'openapi.json describes operations that have no route: PATCH /notes/{noteId}',
      'openapi.json does not describe GET /health, PUT /notes/:id, DELETE /notes, GET /debug',
    ]);
    const text = await readFile('openapi.json', 'utf8');
    expect(text).toMatch(/^\{\n {4}"openapi"/);
    const { paths } = JSON.parse(text);
    expect(paths['/notes/{noteId}'].get).toEqual({
      summary: 'one',
      'x-authz': {
        status: 'authorized',
        requirements: [{ kind: 'request' }, { kind: 'authorize', action: 'read', resource: 'findNote()' }],
        rules: ['policy.polar:1'],
      },
    });
    expect(paths['/notes/{noteId}'].patch).toEqual({});
  });

  it('extends an OpenAPI description in YAML, and keeps its comments', async () => {
    await enter(await expressApplication(), {
      'openapi.yaml': `openapi: 3.1.0 # the version
paths:
  # all notes
  /notes/{noteId}:
    get:
      summary: one
    parameters: []
`,
    });
    const { notes } = await jsonOf('--openapi', 'openapi.yaml');
    expect(notes).toEqual([
      'openapi.yaml does not describe GET /health, PUT /notes/:id, POST /notes, DELETE /notes, GET /debug',
    ]);
    expect(await readFile('openapi.yaml', 'utf8')).toBe(`openapi: 3.1.0 # the version
paths:
  # all notes
  /notes/{noteId}:
    get:
      summary: one
      x-authz:
        status: authorized
        requirements:
          - kind: request
          - kind: authorize
            action: read
            resource: findNote()
        rules:
          - policy.polar:1
    parameters: []
`);
  });

  it('lists mounted handlers, and finds those without a requirement that respond themselves', async () => {
    const app = createExpress();
    const pass: RequestHandler = (_req, _res, next) => next();
    app.use(express.authorization(authorizer, { actor: () => null }));
    app.use('/metrics', function metrics(_req, res) {
      res.end();
    });
    app.use('/api', pass);
    app.use('/public', express.skipAuthorization('public files'), createExpress.static('.'));
    app.use(createExpress.static('.'));
    await enter(app);
    const { code, out } = await audit();
    expect(code).toBe(1);
    expect(out.replaceAll(/ \(\S*:\d+\)/g, '')).toBe(`method  path      requirement              rules  tests
USE     /metrics  – no requirement –
USE     /api      middleware of this path
USE     /public   skipped: public files
USE     /         – no requirement –

finding USE /metrics has no requirement
finding USE / has no requirement

4 routes: 0 authorized, 1 skipped, 1 exempt, 2 without a requirement
`);
  });
});

describe('nanook audit of a Fastify application', () => {
  it('lists routes without a requirement, with which the application does not start', async () => {
    const app = Fastify();
    await app.register(fastify.authorization(authorizer, { actor: () => null }));
    const read = fastify.authorize('read', () => undefined);
    app.get('/notes/:id', { preHandler: read }, () => '');
    app.get('/forgotten', () => '');
    await enter(app);
    expect(await audit()).toMatchObject({
      code: 1,
      out: expect.stringMatching(
        /GET \/forgotten has no requirement[^]*2 routes: 1 authorized, 0 skipped, 1 without a requirement/,
      ),
    });
  });
});

describe('nanook audit of a Hono application', () => {
  it('lists its routes, and those of the applications in it, and names one without a requirement', async () => {
    const app = new Hono();
    app.use(hono.authorization(authorizer, { actor: () => null }));
    const inner = new Hono().get(
      '/:id',
      hono.authorize('read', () => undefined),
      (c) => c.text(''),
    );
    app.route('/notes', inner);
    app.get('/forgotten', (c) => c.text(''));
    await enter(app);
    expect(await audit()).toMatchObject({
      code: 1,
      out: expect.stringMatching(
        /GET \/forgotten has no requirement[^]*2 routes: 1 authorized, 0 skipped, 1 without a requirement/,
      ),
    });
  });
});

describe('nanook audit of a Koa application', () => {
  it('lists the routes of its routers, and exits with 0 if each has a requirement', async () => {
    const router = new Router();
    router.get(
      '/notes/:id',
      koa.authorize('read', () => undefined),
      (ctx) => void (ctx.body = ''),
    );
    router.post('/notes', koa.authorize('create', 'Note'), (ctx) => void (ctx.body = ''));
    const app = new Koa();
    app
      .use(koa.authorization(authorizer, { actor: () => null }))
      .use(koa.authorize())
      .use(router.routes());
    await enter(app);
    expect(await audit()).toMatchObject({
      code: 0,
      out: expect.stringContaining('2 routes: 2 authorized, 0 skipped, 0 without a requirement'),
    });
    // A router alone.
    await enter(router);
    expect((await audit()).code).toBe(0);
  });

  it('lists catch-alls, and names middleware that may answer requests', async () => {
    const answer = (ctx: Koa.Context): void => void (ctx.body = 'found');
    const router = new Router();
    router.get('/notes', koa.authorize('create', 'Note'), answer);
    router.all('/files/{*path}', function files(ctx) {
      ctx.body = '';
    });
    router.use('/admin', function admin(ctx) {
      ctx.body = '';
    });
    const app = new Koa();
    app.use(async function logger(_ctx, next) {
      await next();
    });
    app.use(koa.authorization(authorizer, { actor: () => null }));
    app.use(router.routes()).use(router.allowedMethods());
    app.use(
      koa.skipAuthorization('public pages', function pages(ctx) {
        ctx.body = '';
      }),
    );
    app.use(function fallback(ctx) {
      ctx.body = '';
    });
    await enter(app);
    const { code, out } = await audit('--json');
    const { routes, notes } = JSON.parse(out) as {
      routes: { method: string; path: string; handler: string; status: string }[];
      notes: string[];
    };
    expect(code).toBe(1);
    expect(
      routes.map(({ method, path, handler, status }) => `${method} ${path} ${handler} ${status}`),
    ).toEqual([
      'GET /notes answer authorized',
      'ALL /files/{*path} files unprotected',
      'USE /admin admin unprotected',
      'USE / pages skipped',
      'USE / fallback unprotected',
    ]);
    expect(notes).toEqual([
      expect.stringMatching(
        /^these functions have the parameter `next`.*: logger \(.*audit\.test\.ts:\d+\)$/,
      ),
    ]);
  });
});

class Note {
  readonly id = 3;
}

@ResourceLoader(Note)
@Injectable()
class NoteLoader {
  load(): Note {
    return new Note();
  }
}

@Controller('notes')
class NotesController {
  @Get(':id') @Authorize('read', Note) show(@Param('id') id: string) {
    return id;
  }
  @Post() @Authorize('create', Note) create() {}
  @Delete(':id') remove() {}
  @Get() @AuthorizeRequest() list() {}
}

@Controller('health')
class HealthController {
  @Get() @SkipAuthorization('liveness probe') show() {}
}

@Controller('docs')
class DocsController {
  @Get() show() {}
}

@Module({
  imports: [
    NanookModule.forRoot({
      policies: policy,
      types: { User: {}, Note },
      actor: () => null,
      exclude: [{ class: DocsController, reason: 'the documentation is public' }],
    }),
  ],
  controllers: [NotesController, HealthController, DocsController],
  providers: [NoteLoader],
})
class AppModule {}

describe('nanook audit of a NestJS application', () => {
  it('lists the handlers, also if the application cannot start because of one', async () => {
    await enter(() => NestFactory.create(AppModule, { logger: ['error'], abortOnError: false }));
    const { code, out, err } = await audit();
    expect(err).toBe('');
    expect(code).toBe(1);
    expect(out.replaceAll(/ \(\S*audit\.test\.ts:\d+\)/g, ' (here)')).toBe(
      `method  path        requirement                            rules           tests
GET     /notes/:id  read Note                              policy.polar:1  1
POST    /notes      create Note                            policy.polar:3  1
DELETE  /notes/:id  – no requirement –
GET     /notes      allow_request
GET     /health     skipped: liveness probe
GET     /docs       excluded: the documentation is public

finding DELETE /notes/:id has no requirement (here)
finding GET /notes has no requirement (here)

6 routes: 2 authorized, 1 skipped, 1 exempt, 2 without a requirement
`,
    );
  });
});

describe('nanook audit', () => {
  it('exits with 2 and says how to name the application', async () => {
    await enterFolder({ 'a.polar': policy });
    expect(await nanook('audit')).toMatchObject({
      code: 2,
      err: expect.stringContaining('set `application` in nanook.config.ts'),
    });
    await enter({});
    expect(await audit()).toMatchObject({
      code: 2,
      err: expect.stringContaining('expected an application of'),
    });
    expect(await nanook('audit', '-a', 'app.mjs#app2')).toMatchObject({
      code: 2,
      err: 'app.mjs exports no `app2`\n',
    });
    await writeFiles({ 'starts.mjs': 'globalThis.started = true;\n' });
    expect(await nanook('audit', '-a', 'starts.mjs')).toMatchObject({
      code: 2,
      err: 'starts.mjs exports no application; export it as `app` or as default, and start it in another module\n',
    });
    expect(await nanook('audit', '-a', 'no.mjs')).toMatchObject({
      code: 2,
      err: 'the module no.mjs of the application does not exist\n',
    });
    expect(await nanook('audit', '-a', 'app.mjs#other')).toMatchObject({
      code: 2,
      err: expect.stringContaining('found the number 1'),
    });
  });

  it('exits with 2 for a log or a description that cannot be read', async () => {
    const yaml = 'openapi: 3.1.0\npaths:\n  /notes: &notes\n    get: &get {}\n    post: *get\n';
    await enter(await expressApplication(), {
      'api.yaml': 'openapi: 3.1.0',
      'wrong.yml': 'openapi: [',
      'alias.yaml': yaml,
      'api.json': '{}',
    });
    expect((await audit('--log', 'no.jsonl')).code).toBe(2);
    expect(await audit('--openapi', 'api.yaml')).toMatchObject({
      code: 2,
      err: expect.stringContaining('with `openapi` and `paths`'),
    });
    expect(await audit('--openapi', 'wrong.yml')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^wrong.yml: .*line 1.*\n$/),
    });
    expect(await audit('--openapi', 'alias.yaml')).toMatchObject({
      code: 2,
      err: expect.stringContaining('expected the operation /notes post itself'),
    });
    expect(await readFile('alias.yaml', 'utf8')).toBe(yaml);
    expect(await audit('--openapi', 'api.json')).toMatchObject({
      code: 2,
      err: expect.stringContaining('with `openapi` and `paths`'),
    });
    expect((await audit('--openapi', 'no.json')).code).toBe(2);
  });

  it('reads the option application of the configuration, and says that there is no route', async () => {
    await enter(createExpress(), {
      'nanook.config.json': JSON.stringify({ ...config, application: 'app.mjs#app' }),
    });
    expect(await nanook('audit')).toMatchObject({
      code: 0,
      out: expect.stringContaining('note the application has no route'),
    });
  });

  it('keeps the output of the application out of the result', async () => {
    await enter(createExpress(), {
      'app.mjs': 'process.stdout.write("started\\n"); export default globalThis.auditedApplication;',
    });
    expect(JSON.parse((await audit('--json')).out)).toMatchObject({ findings: 0, routes: [] });
  });
});
