import { RequestMethod, VERSION_NEUTRAL, VersioningType, type Type } from '@nestjs/common';
import { ApplicationConfig, type ModulesContainer } from '@nestjs/core';
import { RoutePathFactory } from '@nestjs/core/router/route-path-factory.js';

export interface HttpRoutes {
  /** In capitals; `ALL` for a handler that answers every method. */
  readonly method: string;
  /** From the root, with the prefixes of the application, of modules, and of versions. */
  readonly paths: readonly string[];
  /** What else a request needs to get there: a host, a version in a header. */
  readonly condition: string;
}

// As Nest calls its metadata.
const pathKey = 'path';
const methodKey = 'method';
const versionKey = '__version__';
const hostKey = 'host';
const modulePathKey = '__module_path__';

/** Where Nest serves a handler of a controller; `undefined` for a method that is none. Paths are put together by Nest itself. */
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
