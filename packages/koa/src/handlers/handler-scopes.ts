import { AttachedValues, RequirementScope, RequirementScopes } from '@nanook/http';
import type { ExtendableContext, Next } from 'koa';
import type { App, Handler, Layer, Router } from '../internals/koa-router-internals.js';
import { isRoute, originalOf } from '../internals/koa-router-internals.js';
import { originsOf } from '../internals/layer-origins.js';
import { isKoaToRespond } from '../internals/respond.js';

/** The place of a handler in a router or an application. */
export interface Place {
  readonly container: Router | App;
  /** The layer of the router. */
  readonly layer?: Layer;
  /** The index of the layer in its router, and of the handler in its layer. */
  readonly position: readonly [number, number];
  /** Whether the handler is middleware of this package, which knows its scope from its `next` instead of the asynchronous context. */
  readonly isOwn: boolean;
}

/** The way of a request through a router or an application, with the decisions that were made in it. */
export interface Passage {
  readonly container: Router | App;
  readonly position: readonly [number, number];
  /** Whether a decision counted before the router or application. */
  readonly isInherited: boolean;
  /** The routers whose middleware made a decision: this router, or nested ones. */
  readonly settled: ReadonlySet<object>;
  /** The route in which a decision was made. */
  readonly route: Layer | undefined;
  readonly outer: Passage | undefined;
}

/** One call of a handler. */
interface HandlerCall {
  readonly place: Place;
  readonly scope: HandlerScope;
  /** The context that the handler before has handed over; `undefined` where the asynchronous context is that of the scope before. */
  readonly handed: Handed | undefined;
  /** The `next` that the handler has received. */
  readonly next: Next;
  /** The call of a handler of the same request before this one. */
  readonly earlier: HandlerCall | undefined;
  /** The handlers under a guard that this call continues with, if it sets a guard. */
  guarded: object | undefined;
  /** Whether the handler is a requirement, or calls one with its own `next`, so that the decision counts for later handlers. */
  isRequirement: boolean;
}

/** The context that a handler hands over to the next one, because an asynchronous context for each handler takes time. */
interface Handed {
  readonly scope: RequirementScope;
  readonly guarded: object | undefined;
}

/** The scope of a handler, or of the code after it. */
class HandlerScope extends RequirementScope {
  /** The call of the handler; `undefined` for the code after it. */
  call: HandlerCall | undefined;

  /** @param left the call that has called `next`, for the code that follows */
  constructor(
    parent: RequirementScope,
    isInherited: boolean,
    readonly passage: Passage | undefined,
    readonly left: HandlerCall | undefined,
  ) {
    super(parent, isInherited);
  }
}

const passageIn = (scope: RequirementScope): Passage | undefined =>
  scope instanceof HandlerScope ? scope.passage : undefined;
const callIn = (scope: RequirementScope): HandlerCall | undefined =>
  scope instanceof HandlerScope ? scope.call : undefined;
const leftIn = (scope: RequirementScope): HandlerCall | undefined =>
  scope instanceof HandlerScope ? scope.left : undefined;

/** The state that this package keeps for a request. */
interface ContextState {
  readonly scopes: RequirementScopes;
  /** Set while a handler calls the next one. */
  handed: Handed | undefined;
  /** The last call of a handler. The calls are a list, because a map for each request takes more time than all other code here. */
  lastCall: HandlerCall | undefined;
  /** Whether the setters of the response record the scope of the handler that calls them. */
  isAnswerWatched: boolean;
  /** The scope of the handler that has prepared the response. */
  answer: RequirementScope | undefined;
  /** Whether `authorize()` guards the response until it ends. */
  isGuarded: boolean;
  /** The guard that `authorization` has set, and the `next` of that middleware. */
  checksGuard: { readonly guard: object; readonly next: Next } | undefined;
}

const states = new AttachedValues<ExtendableContext, ContextState>();

/** Finds the call of a handler by the `next` that the handler has received. */
function findCall(ctx: ExtendableContext, next: Next): HandlerCall | undefined {
  let call = findState(ctx)?.lastCall;
  while (call !== undefined && call.next !== next) call = call.earlier;
  return call;
}

export function stateOf(ctx: ExtendableContext): ContextState {
  let state = states.get(ctx);
  if (state === undefined) {
    state = {
      scopes: new RequirementScopes(),
      handed: undefined,
      lastCall: undefined,
      isAnswerWatched: false,
      answer: undefined,
      isGuarded: false,
      checksGuard: undefined,
    };
    states.set(ctx, state);
  }
  return state;
}

/** Returns the state of a request, if this package keeps one. */
export const findState = (ctx: ExtendableContext): ContextState | undefined => states.get(ctx);

/** The scopes of the handlers of a request. */
export const scopesOf = (ctx: ExtendableContext): RequirementScopes => stateOf(ctx).scopes;

/** Returns whether a scope belongs to a handler whose place is known. */
export const isHandlerScope = (scope: RequirementScope): boolean => callIn(scope) !== undefined;

/** Returns whether a scope belongs to code that runs after the last handler of a route has called `next`. */
export function isAfterRoute(scope: RequirementScope, route: Layer): boolean {
  for (let each: RequirementScope | undefined = scope; each !== undefined; each = each.parent) {
    if (callIn(each)?.place.layer === route) return false;
    if (leftIn(each)?.place.layer === route) return true;
  }
  return false;
}

/**
 * Calls a handler in its scope. The code after it gets a separate scope, in which only decisions of its router and its route count. For a
 * handler whose place is not known, only decisions before the router count.
 */
export function callHandler(
  ctx: ExtendableContext,
  place: Place,
  handler: (ctx: ExtendableContext, next: Next) => unknown,
  next: Next,
): unknown {
  const state = stateOf(ctx);
  const { scopes, handed } = state;
  state.handed = undefined;
  const running = handed?.scope ?? scopes.current;
  const passage = passageOf(running, place);
  const isRouteSettled = passage.route !== undefined && passage.route === place.layer;
  const isSettled = passage.isInherited || isRouteSettled || isSettledFor(passage, place);
  const scope = new HandlerScope(running, isSettled, passage, undefined);
  const goOn: Next = () => {
    const then = passageAfter(passage, call, scope, isRouteSettled);
    const before = place.isOwn ? scope : scopes.current;
    const after = new HandlerScope(before, passage.isInherited, then, call);
    const guarded = call.guarded ?? (place.isOwn ? guardedAround(call, scopes) : scopes.guarded);
    return isNextFollowed(place) ? handOver(state, after, guarded, next) : scopes.run(after, next, guarded);
  };
  const call: HandlerCall = {
    place,
    scope,
    handed,
    next: goOn,
    earlier: state.lastCall,
    guarded: undefined,
    isRequirement: false,
  };
  scope.call = call;
  state.lastCall = call;
  try {
    if (place.isOwn) return handler(ctx, goOn);
    return callInScope(ctx, call, running, () => handler(ctx, goOn));
  } catch (error) {
    return Promise.reject(error as Error);
  }
}

/** Calls a followed handler, and hands over its scope instead of an asynchronous context. */
function handOver<Result>(
  state: ContextState,
  scope: RequirementScope,
  guarded: object | undefined,
  handler: () => Result,
): Result {
  state.scopes.return(scope);
  state.handed = { scope, guarded };
  try {
    return handler();
  } finally {
    state.handed = undefined;
  }
}

async function callInScope(
  ctx: ExtendableContext,
  call: HandlerCall,
  running: RequirementScope,
  handler: () => unknown,
): Promise<unknown> {
  const scopes = scopesOf(ctx);
  try {
    return await scopes.run(call.scope, handler, guardedAround(call, scopes));
  } finally {
    // If Koa does not respond, code that has lost its asynchronous context may still respond later.
    if (isKoaToRespond(ctx)) scopes.return(running);
  }
}

/** Returns the handlers under a guard to which a handler belongs. */
const guardedAround = ({ handed }: HandlerCall, scopes: RequirementScopes): object | undefined =>
  handed === undefined ? scopes.guarded : handed.guarded;

/** Returns whether the next handler is one that {@link callHandler} calls, so that no other code needs the scope before it. */
function isNextFollowed({ container, layer, position: [i, j] }: Place): boolean {
  const next = layer === undefined ? (container as App).middleware[i + 1] : layer.stack[j + 1];
  return next !== undefined && originalOf(next) !== next;
}

const ownMiddleware = new WeakSet<object>();

/**
 * Marks middleware of this package that runs code of the application only in its `next` and in {@link runInOwnScope}. It then needs no
 * asynchronous context.
 */
export function asOwn<Middleware extends object>(middleware: Middleware): Middleware {
  ownMiddleware.add(middleware);
  return middleware;
}

export const isOwn = (handler: object): boolean => ownMiddleware.has(handler);

/** Returns the scope of own middleware by its `next`; `undefined` where the asynchronous context has the scope. */
export function ownScopeOf(ctx: ExtendableContext, next: Next): RequirementScope | undefined {
  const call = findCall(ctx, next);
  return call?.place.isOwn === true ? call.scope : undefined;
}

/** Runs code of the application in the scope of own middleware. */
export function runInOwnScope<Result>(ctx: ExtendableContext, next: Next, work: () => Result): Result {
  const { scopes } = stateOf(ctx);
  const call = findCall(ctx, next);
  return call?.place.isOwn === true
    ? scopes.run(call.scope, work, call.guarded ?? guardedAround(call, scopes))
    : work();
}

/** Returns the `next` of the handler that has handed over its context to own middleware, without any code between the two. */
export const nextBefore = (ctx: ExtendableContext, next: Next): Next | undefined => {
  const scope = findCall(ctx, next)?.handed?.scope;
  return scope && leftIn(scope)?.next;
};

/** Returns the handlers under a guard to which own middleware belongs. */
export function guardedOf(ctx: ExtendableContext, next: Next): object | undefined {
  const { scopes } = stateOf(ctx);
  const call = findCall(ctx, next);
  return call === undefined ? scopes.guarded : guardedAround(call, scopes);
}

/** Runs the handlers after own middleware, as handlers under a guard. */
export function runHandlersUnder<Result>(
  ctx: ExtendableContext,
  next: Next,
  guarded: object,
  handlers: () => Result,
): Result {
  const { scopes } = stateOf(ctx);
  const call = findCall(ctx, next);
  if (call?.place.isOwn !== true) return scopes.run(scopes.current, handlers, guarded);
  call.guarded = guarded;
  return handlers();
}

function passageOf(running: RequirementScope, { container, position }: Place): Passage {
  const within = passageIn(running);
  for (let passage = within; passage !== undefined; passage = passage.outer)
    if (passage.container === container && isBefore(passage.position, position)) {
      const { isInherited, settled, route, outer } = passage;
      return { container, position, isInherited, settled, route, outer };
    }
  // A decision of code whose place is not known counts for that code alone.
  const isInherited = callIn(running) === undefined ? running.isInherited : running.isSettled;
  return { container, position, isInherited, settled: nothing, route: undefined, outer: within };
}

const nothing: ReadonlySet<object> = new Set();

/** Returns whether one position is before another. A request may pass a router twice; the second passage starts anew. */
const isBefore = (
  [layer, handler]: readonly [number, number],
  [laterLayer, later]: readonly [number, number],
): boolean => layer < laterLayer || (layer === laterLayer && handler < later);

function isSettledFor({ settled }: Passage, { container, layer }: Place): boolean {
  if (settled.has(container)) return true;
  return layer !== undefined && originsOf(layer).routers.some((router) => settled.has(router));
}

/** Returns the passage after a handler. A decision in a route counts for its later handlers; a requirement of a router, for its later layers. */
function passageAfter(
  passage: Passage,
  { place: { container, layer }, isRequirement }: HandlerCall,
  scope: RequirementScope,
  isRouteSettled: boolean,
): Passage {
  if (layer !== undefined && isRoute(layer)) {
    const route = isRouteSettled || scope.decided !== undefined ? layer : undefined;
    return route === passage.route ? passage : { ...passage, route };
  }
  const left = passage.route === undefined ? passage : { ...passage, route: undefined };
  if (!isRequirement || scope.decided === undefined) return left;
  const origins = layer === undefined ? undefined : originsOf(layer);
  if (origins?.isExact === false) return left;
  const origin = origins?.routers.at(-1) ?? container;
  return { ...left, settled: new Set([...passage.settled, origin]) };
}

/** Runs the decision of a requirement. Where the place of the requirement is not known, the decision counts for nothing else. */
export function decideFor<Result>(
  ctx: ExtendableContext,
  requirement: Handler,
  next: Next,
  decide: () => Result,
): Result {
  const { scopes } = stateOf(ctx);
  const call = findCall(ctx, next);
  if (call?.place.isOwn === true) return runInOwnScope(ctx, next, decide);
  const running = scopes.current;
  if (call !== undefined || isHandlerScope(running) || appOf(ctx).middleware.includes(requirement))
    return decide();
  const result = scopes.run(new RequirementScope(running, false), decide);
  scopes.return(running);
  return result;
}

/** Calls `next` after the decision of a requirement, which counts for the handlers after it where its place is known. */
export function continueAfter(ctx: ExtendableContext, requirement: Handler, next: Next): Promise<unknown> {
  const call = findCall(ctx, next);
  if (call !== undefined) {
    call.isRequirement = true;
    return next();
  }
  const { scopes } = stateOf(ctx);
  const running = scopes.current;
  if (isHandlerScope(running) || !appOf(ctx).middleware.includes(requirement)) return next();
  // Koa composed the requirement before the application was followed.
  return scopes.run(new HandlerScope(running, true, passageIn(running), undefined), next);
}

/** Returns whether the application that serves the request uses a requirement, and not a router or a mounted application. */
export function isWholeApplication(ctx: ExtendableContext, requirement: Handler, next: Next): boolean {
  const call = findCall(ctx, next);
  return call === undefined
    ? appOf(ctx).middleware.includes(requirement)
    : call.place.container === appOf(ctx);
}

/** Calls the handlers after skipped middleware, for which the skip does not count. */
export function runAfterSkip(ctx: ExtendableContext, outer: RequirementScope, next: Next): Promise<unknown> {
  const { scopes } = stateOf(ctx);
  const { isInherited } = outer;
  return scopes.run(new HandlerScope(scopes.current, isInherited, passageIn(outer), undefined), next);
}

const appOf = ({ app }: ExtendableContext): App => app as unknown as App;
