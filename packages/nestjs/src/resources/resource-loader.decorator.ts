import { TypeToken, type Class } from '@nanook/core';
import type { LoaderOptions } from '@nanook/http';
import { describe, wrongUse } from '../requirements/decorator-arguments.js';

type Awaitable<T> = T | PromiseLike<T>;
type Found<Resource> = Resource | null | undefined;

/** Loads one resource at a time. `null` and `undefined` mean *not found*; an error that it throws reaches the client. */
export interface LoadsOne<Resource = unknown, Id = never> {
  /** @param options are passed to a method that declares this parameter. The signal aborts after a timeout, and when the response closes */
  load(id: Id, options: LoaderOptions): Awaitable<Found<Resource>>;
}

/** Loads all resources that a request needs in one tick. Returns one value for each id, in their order. */
export interface LoadsMany<Resource = unknown, Id = never> {
  /** @param options are passed to a method that declares this parameter. The signal aborts after a timeout, and when the response closes */
  loadMany(ids: readonly Id[], options: LoaderOptions): Awaitable<readonly Found<Resource>[]>;
}

/** Options of `@ResourceLoader`. */
export interface ResourceLoaderOptions {
  /**
   * Converts the id from the text that the client sent, for requirements without a `parse`. An error that it throws reaches the client, so
   * throw a `BadRequestException` for an invalid id.
   */
  readonly parse?: (raw: string) => unknown;
}

const parseKey = Symbol.for('@nanook/nestjs/loader-parse');

export const loaderKey = Symbol.for('@nanook/nestjs/loader');

/**
 * Makes a provider the loader of a type, so that `@Authorize('read', Repository)` gets its resource from it.
 *
 * @param type the class of the resources; for a type without a class, its token or name, with which the loaded rows are tagged
 * @param options the conversion of ids
 * @throws {NanookNestError} `NANOOK_NEST_INVALID_DECORATOR`
 * @example
 * @Injectable() @ResourceLoader(Repository, { parse: Number })
 * class RepositoryLoader implements LoadsOne<Repository, string> {
 *   constructor(private readonly repositories: Repositories) {}
 *   load(id: string) { return this.repositories.find(id); }
 * }
 */
export function ResourceLoader(
  type: Class | TypeToken | string,
  options: ResourceLoaderOptions = {},
): ClassDecorator {
  const isType = typeof type === 'function' || typeof type === 'string' || type instanceof TypeToken;
  if (!isType)
    throw wrongUse(
      '@ResourceLoader',
      `needs a type: a class, a token or a name; got ${describe(type)}; write @ResourceLoader(Note)`,
    );
  const { parse, ...unknown } = options;
  const [name] = Object.keys(unknown);
  if (name !== undefined) throw wrongUse('@ResourceLoader', `has no option \`${name}\`; it has \`parse\``);
  if (parse !== undefined && typeof parse !== 'function')
    throw wrongUse(
      '@ResourceLoader',
      `needs for \`parse\` a function that converts the text of the id, got ${describe(parse)}`,
    );
  // Not an arrow function: if a class is decorated without parentheses, this function replaces the class, and Nest constructs it.
  return function decorator(loader: object): void {
    if (new.target !== undefined)
      throw wrongUse(
        '@ResourceLoader',
        'is written on a class without parentheses; write @ResourceLoader(Note)',
      );
    Reflect.defineMetadata(loaderKey, type, loader);
    Reflect.defineMetadata(parseKey, parse, loader);
  };
}

/** Returns the `parse` of a loader, for requirements without one. */
export const parserOf = (loader: object): ResourceLoaderOptions['parse'] =>
  Reflect.getMetadata(parseKey, loader) as ResourceLoaderOptions['parse'];
