import { AuthorizationConfigError, type RequestAuthorization } from '@nanook/http';
import { createParamDecorator, type ExecutionContext, type PipeTransform, type Type } from '@nestjs/common';
import { checkParentheses } from '../requirements/decorator-arguments.js';
import { callOf } from '../execution/handler-call.js';
import { actorDependent } from './reads-actor.js';

type Pipe = Type<PipeTransform> | PipeTransform;

const resourceOf = createParamDecorator<number | undefined>(
  (position, context: ExecutionContext): unknown => {
    const { resources } = callOf(context, '@AuthorizedResource()');
    const at = position ?? resources.length - 1;
    if (!(at in resources)) throw new AuthorizationConfigError('NANOOK_HTTP_NO_RESOURCE', {});
    return resources[at];
  },
);

/**
 * Hands the handler the resource that its requirement loaded and authorized.
 *
 * @param positionAndPipes the position of the requirement, counted from 0, if several requirements load a resource (default: the last);
 *   then pipes, as for other parameter decorators
 */
export function AuthorizedResource(...positionAndPipes: (number | undefined | Pipe)[]): ParameterDecorator {
  checkParentheses('@AuthorizedResource', positionAndPipes, '@AuthorizedResource()');
  return resourceOf(...(positionAndPipes as never[]));
}

const actorOf = actorDependent((_: unknown, context: ExecutionContext): Promise<unknown> =>
  callOf(context, '@CurrentActor()').authz.actor(),
);
const currentActor = createParamDecorator(actorOf);

/** Hands the handler the actor. @throws {UnauthenticatedError} when nobody is signed in and `anonymous` is not given */
export function CurrentActor(...pipes: Pipe[]): ParameterDecorator {
  checkParentheses('@CurrentActor', pipes, '@CurrentActor()');
  return currentActor(...(pipes as never[]));
}

const authzOf = createParamDecorator(
  actorDependent(
    (_: unknown, context: ExecutionContext): RequestAuthorization => callOf(context, '@Authz()').authz,
  ),
);

/** Hands the handler the authorization of the request: `can`, `actions`, `fields`, `pick` and the rest. */
export function Authz(...pipes: Pipe[]): ParameterDecorator {
  checkParentheses('@Authz', pipes, '@Authz()');
  return authzOf(...(pipes as never[]));
}
