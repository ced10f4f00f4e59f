import { type RequestAuthorization } from '@nanook/http';
import { copyHeaders, guardResponse, type ResponseGuard } from '@nanook/http/node';
import type { Request } from 'express';
import type { ServerResponse } from 'node:http';
import { routeOf } from '../internals/request.js';
import { handlerLocation, isPreflightHandled } from '../internals/route-handlers.js';
import { framesOf, type ChecksGuard, type LayerFrame, type Next, type RequestFrames } from './frames.js';

/** Blocks a response that does not wait for the checks of an authorization, in any handler. */
export function guardChecks(
  req: Request,
  res: ServerResponse,
  frames: RequestFrames,
  fail: Next,
  authz: RequestAuthorization,
): void {
  frames.checksGuard = addGuard(res, new RequestGuard(req, res, frames, fail, authz));
}

/** Blocks a response without a decision, in all handlers that follow. */
export function guardWholeRequest(req: Request, res: ServerResponse, fail: Next): void {
  const frames = framesOf(req);
  if (frames.isGuarded) return;
  frames.isGuarded = true;
  const guard = frames.checksGuard ?? addGuard(res, new RequestGuard(req, res, frames, fail));
  guard.requireDecision(res, fail);
}

/**
 * Blocks a response without a decision in one route, unless `authorize()` guards the response already. After the request has left the
 * route, the guard still applies to the handlers of this route.
 */
export function guardRoute(
  req: Request,
  res: ServerResponse,
  frames: RequestFrames,
  fail: Next,
  route: LayerFrame,
): void {
  if (frames.isGuarded) return;
  addGuard(res, new RequestGuard(req, res, frames, fail, undefined, route)).requireDecision(res, fail);
}

function addGuard(res: ServerResponse, guard: RequestGuard): RequestGuard {
  guardResponse(res, guard);
  return guard;
}

/** The guard of a request or of a route. */
class RequestGuard implements ResponseGuard, ChecksGuard {
  readonly #req: Request;
  readonly #frames: RequestFrames;
  readonly #authz: RequestAuthorization | undefined;
  readonly #route: LayerFrame | undefined;
  #needsDecision = false;
  #fail: Next;
  headersBefore: ReturnType<typeof copyHeaders>;
  /** The number of calls of handlers when the headers were copied. */
  readonly #copiedAfter: number;

  /**
   * @param authz the authorization whose checks the response must wait for; default: that of the request
   * @param route the call of the route that alone is guarded; default: all handlers that follow
   */
  constructor(
    req: Request,
    res: ServerResponse,
    frames: RequestFrames,
    fail: Next,
    authz?: RequestAuthorization,
    route?: LayerFrame,
  ) {
    this.#req = req;
    this.#frames = frames;
    this.#fail = fail;
    this.#authz = authz;
    this.#route = route;
    this.headersBefore = copyHeaders(res);
    this.#copiedAfter = this.#frames.callCount;
  }

  requireDecision(res: ServerResponse, fail: Next): void {
    this.#needsDecision = true;
    this.#fail = fail;
    if (this.#frames.callCount !== this.#copiedAfter) this.headersBefore = copyHeaders(res);
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
    return !this.#needsDecision || this.#isRouteLeft() || this.#current()?.isSettled === true;
  }

  /** Whether the code that writes now is not concerned, because it is outside of the guarded route. */
  #isRouteLeft(): boolean {
    const route = this.#route;
    if (route?.isLeft !== true) return false;
    const { place, frame, responder } = this.#frames;
    if (place !== undefined) return frame?.isWithin(route) !== true;
    // Without a context, the code is outside only if a handler outside is running. It may belong to the route.
    return responder !== undefined && !responder.isWithin(route);
  }

  isFailureDecided(): boolean {
    return this.#frames.isFailureDecided;
  }

  noteHeader(): void {
    this.#frames.noteHeader();
  }

  isUpstream(): boolean {
    return this.#frames.isUpstream;
  }

  elsewhere(): readonly string[] {
    return this.#frames.made;
  }

  checks() {
    return this.#current()?.checks;
  }

  challenge() {
    return this.#current()?.challenge;
  }

  fail(error: unknown): void {
    this.#fail(error);
  }

  #current(): RequestAuthorization | undefined {
    return this.#authz ?? (this.#req.authz as RequestAuthorization | undefined);
  }
}
