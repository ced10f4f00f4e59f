import type { ActionOfSource } from '@nanook/core';
import {
  checkAuthorizeArguments,
  checkNoClass,
  checkParentheses,
  wrongUse,
  describe,
} from './decorator-arguments.js';
import {
  authorizes,
  skips,
  type InlineLoader,
  type ResourceOptions,
  type RequirementSource,
} from './handler-requirement.js';
import { requirementDecorator, type HandlerOrClass } from './requirement-decorator.js';

/**
 * Requires that the actor may perform the action on the resource. The resource is loaded once; `@AuthorizedResource()` passes it to the
 * handler. If a handler and its class have several requirements, all must hold; those of the class are checked first.
 *
 * The decorator adds a guard, so that an application without `NanookModule` refuses calls of the handler.
 *
 * @param action an action of the policy. Default: by the HTTP method; GET and HEAD `read`, POST `create`, PUT and PATCH `update`, DELETE
 *   `delete`
 * @param resource the type, which a provider with `@ResourceLoader(type)` loads; or a class with `@ResourceLoader`; or a function that
 *   loads the resource
 * @param options the place of the id, and its conversion
 * @throws {NanookNestError} `NANOOK_NEST_INVALID_DECORATOR` for a decorator without parentheses or with invalid arguments
 * @example
 * @Get(':id') @Authorize('read', Repository) show(@AuthorizedResource() repository: Repository) { return repository; }
 */
export function Authorize<Source extends RequirementSource>(
  action: ActionOfSource<Source, 'actions' | 'typeActions'>,
  resource: Source,
  options?: ResourceOptions,
): HandlerOrClass;
export function Authorize(
  resource: Exclude<RequirementSource, string>,
  options?: ResourceOptions,
): HandlerOrClass;
export function Authorize(
  ...args: [first: RequirementSource, second?: RequirementSource | ResourceOptions, third?: ResourceOptions]
): HandlerOrClass {
  checkAuthorizeArguments(args);
  const [first, second, third = {}] = args;
  return requirementDecorator(
    '@Authorize',
    typeof first === 'string'
      ? authorizes(first, second as RequirementSource, third)
      : authorizes(undefined, first, (second as ResourceOptions | undefined) ?? {}),
  );
}

/**
 * Requires that the policy admits the request: `allow_request(actor, request)`. It does not authorize the handler, which needs another
 * requirement.
 *
 * @throws {NanookNestError} `NANOOK_NEST_INVALID_DECORATOR` for a decorator without parentheses or with arguments
 * @example
 * @Get() @AuthorizeRequest() @Authorize('list', Repository) list() { … }
 */
export function AuthorizeRequest(): HandlerOrClass;
export function AuthorizeRequest(...args: unknown[]): HandlerOrClass {
  checkParentheses('@AuthorizeRequest', args, '@AuthorizeRequest()');
  checkNoClass('@AuthorizeRequest', args[0], '@AuthorizeRequest()');
  if (args.length > 0) throw wrongUse('@AuthorizeRequest', `takes no arguments, got ${describe(args[0])}`);
  return requirementDecorator('@AuthorizeRequest', { kind: 'request' });
}

/**
 * Skips authorization for a handler, or for all handlers of a class that have no requirement.
 *
 * @param reason the reason why it needs no authorization, for the listing of the audit
 * @throws {NanookNestError} `NANOOK_NEST_INVALID_DECORATOR` for a decorator without parentheses
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_NO_REASON` for an empty reason
 * @example
 * @Get('health') @SkipAuthorization('liveness probe') health() { return 'up'; }
 */
export function SkipAuthorization(reason: string): HandlerOrClass;
export function SkipAuthorization(...args: [reason: string]): HandlerOrClass {
  checkParentheses('@SkipAuthorization', args, `@SkipAuthorization('liveness probe')`);
  checkNoClass('@SkipAuthorization', args[0], `@SkipAuthorization('liveness probe')`);
  return requirementDecorator('@SkipAuthorization', skips(args[0]));
}

export type { InlineLoader, ResourceOptions, RequirementSource };
