import { AuthorizationConfigError, type RequestAuthorization } from '@nanook/http';
import { createParamDecorator, type ExecutionContext, type PipeTransform, type Type } from '@nestjs/common';
import { callOf } from '../execution/handler-call.js';
import { checkParentheses } from '../requirements/decorator-arguments.js';
import { actorDependent, parametersOf } from './reads-actor.js';

type Pipe = Type<PipeTransform> | PipeTransform;

// A registered symbol, which the ESM and the CommonJS copy of this package share.
const resourceMark = Symbol.for('@nanook/nestjs/authorized-resource');

const resourceOf = createParamDecorator<number | undefined>(
  Object.defineProperty(
    (position: number | undefined, context: ExecutionContext): unknown =>
      loadedResource(context, position, '@AuthorizedResource()'),
    resourceMark,
    { value: true },
  ),
);

/**
 * Returns a resource that the requirements of a handler loaded.
 *
 * @param position the position of the requirement, counted from 0; `undefined` for the last one
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_NO_RESOURCE`
 */
export function loadedResource(
  context: ExecutionContext,
  position: number | undefined,
  caller: string,
): unknown {
  const { resources } = callOf(context, caller);
  const at = position ?? resources.length - 1;
  if (!(at in resources)) throw new AuthorizationConfigError('NANOOK_HTTP_NO_RESOURCE', {});
  return resources[at];
}

/** Returns the positions that each `@AuthorizedResource` of a handler has; `undefined` for the last resource. */
export const resourcePositionsOf = (type: object, name: string): readonly (number | undefined)[] =>
  parametersOf(type, name).flatMap(({ factory, data }) =>
    factory !== undefined && resourceMark in factory ? [data as number | undefined] : [],
  );

/**
 * Passes to the handler the resource that its requirement loaded and authorized.
 *
 * @param positionAndPipes the position of the requirement, counted from 0, if several load a resource (default: the last), and pipes
 * @throws {NanookNestError} `NANOOK_NEST_INVALID_DECORATOR` for a decorator without parentheses; in a call,
 *   `NANOOK_NEST_NO_AUTHORIZATION` if the guard did not run
 * @throws {AuthorizationConfigError} in a call, `NANOOK_HTTP_NO_RESOURCE` if no requirement loads a resource
 * @example
 * @Get(':id') @Authorize('read', Note) show(@AuthorizedResource() note: Note) { return note; }
 */
export function AuthorizedResource(...positionAndPipes: (number | undefined | Pipe)[]): ParameterDecorator {
  checkParentheses('@AuthorizedResource', positionAndPipes, '@AuthorizedResource()');
  return resourceOf(...(positionAndPipes as never[]));
}

const actorOf = actorDependent((_: unknown, context: ExecutionContext): Promise<unknown> =>
  callOf(context, '@CurrentActor()').authz.actor(),
);
const currentActor = createParamDecorator(actorOf);

/**
 * Passes the actor of the request to the handler.
 *
 * @param pipes pipes that convert the actor
 * @throws {NanookNestError} `NANOOK_NEST_INVALID_DECORATOR` for a decorator without parentheses
 * @throws {UnauthenticatedError} in a call, if the request has no actor and the option `anonymous` is not set
 * @example
 * @Post() @Authorize('create', Note) create(@CurrentActor() user: User) { … }
 */
export function CurrentActor(...pipes: Pipe[]): ParameterDecorator {
  checkParentheses('@CurrentActor', pipes, '@CurrentActor()');
  return currentActor(...(pipes as never[]));
}

const authzOf = createParamDecorator(
  actorDependent(
    (_: unknown, context: ExecutionContext): RequestAuthorization => callOf(context, '@Authz()').authz,
  ),
);

/**
 * Passes the authorization of the request to the handler, for checks in the handler: `can`, `actions`, `fields`, `pick`, `authorize` …
 *
 * @param pipes pipes that convert the authorization
 * @throws {NanookNestError} `NANOOK_NEST_INVALID_DECORATOR` for a decorator without parentheses
 * @example
 * async show(@AuthorizedResource() note: Note, @Authz() authz: RequestAuthorization) {
 *   return { ...note, actions: [...(await authz.actions(note))] };
 * }
 */
export function Authz(...pipes: Pipe[]): ParameterDecorator {
  checkParentheses('@Authz', pipes, '@Authz()');
  return authzOf(...(pipes as never[]));
}
