// The checks that each consumer runs on the installed packages; they throw on failure. `loaded` contains the modules of the consumer by
// specifier, and `load` loads other modules (with import or require). Plain CommonJS, for Node 20 and Jest.
const assert = require('node:assert/strict');
const http = require('node:http');
const { createServer } = require('node:net');

exports.checks = async function checks(loaded, load) {
  for (const [specifier, module] of Object.entries(loaded)) {
    assert.equal(typeof module, 'object', `${specifier} cannot be loaded`);
  }
  const core = loaded['@nanook/core'];
  assert.deepEqual(loaded['@nanook/core/syntax'].checkPolicy(['allow(_, "read", _);']), []);

  const authorizer = await core.Authorizer.load({
    policies: 'allow(user, "read", doc) if doc.owner = user.name;',
    types: {},
  });
  assert.equal(await authorizer.can({ name: 'ann' }, 'read', { owner: 'ann' }), true);
  const refusal = await authorizer
    .authorize({ name: 'bob' }, 'read', { owner: 'ann' })
    .catch((error) => error);
  assert.equal(core.isNotFoundError(refusal), true);
  assert.equal((await loaded['@nanook/core/testing'].allowAll()) instanceof Object, true);
  await assert.rejects(core.Authorizer.load({ policies: 'nope/*.polar' }), {
    code: 'POLAR_LOAD_NO_FILE_MATCHES',
  });

  await checkOso(loaded);
  await checkCompiled(loaded);
  await checkExpress(loaded['@nanook/express'], authorizer, load);
  await checkFastify(loaded['@nanook/fastify'], authorizer, load);
  await checkHono(loaded['@nanook/hono'], authorizer, load);
  await checkKoa(loaded['@nanook/koa'], authorizer, load);
  await checkNest(loaded['@nanook/nestjs'], authorizer, load);
};

async function checkOso(loaded) {
  const { Oso, NotFoundError } = loaded['@nanook/oso'];
  assert.equal(loaded['@nanook/oso/dist/src/errors'].NotFoundError, NotFoundError);
  const oso = new Oso();
  await oso.loadStr('allow("ann", "read", "note");');
  assert.equal(await oso.isAllowed('ann', 'read', 'note'), true);
  await assert.rejects(oso.authorize('bob', 'read', 'note'), NotFoundError);
}

async function checkCompiled(loaded) {
  const policies = 'allow(user, "read", doc) if doc.owner = user.name;';
  const text = await loaded['@nanook/core/compile'].compilePolicy({ policies, format: 'cjs' });
  const module = { exports: undefined };
  // oxlint-disable-next-line typescript/no-implied-eval -- evaluates the module as Node does
  new Function('module', text)(module);
  const authorizer = loaded['@nanook/core/compiled'].CompiledAuthorizer.load(module.exports);
  assert.equal(authorizer.canSync({ name: 'ann' }, 'read', { owner: 'ann' }), true);
  assert.equal(await authorizer.can({ name: 'bob' }, 'read', { owner: 'ann' }), false);
}

const actor = (req) => ({ name: req.headers['x-user'] });
const doc = () => ({ owner: 'ann' });

async function checkExpress({ authorization, authorize, authorizationErrors }, authorizer, load) {
  const express = defaultOf(await load('express'));
  const app = express();
  app.use(authorization(authorizer, { actor }));
  app.use(authorize());
  app.get('/doc', authorize('read', doc), (req, res) => res.json(req.authz.resource));
  app.get('/forgotten', (_req, res) => res.json('secret'));
  app.use(authorizationErrors({ onError: () => {} }));
  await checkStatuses((...at) => app.listen(...at), { forgotten: 500 });
}

async function checkFastify({ authorization, authorize }, authorizer, load) {
  const app = defaultOf(await load('fastify'))();
  await app.register(authorization(authorizer, { actor, protect: false }));
  app.get('/doc', { preHandler: authorize('read', doc) }, (request) => request.authz.resource);
  app.get('/forgotten', () => 'secret');
  await app.ready();
  await checkStatuses((...at) => app.server.listen(...at), { forgotten: 500 });
}

async function checkHono({ authorization, authorize, authorizationErrors }, authorizer, load) {
  const { Hono } = await load('hono');
  const app = new Hono();
  app.onError(authorizationErrors({ onError: () => {} }));
  app.use(authorization(authorizer, { actor: ({ req }) => ({ name: req.header('x-user') }) }));
  app.get('/doc', authorize('read', doc), (c) => c.json(c.var.authz.resource));
  app.get('/forgotten', (c) => c.json('secret'));
  await checkStatuses((...at) => listenWith(app.fetch).listen(...at), { forgotten: 500 });
}

/** Creates a server of Node for a handler that takes a request of fetch. */
const listenWith = (fetch) =>
  http.createServer((request, response) => {
    answerWith(fetch, request, response).catch((error) => response.destroy(error));
  });

async function answerWith(fetch, request, response) {
  const { status, headers, body } = await fetch(
    new Request(`http://localhost${request.url}`, { headers: request.headers }),
  );
  response.writeHead(status, Object.fromEntries(headers));
  for await (const chunk of body ?? []) response.write(chunk);
  response.end();
}

async function checkKoa({ authorization, authorize }, authorizer, load) {
  const Koa = defaultOf(await load('koa'));
  const app = new Koa();
  app.silent = true;
  app.use(authorization(authorizer, { actor }));
  app.use(authorize());
  const show = authorize('read', doc);
  app.use((ctx, next) => (ctx.path === '/doc' ? show(ctx, next) : next()));
  app.use((ctx) => void (ctx.body = ctx.path === '/doc' ? ctx.state.authz.resource : 'secret'));
  await checkStatuses((...at) => app.listen(...at), { forgotten: 500 });
}

/** Checks Nest with the packages that an HTTP application needs. Calls the decorators as compiled TypeScript does. */
async function checkNest({ Authorize, AuthorizedResource, NanookModule }, authorizer, load) {
  await load('reflect-metadata');
  const { Controller, Get, Module } = await load('@nestjs/common');
  const { NestFactory } = await load('@nestjs/core');
  class DocController {
    show(resource) {
      return resource;
    }
  }
  const handler = Object.getOwnPropertyDescriptor(DocController.prototype, 'show');
  Authorize('read', doc)(DocController.prototype, 'show', handler);
  Get('doc')(DocController.prototype, 'show', handler);
  AuthorizedResource()(DocController.prototype, 'show', 0);
  Controller()(DocController);
  class AppModule {}
  Module({ imports: [NanookModule.forRoot({ authorizer, actor })], controllers: [DocController] })(AppModule);

  const app = await NestFactory.create(AppModule, { logger: false, abortOnError: false });
  await app.init();
  await checkStatuses((...at) => app.getHttpServer().listen(...at), { forgotten: 404 });
  await app.close();
}

/** Checks the refusal of a message. It needs a peer that the package loads on first use, with require in the CommonJS build. */
exports.checkMessages = async function checkMessages(loaded, load) {
  const { Authorize, NanookModule } = loaded['@nanook/nestjs'];
  await load('reflect-metadata');
  const { Controller, Module } = await load('@nestjs/common');
  const { NestFactory } = await load('@nestjs/core');
  const { ClientProxyFactory, MessagePattern, Transport } = await load('@nestjs/microservices');
  class DocController {
    show() {
      return 'shown';
    }
  }
  const handler = Object.getOwnPropertyDescriptor(DocController.prototype, 'show');
  Authorize('read', doc)(DocController.prototype, 'show', handler);
  MessagePattern('show')(DocController.prototype, 'show', handler);
  Controller()(DocController);
  class AppModule {}
  const authorizer = await loaded['@nanook/core'].Authorizer.load({
    policies: 'allow(user, "read", doc) if doc.owner = user.name;',
  });
  const who = (_, context) => context.switchToRpc().getData();
  Module({
    imports: [NanookModule.forRoot({ authorizer, actor: who })],
    controllers: [DocController],
  })(AppModule);

  const port = await freePort();
  const service = { transport: Transport.TCP, options: { host: '127.0.0.1', port } };
  const app = await NestFactory.createMicroservice(AppModule, {
    ...service,
    logger: false,
    abortOnError: false,
  });
  await app.listen();
  const client = ClientProxyFactory.create(service);
  const ask = (name) =>
    new Promise((next, error) => client.send('show', { name }).subscribe({ next, error })).catch(
      (refusal) => refusal,
    );
  try {
    assert.equal(await ask('ann'), 'shown');
    assert.deepEqual(await ask('bob'), { status: 'error', statusCode: 404, message: 'Not Found' });
  } finally {
    await client.close();
    await app.close();
  }
};

async function checkStatuses(listen, { forgotten }) {
  const server = await new Promise((resolve) => {
    const listening = listen(0, '127.0.0.1', () => resolve(listening));
  });
  try {
    const statusFor = async (path, user) => {
      const response = await fetch(`http://127.0.0.1:${server.address().port}${path}`, {
        headers: { 'x-user': user },
      });
      await response.text();
      return response.status;
    };
    assert.equal(await statusFor('/doc', 'ann'), 200);
    assert.equal(await statusFor('/doc', 'bob'), 404);
    assert.equal(await statusFor('/forgotten', 'ann'), forgotten);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

const defaultOf = (module) => module.default ?? module;
