import {
  checkAuthorizeArguments,
  checkNoClass,
  checkParentheses,
  wrongUse,
  describe,
} from './decorator-arguments.js';
import { requirementDecorator, type HandlerOrClass } from './requirement-decorator.js';
import {
  authorizes,
  skips,
  type InlineLoader,
  type ResourceOptions,
  type RequirementSource,
} from './handler-requirement.js';

/**
 * Demands that the actor may do this to the resource, which is loaded once and handed to the handler by
 * `@AuthorizedResource()`. Several of them accumulate: all must hold, those of the class first.
 *
 * It brings a guard along: in an application without `NanookModule` the handler is refused.
 *
 * @param action as the policy has it. Default: by the request's method; GET and HEAD `read`, POST `create`, PUT and PATCH
 *   `update`, DELETE `delete`
 * @param resource the type, loaded by the provider with `@ResourceLoader(type)`; or a class with `@ResourceLoader`; or a loader
 * @throws {NanookNestError} `NANOOK_NEST_INVALID_DECORATOR` without parentheses, or for arguments of another kind
 * @example
 * @Get(':id') @Authorize('read', Repository) show(@AuthorizedResource() repository: Repository) { return repository; }
 */
export function Authorize(
  action: string,
  resource: RequirementSource,
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

/** Demands that the policy lets the request itself in: `allow_request(actor, request)`. */
export function AuthorizeRequest(): HandlerOrClass;
export function AuthorizeRequest(...args: unknown[]): HandlerOrClass {
  checkParentheses('@AuthorizeRequest', args, '@AuthorizeRequest()');
  checkNoClass('@AuthorizeRequest', args[0], '@AuthorizeRequest()');
  if (args.length > 0)
    throw wrongUse('@AuthorizeRequest', `takes no arguments, and was given ${describe(args[0])}`);
  return requirementDecorator('@AuthorizeRequest', { kind: 'request' });
}

/** States that nothing needs authorizing here, and why. */
export function SkipAuthorization(reason: string): HandlerOrClass;
export function SkipAuthorization(...args: [reason: string]): HandlerOrClass {
  checkParentheses('@SkipAuthorization', args, `@SkipAuthorization('liveness probe')`);
  checkNoClass('@SkipAuthorization', args[0], `@SkipAuthorization('liveness probe')`);
  return requirementDecorator('@SkipAuthorization', skips(args[0]));
}

export type { InlineLoader, ResourceOptions, RequirementSource };
