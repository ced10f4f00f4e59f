// A handler of each framework has the authorization of its request, also without the type that a requirement adds.
import { authorization as expressAuthorization } from '@nanook/express';
import { authorization as fastifyAuthorization } from '@nanook/fastify';
import { authorization as honoAuthorization } from '@nanook/hono';
import type { RequestAuthorizer } from '@nanook/http';
import { authorization as koaAuthorization } from '@nanook/koa';
import express from 'express';
import Fastify from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';

export async function handlers(authorizer: RequestAuthorizer) {
  const actors: Promise<unknown>[] = [];
  express()
    .use(expressAuthorization(authorizer))
    .get('/', (req) => actors.push(req.authz.actor()));
  const fastify = Fastify();
  await fastify.register(fastifyAuthorization(authorizer));
  fastify.get('/', (request) => request.authz.actor());
  new Hono()
    .use(honoAuthorization(authorizer))
    .get('/', async (c) => c.json((await c.var.authz.actor()) as object));
  new Koa().use(koaAuthorization(authorizer)).use((ctx) => actors.push(ctx.authz.actor()));
  return actors;
}
