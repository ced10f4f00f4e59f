import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, Reflector } from '@nestjs/core';
import { EntryPoints, type EntryPoint } from '../entry-points/entry-points.js';
import { NanookNestError } from '../errors/nanook-nest-error.js';
import { handlerName } from '../execution/handler-location.js';
import { fieldsKey, ownRequirementsOf } from '../requirements/handler-requirement.js';

type Enhancer = 'guards' | 'interceptors';

/** The options of a GraphQL module that decide which checks run before a field. */
export interface GraphqlOptions {
  readonly fieldResolverEnhancers?: readonly string[];
  readonly buildSchemaOptions?: { readonly fieldMiddleware?: readonly unknown[] };
  /** Whether the schema is created from the code. */
  readonly autoSchemaFile?: unknown;
  /** An option of Mercurius: functions that resolve fields, by type and field. */
  readonly loaders?: Readonly<Record<string, object>>;
}

// The token of `@nestjs/graphql`, which may not be installed.
const optionsToken = 'GqlModuleOptions';

/**
 * Knows whether Nest runs guards and interceptors for fields and references of GraphQL: it does so only with an option of the GraphQL
 * module. Refuses an application in which the requirement of a field would not be checked, also if the audit only warns.
 */
@Injectable()
export class GraphqlEnhancers implements OnModuleInit {
  constructor(
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(EntryPoints) private readonly entries: EntryPoints,
    @Inject(Reflector) private readonly reflector: Reflector,
  ) {}

  /** Returns whether they run for fields and references in every GraphQL module; `false` without such a module. */
  runForFields(enhancer: Enhancer): boolean {
    const modules = this.#modules();
    return (
      modules.length > 0 &&
      modules.every(({ fieldResolverEnhancers = [] }) => fieldResolverEnhancers.includes(enhancer))
    );
  }

  /** @throws {NanookNestError} `NANOOK_NEST_UNGUARDED_FIELD` */
  onModuleInit(): void {
    if (this.#modules().length === 0) return;
    for (const entry of this.entries.all()) {
      const missing =
        entry.resolves === 'root'
          ? undefined
          : this.#neededBy(entry).find((enhancer) => !this.runForFields(enhancer));
      if (missing !== undefined)
        throw new NanookNestError('NANOOK_NEST_UNGUARDED_FIELD', {
          handler: handlerName(entry.type, entry.handler),
          missing,
        });
    }
  }

  /** The enhancers that the requirements of the handler itself need. A requirement of the class can be for its other handlers. */
  #neededBy({ handler }: EntryPoint): Enhancer[] {
    const kinds = new Set(ownRequirementsOf(this.reflector, handler).map(({ kind }) => kind));
    if (kinds.has('result') || Reflect.hasMetadata(fieldsKey, handler)) return ['guards', 'interceptors'];
    kinds.delete('skip');
    return kinds.size > 0 ? ['guards'] : [];
  }

  #modules(): readonly GraphqlOptions[] {
    return graphqlOptionsOf(this.discovery);
  }
}

/** The options of every GraphQL module of the application. */
export const graphqlOptionsOf = (discovery: DiscoveryService): readonly GraphqlOptions[] =>
  discovery
    .getProviders()
    .filter(({ token }) => token === optionsToken)
    .map(({ instance }) => instance as GraphqlOptions);
