import { Authorizer, TypeToken, typed, type Class } from '@nanook/core';
import { Inject, Injectable } from '@nestjs/common';
import { ContextIdFactory, DiscoveryService, ModuleRef } from '@nestjs/core';
import { Batch } from './batch.js';
import type { Execution } from './execution.js';
import { NestFault } from './nest-fault.js';
import { loaderKey, type LoadsMany, type LoadsOne } from './resource-loader.decorator.js';

type AnyLoader = Partial<LoadsOne<unknown, unknown> & LoadsMany<unknown, unknown>>;

export interface FoundLoader {
  /** The class that loads. */
  readonly class: Class;
  /** What it loads. */
  readonly type: Class | TypeToken;
  /** For a provider of the request's scope it is made for the request. */
  readonly instance: (execution: Execution) => Promise<AnyLoader>;
}

/** The providers with `@ResourceLoader`, wherever in the application they are. */
@Injectable()
export class ResourceLoaders {
  #byClass: ReadonlyMap<Class, FoundLoader> | undefined;
  readonly #batches = new WeakMap<object, Map<FoundLoader, Batch>>();

  constructor(
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(ModuleRef) private readonly moduleRef: ModuleRef,
    @Inject(Authorizer) private readonly authorizer: Authorizer,
  ) {}

  /**
   * The loader that a rule means: the class itself, or the one of the type. `undefined` if there is none.
   *
   * @throws {NestFault} `NANOOK_NEST_DUPLICATE_LOADER` for a type that two load
   */
  find(source: Class | TypeToken | string): FoundLoader | undefined {
    const loaders = (this.#byClass ??= this.#discover());
    const named = typeof source === 'function' ? loaders.get(source as Class) : undefined;
    if (named !== undefined) return named;
    const type = typeof source === 'string' ? this.authorizer.type(source) : source;
    const [found, other] = [...loaders.values()].filter((loader) => loader.type === type);
    if (found !== undefined && other !== undefined)
      throw new NestFault('NANOOK_NEST_DUPLICATE_LOADER', {
        type: type.name,
        first: found.class.name,
        second: other.class.name,
      });
    return found;
  }

  /** Loads one; what is asked for in the same tick of a request reaches `loadMany` together. */
  async load(loader: FoundLoader, id: unknown, execution: Execution): Promise<unknown> {
    const instance = await loader.instance(execution);
    const resource = await (instance.loadMany === undefined
      ? instance.load!(id)
      : this.#batchOf(loader, execution, (ids) => instance.loadMany!(ids)).load(id));
    // A row of a type without a class shows no type; who loads it knows.
    return loader.type instanceof TypeToken && typeof resource === 'object' && resource !== null
      ? typed(loader.type.name, resource)
      : resource;
  }

  #batchOf(
    loader: FoundLoader,
    { requestKey }: Execution,
    loadMany: LoadsMany<unknown, unknown>['loadMany'],
  ): Batch {
    let batches = this.#batches.get(requestKey);
    if (batches === undefined) this.#batches.set(requestKey, (batches = new Map()));
    let batch = batches.get(loader);
    if (batch === undefined) batches.set(loader, (batch = new Batch(loader.class.name, loadMany)));
    return batch;
  }

  #discover(): ReadonlyMap<Class, FoundLoader> {
    const found = new Map<Class, FoundLoader>();
    for (const wrapper of this.discovery.getProviders()) {
      const loaderClass = wrapper.metatype as Class | null;
      if (typeof loaderClass !== 'function' || found.has(loaderClass)) continue;
      const type = Reflect.getMetadata(loaderKey, loaderClass) as Class | TypeToken | string | undefined;
      if (type === undefined) continue;
      checkLoader(loaderClass);
      found.set(loaderClass, {
        class: loaderClass,
        type: typeof type === 'string' ? this.authorizer.type(type) : type,
        instance: async ({ request }) =>
          wrapper.isDependencyTreeStatic()
            ? (wrapper.instance as AnyLoader)
            : this.moduleRef.resolve<AnyLoader>(
                wrapper.token as never,
                ContextIdFactory.getByRequest(request as Record<string, unknown>),
                { strict: false },
              ),
      });
    }
    return found;
  }
}

function checkLoader(loader: Class): void {
  const { load, loadMany } = loader.prototype as AnyLoader;
  if (typeof load !== 'function' && typeof loadMany !== 'function')
    throw new NestFault('NANOOK_NEST_INVALID_LOADER', {
      loader: loader.name,
      reason: 'has @ResourceLoader, but neither `load(id)` nor `loadMany(ids)`',
    });
}
