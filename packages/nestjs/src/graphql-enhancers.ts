import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { handlerName, ownRulesOf } from './handler-rule.js';
import { NestFault } from './nest-fault.js';
import { fieldsKey } from './result-demands.js';

type Enhancer = 'guards' | 'interceptors';

// As `@nestjs/graphql` calls them; it may not be installed.
const moduleOptionsToken = 'GqlModuleOptions';
const fieldResolverKeys = ['graphql:resolve_property', 'graphql:resolve_reference'];

/**
 * Refuses rules on resolvers of fields and references that Nest would pass by: unless the GraphQL module says so, neither guards
 * nor interceptors stand before them.
 */
@Injectable()
export class GraphqlEnhancers implements OnModuleInit {
  constructor(
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(MetadataScanner) private readonly scanner: MetadataScanner,
    @Inject(Reflector) private readonly reflector: Reflector,
  ) {}

  /** @throws {NestFault} `NANOOK_NEST_UNGUARDED_FIELD` */
  onModuleInit(): void {
    const missing = this.#missing();
    if (missing.size === 0) return;
    for (const { instance } of this.discovery.getProviders() as readonly { readonly instance: unknown }[]) {
      if (typeof instance !== 'object' || instance === null) continue;
      const prototype = Object.getPrototypeOf(instance) as Record<string, object> | null;
      if (prototype === null) continue;
      for (const name of this.scanner.getAllMethodNames(prototype))
        this.#check(prototype.constructor, prototype[name]!, missing);
    }
  }

  /** What some GraphQL module of the application does without. */
  #missing(): ReadonlySet<Enhancer> {
    const missing = new Set<Enhancer>();
    for (const { token, instance } of this.discovery.getProviders()) {
      if (token !== moduleOptionsToken) continue;
      const { fieldResolverEnhancers = [] } = instance as { fieldResolverEnhancers?: readonly string[] };
      for (const enhancer of ['guards', 'interceptors'] as const)
        if (!fieldResolverEnhancers.includes(enhancer)) missing.add(enhancer);
    }
    return missing;
  }

  #check(type: object, handler: object, missing: ReadonlySet<Enhancer>): void {
    const resolvesField = fieldResolverKeys.some((key) => Reflect.hasMetadata(key, handler));
    if (!resolvesField) return;
    const rules = ownRulesOf(this.reflector, handler);
    const shapes = Reflect.hasMetadata(fieldsKey, handler);
    const needs: Enhancer[] = [];
    if (shapes || rules.some(({ kind }) => kind !== 'skip')) needs.push('guards');
    if (shapes || rules.some(({ kind }) => kind === 'result')) needs.push('interceptors');
    const missed = needs.find((enhancer) => missing.has(enhancer));
    if (missed !== undefined)
      throw new NestFault('NANOOK_NEST_UNGUARDED_FIELD', {
        handler: handlerName(type, handler),
        missing: missed,
      });
  }
}
