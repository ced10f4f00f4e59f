import { checkAction } from '@nanook/http';
import { SetMetadata, UseInterceptors, applyDecorators } from '@nestjs/common';
import { ruleDecorator } from './handler-rule.js';
import { fieldsKey, type FieldsDemand } from './result-demands.js';
import { ResultInterceptor } from './result.interceptor.js';

export interface ResultOptions {
  /**
   * Where in what the handler returns the resources are: `'items'` for `{ items, total }`, `'edges.node'` for a connection, `'data'`
   * for a message's `{ event, data }`. Default: it returns them as they are.
   */
  readonly at?: string;
}

type HandlerOrClass = ClassDecorator & MethodDecorator;

/**
 * Demands that the actor may do this to what the handler returns. One resource is refused as `@Authorize` refuses it, also when
 * there is none; of a list, or of the events of a subscription, what the actor may do this to is left. The handler has run by
 * then: for reading, not for what changes something.
 *
 * It counts as a rule of the handler. Field resolvers of GraphQL need `fieldResolverEnhancers: ['guards', 'interceptors']`.
 *
 * It looks at the resource itself, so other interceptors that change the result go *below* it, or on the class. A cache goes above
 * it, or is keyed by user: elsewhere, what one may have would be everybody's. What a handler sends by `@Res()` is not seen, so it is not called.
 *
 * @example
 * @Get() @AuthorizeResult('read', { at: 'items' }) list(): Promise<Page<Repository>> { … }
 * @example
 * @AuthorizeResult() @UseInterceptors(ClassSerializerInterceptor) show() { … }
 */
export const AuthorizeResult = (action = 'read', { at }: ResultOptions = {}): HandlerOrClass => {
  checkAction(action);
  return applyDecorators(ruleDecorator({ kind: 'result', action, at }), UseInterceptors(ResultInterceptor));
};

/**
 * Leaves in what the handler returns only the fields on which the actor may do this: `allow_field(actor, action, resource,
 * field)`. A copy of the same class takes the resource's place, and has its own fields only, so that `ClassSerializerInterceptor`
 * still finds its `@Exclude()`; it goes below, or on the class.
 *
 * It is no decision about the resource: a rule is needed beside it. With `@AuthorizeResult` the resource is authorized first,
 * whichever stands above. For GraphQL, where field resolvers need their parent whole, see `authorizeField`.
 *
 * @example
 * @Get(':id') @Authorize(User) @AuthorizedFields() show(@AuthorizedResource() user: User) { return user; }
 */
export const AuthorizedFields = (action = 'read', { at }: ResultOptions = {}): HandlerOrClass => {
  checkAction(action);
  const demand: FieldsDemand = { action, at };
  return applyDecorators(SetMetadata(fieldsKey, demand), UseInterceptors(ResultInterceptor));
};
