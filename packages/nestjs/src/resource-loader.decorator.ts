import type { Class, TypeToken } from '@nanook/core';
import { SetMetadata } from '@nestjs/common';

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

export const loaderKey = Symbol.for('@nanook/nestjs/loader');

/**
 * Makes a provider the loader of a type: `@Authorize('read', Repository)` gets its resource from it.
 *
 * @param type the class, or the token or name of a type without one; what is loaded is taken to be of it
 * @example
 * @Injectable() @ResourceLoader(Repository)
 * class RepositoryLoader implements LoadsOne<Repository, string> {
 *   constructor(private readonly repositories: Repositories) {}
 *   load(id: string) { return this.repositories.find(id); }
 * }
 */
export const ResourceLoader = (type: Class | TypeToken | string): ClassDecorator =>
  SetMetadata(loaderKey, type);
