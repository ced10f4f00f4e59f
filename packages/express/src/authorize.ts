import type { Class, TypeToken } from '@nanook/core';
import { asRule, authorizeRule, checkAction, checkReason, checkSource, toError } from '@nanook/http';
import type { Request } from 'express';
import { coverResponse } from './net.js';
import { authzOf, type Middleware } from './request.js';

/**
 * Gets the resource of a request, to be authorized and handed to the handler. What the path's parameters are is not known here:
 * `authorize<{ id: string }>(…)` says it.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- or each parameter had to be asserted
export type Loader<Params = any> = (req: Request<Params>) => unknown;

/**
 * For all requests: asks `allow_request(actor, request)` where the policy has such a rule, and puts the safety net under what
 * follows: a response for which nothing was decided and nothing skipped is withheld, and becomes an error.
 */
export function authorize(): Middleware;
/**
 * For a route: loads the resource, and goes on when the actor may do this to it. It is `req.authz.resource` then. A class, or the
 * name of a type, is itself the resource: for *create* and *list*.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- as in Loader
export function authorize<Params = any>(
  action: string,
  resource: Loader<Params> | Class | TypeToken | string,
): Middleware;
export function authorize(...rule: [] | [string, Loader | Class | TypeToken | string]): Middleware {
  if (rule.length === 0) return authorizeRequest;
  const [action, resource] = rule;
  checkAction(action);
  checkSource(action, resource);
  return asRule<Middleware>(
    (req, _res, next) => {
      const loaded = authzOf(req, `authorize('${action}', …)`).load(action, resource, req as Request);
      passOn(loaded, next);
    },
    authorizeRule(action, resource),
  );
}

/** For a route that needs no authorization, and why. */
export function skipAuthorization(reason: string): Middleware {
  checkReason(reason);
  return asRule<Middleware>(
    (req, _res, next) => {
      authzOf(req, 'skipAuthorization').skip(reason);
      next();
    },
    { kind: 'skip', reason },
  );
}

const authorizeRequest = asRule<Middleware>(
  (req, res, next) => {
    const authz = authzOf(req, 'authorize()');
    coverResponse(req as Request, res, next);
    if (authz.asksForRequests) passOn(authz.authorizeRequest(), next);
    else next();
  },
  { kind: 'request' },
);

/** Goes on, or hands the error on: once, in Express 4 and 5 alike. */
function passOn(decision: Promise<unknown>, next: (error?: unknown) => void): void {
  decision.then(
    () => next(),
    (reason: unknown) => next(toError(reason)),
  );
}
