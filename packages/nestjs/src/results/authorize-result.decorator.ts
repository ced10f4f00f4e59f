import { checkAction } from '@nanook/http';
import { UseInterceptors, applyDecorators } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { checkNoClass, checkParentheses, describe, wrongUse } from '../requirements/decorator-arguments.js';
import {
  bringGuards,
  onHandlerOrClass,
  requirementDecorator,
  type HandlerOrClass,
} from '../requirements/requirement-decorator.js';
import { fieldsKey } from '../requirements/handler-requirement.js';
import type { FieldsRequirement } from './result-requirements.js';
import { ResultInterceptor } from './result.interceptor.js';

export interface ResultOptions {
  /**
   * Where in what the handler returns the resources are: `'items'` for `{ items, total }`, `'edges.node'` for a connection, `'data'`
   * for a message's `{ event, data }`. Default: it returns them as they are.
   */
  readonly at?: string;
}

// An object, as Nest skips an interceptor that it did not instantiate in the module of the class.
const shapesResults = new ResultInterceptor(new Reflector());

/**
 * Demands that the actor may do this to what the handler returns. One resource is refused as `@Authorize` refuses it, also when
 * there is none; of a list, or of the events of a subscription, what the actor may do this to is left. The handler has run by
 * then: for reading, not for what changes something.
 *
 * It counts as a requirement of the handler. Field resolvers of GraphQL need `fieldResolverEnhancers: ['guards', 'interceptors']`.
 *
 * It reads the resource itself, so other interceptors that change the result go *below* it, or on the class. A cache goes above
 * it, or is keyed by user; elsewhere the audit refuses it. A response that the handler writes by itself is blocked. Refused events of
 * `@Sse()` are left out.
 *
 * @example
 * @Get() @AuthorizeResult('read', { at: 'items' }) list(): Promise<Page<Repository>> { … }
 * @example
 * @AuthorizeResult() @UseInterceptors(ClassSerializerInterceptor) show() { … }
 */
export function AuthorizeResult(action?: string, options?: ResultOptions): HandlerOrClass;
export function AuthorizeResult(...args: [action?: string, options?: ResultOptions]): HandlerOrClass {
  const { action, at } = resultArguments('@AuthorizeResult', args);
  return applyDecorators(
    requirementDecorator('@AuthorizeResult', { kind: 'result', action, at }),
    UseInterceptors(shapesResults),
  ) as HandlerOrClass;
}

/**
 * Leaves in what the handler returns only the fields on which the actor may do this: `allow_field(actor, action, resource,
 * field)`. A copy of the same class takes the resource's place, and has its own fields only, so that `ClassSerializerInterceptor`
 * still finds its `@Exclude()`; it goes below, or on the class.
 *
 * It is no decision about the resource: a requirement is needed beside it. With `@AuthorizeResult` the resource is authorized first,
 * whichever stands above. For GraphQL, where field resolvers need their parent whole, see `authorizeField`.
 *
 * @example
 * @Get(':id') @Authorize(User) @AuthorizedFields() show(@AuthorizedResource() user: User) { return user; }
 */
export function AuthorizedFields(action?: string, options?: ResultOptions): HandlerOrClass;
export function AuthorizedFields(...args: [action?: string, options?: ResultOptions]): HandlerOrClass {
  const demand: FieldsRequirement = resultArguments('@AuthorizedFields', args);
  return onHandlerOrClass('@AuthorizedFields', (place, kind, method) => {
    bringGuards(place, kind, method);
    UseInterceptors(shapesResults)(place as never);
    Reflect.defineMetadata(fieldsKey, demand, place);
  });
}

/** @throws {NanookNestError} `NANOOK_NEST_INVALID_DECORATOR` */
function resultArguments(
  decorator: string,
  args: readonly [action?: string, options?: ResultOptions],
): { readonly action: string; readonly at: string | undefined } {
  const example = `${decorator}(), or ${decorator}('read', { at: 'items' })`;
  checkParentheses(decorator, args, example);
  checkNoClass(decorator, args[0], example);
  const [action = 'read', options = {}] = args;
  if (typeof action === 'object')
    throw wrongUse(
      decorator,
      `was given ${describe(action)} for the action; the action comes first: ${example}`,
    );
  checkAction(action);
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw wrongUse(decorator, `was given ${describe(options)} for its options; write ${example}`);
  const { at, ...unknown } = options;
  const [name] = Object.keys(unknown);
  if (name !== undefined) throw wrongUse(decorator, `has no option \`${name}\`; it has \`at\``);
  if (at !== undefined && (typeof at !== 'string' || at === ''))
    throw wrongUse(decorator, `was given ${describe(at)} for \`at\`; it is a path such as 'items'`);
  return { action, at };
}
