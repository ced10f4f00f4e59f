import type { Class, TypeToken } from '@nanook/core';
import { asRule, checkAction, checkReason, checkSource, toError, withholdUndecided } from '@nanook/http';
import type { NextFunction, Request, RequestHandler } from 'express';
import { authzOf, routeOf } from './request.js';

/** Gets the resource of a request, to be authorized and handed to the handler. */
export type Loader<Params> = (req: Request<Params>) => unknown;

/**
 * For all requests: asks `allow_request(actor, request)` where the policy has such a rule, and puts the safety net under what
 * follows: a response for which nothing was decided and nothing skipped is withheld, and becomes an error.
 */
export function authorize(): RequestHandler;
/**
 * For a route: loads the resource, and goes on when the actor may do this to it. It is `req.authz.resource` then. A class, or the
 * name of a type, is itself the resource: for *create* and *list*.
 */
export function authorize<Params>(
  action: string,
  resource: Loader<Params> | Class | TypeToken | string,
): RequestHandler<Params>;
export function authorize(
  ...rule: [] | [string, Loader<never> | Class | TypeToken | string]
): RequestHandler {
  if (rule.length === 0) return authorizeRequest;
  const [action, resource] = rule;
  checkAction(action);
  checkSource(action, resource);
  return asRule<RequestHandler>((req, _res, next) => {
    const loaded = authzOf(req, `authorize('${action}', …)`).load(action, resource, req as never);
    passOn(loaded, next);
  });
}

/** For a route that needs no authorization, and why. */
export function skipAuthorization(reason: string): RequestHandler {
  checkReason(reason);
  return asRule<RequestHandler>((req, _res, next) => {
    authzOf(req, 'skipAuthorization').skip(reason);
    next();
  });
}

const authorizeRequest: RequestHandler = (req, res, next) => {
  const authz = authzOf(req, 'authorize()');
  withholdUndecided(res, {
    method: req.method,
    route: () => routeOf(req),
    isSettled: () => authz.isSettled,
    fail: next,
  });
  if (authz.asksForRequests) passOn(authz.authorizeRequest(req), next);
  else next();
};

/** Goes on, or hands the error on: once, in Express 4 and 5 alike. */
function passOn(decision: Promise<unknown>, next: NextFunction): void {
  decision.then(
    () => next(),
    (reason: unknown) => next(toError(reason)),
  );
}
