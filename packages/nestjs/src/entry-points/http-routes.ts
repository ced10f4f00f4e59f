import { RequestMethod, VERSION_NEUTRAL, VersioningType, type Type } from '@nestjs/common';
import { ApplicationConfig, type ModulesContainer } from '@nestjs/core';
import { RoutePathFactory } from '@nestjs/core/router/route-path-factory.js';

/** The routes of one handler. */
export interface HttpRoutes {
  /** The HTTP method, in capitals; `ALL` for a handler of every method. */
  readonly method: string;
  /** The paths from the root, with the prefixes of the application, the module and the version. */
  readonly paths: readonly string[];
  /** The other conditions of the route, as text: a host, or a version in a header. */
  readonly condition: string;
}

// The metadata keys of Nest.
const pathKey = 'path';
const methodKey = 'method';
const versionKey = '__version__';
const hostKey = 'host';
const modulePathKey = '__module_path__';

/** Returns the routes of a method of a controller; `undefined` if it is not a handler. The path factory of Nest creates the paths. */
export function httpRoutesOf(
  { type, handler, module }: { type: Type; handler: object; module: Type | undefined },
  config: ApplicationConfig,
  { applicationId }: ModulesContainer,
): HttpRoutes | undefined {
  const methodPaths = read<string | string[]>(pathKey, handler);
  if (methodPaths === undefined) return undefined;
  const requestMethod = read<RequestMethod>(methodKey, handler) ?? RequestMethod.GET;
  const versioningOptions = config.getVersioning();
  const version =
    versioningOptions &&
    (read<Version>(versionKey, handler) ??
      read<Version>(versionKey, type) ??
      versioningOptions.defaultVersion);
  const modulePath =
    module && (read<string>(modulePathKey + applicationId, module) ?? read<string>(modulePathKey, module));
  const factory = new RoutePathFactory(config);
  const paths = [read<string | string[]>(pathKey, type) ?? ''].flat().flatMap((ctrlPath) =>
    [methodPaths].flat().flatMap((methodPath) =>
      factory.create(
        {
          ctrlPath: slashed(ctrlPath),
          methodPath: slashed(methodPath),
          globalPrefix: slashed(config.getGlobalPrefix()),
          ...(modulePath !== undefined && { modulePath }),
          ...(version !== undefined && { controllerVersion: version }),
          ...(versioningOptions !== undefined && { versioningOptions }),
        },
        requestMethod,
      ),
    ),
  );
  const isInPath = versioningOptions?.type === VersioningType.URI;
  return {
    method: RequestMethod[requestMethod],
    paths: [...new Set(paths)],
    condition: [hostOf(type), version === undefined || isInPath ? '' : versionText(version)].join(''),
  };
}

type Version = NonNullable<ReturnType<ApplicationConfig['getVersioning']>>['defaultVersion'];

const read = <T>(key: string, target: object): T | undefined =>
  Reflect.getMetadata(key, target) as T | undefined;

const slashed = (path: string): string => (path === '' || path.startsWith('/') ? path : `/${path}`);

const hostOf = (type: Type): string => {
  const host = read<string | RegExp | (string | RegExp)[]>(hostKey, type);
  return host === undefined ? '' : ` (host ${[host].flat().join(', ')})`;
};

const versionText = (version: Version): string => {
  const named = [version].flat().filter((one) => typeof one === 'string');
  return named.length === 0 || version === VERSION_NEUTRAL ? '' : ` (version ${named.join(', ')})`;
};
