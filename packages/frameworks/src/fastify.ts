import { authorization, authorize, skipAuthorization } from '@nanook/fastify';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  type RouteHandlerMethod,
} from 'fastify';
import { findUser, type User } from './domain.js';
import type { HttpApp } from './http-suite.js';
import { listenOn } from './listen.js';
import { loadById } from './load-by-id.js';
import { anonymousIn, describeRequest, loadAuthorizer, type Setting } from './policy.js';
import { isSkip, type Inputs, type Route, type RouteRequirement } from './route.js';

interface Options {
  /** Whether the application does not start with an unprotected route. */
  readonly isProtected?: boolean;
}

export async function serveFastify(
  setting: Setting,
  routes: readonly Route[],
  { isProtected = true }: Options = {},
): Promise<HttpApp> {
  const errors: unknown[] = [];
  const log = { error: (error: unknown) => errors.push(error) };
  const loggerInstance: FastifyBaseLogger = Object.assign(Object.create(silent) as typeof silent, log);
  const app: FastifyInstance = Fastify({ loggerInstance });
  await app.register(
    authorization(await loadAuthorizer(setting), {
      actor: (request) => findUser(request.headers['x-user']),
      anonymous: anonymousIn(setting),
      // The path of the route, because clients can write one path in several ways.
      request: ({ method, routeOptions }) => describeRequest(method, routeOptions.url ?? ''),
      protect: isProtected,
    }),
  );
  for (const route of routes)
    app.route({
      method: route.method,
      url: route.path,
      preHandler: route.requirements.map(hookOf),
      handler: handlerOf(route),
    });
  await app.listen({ port: 0, host: '127.0.0.1' });
  return { ...(await listenOn(app.server)), errors };
}

/** A log that writes nothing. */
const silent = {
  level: 'silent',
  fatal() {},
  error(_error: unknown) {},
  warn() {},
  info() {},
  debug() {},
  trace() {},
  silent() {},
  child() {
    return this;
  },
};

const inputsOf = ({ params, query }: FastifyRequest): Inputs => ({
  ...(query as Inputs),
  ...(params as Inputs),
});

function hookOf(requirement: RouteRequirement) {
  if (isSkip(requirement)) return skipAuthorization(requirement.skip);
  if ('load' in requirement)
    return authorize(requirement.action, (request: FastifyRequest) => requirement.load(inputsOf(request)));
  const { action, type, id } = requirement;
  return authorize(
    action,
    id === undefined ? type : (request: FastifyRequest) => loadById[type](inputsOf(request)[id]),
  );
}

const handlerOf = ({ answer, status = 200, eachResult, fields }: Route): RouteHandlerMethod =>
  async function handle(request, reply) {
    const { authz } = request;
    const actor = () => authz.actor() as Promise<User>;
    let result = await answer({ actor, authz, resource: () => authz.resource, inputs: inputsOf(request) });
    if (eachResult !== undefined) {
      const all = result as readonly unknown[];
      const allowed = await Promise.all(all.map((one) => authz.can(eachResult, one)));
      result = all.filter((_, i) => allowed[i]);
    }
    if (fields !== undefined) result = await authz.pick(fields, result);
    reply.code(status);
    return status === 204 ? reply.send() : result;
  };
