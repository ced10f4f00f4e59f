import type { RequestAuthorization } from '@nanook/http';
import { checkAction } from '@nanook/http';
import { FieldDecisions } from './field-decisions.js';
import { graphqlExceptionOf } from '../refusals/graphql-exception.js';
import { scopeOf, type OperationInfo } from '../execution/graphql-scope.js';
import { checkContext, findRequest, scopedAuthorization } from '../execution/graphql-requests.js';
import { NanookNestError } from '../errors/nanook-nest-error.js';

interface FieldInfo extends OperationInfo {
  readonly fieldName: string;
  readonly parentType: { readonly name: string };
}

/** What Nest hands to a field middleware, as far as it is looked at. */
export interface FieldContext {
  // oxlint-disable-next-line typescript/no-explicit-any -- whatever the resolver of the parent returned
  readonly source: any;
  // oxlint-disable-next-line typescript/no-explicit-any -- whatever the driver makes the context of
  readonly context: any;
  readonly info?: FieldInfo | null;
}

/** It is a `FieldMiddleware` of `@nestjs/graphql`. */
// oxlint-disable-next-line typescript/no-explicit-any -- as Nest has it
export type FieldAuthorization = (field: FieldContext, next: () => Promise<any>) => any;

export interface AuthorizeFieldOptions {
  /** Default `'read'`. */
  readonly action?: string;
  /** What the policy calls the field, where the schema has another name for it. */
  readonly field?: string;
  /** Names of GraphQL types that are no resources: pages, edges, results of mutations. Their fields are not asked about. */
  readonly exclude?: readonly string[];
}

/**
 * A field middleware for GraphQL that gives a field only to whom the policy lets have it: `allow_field(actor, action, parent,
 * field)`. For all fields in `buildSchemaOptions.fieldMiddleware`, or for one in `@Field({ middleware })`. A field that is refused
 * is an error `FORBIDDEN`; declare it nullable, or the error takes its parent along.
 *
 * The parent must be what the policy takes for the resource: an instance, or a row tagged by `typed`. Fields of anything else are
 * refused, unless their type is excluded.
 *
 * @example
 * GraphQLModule.forRoot({ buildSchemaOptions: { fieldMiddleware: [authorizeField({ exclude: ['RepositoryPage'] })] }, … })
 */
export function authorizeField({
  action = 'read',
  field: named,
  exclude = [],
}: AuthorizeFieldOptions = {}): FieldAuthorization {
  checkAction(action);
  const excluded = new Set(exclude);
  const authorization: FieldAuthorization = ({ source, context, info }, next) => {
    const { fieldName, parentType } = info!;
    if (excluded.has(parentType.name)) return next();
    const decisions = decisionsOf(context, action, info!);
    const field = named ?? fieldName;
    return decisions.isKnown(source, field) ? next() : decisions.authorize(source, field).then(next, tell);
  };
  return Object.defineProperty(authorization, excludedKey, { value: excluded });
}

// By a symbol that the ESM and the CommonJS copy of this package share.
const excludedKey = Symbol.for('@nanook/nestjs/field-authorization');

/** Returns whether a field middleware comes from `authorizeField` and checks the fields of the type. */
export function checksField(middleware: unknown, type: string): boolean {
  const excluded = (middleware as { readonly [excludedKey]?: ReadonlySet<string> })[excludedKey];
  return excluded !== undefined && !excluded.has(type);
}

const tell = (error: unknown): never => {
  throw graphqlExceptionOf(error);
};

const known = new WeakMap<RequestAuthorization, Map<string, FieldDecisions>>();

function decisionsOf(context: unknown, action: string, info: FieldInfo): FieldDecisions {
  const authz = authzOf(context, info);
  let byAction = known.get(authz);
  if (byAction === undefined) known.set(authz, (byAction = new Map()));
  let decisions = byAction.get(action);
  if (decisions === undefined) byAction.set(action, (decisions = new FieldDecisions(authz, action)));
  return decisions;
}

function authzOf(context: unknown, info: FieldInfo): RequestAuthorization {
  try {
    const authz = findRequest(context);
    if (authz === undefined) {
      const handler = `${info.parentType.name}.${info.fieldName}`;
      throw new NanookNestError('NANOOK_NEST_NO_AUTHORIZATION', { wanted: 'authorizeField()', handler });
    }
    checkContext(context as object);
    const scope = scopeOf(info);
    return scope === undefined ? authz : scopedAuthorization(authz, scope);
  } catch (error) {
    throw graphqlExceptionOf(error);
  }
}
