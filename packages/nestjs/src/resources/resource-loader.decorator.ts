import { TypeToken, type Class } from '@nanook/core';
import { describe, wrongUse } from '../requirements/decorator-arguments.js';

type Awaitable<T> = T | PromiseLike<T>;
type Found<Resource> = Resource | null | undefined;

/** Loads one at a time. `null` and `undefined` are *not found*; what it throws passes through. */
export interface LoadsOne<Resource = unknown, Id = never> {
  load(id: Id): Awaitable<Found<Resource>>;
}

/** Loads many at a time: what is asked for in one tick of one request. Gives as many as there are ids, in their order. */
export interface LoadsMany<Resource = unknown, Id = never> {
  loadMany(ids: readonly Id[]): Awaitable<readonly Found<Resource>[]>;
}

export interface ResourceLoaderOptions {
  /**
   * Makes an id of the text that was sent, for every requirement that gives no `parse` of its own. What it throws passes through: throw
   * a `BadRequestException` for a text that is not an id.
   */
  readonly parse?: (raw: string) => unknown;
}

const parseKey = Symbol.for('@nanook/nestjs/loader-parse');

export const loaderKey = Symbol.for('@nanook/nestjs/loader');

/**
 * Makes a provider the loader of a type: `@Authorize('read', Repository)` gets its resource from it.
 *
 * @param type the class, or the token or name of a type without one; what is loaded is taken to be of it
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
      `was given ${describe(type)} for the type; write @ResourceLoader(Note)`,
    );
  const { parse, ...unknown } = options;
  const [name] = Object.keys(unknown);
  if (name !== undefined) throw wrongUse('@ResourceLoader', `has no option \`${name}\`; it has \`parse\``);
  if (parse !== undefined && typeof parse !== 'function')
    throw wrongUse(
      '@ResourceLoader',
      `was given ${describe(parse)} for \`parse\`; it is a function of the text of the id`,
    );
  // A function that can be constructed: a class that was decorated without parentheses is replaced by it.
  return function decorator(loader: object): void {
    if (new.target !== undefined)
      throw wrongUse('@ResourceLoader', 'stands on a class without parentheses; write @ResourceLoader(Note)');
    Reflect.defineMetadata(loaderKey, type, loader);
    Reflect.defineMetadata(parseKey, parse, loader);
  };
}

/** How the ids of a loader are parsed, where a requirement does not say. */
export const parserOf = (loader: object): ResourceLoaderOptions['parse'] =>
  Reflect.getMetadata(parseKey, loader) as ResourceLoaderOptions['parse'];
