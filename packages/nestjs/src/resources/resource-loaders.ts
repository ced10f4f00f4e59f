import { Authorizer, TypeToken, isPolarError, typed, type Class } from '@nanook/core';
import { neverReturns } from '@nanook/http';
import { Inject, Injectable } from '@nestjs/common';
import { DiscoveryService, ModuleRef } from '@nestjs/core';
import { Batch } from './batch.js';
import type { Execution } from '../execution/execution.js';
import { NanookNestError } from '../errors/nanook-nest-error.js';
import { contextIdOf } from '../execution/request-context-id.js';
import {
  loaderKey,
  parserOf,
  type LoadsMany,
  type LoadsOne,
  type ResourceLoaderOptions,
} from './resource-loader.decorator.js';

type AnyLoader = Partial<LoadsOne<unknown, unknown> & LoadsMany<unknown, unknown>>;

export interface FoundLoader {
  /** The class that loads. */
  readonly class: Class;
  /** What it loads. */
  readonly type: Class | TypeToken;
  /** Makes an id of the text that was sent. */
  readonly parse: ResourceLoaderOptions['parse'];
  /** For a provider that is not one for all it is made for the request. */
  readonly instance: (execution: Execution) => Promise<AnyLoader>;
}

/** The providers with `@ResourceLoader`, wherever in the application they are. */
@Injectable()
export class ResourceLoaders {
  #found: Discovered | undefined;
  readonly #batches = new WeakMap<object, Map<FoundLoader, Batch>>();

  constructor(
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(ModuleRef) private readonly moduleRef: ModuleRef,
    @Inject(Authorizer) private readonly authorizer: Authorizer,
  ) {}

  /**
   * The loader that a requirement means: the class itself, or the one of the type. `undefined` if there is none.
   *
   * @throws {NanookNestError} `NANOOK_NEST_DUPLICATE_LOADER` for a type that two load; what {@link faults} has
   */
  find(source: Class | TypeToken | string): FoundLoader | undefined {
    const { loaders, faults } = this.#discovered();
    if (faults[0] !== undefined) throw faults[0];
    const named = typeof source === 'function' ? loaders.get(source as Class) : undefined;
    if (named !== undefined) return named;
    const type = typeof source === 'string' ? this.authorizer.type(source) : source;
    const [found, other] = [...loaders.values()].filter((loader) => loader.type === type);
    if (found !== undefined && other !== undefined)
      throw new NanookNestError('NANOOK_NEST_DUPLICATE_LOADER', {
        type: type.name,
        first: found.class.name,
        second: other.class.name,
      });
    return found;
  }

  /** What is wrong with loaders, whoever needs them. */
  faults(): readonly NanookNestError[] {
    return this.#discovered().faults;
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

  #discovered(): Discovered {
    return (this.#found ??= this.#discover());
  }

  #discover(): Discovered {
    const loaders = new Map<Class, FoundLoader>();
    const faults: NanookNestError[] = [];
    for (const wrapper of this.discovery.getProviders()) {
      const loaderClass = [wrapper.token, wrapper.metatype].find(isLoaderClass);
      if (loaderClass === undefined || loaders.has(loaderClass)) continue;
      const given = Reflect.getMetadata(loaderKey, loaderClass) as Class | TypeToken | string;
      const type = typeof given === 'string' ? this.#findType(given) : given;
      if (type === undefined || (wrapper.metatype === loaderClass && lacksMethods(loaderClass))) {
        const reason =
          type === undefined
            ? `loads ${given as string}, which is no type of the policy; add it to \`types\``
            : 'has @ResourceLoader, but neither `load(id)` nor `loadMany(ids)`';
        faults.push(new NanookNestError('NANOOK_NEST_INVALID_LOADER', { loader: loaderClass.name, reason }));
        continue;
      }
      if (neverReturns(loadOf(loaderClass))) {
        const reason = 'has a `load(id)` without `return`, so it never finds anything; return the result';
        faults.push(new NanookNestError('NANOOK_NEST_INVALID_LOADER', { loader: loaderClass.name, reason }));
        continue;
      }
      loaders.set(loaderClass, {
        class: loaderClass,
        type,
        parse: parserOf(loaderClass),
        instance: async (execution) =>
          wrapper.isDependencyTreeStatic() && !wrapper.isTransient
            ? (wrapper.instance as AnyLoader)
            : this.moduleRef.resolve<AnyLoader>(
                wrapper.token as Class,
                contextIdOf(this.moduleRef, execution),
                { strict: false },
              ),
      });
    }
    return { loaders, faults };
  }

  #findType(name: string): Class | TypeToken | undefined {
    try {
      return this.authorizer.type(name);
    } catch (error) {
      if (isPolarError(error) && error.code === 'POLAR_TYPE_UNKNOWN_TYPE') return undefined;
      throw error;
    }
  }
}

interface Discovered {
  readonly loaders: ReadonlyMap<Class, FoundLoader>;
  readonly faults: readonly NanookNestError[];
}

/** By its token: what is provided in its place, by a factory or a test, has no decorator. */
const isLoaderClass = (value: unknown): value is Class =>
  typeof value === 'function' && Reflect.hasMetadata(loaderKey, value);

function lacksMethods(loader: Class): boolean {
  const { load, loadMany } = loader.prototype as AnyLoader;
  return typeof load !== 'function' && typeof loadMany !== 'function';
}

const loadOf = ({ prototype }: Class): unknown => (prototype as { readonly load?: unknown }).load;
