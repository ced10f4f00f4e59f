import { Authorizer, TypeToken, typed, type Class } from '@nanook/core';
import { callLoader, neverReturns, type LoaderLimits } from '@nanook/http';
import { Inject, Injectable } from '@nestjs/common';
import { DiscoveryService, ModuleRef } from '@nestjs/core';
import { NanookNestError } from '../errors/nanook-nest-error.js';
import type { Execution } from '../execution/execution.js';
import { contextIdOf } from '../execution/request-context-id.js';
import { Batch } from './batch.js';
import { findType } from './find-type.js';
import {
  loaderKey,
  parserOf,
  type LoadsMany,
  type LoadsOne,
  type ResourceLoaderOptions,
} from './resource-loader.decorator.js';

type AnyLoader = Partial<LoadsOne<unknown, unknown> & LoadsMany<unknown, unknown>>;

/** A provider with `@ResourceLoader`. */
export interface FoundLoader {
  /** The class of the loader. */
  readonly class: Class;
  /** The type of the resources. */
  readonly type: Class | TypeToken;
  /** Converts the id from the text that the client sent. */
  readonly parse: ResourceLoaderOptions['parse'];
  /** Returns the provider, which is created for the request if it is request-scoped or transient. */
  readonly instance: (execution: Execution) => AnyLoader | Promise<AnyLoader>;
}

/** Finds the providers with `@ResourceLoader` in all modules, and loads resources with them. */
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
   * Finds the loader for a requirement: the loader that it names, or the one of the type that it names.
   *
   * @throws {NanookNestError} `NANOOK_NEST_DUPLICATE_LOADER` if two providers load the type; the first of {@link errors}
   */
  find(source: Class | TypeToken | string): FoundLoader | undefined {
    const { loaders, byType, errors } = this.#discovered();
    if (errors[0] !== undefined) throw errors[0];
    const named = typeof source === 'function' ? loaders.get(source as Class) : undefined;
    if (named !== undefined) return named;
    const type = typeof source === 'string' ? this.authorizer.type(source) : source;
    const [found, other] = byType.get(type) ?? [];
    if (found !== undefined && other !== undefined)
      throw new NanookNestError('NANOOK_NEST_DUPLICATE_LOADER', {
        type: type.name,
        first: found.class.name,
        second: other.class.name,
      });
    return found;
  }

  /** The classes of the loaders of the application. */
  classes(): Iterable<Class> {
    return this.#discovered().loaders.keys();
  }

  /** The errors in the loaders of the application. */
  errors(): readonly NanookNestError[] {
    return this.#discovered().errors;
  }

  /**
   * Loads one resource. `loadMany` gets the ids of all resources that a request needs in the same tick.
   *
   * @returns the resource, or a promise of it
   */
  load(loader: FoundLoader, id: unknown, execution: Execution, limits: LoaderLimits): unknown {
    const found = loader.instance(execution);
    return found instanceof Promise || loader.type instanceof TypeToken
      ? this.#loadTagged(loader, found, id, execution, limits)
      : this.#loadWith(found, loader, id, execution, limits);
  }

  /** Loads with a provider that may be created first. A row of a type without a class does not show its type, so it is tagged. */
  async #loadTagged(
    loader: FoundLoader,
    found: AnyLoader | Promise<AnyLoader>,
    id: unknown,
    execution: Execution,
    limits: LoaderLimits,
  ): Promise<unknown> {
    const resource = await this.#loadWith(await found, loader, id, execution, limits);
    return loader.type instanceof TypeToken && typeof resource === 'object' && resource !== null
      ? typed(loader.type.name, resource)
      : resource;
  }

  #loadWith(
    receiver: AnyLoader,
    loader: FoundLoader,
    id: unknown,
    execution: Execution,
    limits: LoaderLimits,
  ): unknown {
    const { load, loadMany } = receiver;
    const { name } = loader.class;
    if (loadMany === undefined)
      return callLoader({ loader: load!, receiver, args: [id], name: `${name}.load()` }, limits);
    const batch = this.#batchOf(loader, execution, (ids) =>
      callLoader({ loader: loadMany, receiver, args: [ids], name: `${name}.loadMany()` }, limits),
    );
    return batch.load(id);
  }

  #batchOf(
    loader: FoundLoader,
    { requestKey }: Execution,
    loadMany: (ids: readonly unknown[]) => unknown,
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
    const errors: NanookNestError[] = [];
    for (const wrapper of this.discovery.getProviders()) {
      const loaderClass = [wrapper.token, wrapper.metatype].find(isLoaderClass);
      if (loaderClass === undefined || loaders.has(loaderClass)) continue;
      const given = Reflect.getMetadata(loaderKey, loaderClass) as Class | TypeToken | string;
      const type = typeof given === 'string' ? findType(this.authorizer, given) : given;
      if (type === undefined || (wrapper.metatype === loaderClass && lacksMethods(loaderClass))) {
        const reason =
          type === undefined
            ? `loads ${given as string}, which is not a type of the policy; add it to \`types\``
            : 'has @ResourceLoader, but neither `load(id)` nor `loadMany(ids)`; add one of them';
        errors.push(new NanookNestError('NANOOK_NEST_INVALID_LOADER', { loader: loaderClass.name, reason }));
        continue;
      }
      if (neverReturns(loadOf(loaderClass))) {
        const reason = 'has a `load(id)` without `return`, so it never finds a resource; return the result';
        errors.push(new NanookNestError('NANOOK_NEST_INVALID_LOADER', { loader: loaderClass.name, reason }));
        continue;
      }
      loaders.set(loaderClass, {
        class: loaderClass,
        type,
        parse: parserOf(loaderClass),
        instance: (execution) =>
          wrapper.isDependencyTreeStatic() && !wrapper.isTransient
            ? (wrapper.instance as AnyLoader)
            : this.moduleRef.resolve<AnyLoader>(
                wrapper.token as Class,
                contextIdOf(this.moduleRef, execution),
                { strict: false },
              ),
      });
    }
    const byType = new Map<Class | TypeToken, FoundLoader[]>();
    for (const loader of loaders.values())
      byType.set(loader.type, [...(byType.get(loader.type) ?? []), loader]);
    return { loaders, byType, errors };
  }
}

interface Discovered {
  readonly loaders: ReadonlyMap<Class, FoundLoader>;
  readonly byType: ReadonlyMap<Class | TypeToken, readonly FoundLoader[]>;
  readonly errors: readonly NanookNestError[];
}

/** Also for a token, because a provider that replaces the class, such as a factory or a test double, has no decorator. */
const isLoaderClass = (value: unknown): value is Class =>
  typeof value === 'function' && Reflect.hasMetadata(loaderKey, value);

function lacksMethods(loader: Class): boolean {
  const { load, loadMany } = loader.prototype as AnyLoader;
  return typeof load !== 'function' && typeof loadMany !== 'function';
}

const loadOf = ({ prototype }: Class): unknown => (prototype as { readonly load?: unknown }).load;
