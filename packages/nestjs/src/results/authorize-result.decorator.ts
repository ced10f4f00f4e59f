import { TypeToken, type AnyAction } from '@nanook/core';
import { checkAction } from '@nanook/http';
import { UseInterceptors, applyDecorators } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { checkNoClass, checkParentheses, describe, wrongUse } from '../requirements/decorator-arguments.js';
import { fieldsKey } from '../requirements/handler-requirement.js';
import {
  bringGuards,
  onHandlerOrClass,
  requirementDecorator,
  type HandlerOrClass,
} from '../requirements/requirement-decorator.js';
import type { FieldsRequirement } from './result-requirements.js';
import { ResultInterceptor } from './result.interceptor.js';
import type { RowType } from './row-type.js';

/** Options of `@AuthorizeResult` and `@AuthorizedFields`. */
export interface ResultOptions {
  /**
   * The path of the resources in the result: `'items'` for `{ items, total }`, `'edges.node'` for a connection, `'data'` for the
   * `{ event, data }` of a message. Default: the result itself.
   */
  readonly at?: string;
  /**
   * The type of the resources, if it has no class: its name or its token. Rows of Prisma or Drizzle are plain objects that show no type;
   * rows that show one keep it.
   */
  readonly type?: RowType;
}

// An instance, because Nest skips an interceptor class that it did not instantiate in the module of the handler.
const shapesResults = new ResultInterceptor(new Reflector());

/**
 * Requires that the actor may perform the action on the resources that the handler returns. A single resource is refused as `@Authorize`
 * refuses it, with a 404 if there is none. Refused elements of a list, and refused events of a subscription or of `@Sse()`, are left out.
 * The handler runs before the check, so use it to read, and not to change data.
 *
 * It is a requirement of the handler. Field resolvers of GraphQL need `fieldResolverEnhancers: ['guards', 'interceptors']`.
 *
 * It needs the resource itself, so write interceptors that convert the result *below* it, or on the class. Write a cache above it: below
 * it, an answer that does not come from the handler is blocked. A response that the handler writes itself is blocked, too.
 *
 * @param action an action of the policy. Default `'read'`
 * @param options the path of the resources in the result, and their type
 * @throws {NanookNestError} `NANOOK_NEST_INVALID_DECORATOR` for a decorator without parentheses or with invalid arguments
 * @example
 * @Get() @AuthorizeResult('read', { at: 'items' }) list(): Promise<Page<Repository>> { … }
 * @example
 * @Get() @AuthorizeResult('read', { type: 'Repository' }) list() { return this.prisma.repository.findMany(); }
 * @example
 * @AuthorizeResult() @UseInterceptors(ClassSerializerInterceptor) show() { … }
 */
export function AuthorizeResult(action?: AnyAction, options?: ResultOptions): HandlerOrClass;
export function AuthorizeResult(...args: [action?: string, options?: ResultOptions]): HandlerOrClass {
  const requirement = resultArguments('@AuthorizeResult', args);
  return applyDecorators(
    requirementDecorator('@AuthorizeResult', { kind: 'result', ...requirement }),
    UseInterceptors(shapesResults),
  ) as HandlerOrClass;
}

/**
 * Removes from the result the fields on which the actor may not perform the action: `allow_field(actor, action, resource, field)`. A copy
 * of the same class replaces the resource, so that `ClassSerializerInterceptor` still finds its `@Exclude()`; write that interceptor below,
 * or on the class.
 *
 * Values of allowed fields are copied as they are. Write the decorator once for each path of nested resources: `{ at: 'author' }` removes
 * fields of the author. A document of Mongoose or an instance of Sequelize has the fields that its `toJSON()` shows, and a plain object
 * replaces it.
 *
 * It does not authorize the resource, so the handler needs a requirement, too. `@AuthorizeResult` authorizes the resource first, in any
 * order of the decorators. For GraphQL, where field resolvers need the complete parent, use `authorizeField`.
 *
 * @param action an action of the policy. Default `'read'`
 * @param options the path of the resources in the result, and their type
 * @throws {NanookNestError} `NANOOK_NEST_INVALID_DECORATOR` for a decorator without parentheses or with invalid arguments
 * @example
 * @Get(':id') @Authorize(User) @AuthorizedFields() @AuthorizedFields('read', { at: 'team' }) show(@AuthorizedResource() user: User) { return user; }
 */
export function AuthorizedFields(action?: AnyAction, options?: ResultOptions): HandlerOrClass;
export function AuthorizedFields(...args: [action?: string, options?: ResultOptions]): HandlerOrClass {
  const requirement: FieldsRequirement = resultArguments('@AuthorizedFields', args);
  return onHandlerOrClass('@AuthorizedFields', (place, kind, method) => {
    bringGuards(place, kind, method);
    UseInterceptors(shapesResults)(place as never);
    const others = (Reflect.getOwnMetadata(fieldsKey, place) ?? []) as readonly FieldsRequirement[];
    Reflect.defineMetadata(fieldsKey, [requirement, ...others], place);
  });
}

/** @throws {NanookNestError} `NANOOK_NEST_INVALID_DECORATOR` */
function resultArguments(
  decorator: string,
  args: readonly [action?: string, options?: ResultOptions],
): FieldsRequirement {
  const example = `${decorator}(), or ${decorator}('read', { at: 'items' })`;
  checkParentheses(decorator, args, example);
  checkNoClass(decorator, args[0], example);
  const [action = 'read', options = {}] = args;
  if (typeof action === 'object')
    throw wrongUse(decorator, `needs the action first, got ${describe(action)}; write ${example}`);
  checkAction(action);
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw wrongUse(decorator, `needs options { at?, type? }, got ${describe(options)}; write ${example}`);
  const { at, type, ...unknown } = options;
  const [name] = Object.keys(unknown);
  if (name !== undefined) throw wrongUse(decorator, `has no option \`${name}\`; it has \`at\` and \`type\``);
  if (at !== undefined && (typeof at !== 'string' || at === ''))
    throw wrongUse(decorator, `needs for \`at\` a path such as 'items', got ${describe(at)}`);
  if (type !== undefined && !(type instanceof TypeToken) && (typeof type !== 'string' || type === ''))
    throw wrongUse(decorator, `needs for \`type\` the name or the token of a type, got ${describe(type)}`);
  return { action, at, type };
}
