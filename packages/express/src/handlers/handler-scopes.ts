import { AttachedValues, AuthorizationConfigError, RequirementScope, RequirementScopes } from '@nanook/http';
import type { Request } from 'express';
import { routerOf as routerOfApp, type AppInternals, type Layer } from '../internals/express-internals.js';
import { isWholeApplication } from '../internals/layer-path.js';

export type Next = (error?: unknown) => void;

/** One call of a layer. */
interface LayerCall {
  readonly layer: Layer;
  readonly scope: RequirementScope;
  /** The path of the request up to the layer. A decision of the layer counts below this path. */
  readonly base: string;
  /** The dispatch of the router that was running. */
  readonly router: Next | undefined;
  readonly isProtected: boolean;
  /** Returns whether the application itself calls the layer, and for every path. */
  readonly isWholeApplication: () => boolean;
  /** Whether the layer has called `next`. */
  isLeft: boolean;
}

/**
 * One run of a router or a route through its layers. All of its layers are called with the same `next`, which belongs to no other
 * run, so `next` identifies the run.
 */
interface Dispatch {
  /** The call of the layer that contains this router or route. */
  readonly parent: RequirementScope;
  readonly isInherited: boolean;
  readonly isProtected: boolean;
  /** The paths below which a decision counts. */
  readonly settledBelow: string[];
  previous: LayerCall | undefined;
}

/** The state that this package keeps for a request. Its maps end with the request; weak maps would cost the garbage collector more. */
interface RequestState {
  readonly scopes: RequirementScopes;
  readonly dispatches: Map<Next, Dispatch>;
  readonly calls: Map<RequirementScope, LayerCall>;
  /** The `next` of a router, by the `next` that its layers receive. */
  readonly nexts: Map<Next, Next>;
  /** The decisions of callbacks of `router.param`, which count for the next layer. */
  readonly parameters: Map<Next, RequirementScope>;
  /** Whether a decision counted for the handler in which an error occurred, by the error. */
  readonly errors: Map<object, boolean>;
  /** The last of these errors. */
  failure: object | undefined;
}

const states = new AttachedValues<Request, RequestState>();

function stateOf(req: Request): RequestState {
  const known = states.get(req);
  if (known !== undefined) return known;
  const state: RequestState = {
    scopes: new RequirementScopes((current) => scopeOfDecision(state, req, current)),
    dispatches: new Map(),
    calls: new Map(),
    nexts: new Map(),
    parameters: new Map(),
    errors: new Map(),
    failure: undefined,
  };
  states.set(req, state);
  return state;
}

/** The scopes of the handlers of a request. */
export const scopesOf = (req: Request): RequirementScopes => stateOf(req).scopes;

/** Records an error that goes to the error handlers, with whether a decision counted for the handler in which it occurred. */
export function noteError(req: Request, error: unknown): void {
  if (typeof error !== 'object' || error === null) return;
  const state = stateOf(req);
  state.failure = error;
  if (!state.errors.has(error)) state.errors.set(error, state.scopes.current.isSettled);
}

/** Returns whether the last error occurred in a handler with a decision. */
export function isFailureDecided(req: Request): boolean {
  const { failure, errors } = stateOf(req);
  return failure !== undefined && errors.get(failure) === true;
}

const protectedLayers = new WeakSet<Layer>();

/** Marks a layer, so that unprotected routes in it fail. */
export const markProtected = (layer: Layer): unknown => protectedLayers.add(layer);

/**
 * Calls a layer in its scope. The decisions of its router or route count in it, and those of earlier layers in the same run.
 *
 * @param handle calls the layer; its second argument is whether the layer belongs to a protected application or router
 */
export function callLayer(
  layer: Layer,
  req: Request,
  next: Next,
  handle: (next: Next, isProtected: boolean) => unknown,
): unknown {
  const state = stateOf(req);
  const dispatch = dispatchOf(state, layer, req, next);
  carryOver(dispatch);
  const base = req.baseUrl ?? '';
  if (state.parameters.get(next)?.isSettled === true)
    dispatch.settledBelow.push(layer.route === undefined ? base : base + pathIn(req.url));
  state.parameters.delete(next);

  const isSettled = dispatch.isInherited || dispatch.settledBelow.some((path) => isBelow(req, path));
  const scope = new RequirementScope(dispatch.parent, isSettled);
  const isProtected = dispatch.isProtected || protectedLayers.has(layer);
  const layerCall: LayerCall = {
    layer,
    scope,
    base,
    router: routerOf(state, req),
    isProtected,
    isWholeApplication: () => !state.calls.has(dispatch.parent) && isWholeApplication(layer, appOf(req)),
    isLeft: false,
  };
  dispatch.previous = layerCall;
  state.calls.set(scope, layerCall);
  const goOn: Next = (error) => {
    layerCall.isLeft = true;
    noteError(req, error);
    next(error);
  };
  state.nexts.set(goOn, next);
  return state.scopes.run(scope, () => handle(goOn, isProtected));
}

function dispatchOf(state: RequestState, layer: Layer, req: Request, next: Next): Dispatch {
  const { dispatches, scopes, calls } = state;
  const known = dispatches.get(next);
  if (known !== undefined) return known;
  const parent = scopes.current;
  const dispatch: Dispatch = {
    parent,
    isInherited: parent.isSettled && !isRedirected(state, layer, req, parent),
    isProtected: calls.get(parent)?.isProtected === true,
    settledBelow: [],
    previous: undefined,
  };
  dispatches.set(next, dispatch);
  return dispatch;
}

/**
 * Returns whether a handler of the application has passed the request to the application again: `req.url = '/other'; app.handle(req, res)`.
 * A decision for the first route does not count for the second one.
 */
function isRedirected(
  { calls }: RequestState,
  layer: Layer,
  req: Request,
  parent: RequirementScope,
): boolean {
  const app = appOf(req);
  if (app === undefined) return false;
  const { stack } = routerOfApp(app);
  if (!stack.includes(layer)) return false;
  for (let scope: RequirementScope | undefined = parent; scope !== undefined; scope = scope.parent) {
    const call = calls.get(scope);
    if (call !== undefined && stack.includes(call.layer)) return true;
  }
  return false;
}

/** Makes the decision of the previous layer count for the layers after it, while the request stays below its path. */
function carryOver({ previous, settledBelow }: Dispatch): void {
  if (previous?.scope.decided === undefined) return;
  if (previous.scope.decided === 'skipped' && previous.isWholeApplication()) return;
  if (!settledBelow.includes(previous.base)) settledBelow.push(previous.base);
}

/** Returns whether the request is below a path. Middleware may rewrite `req.url`; a decision for one path does not count for another. */
function isBelow(req: Request, path: string): boolean {
  const url = (req.baseUrl ?? '') + req.url;
  return path === '' || (url.startsWith(path) && /^([/?#.]|$)/.test(url.slice(path.length)));
}

const pathIn = (url: string): string => url.replace(/[?#].*$/s, '');

/**
 * Returns the scope in which a decision counts: that of the running layer. Between two layers only callbacks of `router.param` run; their
 * decisions count for the next layer. Other decisions do not count.
 */
function scopeOfDecision(
  state: RequestState,
  req: Request,
  current: RequirementScope,
): RequirementScope | undefined {
  const { calls, dispatches, parameters } = state;
  const router = routerOf(state, req);
  const running = calls.get(current);
  if (router === undefined || (running === undefined && current.parent !== undefined)) return current;
  if (running !== undefined && isRunning(state, running, req)) return current;
  if (dispatches.get(router)?.previous?.isLeft === false) return undefined;
  const scope = parameters.get(router) ?? new RequirementScope(undefined, false);
  parameters.set(router, scope);
  return scope;
}

/** Returns the `next` of the running router, which sets `req.next`. At first, Express 4 sets it to the `next` of a layer. */
function routerOf({ nexts }: RequestState, req: Request): Next | undefined {
  const next = req.next as Next | undefined;
  return next && (nexts.get(next) ?? next);
}

/** Returns whether the layer has not called `next`, and contains no running router that this package does not follow. */
const isRunning = (state: RequestState, { router, isLeft }: LayerCall, req: Request): boolean =>
  router === routerOf(state, req) && !isLeft;

const appOf = (req: Request): AppInternals | undefined => req.app as unknown as AppInternals | undefined;

/**
 * Checks that a skip does not count for the whole application.
 *
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_SKIPPED_APPLICATION`
 */
export function checkSkippedPath(req: Request, reason: string): void {
  const state = stateOf(req);
  const running = state.calls.get(state.scopes.current);
  if (running !== undefined && isRunning(state, running, req) && running.isWholeApplication())
    throw new AuthorizationConfigError('NANOOK_HTTP_SKIPPED_APPLICATION', { reason });
}
