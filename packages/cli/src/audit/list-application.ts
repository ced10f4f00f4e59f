import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UsageError } from '../errors/usage-error.js';
import type { Application } from './application.js';
import type { FoundRoute, Requirement } from './audited-route.js';

/** The part of `@nanook/express`, `@nanook/fastify`, `@nanook/hono` and `@nanook/koa` that lists routes. */
interface RoutesModule {
  listRoutes(
    application: unknown,
    options: { readonly check: false; readonly mounts: true },
  ): readonly {
    readonly method: string;
    readonly path: string;
    readonly handler: string;
    readonly location: string | undefined;
    readonly requirements: readonly Requirement[];
    readonly mayPassOn?: boolean;
  }[];
}

/** The part of `@nanook/nestjs` that lists handlers. */
interface NestModule {
  readonly AuthorizationAudit: unknown;
}
interface NestApplication {
  get(
    token: unknown,
    options: { readonly strict: false },
  ): {
    handlers(): readonly {
      readonly class: string;
      readonly method: string;
      readonly routes: readonly string[];
      readonly requirements: readonly Requirement[];
      readonly needsRequirement: boolean;
      readonly excluded: string | undefined;
      readonly location: string | undefined;
      readonly findings: readonly { readonly code: string; readonly message: string }[];
    }[];
  };
  close(): Promise<void>;
}

/** The routes of an application, and the functions that may answer requests without being routes: `name (file:line)`. */
export interface ListedApplication {
  readonly routes: readonly FoundRoute[];
  readonly unseen: readonly string[];
}

/**
 * Lists the routes of an application with their requirements, with the package that the application uses.
 *
 * @throws {UsageError} when this package is not installed
 */
export async function listApplication(application: Application): Promise<ListedApplication> {
  const { kind, value } = application;
  const adapter = await loadAdapter(application);
  if (kind === 'nestjs')
    return { routes: await nestRoutes(value as NestApplication, adapter as NestModule), unseen: [] };
  if (kind === 'fastify') await loadPlugins(value as FastifyApplication);
  const routes = (adapter as RoutesModule).listRoutes(value, { check: false, mounts: true });
  // Middleware of every path mostly prepares requests, so that rows for it would hide the others.
  const isMiddleware = ({ method, path, mayPassOn }: (typeof routes)[number]): boolean =>
    method === 'USE' && path === '/' && mayPassOn === true;
  return {
    routes: routes
      .filter((route) => !isMiddleware(route))
      .map(({ mayPassOn = false, ...route }) => ({
        ...route,
        location: shortLocation(route.location),
        exempt: mayPassOn ? 'middleware of this path' : undefined,
        mistakes: [],
      })),
    unseen: routes.filter(isMiddleware).map(({ handler, location }) => {
      const place = shortLocation(location);
      return place === undefined ? handler : `${handler} (${place})`;
    }),
  };
}

interface FastifyApplication {
  ready(): Promise<unknown>;
}

/** Loads the plugins of an application of Fastify, which has its routes then. It does not start with a route without a requirement. */
async function loadPlugins(app: FastifyApplication): Promise<void> {
  try {
    await app.ready();
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    if (code !== 'NANOOK_HTTP_UNPROTECTED_ROUTE' && code !== 'NANOOK_HTTP_UNGRANTABLE') throw error;
  }
}

async function nestRoutes(
  app: NestApplication,
  { AuthorizationAudit }: NestModule,
): Promise<readonly FoundRoute[]> {
  try {
    return app
      .get(AuthorizationAudit, { strict: false })
      .handlers()
      .flatMap((handler) =>
        handler.routes.map((route): FoundRoute => {
          const [, method = route, path = ''] = /^([A-Z]+) (\/.*)$/.exec(route) ?? [];
          return {
            method,
            path,
            handler: `${handler.class}.${handler.method}`,
            location: shortLocation(handler.location),
            requirements: handler.requirements,
            exempt:
              handler.excluded === undefined
                ? handler.needsRequirement
                  ? undefined
                  : 'through its parent'
                : `excluded: ${handler.excluded}`,
            // The command itself reports a route without a requirement.
            mistakes: handler.findings
              .filter(({ code }) => code !== 'NANOOK_NEST_NO_REQUIREMENT')
              .map(({ message }) => message),
          };
        }),
      );
  } finally {
    await app.close();
  }
}

/** Returns the package that the application uses. If the application is CommonJS, it is the CommonJS form, because both share its state. */
async function loadAdapter({ kind, folder }: Application): Promise<unknown> {
  const name = `@nanook/${kind}`;
  const require = createRequire(join(folder, 'nanook.config.js'));
  const found = attempt(() => require.resolve(name));
  if (found !== undefined && found in require.cache) return require(name);
  try {
    return await ownAdapters[kind]();
  } catch (error) {
    const manifest = attempt(() => require.resolve(`${name}/package.json`));
    if (manifest === undefined)
      throw new UsageError(
        `the application uses ${frameworks[kind]}, but ${name} is not installed in ${folder}; npm install ${name}`,
        { cause: error },
      );
    return import(pathToFileURL(esModuleOf(manifest) ?? found!).href);
  }
}

function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}

/** The packages from the folder of this command. */
const ownAdapters = {
  express: () => import('@nanook/express'),
  fastify: () => import('@nanook/fastify'),
  hono: () => import('@nanook/hono'),
  koa: () => import('@nanook/koa'),
  nestjs: () => import('@nanook/nestjs'),
};

const frameworks = { express: 'Express', fastify: 'Fastify', hono: 'Hono', koa: 'Koa', nestjs: 'NestJS' };

/** Returns the path of the ES module of a package. */
function esModuleOf(manifest: string): string | undefined {
  const { exports } = JSON.parse(readFileSync(manifest, 'utf8')) as {
    readonly exports: { readonly '.': { readonly import?: { readonly default?: string } } };
  };
  const file = exports['.'].import?.default;
  const path = file && join(dirname(manifest), file);
  return path !== undefined && existsSync(path) ? path : undefined;
}

/** Returns a location with a path from the working directory. */
function shortLocation(location: string | undefined): string | undefined {
  const [, file, line] = /^(.*):(\d+)$/.exec(location ?? '') ?? [];
  if (file === undefined) return location;
  const path = relative(process.cwd(), file);
  return path.startsWith('..') ? location : `${path}:${line}`;
}
