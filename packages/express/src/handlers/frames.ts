import { AuthorizationConfigError, type Decided, type RequestAuthorization } from '@nanook/http';
import { FollowedRequest, Frame, Run } from '@nanook/http/node';
import type { Request } from 'express';
import { IncomingMessage, type ServerResponse } from 'node:http';
import type { AppInternals, Layer, RouterInternals } from '../internals/express-internals.js';
import { isWholeApplication } from '../internals/layer-path.js';

export type Next = (error?: unknown) => void;

/** One run of a router or a route through its layers. All of its layers receive the same `next`, which belongs to no other run. */
export class LayerRun extends Run {
  /** The paths below which a decision counts for the layers that follow. */
  #paths: string[] | undefined;
  /** The parameters of the path for which a callback of `router.param` made a decision. */
  #parameters: { readonly name: string; readonly value: unknown }[] | undefined;

  /**
   * Whether a decision from outside of the run counts for all of its layers; undefined until the first layer or the first callback of
   * `router.param`.
   */
  isInherited: boolean | undefined;

  /**
   * @param earlier the run that the request started before
   * @param around the layer that was called last, where the asynchronous context of the run is lost
   */
  constructor(
    frames: RequestFrames,
    outer: Frame | undefined,
    readonly next: Next,
    readonly earlier: LayerRun | undefined,
    readonly around: Frame | undefined = outer,
  ) {
    super(frames, outer, false);
  }

  /** Makes a decision count for the layers that follow, while the request stays below a path. */
  coverPath(path: string): void {
    (this.#paths ??= []).push(path);
  }

  /** Makes a decision count for the layers with the same parameter and value, for which Express would not call the callback again. */
  coverParameter(name: string, value: unknown): void {
    (this.#parameters ??= []).push({ name, value });
  }

  /** Returns whether a decision that was made before counts for a layer that is called now. */
  covers(req: Request): boolean {
    return (
      this.isInherited === true ||
      this.#paths?.some((path) => isBelow(req, path)) === true ||
      this.#parameters?.some(({ name, value }) => hasParameter(req, name, value)) === true
    );
  }
}

/** Returns whether the request is below a path. Middleware may rewrite `req.url`; a decision for one path does not count for another. */
function isBelow(req: Request, path: string): boolean {
  if (path === '') return true;
  const url = (req.baseUrl ?? '') + req.url;
  return url.startsWith(path) && /^([/?#.]|$)/.test(url.slice(path.length));
}

const hasParameter = ({ params }: Request, name: string, value: unknown): boolean =>
  Object.hasOwn(params, name) && params[name] === value;

/** The call of a function that a router runs. */
abstract class HandlerFrame extends Frame {
  declare readonly run: LayerRun;
  /** The authorization that the request has outside of the function, if code in the function has replaced it. */
  authzOutside: RequestAuthorization | undefined;
  /** The `next` that the function has received. */
  next: Next | undefined;
  /** The `next` of the running router. Another one shows that a router is running which is not followed. */
  readonly router: unknown;

  constructor(
    run: LayerRun,
    readonly req: Request,
  ) {
    super(run, run.covers(req));
    this.router = req.next;
  }
}

/** The call of a layer. */
export class LayerFrame extends HandlerFrame {
  /** The path of the request up to the layer. */
  readonly #base: string;

  constructor(
    run: LayerRun,
    req: Request,
    readonly layer: Layer,
  ) {
    super(run, req);
    this.#base = req.baseUrl ?? '';
  }

  protected override passOn(decided: Decided): void {
    if (decided === 'authorized' || !this.isOfApplication) this.run.coverPath(this.#base);
  }

  /** Whether the application itself calls the layer, and for every path. */
  get isOfApplication(): boolean {
    return this.run.outer === undefined && isWholeApplication(this.layer, appOf(this.req));
  }
}

/** The call of a callback of `router.param`. */
export class ParameterFrame extends HandlerFrame {
  readonly #name: string;

  /** @param layer a layer of the router that has the parameter */
  constructor(
    run: LayerRun,
    req: Request,
    readonly layer: Layer,
    name: string,
  ) {
    super(run, req);
    this.#name = name;
  }

  protected override passOn(): void {
    this.run.coverParameter(this.#name, this.req.params[this.#name]);
  }
}

/** A guard for the checks of a request, which can guard its decisions, too. */
export interface ChecksGuard {
  /** Blocks a response without a decision, too, from now on. */
  requireDecision(res: ServerResponse, fail: Next): void;
}

/** The calls of layers in one request, and what else this package keeps for the request. */
export class RequestFrames extends FollowedRequest {
  lastRun: LayerRun | undefined;
  /** The router that was entered last. */
  entered: RouterInternals | undefined;
  /** The router of the application in which `authorization(…)` has run last. */
  authorizedRouter: RouterInternals | undefined;
  authz: RequestAuthorization | undefined;
  /** The guard that `authorization(…)` set last. */
  checksGuard: ChecksGuard | undefined;
  /** Whether `authorize()` guards the response. */
  isGuarded = false;
  readonly #req: Request;
  #failure: unknown;
  #isFailureDecided = false;

  constructor(req: Request) {
    super();
    this.#req = req;
  }

  /**
   * Runs code between the layers of a run. The frame around the run is as good a context for it as the run: a layer finds its run by its
   * `next`.
   */
  override callBetween<Args extends unknown[], Result>(
    run: Run,
    code: (...args: Args) => Result,
    ...args: Args
  ): Result {
    if (run.outer !== undefined && this.place === run.outer) return code(...args);
    return super.callBetween(run, code, ...args);
  }

  protected override mayDecide(frame: Frame): boolean {
    return frame instanceof HandlerFrame && frame.router === this.#req.next;
  }

  /**
   * Records an error that goes to the error handlers, with whether a decision counts for the handler in which it occurred.
   *
   * @param frame the call of this handler
   */
  noteError(error: unknown, frame = this.responder): void {
    if (error === undefined || error === null) return;
    const isObject = typeof error === 'object';
    if (isObject && error === this.#failure) return;
    this.#failure = error;
    this.#isFailureDecided = isObject && frame?.isSettled === true;
  }

  /** Whether the last error occurred in a handler with a decision. */
  get isFailureDecided(): boolean {
    return this.#isFailureDecided;
  }
}

/** The one property of a request. On Node 20 each further one takes time, because Express gives each request a shape of its own. */
const slot = Symbol('nanook');

const findFrames = (req: object): RequestFrames | undefined => (req as { [slot]?: RequestFrames })[slot];

/** Returns the calls of the layers of a request. */
export const framesOf = (req: Request): RequestFrames =>
  ((req as { [slot]?: RequestFrames })[slot] ??= new RequestFrames(req));

export const appOf = (req: Request): AppInternals | undefined =>
  req.app as unknown as AppInternals | undefined;

/**
 * Returns the authorization of a request.
 *
 * @param caller the function that needs it, for the message
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_NO_AUTHORIZATION`
 */
export function authzOf(req: object, caller: string): RequestAuthorization {
  const authz =
    findFrames(req)?.authz ?? ((req as Express.Request).authz as RequestAuthorization | undefined);
  if (authz === undefined) throw new AuthorizationConfigError('NANOOK_HTTP_NO_AUTHORIZATION', { caller });
  return authz;
}

/** Whether this copy of the package, and no other one in the process, has defined the accessor. */
let isDefinedHere = false;

/** Defines `req.authz` for all requests of HTTP/1, so that no request needs this property. */
export function defineAuthz(): void {
  if (Object.hasOwn(IncomingMessage.prototype, 'authz')) return;
  isDefinedHere = true;
  Object.defineProperty(IncomingMessage.prototype, 'authz', {
    configurable: true,
    get(this: object) {
      return findFrames(this)?.authz;
    },
    set(this: Request, authz: RequestAuthorization | undefined) {
      framesOf(this).authz = authz;
    },
  });
}

/**
 * Replaces the authorization of a request in the router or the application that uses the middleware. The code after it has the one from
 * before.
 *
 * @param next the `next` of the middleware; a handler that calls the middleware with its own `next` does not contain it
 */
export function useAuthz(
  req: Request,
  frames: RequestFrames,
  authz: RequestAuthorization,
  next: unknown,
): void {
  let around = frames.frame ?? (frames.called?.isLeft === false ? frames.called : undefined);
  while (around !== undefined && !(around instanceof HandlerFrame)) around = around.run.outer; // skipped middleware
  if (around !== undefined && around.next !== next)
    around.authzOutside ??= frames.authz ?? (req.authz as RequestAuthorization | undefined);
  setAuthz(req, frames, authz);
}

/** Sets `req.authz`, without the accessor where it is defined here: on Node 20, its call takes as long as a check. */
export function setAuthz(req: Request, frames: RequestFrames, authz: RequestAuthorization): void {
  if (isDefinedHere && req instanceof IncomingMessage) frames.authz = authz;
  else req.authz = authz;
}
