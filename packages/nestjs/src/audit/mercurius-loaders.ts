import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DiscoveryService, Reflector } from '@nestjs/core';
import { EntryPoints } from '../entry-points/entry-points.js';
import { NanookNestError } from '../errors/nanook-nest-error.js';
import { AuditState } from '../guard/audit-state.js';
import { needsCheck, fieldsKey, ownRequirementsOf } from '../requirements/handler-requirement.js';
import { checksField } from '../results/field.middleware.js';
import { graphqlOptionsOf, type GraphqlOptions } from './graphql-enhancers.js';

// The metadata key and the registry of `@nestjs/graphql`, which may not be installed.
const middlewareKey = 'graphql:field_resolver_middleware';
const storage = globalThis as {
  readonly GqlTypeMetadataStorage?: { getObjectTypesMetadata(): readonly ObjectType[] };
};

interface ObjectType {
  readonly name: string;
  readonly properties?: readonly {
    readonly schemaName: string;
    readonly middleware?: readonly unknown[];
  }[];
}

/**
 * Refuses `loaders` of Mercurius that resolve a field with a requirement or with `authorizeField`, because a loader replaces the resolver of
 * the field, with its guards and its middleware.
 */
@Injectable()
export class MercuriusLoaders implements OnApplicationBootstrap {
  constructor(
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(EntryPoints) private readonly entries: EntryPoints,
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(AuditState) private readonly state: AuditState,
  ) {}

  /**
   * Checks the options. Nest calls it after the driver has built the schema, which completes the metadata of the types.
   *
   * @throws {NanookNestError} `NANOOK_NEST_REPLACED_FIELD`
   */
  onApplicationBootstrap(): void {
    for (const options of graphqlOptionsOf(this.discovery))
      for (const [type, fields] of Object.entries(options.loaders ?? {}))
        for (const field of Object.keys(fields)) {
          const replaced = this.#replacedBy(type, field, options);
          if (replaced !== undefined) this.#refuse(`${type}.${field}`, replaced);
        }
  }

  #refuse(field: string, replaced: string): never {
    const error = new NanookNestError('NANOOK_NEST_REPLACED_FIELD', { field, replaced });
    this.state.fail(error); // the routes are registered already
    throw error;
  }

  /** The check that a loader of the field replaces. */
  #replacedBy(type: string, field: string, options: GraphqlOptions): string | undefined {
    const resolver = this.entries.all().find(({ routes }) => routes.includes(`${type}.${field}`));
    if (resolver !== undefined && this.#hasRequirement(resolver.declared)) return 'the requirement';
    const middleware = [
      ...(options.buildSchemaOptions?.fieldMiddleware ?? []),
      ...(storage.GqlTypeMetadataStorage?.getObjectTypesMetadata() ?? [])
        .filter(({ name }) => name === type)
        .flatMap(({ properties = [] }) => properties)
        .filter(({ schemaName }) => schemaName === field)
        .flatMap(({ middleware: own = [] }) => own),
      ...((resolver && (Reflect.getMetadata(middlewareKey, resolver.declared) as unknown[] | undefined)) ??
        []),
    ];
    return middleware.some((one) => checksField(one, type)) ? 'authorizeField()' : undefined;
  }

  #hasRequirement(method: object): boolean {
    return needsCheck(ownRequirementsOf(this.reflector, method)) || Reflect.hasMetadata(fieldsKey, method);
  }
}
