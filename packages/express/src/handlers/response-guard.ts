import { AttachedValues, guardResponse, type ResponseGuard } from '@nanook/http';
import type { Request } from 'express';
import type { ServerResponse } from 'node:http';
import { routeOf } from '../internals/request.js';
import { handlerLocation, isPreflightHandled } from '../internals/route-handlers.js';
import { isFailureDecided, scopesOf } from './handler-scopes.js';

/** The responses that `authorize()` guards until they end. */
const guardedResponses = new AttachedValues<ServerResponse, true>();

/** Blocks a response that does not wait for the checks of its request, in any handler. */
export function guardChecks(req: Request, res: ServerResponse, fail: (error: unknown) => void): void {
  installGuard(req, res, fail, () => true);
}

/** Blocks a response without a decision, in all handlers that follow. */
export function guardWholeRequest(req: Request, res: ServerResponse, fail: (error: unknown) => void): void {
  if (guardedResponses.has(res)) return;
  guardedResponses.set(res, true);
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

function installGuard(
  req: Request,
  res: ServerResponse,
  fail: (error: unknown) => void,
  needsNoDecision: () => boolean,
): void {
  guardResponse(res, new RequestGuard(req, fail, needsNoDecision));
}

/** A class, because a getter in an object literal would give the object of each request another shape. */
class RequestGuard implements ResponseGuard {
  readonly #req: Request;
  readonly #needsNoDecision: () => boolean;

  /** @param needsNoDecision returns whether the handler that writes now is not concerned */
  constructor(
    req: Request,
    readonly fail: (error: unknown) => void,
    needsNoDecision: () => boolean,
  ) {
    this.#req = req;
    this.#needsNoDecision = needsNoDecision;
  }

  /** Middleware may change the method (method override); the method that the handler sees counts. */
  get method(): string {
    return this.#req.method;
  }

  route(): string {
    return routeOf(this.#req);
  }

  handler(): string | undefined {
    return handlerLocation(this.#req);
  }

  isPreflight(): boolean {
    return isPreflightHandled(this.#req);
  }

  isSettled(): boolean {
    return this.#needsNoDecision() || isSettled(this.#req);
  }

  isFailureDecided(): boolean {
    return isFailureDecided(this.#req);
  }

  elsewhere(): readonly string[] {
    return scopesOf(this.#req).made;
  }

  checks() {
    return authzIn(this.#req)?.checks;
  }

  challenge() {
    return authzIn(this.#req)?.challenge;
  }
}

/** Returns whether a decision counts for the running handler; `false` where `authorization(…)` was not used. */
export const isSettled = (req: { readonly authz?: Request['authz'] | undefined }): boolean =>
  req.authz?.isSettled === true;

const authzIn = ({ authz }: { readonly authz?: Request['authz'] | undefined }) => authz;
