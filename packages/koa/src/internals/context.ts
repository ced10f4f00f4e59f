import { AuthorizationConfigError, type RequestAuthorization } from '@nanook/http';
import type { Context, ExtendableContext, Next } from 'koa';

/** The state of a request behind `authorization(authorizer, …)`, for an application that declares its own. */
export interface AuthorizationState {
  /** The authorization of this request; set by `authorization(authorizer, …)`. */
  authz: RequestAuthorization;
}

// Koa's own place for what middleware adds to the state; it serves the types of both majors, and @koa/router's.
declare module 'koa' {
  // oxlint-disable-next-line typescript/no-empty-interface, typescript/no-empty-object-type -- it is merged
  interface DefaultState extends AuthorizationState {}
}

/** Middleware of Koa that leaves it to the application and the router to say what else is in `ctx`. */
export type Middleware = (ctx: ExtendableContext, next: Next) => Promise<void>;

/** @throws {AuthorizationConfigError} `NANOOK_HTTP_NO_AUTHORIZATION` */
export function authzOf(ctx: ExtendableContext, wanted: string): RequestAuthorization {
  const authz = findAuthz(ctx);
  if (authz === undefined) throw new AuthorizationConfigError('NANOOK_HTTP_NO_AUTHORIZATION', { wanted });
  return authz;
}

export const findAuthz = (ctx: ExtendableContext): RequestAuthorization | undefined =>
  (ctx as Context).state.authz as RequestAuthorization | undefined;

/** Hands an error to the application's `error` event, as Koa does. */
export const emitError = (error: unknown, ctx: Context): void => {
  ctx.app.emit('error', error, ctx);
};
