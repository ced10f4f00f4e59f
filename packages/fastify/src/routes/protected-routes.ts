import type { Authorizer } from '@nanook/core';
import {
  AuthorizationConfigError,
  checkHandlers,
  checkRequirements,
  decides,
  listedRoute,
  locationOf,
  requirementOf,
  routeTable,
  type ListedRoute,
  type RequestAuthorizer,
  type RouteRequirement,
} from '@nanook/http';
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import { hooksBeforeHandler, hooksOf, rootOf } from './instance-hooks.js';

/** A route that the plugin protects. */
export interface ProtectedRoute {
  /** The instance to which the route was added. */
  readonly instance: FastifyInstance;
  readonly options: RouteOptions;
  /** The requirements that a request passes before it reaches the handler. They are complete when all plugins are loaded. */
  requirements: readonly RouteRequirement[];
}

const key = Symbol('@nanook/fastify/route');

/** Returns the route of a request; `undefined` for a request without a route, and for a route that was added before the plugin. */
export const routeOf = (request: FastifyRequest): ProtectedRoute | undefined =>
  (request.routeOptions.config as { readonly [key]?: ProtectedRoute } | undefined)?.[key];

/** Returns whether a route handles only `OPTIONS`. */
export const isPreflight = ({ options }: ProtectedRoute): boolean =>
  [options.method].flat().every((method) => method === 'OPTIONS');

/** The routes that one registration of the plugin protects. */
export class ProtectedRoutes {
  readonly #scope: FastifyInstance;
  readonly authorizer: RequestAuthorizer;
  readonly #routes: ProtectedRoute[] = [];

  constructor(scope: FastifyInstance, authorizer: RequestAuthorizer) {
    this.#scope = scope;
    this.authorizer = authorizer;
    const root = rootOf(scope);
    registered.set(root, [...(registered.get(root) ?? []), this]);
    const protect = (instance: FastifyInstance, options: RouteOptions) => this.#add(instance, options);
    scope.addHook('onRoute', function (options) {
      protect(this, options);
    });
  }

  #add(instance: FastifyInstance, options: RouteOptions): void {
    const route: ProtectedRoute = { instance, options, requirements: [] };
    options.config = { ...options.config, [key]: route } as NonNullable<RouteOptions['config']>;
    this.#routes.push(route);
  }

  /** Finds the requirements of all routes, when all plugins are loaded. */
  findRequirements(): void {
    for (const route of this.#routes) {
      const hooks = hooksOf(route.instance);
      const all = hooksBeforeHandler.flatMap((name) => [hooks[name], route.options[name] ?? []].flat(2));
      checkHandlers(all);
      route.requirements = all.flatMap((hook) => requirementOf(hook) ?? []);
    }
  }

  /**
   * Checks the routes when the application starts.
   *
   * @param needRequirements whether each route must have a requirement
   * @throws {AuthorizationConfigError} `NANOOK_HTTP_SKIPPED_APPLICATION`, `NANOOK_HTTP_UNGRANTABLE`, `NANOOK_HTTP_UNPROTECTED_ROUTE`
   */
  check(needRequirements: boolean): void {
    this.findRequirements();
    for (const hook of Object.values(hooksOf(this.#scope)).flat()) {
      const requirement = requirementOf(hook);
      if (requirement?.kind === 'skip') throw skippedApplication(requirement.reason);
    }
    this.checkGrants();
    const unprotected = this.#routes.filter(
      (route) => !isPreflight(route) && !route.requirements.some(decides),
    );
    const [first] = unprotected;
    if (needRequirements && first !== undefined) throw unprotectedError(first, written(unprotected));
  }

  /** @throws {AuthorizationConfigError} `NANOOK_HTTP_UNGRANTABLE` */
  checkGrants(): void {
    const authorizer = this.authorizer as Authorizer;
    checkRequirements(
      this.#routes.flatMap(({ requirements }) =>
        requirements.map((requirement) => ({ requirement, authorizer })),
      ),
    );
  }

  /** Returns the routes in the order in which they were added, as the application wrote them. */
  list(): readonly ListedRoute[] {
    return written(this.#routes).flatMap(listed);
  }
}

/** Returns the routes without those for `HEAD` that Fastify adds for a `GET` of the list. */
const written = (routes: readonly ProtectedRoute[]): readonly ProtectedRoute[] =>
  routes.filter(
    ({ options }) =>
      options.method !== 'HEAD' ||
      !routes.some(
        ({ options: { method, url, handler } }) =>
          [method].flat().includes('GET') && url === options.url && handler === options.handler,
      ),
  );

/** The registrations of the plugin in each application. */
const registered = new WeakMap<FastifyInstance, readonly ProtectedRoutes[]>();

/** Returns the routes that the plugin protects in an application. */
export const protectedRoutesOf = (app: FastifyInstance): readonly ProtectedRoutes[] =>
  registered.get(rootOf(app)) ?? [];

function listed({ options, requirements, instance }: ProtectedRoute): ListedRoute[] {
  const methods = [options.method].flat();
  const isAll = instance.supportedMethods.every((method) => methods.includes(method));
  const handler = options.handler as (...args: never[]) => unknown;
  return (isAll ? ['ALL'] : methods).map((method) => listedRoute(method, options.url, requirements, handler));
}

const skippedApplication = (reason: string): AuthorizationConfigError =>
  new AuthorizationConfigError('NANOOK_HTTP_SKIPPED_APPLICATION', {
    reason,
    instead:
      `in a plugin that contains only such routes: ` +
      `app.register(async (part) => { part.addHook('preHandler', skipAuthorization('${reason}')); … })`,
  });

function unprotectedError(
  { options }: ProtectedRoute,
  all: readonly ProtectedRoute[],
): AuthorizationConfigError {
  const method = [options.method].flat()[0]!;
  return new AuthorizationConfigError('NANOOK_HTTP_UNPROTECTED_ROUTE', {
    method,
    route: options.url,
    handler: locationOf(options.handler),
    // `allow_request` does not protect a route.
    atStart: routeTable(all.flatMap((route) => listed({ ...route, requirements: [] }))).replaceAll(
      /^/gm,
      '  ',
    ),
    example:
      `{ preHandler: authorize(action, …) } or { preHandler: skipAuthorization('reason') }; or pass \`protect: false\` if the handlers ` +
      `check themselves`,
  });
}
