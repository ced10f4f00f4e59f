import { AuthorizationConfigError, RequirementScope, RequirementScopes } from '@nanook/http';
import type { Request } from 'express';
import { routerOf as routerOfApp, type AppInternals, type Layer } from '../internals/express-internals.js';
import { isWholeApplication } from '../internals/layer-path.js';

export type Next = (error?: unknown) => void;

/** One call of a layer. */
interface LayerCall {
  readonly layer: Layer;
  readonly scope: RequirementScope;
  /** The path at which the layer was called, as it was asked for. A requirement counts for what is below it. */
  readonly base: string;
  /** The dispatch of a router that was running. */
  readonly router: Next | undefined;
  readonly isProtected: boolean;
  /** Whether it is called by the application itself, and for every path. */
  readonly isWholeApplication: () => boolean;
  /** Whether it has called `next`. */
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
  /** The paths below which a requirement was met. */
  readonly settledBelow: string[];
  previous: LayerCall | undefined;
}

interface RequestState {
  readonly scopes: RequirementScopes;
  readonly dispatches: WeakMap<Next, Dispatch>;
  readonly calls: WeakMap<RequirementScope, LayerCall>;
  /** The `next` of a router for each that its layers are given. */
  readonly nexts: WeakMap<Next, Next>;
  /** What callbacks of `router.param` decide, for the layer whose parameters they look at. */
  readonly parameters: WeakMap<Next, RequirementScope>;
  /** For each error that goes to error handlers, whether something was decided for the handler that it comes from. */
  readonly errors: WeakMap<object, boolean>;
  /** The last of these errors. */
  failure: object | undefined;
}

const states = new WeakMap<object, RequestState>();

function stateOf(req: Request): RequestState {
  const known = states.get(req);
  if (known !== undefined) return known;
  const state: RequestState = {
    scopes: new RequirementScopes((current) => scopeOfDecision(state, req, current)),
    dispatches: new WeakMap(),
    calls: new WeakMap(),
    nexts: new WeakMap(),
    parameters: new WeakMap(),
    errors: new WeakMap(),
    failure: undefined,
  };
  states.set(req, state);
  return state;
}

/** The scopes of the handlers of a request. */
export const scopesOf = (req: Request): RequirementScopes => stateOf(req).scopes;

/** Notes an error on its way to the error handlers, and where it comes from, unless that is known already. */
export function noteError(req: Request, error: unknown): void {
  if (typeof error !== 'object' || error === null) return;
  const state = stateOf(req);
  state.failure = error;
  if (!state.errors.has(error)) state.errors.set(error, state.scopes.current.isSettled);
}

/** Whether an error is answered of a handler for which something was decided. */
export function isFailureDecided(req: Request): boolean {
  const { failure, errors } = stateOf(req);
  return failure !== undefined && errors.get(failure) === true;
}

const protectedLayers = new WeakSet<Layer>();

/** Marks a layer, so that no route without a requirement runs in it. */
export const markProtected = (layer: Layer): unknown => protectedLayers.add(layer);

/**
 * Calls a layer in its scope: what its router or route inherits, and what the layers before it in the same run decided.
 *
 * @param handle is told whether the layer is a part of what `protect` was given
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
 * Whether a handler of the application has passed the request to the application again, as in `req.url = '/other'; app.handle(req, res)`.
 * The requirement of the first route says nothing about the second one.
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

/** A layer that decided and went on has decided for the layers after it, as long as the request stays below its path. */
function carryOver({ previous, settledBelow }: Dispatch): void {
  if (previous?.scope.decided === undefined) return;
  if (previous.scope.decided === 'skipped' && previous.isWholeApplication()) return;
  if (!settledBelow.includes(previous.base)) settledBelow.push(previous.base);
}

/** Middleware may send a request elsewhere (`req.url = …`): what was decided for one path says nothing about another. */
function isBelow(req: Request, path: string): boolean {
  const asked = (req.baseUrl ?? '') + req.url;
  return path === '' || (asked.startsWith(path) && /^([/?#.]|$)/.test(asked.slice(path.length)));
}

const pathIn = (url: string): string => url.replace(/[?#].*$/s, '');

/**
 * The layer that is running, if it is; between two layers only the callbacks of `router.param` run, and they decide for the layer
 * that comes next. Other decisions do not count.
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

/** The dispatch of the router that is running: it puts its `next` there. Express 4 itself puts one of its layers there at first. */
function routerOf({ nexts }: RequestState, req: Request): Next | undefined {
  const next = req.next as Next | undefined;
  return next && (nexts.get(next) ?? next);
}

/** Whether the layer has not gone on, and no router runs in it that cannot be seen. */
const isRunning = (state: RequestState, { router, isLeft }: LayerCall, req: Request): boolean =>
  router === routerOf(state, req) && !isLeft;

const appOf = (req: Request): AppInternals | undefined => req.app as unknown as AppInternals | undefined;

/** @throws {AuthorizationConfigError} `NANOOK_HTTP_SKIPPED_APPLICATION` for a skip that would open all that follows in the application */
export function checkSkip(req: Request, reason: string): void {
  const state = stateOf(req);
  const running = state.calls.get(state.scopes.current);
  if (running !== undefined && isRunning(state, running, req) && running.isWholeApplication())
    throw new AuthorizationConfigError('NANOOK_HTTP_SKIPPED_APPLICATION', { reason });
}
