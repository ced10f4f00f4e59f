import type { AnyAction, Class } from '@nanook/core';
import type { RequestAuthorization } from '@nanook/http';
import { checkAction } from '@nanook/http';
import { NanookNestError } from '../errors/nanook-nest-error.js';
import { checkContext, findRequest, scopedAuthorization } from '../execution/graphql-requests.js';
import { scopeOf, type OperationInfo } from '../execution/graphql-scope.js';
import { graphqlExceptionOf } from '../refusals/graphql-exception.js';
import { findType } from '../resources/find-type.js';
import { FieldDecisions } from './field-decisions.js';
import type { RowType } from './row-type.js';

interface FieldInfo extends OperationInfo {
  readonly fieldName: string;
  readonly parentType: { readonly name: string };
}

/** The part of the context of a field middleware that `authorizeField` reads. */
export interface FieldContext {
  // oxlint-disable-next-line typescript/no-explicit-any -- the type of the parent is unknown
  readonly source: any;
  // oxlint-disable-next-line typescript/no-explicit-any -- the type of the context depends on the driver
  readonly context: any;
  readonly info?: FieldInfo | null;
}

/** The result of `authorizeField`: a `FieldMiddleware` of `@nestjs/graphql`. */
// oxlint-disable-next-line typescript/no-explicit-any -- the type that Nest declares
export type FieldAuthorization = (field: FieldContext, next: () => Promise<any>) => any;

/** Options of `authorizeField`. */
export interface AuthorizeFieldOptions {
  /** The action of the policy. Default `'read'`. */
  readonly action?: AnyAction;
  /** The name of the field in the policy, if the schema has another name for it. */
  readonly field?: string;
  /** The type of parents that show no type: its name or its token. Default: the type of the policy with the name of the GraphQL type. */
  readonly type?: RowType;
  /** The names of GraphQL types that are not resources, such as pages, edges and results of mutations. Their fields are not checked. */
  readonly exclude?: readonly string[];
}

/**
 * Creates a field middleware for GraphQL that returns a field only if the actor may read it: `allow_field(actor, action, parent, field)`.
 * Add it for all fields in `buildSchemaOptions.fieldMiddleware`, or for one field in `@Field({ middleware })`. A refused field is an error
 * `FORBIDDEN`. Declare it nullable; otherwise GraphQL drops its parent, too.
 *
 * The parent must be a resource of the policy. A row that shows no type of the policy, such as one of Prisma, has the type with the name of
 * its GraphQL type. Fields of other parents are refused, unless their type is excluded.
 *
 * @param options the action, the name of the field, and the excluded types
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_NO_ACTION`
 * @example
 * GraphQLModule.forRoot({ buildSchemaOptions: { fieldMiddleware: [authorizeField({ exclude: ['RepositoryPage'] })] }, … })
 */
export function authorizeField({
  action = 'read',
  field: named,
  type,
  exclude = [],
}: AuthorizeFieldOptions = {}): FieldAuthorization {
  checkAction(action);
  const excluded = new Set(exclude);
  const authorization: FieldAuthorization = ({ source, context, info }, next) => {
    const { fieldName, parentType } = info!;
    if (excluded.has(parentType.name)) return next();
    const decisions = decisionsOf(context, action, info!);
    const field = named ?? fieldName;
    if (decisions.isKnown(source, field)) return next();
    const typeOf = (): RowType | Class | undefined => type ?? findType(decisions.authorizer, parentType.name);
    return decisions.authorize(source, field, typeOf).then(next, rethrow);
  };
  return Object.defineProperty(authorization, excludedKey, { value: excluded });
}

// A registered symbol, which the ESM and the CommonJS copy of this package share.
const excludedKey = Symbol.for('@nanook/nestjs/field-authorization');

/** Returns whether a field middleware comes from `authorizeField` and checks the fields of the type. */
export function checksField(middleware: unknown, type: string): boolean {
  const excluded = (middleware as { readonly [excludedKey]?: ReadonlySet<string> })[excludedKey];
  return excluded !== undefined && !excluded.has(type);
}

const rethrow = (error: unknown): never => {
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
      throw new NanookNestError('NANOOK_NEST_NO_AUTHORIZATION', { caller: 'authorizeField()', handler });
    }
    checkContext(context as object);
    const scope = scopeOf(info);
    return scope === undefined ? authz : scopedAuthorization(authz, scope);
  } catch (error) {
    throw graphqlExceptionOf(error);
  }
}
