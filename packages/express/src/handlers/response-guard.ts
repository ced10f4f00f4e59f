import { guardResponse } from '@nanook/http';
import type { Request } from 'express';
import type { ServerResponse } from 'node:http';
import { routeOf } from '../internals/request.js';
import { handlerLocation, isPreflightHandled } from '../internals/route-handlers.js';
import { isFailureDecided, scopesOf } from './handler-scopes.js';

/** The responses that `authorize()` guards until they end. */
const guardedResponses = new WeakSet<ServerResponse>();

/** Blocks a response that does not wait for the checks of its request, in any handler. */
export function guardChecks(req: Request, res: ServerResponse, fail: (error: unknown) => void): void {
  installGuard(req, res, fail, () => true);
}

/** Blocks a response without a decision, in all handlers that follow. */
export function guardWholeRequest(req: Request, res: ServerResponse, fail: (error: unknown) => void): void {
  if (guardedResponses.has(res)) return;
  guardedResponses.add(res);
  installGuard(req, res, fail, () => false);
}

/**
 * Blocks a response without a decision in one route, unless `authorize()` guards the response already. After the request has left the
 * route, the guard still applies to the handlers of this route.
 */
export function guardRoute(
  req: Request,
  res: ServerResponse,
  fail: (error: unknown) => void,
  isLeft: () => boolean,
): void {
  if (guardedResponses.has(res)) return;
  const scopes = scopesOf(req);
  const route = scopes.current;
  installGuard(req, res, fail, () => isLeft() && scopes.running?.isWithin(route) !== true);
}

/** @param needsNoDecision returns whether the handler that writes now is not concerned */
function installGuard(
  req: Request,
  res: ServerResponse,
  fail: (error: unknown) => void,
  needsNoDecision: () => boolean,
): void {
  guardResponse(res, {
    // Middleware may change the method (method override); the method that the handler sees counts.
    get method() {
      return req.method;
    },
    route: () => routeOf(req),
    handler: () => handlerLocation(req),
    isPreflight: () => isPreflightHandled(req),
    isSettled: () => needsNoDecision() || isSettled(req),
    isFailureDecided: () => isFailureDecided(req),
    elsewhere: () => scopesOf(req).decisions,
    checks: () => authzIn(req)?.checks,
    challenge: () => authzIn(req)?.challenge,
    fail,
  });
}

/** Returns whether a decision counts for the running handler; `false` where `authorization(…)` was not used. */
export const isSettled = (req: { readonly authz?: Request['authz'] | undefined }): boolean =>
  req.authz?.isSettled === true;

const authzIn = ({ authz }: { readonly authz?: Request['authz'] | undefined }) => authz;
