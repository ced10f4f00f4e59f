import { Inject, Injectable, type Type } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { EntryPoint } from '../entry-points/entry-points.js';
import { ResourceLoaders } from '../resources/resource-loaders.js';
import { finding, type Finding } from './finding.js';

// The metadata of the types that TypeScript emits, and of those that `@Inject` names.
const typesKey = 'design:paramtypes';
const namedKey = 'self:paramtypes';

/**
 * Finds classes whose constructor parameters have no types, because the code was compiled without `emitDecoratorMetadata`. Nest creates
 * such a class without its dependencies, so that each of its handlers or loads would fail later.
 */
@Injectable()
export class ConstructorTypes {
  constructor(
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(ResourceLoaders) private readonly loaders: ResourceLoaders,
  ) {}

  /** Returns the findings for the classes of handlers and of loaders. */
  findings(entries: readonly EntryPoint[]): Finding[] {
    const checked = new Set<unknown>([...entries.map(({ type }) => type), ...this.loaders.classes()]);
    const created = [...this.discovery.getControllers(), ...this.discovery.getProviders()]
      .filter(({ isNotMetatype }) => !isNotMetatype) // a factory passes the dependencies itself
      .map(({ metatype }) => metatype);
    return [...new Set(created)]
      .filter(
        (type): type is Type => typeof type === 'function' && checked.has(type) && lacksTypes(type as Type),
      )
      .map((type) => finding('NANOOK_NEST_NO_METADATA', { class: type.name, count: type.length }));
  }
}

function lacksTypes(type: Type): boolean {
  const types = (Reflect.getMetadata(typesKey, type) ?? []) as readonly unknown[];
  const named = (Reflect.getMetadata(namedKey, type) ?? []) as readonly { readonly index: number }[];
  return Math.max(types.length, ...named.map(({ index }) => index + 1)) < type.length;
}
