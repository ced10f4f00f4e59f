import {
  authorizes,
  ruleDecorator,
  skips,
  type InlineLoader,
  type ResourceOptions,
  type RuleSource,
} from './handler-rule.js';

type HandlerOrClass = ClassDecorator & MethodDecorator;

/**
 * Demands that the actor may do this to the resource, which is loaded once and handed to the handler by
 * `@AuthorizedResource()`. Several of them accumulate: all must hold, those of the class first.
 *
 * @param action as the policy has it. Default: by the request's method; GET and HEAD `read`, POST `create`, PUT and PATCH
 *   `update`, DELETE `delete`
 * @param resource the type, loaded by the provider with `@ResourceLoader(type)`; or a class with `@ResourceLoader`; or a loader
 * @example
 * @Get(':id') @Authorize('read', Repository) show(@AuthorizedResource() repository: Repository) { return repository; }
 */
export function Authorize(action: string, resource: RuleSource, options?: ResourceOptions): HandlerOrClass;
export function Authorize(resource: Exclude<RuleSource, string>, options?: ResourceOptions): HandlerOrClass;
export function Authorize(
  first: RuleSource,
  second?: RuleSource | ResourceOptions,
  third: ResourceOptions = {},
): HandlerOrClass {
  return typeof first === 'string'
    ? ruleDecorator(authorizes(first, second as RuleSource, third))
    : ruleDecorator(authorizes(undefined, first, (second as ResourceOptions | undefined) ?? {}));
}

/** Demands that the policy lets the request itself in: `allow_request(actor, request)`. */
export const AuthorizeRequest = (): HandlerOrClass => ruleDecorator({ kind: 'request' });

/** Says that nothing needs authorizing here, and why. */
export const SkipAuthorization = (reason: string): HandlerOrClass => ruleDecorator(skips(reason));

export type { InlineLoader, ResourceOptions, RuleSource };
