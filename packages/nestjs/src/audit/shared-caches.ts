import { Inject, Injectable } from '@nestjs/common';
import { ApplicationConfig, Reflector } from '@nestjs/core';
import { handlerName } from '../execution/handler-location.js';
import { readsActor } from '../resources/reads-actor.js';
import { resultRequirementsOf } from '../results/result-requirements.js';
import { ResultInterceptor } from '../results/result.interceptor.js';
import type { EntryPoint } from '../entry-points/entry-points.js';
import { finding, type Finding } from './finding.js';

// As Nest and `@nestjs/cache-manager` call them.
const interceptorsKey = '__interceptors__';
const cacheKeyKey = 'cache_module:cache_key';
const cacheName = 'CacheInterceptor';

/** Finds the caches that keep what one actor may see, and hand it to the others: the ones of Nest are keyed by the URL alone. */
@Injectable()
export class SharedCaches {
  constructor(
    @Inject(ApplicationConfig) private readonly config: ApplicationConfig,
    @Inject(Reflector) private readonly reflector: Reflector,
  ) {}

  of(entry: EntryPoint): Finding[] {
    const { type, handler, declared } = entry;
    if (!isCached(entry)) return [];
    const interceptors = this.#interceptorsOf(type, handler);
    const dependsOnActor = readsActor(type, entry.name);
    const { requirements, fields } = resultRequirementsOf(this.reflector, type, handler);
    const isShaped = requirements.length > 0 || fields !== undefined;
    // The one that is closest to the handler shapes the result; what comes after it sees the result of the handler.
    const shapedAt = isShaped ? interceptors.findLastIndex((one) => one instanceof ResultInterceptor) : -1;
    const cache = interceptors
      .filter((_, i) => dependsOnActor || i < shapedAt)
      .map(sharedCacheName)
      .find((name) => name !== undefined);
    if (cache === undefined) return [];
    return [finding('NANOOK_NEST_SHARED_CACHE', { handler: handlerName(type, declared), cache })];
  }

  /** In the order in which they run. */
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

/** Nest caches answers to GET, and whatever has a key of its own. */
const isCached = ({ kind, method, handler }: EntryPoint): boolean =>
  (kind === 'http' && (method === 'GET' || method === 'ALL')) || Reflect.hasMetadata(cacheKeyKey, handler);

/**
 * The name of a cache that does not tell actors apart: `CacheInterceptor` of `@nestjs/cache-manager`, a class that extends it, or
 * one that is named so. A `trackBy` of its own makes the key, and may tell them apart.
 */
function sharedCacheName(interceptor: unknown): string | undefined {
  const type = typeof interceptor === 'function' ? interceptor : (interceptor as object).constructor;
  const lineage = lineageOf(type);
  const base = lineage.findIndex(({ name }) => name === cacheName);
  if (base === -1) return isNamedCache(type) && !hasOwnKey(type) ? type.name : undefined;
  return lineage.slice(0, base).some(hasOwnKey) ? undefined : type.name;
}

const isNamedCache = ({ name }: object & { readonly name: string }): boolean => name.endsWith(cacheName);

const hasOwnKey = ({ prototype }: object & { readonly prototype?: object }): boolean =>
  prototype !== undefined && Object.hasOwn(prototype, 'trackBy');

/** The class, and those that it extends, the closest first. */
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
