import type { RequestAuthorization } from '@nanook/http';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { callOf } from './handler-call.js';
import { AuthorizationFault } from '@nanook/http';

/**
 * The resource that the handler's rule loaded and authorized.
 *
 * @param position which one, counted from 0, where several rules load one. Default: the last
 */
export const AuthorizedResource = createParamDecorator<number | undefined>(
  (position, context: ExecutionContext): unknown => {
    const { resources } = callOf(context, '@AuthorizedResource()');
    const at = position ?? resources.length - 1;
    if (!(at in resources)) throw new AuthorizationFault('NANOOK_HTTP_NO_RESOURCE', {});
    return resources[at];
  },
);

/** Who is asking. @throws {UnauthenticatedError} when it is nobody and no `anonymous` stands in */
export const CurrentActor = createParamDecorator((_: unknown, context: ExecutionContext): Promise<unknown> =>
  callOf(context, '@CurrentActor()').authz.actor(),
);

/** The authorization of the request: `can`, `actions`, `fields`, `pick` and the rest. */
export const Authz = createParamDecorator(
  (_: unknown, context: ExecutionContext): RequestAuthorization => callOf(context, '@Authz()').authz,
);
