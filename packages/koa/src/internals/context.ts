import { AuthorizationConfigError, toError, type RequestAuthorization } from '@nanook/http';
import type { Context, ExtendableContext, Next } from 'koa';

/** The part of `ctx.state` that `authorization(authorizer, …)` sets, for an application that declares the type of its state. */
export interface AuthorizationState {
  /** The authorization of this request; `undefined` until `authorization(authorizer, …)` has run. */
  authz: RequestAuthorization;
}

// Koa declares this interface for properties that middleware adds to the state. It works with the types of both major versions, and of
// @koa/router.
declare module 'koa' {
  // oxlint-disable-next-line typescript/no-empty-interface, typescript/no-empty-object-type -- it is merged
  interface DefaultState extends AuthorizationState {}
}

/** Middleware of Koa that works with any other properties of `ctx`. */
export type Middleware = (ctx: ExtendableContext, next: Next) => Promise<void>;

/** Middleware of this package. @param frame its frame, if its call is followed */
export type OwnMiddleware = (ctx: ExtendableContext, next: Next, frame?: unknown) => Promise<void>;

/**
 * Returns the authorization of a request.
 *
 * @param caller the function that needs it, for the message
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_NO_AUTHORIZATION`
 */
export function authzOf(ctx: ExtendableContext, caller: string): RequestAuthorization {
  const authz = findAuthz(ctx);
  if (authz === undefined) throw new AuthorizationConfigError('NANOOK_HTTP_NO_AUTHORIZATION', { caller });
  return authz;
}

/** Returns the authorization of a request, or `undefined`. */
export const findAuthz = (ctx: ExtendableContext): RequestAuthorization | undefined =>
  (ctx as Context).state.authz as RequestAuthorization | undefined;

/** Emits the `error` event of the application, as Koa does. */
export const emitError = (error: unknown, ctx: Context): void => {
  ctx.app.emit('error', error, ctx);
};

/** Throws a rejection reason as an error, because Koa never responds to a rejection with `undefined`. */
export function throwError(reason: unknown): never {
  throw toError(reason);
}
