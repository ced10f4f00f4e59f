import { guardResponse } from '@nanook/http';
import type { Request } from 'express';
import type { ServerResponse } from 'node:http';
import { handlerLocation, isPreflightHandled } from '../internals/route-handlers.js';
import { isFailureDecided, scopesOf } from './handler-scopes.js';
import { routeOf } from '../internals/request.js';

/** The responses that `authorize()` put the net under: that one holds to the end. */
const covered = new WeakSet<ServerResponse>();

/** Blocks a response that does not wait for the checks of its request, wherever it comes from. */
export function guardChecks(req: Request, res: ServerResponse, fail: (error: unknown) => void): void {
  installGuard(req, res, fail, () => true);
}

/** Puts the response guard under all that follows. */
export function guardWholeRequest(req: Request, res: ServerResponse, fail: (error: unknown) => void): void {
  if (covered.has(res)) return;
  covered.add(res);
  installGuard(req, res, fail, () => false);
}

/** Puts the response guard under one route, unless there is one already. Once the route was left it holds for its handlers only. */
export function guardRoute(
  req: Request,
  res: ServerResponse,
  fail: (error: unknown) => void,
  isLeft: () => boolean,
): void {
  if (covered.has(res)) return;
  const scopes = scopesOf(req);
  const route = scopes.current;
  installGuard(req, res, fail, () => isLeft() && scopes.running?.isWithin(route) !== true);
}

function installGuard(
  req: Request,
  res: ServerResponse,
  fail: (error: unknown) => void,
  isElsewhere: () => boolean,
): void {
  guardResponse(res, {
    // Middleware may let a client ask with one method for another: what counts is what the handler is asked with.
    get method() {
      return req.method;
    },
    route: () => routeOf(req),
    handler: () => handlerLocation(req),
    isPreflight: () => isPreflightHandled(req),
    isSettled: () => isElsewhere() || isSettled(req),
    isFailureDecided: () => isFailureDecided(req),
    elsewhere: () => scopesOf(req).decisions,
    checks: () => authzIn(req)?.checks,
    challenge: () => authzIn(req)?.challenge,
    fail,
  });
}

/** Whether a requirement was met for the handler that runs. It was not where `authorization(…)` was forgotten. */
export const isSettled = ({ authz }: { readonly authz?: Request['authz'] | undefined }): boolean =>
  authz?.isSettled === true;

const authzIn = ({ authz }: { readonly authz?: Request['authz'] | undefined }) => authz;
