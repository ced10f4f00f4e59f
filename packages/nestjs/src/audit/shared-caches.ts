import { Inject, Injectable } from '@nestjs/common';
import { ApplicationConfig, Reflector } from '@nestjs/core';
import type { EntryPoint } from '../entry-points/entry-points.js';
import { handlerName } from '../execution/handler-location.js';
import { readsActor } from '../resources/reads-actor.js';
import { resultRequirementsOf } from '../results/result-requirements.js';
import { ResultInterceptor } from '../results/result.interceptor.js';
import { finding, type Finding } from './finding.js';

// The names that Nest and `@nestjs/cache-manager` use.
const interceptorsKey = '__interceptors__';
const cacheKeyKey = 'cache_module:cache_key';
const cacheName = 'CacheInterceptor';

/** Finds caches that return the result for one actor to others: the cache of Nest has only the URL in its key. */
@Injectable()
export class SharedCaches {
  constructor(
    @Inject(ApplicationConfig) private readonly config: ApplicationConfig,
    @Inject(Reflector) private readonly reflector: Reflector,
  ) {}

  /** Returns the finding for a cache around a handler whose result depends on the actor. */
  of(entry: EntryPoint): Finding[] {
    const { type, handler, declared } = entry;
    if (!isCached(entry)) return [];
    const interceptors = this.#interceptorsOf(type, handler);
    const dependsOnActor = readsActor(type, entry.name);
    const { ofResources, fields } = resultRequirementsOf(this.reflector, type, handler);
    const isShaped = ofResources.length > 0 || fields.length > 0;
    // The interceptor that is closest to the handler checks the result. Interceptors after it get the unchecked result.
    const shapedAt = isShaped ? interceptors.findLastIndex((one) => one instanceof ResultInterceptor) : -1;
    const named = (cache: string, isAuthorized: boolean): Finding[] => [
      finding('NANOOK_NEST_SHARED_CACHE', { handler: handlerName(type, declared), cache, isAuthorized }),
    ];
    const ofResult = interceptors.slice(0, Math.max(shapedAt, 0)).find(isCache);
    if (ofResult !== undefined) return named(classOf(ofResult).name, true);
    const shared = dependsOnActor
      ? interceptors.find((one) => isCache(one) && !hasOwnKey(classOf(one)))
      : undefined;
    return shared === undefined ? [] : named(classOf(shared).name, false);
  }

  /** Returns the interceptors of a handler, in the order in which they run. */
  #interceptorsOf(type: object, handler: object): readonly unknown[] {
    return [
      ...this.config.getGlobalInterceptors(),
      ...this.config.getGlobalRequestInterceptors().map(({ metatype }) => metatype),
      ...listedAt(type),
      ...listedAt(handler),
    ];
  }
}

const listedAt = (place: object): readonly unknown[] =>
  (Reflect.getMetadata(interceptorsKey, place) as readonly unknown[] | undefined) ?? [];

/** Returns whether Nest caches the handler: GET handlers, and handlers with a cache key. */
const isCached = ({ kind, method, handler }: EntryPoint): boolean =>
  (kind === 'http' && (method === 'GET' || method === 'ALL')) || Reflect.hasMetadata(cacheKeyKey, handler);

const classOf = (interceptor: unknown): Function =>
  typeof interceptor === 'function' ? interceptor : (interceptor as object).constructor;

/** Returns whether an interceptor is `CacheInterceptor` of `@nestjs/cache-manager`, extends it, or has a name that ends so. */
const isCache = (interceptor: unknown): boolean => {
  const type = classOf(interceptor);
  return type.name.endsWith(cacheName) || lineageOf(type).some(({ name }) => name === cacheName);
};

/** Returns whether a cache creates its key with a `trackBy` of its own, which can put the actor into it. */
function hasOwnKey(type: Function): boolean {
  const lineage = lineageOf(type);
  const base = lineage.findIndex(({ name }) => name === cacheName);
  return (base === -1 ? lineage.slice(0, 1) : lineage.slice(0, base)).some(({ prototype }) =>
    Object.hasOwn(prototype as object, 'trackBy'),
  );
}

/** Returns a class and the classes that it extends, from the class to its base. */
function lineageOf(type: Function): readonly Function[] {
  const lineage: Function[] = [];
  for (
    let at: unknown = type;
    typeof at === 'function' && at !== Function.prototype;
    at = Object.getPrototypeOf(at)
  )
    lineage.push(at);
  return lineage;
}
