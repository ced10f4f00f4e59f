import { RequirementScope, RequirementScopes } from '@nanook/http';
import type { ExtendableContext, Next } from 'koa';
import type { App, Handler, Layer, Router } from '../internals/koa-router-internals.js';
import { isRoute } from '../internals/koa-router-internals.js';
import { originsOf } from '../internals/layer-origins.js';
import { isKoaToRespond } from '../internals/respond.js';

/** A handler of a router, or of an application, and where it is. */
export interface Place {
  readonly container: Router | App;
  /** The layer of the router. */
  readonly layer?: Layer;
  /** The place of the layer in its router, and of the handler in its layer. */
  readonly position: readonly [number, number];
}

/** A router or an application that a request is passing, and what was decided in it. */
interface Passage {
  readonly container: Router | App;
  readonly position: readonly [number, number];
  /** Whether a requirement was met before. */
  readonly isInherited: boolean;
  /** The router itself, or routers within, whose own requirement was met. */
  readonly settled: ReadonlySet<object>;
  /** The route in which a requirement was met. */
  readonly route: Layer | undefined;
  readonly outer: Passage | undefined;
}

interface HandlerCall {
  readonly place: Place;
  /** Whether a requirement of this package was called in it with its own `next`: then it counts for the handlers after it. */
  isRequirement: boolean;
}

interface ContextState {
  readonly scopes: RequirementScopes;
  readonly passages: WeakMap<RequirementScope, Passage>;
  readonly calls: WeakMap<RequirementScope, HandlerCall>;
  readonly nexts: WeakMap<Next, HandlerCall>;
  /** The calls that went on to what comes after them, by the scope of what comes. */
  readonly left: WeakMap<RequirementScope, HandlerCall>;
}

const states = new WeakMap<ExtendableContext, ContextState>();

function stateOf(ctx: ExtendableContext): ContextState {
  let state = states.get(ctx);
  if (state === undefined) {
    state = {
      scopes: new RequirementScopes(),
      passages: new WeakMap(),
      calls: new WeakMap(),
      nexts: new WeakMap(),
      left: new WeakMap(),
    };
    states.set(ctx, state);
  }
  return state;
}

/** The scopes of the handlers of a request. */
export const scopesOf = (ctx: ExtendableContext): RequirementScopes => stateOf(ctx).scopes;

/** Whether a scope is that of a handler whose place is known. */
export const isHandlerScope = (ctx: ExtendableContext, scope: RequirementScope): boolean =>
  stateOf(ctx).calls.has(scope);

/** Whether a scope is that of code to which the route, after its last handler, has gone on. */
export function isAfterRoute(ctx: ExtendableContext, scope: RequirementScope, route: Layer): boolean {
  const { calls, left } = stateOf(ctx);
  for (let each: RequirementScope | undefined = scope; each !== undefined; each = each.parent) {
    if (calls.get(each)?.place.layer === route) return false;
    if (left.get(each)?.place.layer === route) return true;
  }
  return false;
}

/**
 * Calls a handler in its scope. What comes after it has a scope of its own, in which nothing counts but what its router, or its route,
 * has decided: a handler whose place is not known is judged by what was decided before the router.
 */
export async function callHandler(
  ctx: ExtendableContext,
  place: Place,
  handler: (ctx: ExtendableContext, next: Next) => unknown,
  next: Next,
): Promise<unknown> {
  const state = stateOf(ctx);
  const { scopes, passages, calls, nexts, left } = state;
  const running = scopes.current;
  const passage = { ...passageOf(state, running, place), position: place.position };
  const isRouteSettled = passage.route !== undefined && passage.route === place.layer;
  const isSettled = passage.isInherited || isRouteSettled || isSettledFor(passage, place);
  const scope = new RequirementScope(running, isSettled);
  const call: HandlerCall = { place, isRequirement: false };
  passages.set(scope, passage);
  calls.set(scope, call);
  const goOn: Next = () => {
    const after = new RequirementScope(scopes.current, passage.isInherited);
    passages.set(after, passageAfter(passage, call, scope, isRouteSettled));
    left.set(after, call);
    return scopes.run(after, next);
  };
  nexts.set(goOn, call);
  try {
    return await scopes.run(scope, () => handler(ctx, goOn));
  } finally {
    // Without Koa the answer may still be to come, from code that has lost its asynchronous context.
    if (isKoaToRespond(ctx)) scopes.return(running);
  }
}

function passageOf({ passages, calls }: ContextState, running: RequirementScope, place: Place): Passage {
  const outer = passages.get(running);
  for (let passage = outer; passage !== undefined; passage = passage.outer)
    if (passage.container === place.container && isBefore(passage.position, place.position)) return passage;
  return {
    container: place.container,
    position: place.position,
    // What code decided whose place is not known counts for that code alone.
    isInherited: calls.has(running) ? running.isSettled : running.isInherited,
    settled: new Set(),
    route: undefined,
    outer,
  };
}

/** A router may be passed twice: then it begins anew. */
const isBefore = (
  [layer, handler]: readonly [number, number],
  [laterLayer, later]: readonly [number, number],
): boolean => layer < laterLayer || (layer === laterLayer && handler < later);

function isSettledFor({ settled }: Passage, { container, layer }: Place): boolean {
  if (settled.has(container)) return true;
  return layer !== undefined && originsOf(layer).routers.some((router) => settled.has(router));
}

/** What is decided in a route counts for its later handlers; what requirements decide that a router uses, for its later layers. */
function passageAfter(
  passage: Passage,
  { place: { container, layer }, isRequirement }: HandlerCall,
  scope: RequirementScope,
  isRouteSettled: boolean,
): Passage {
  if (layer !== undefined && isRoute(layer))
    return { ...passage, route: isRouteSettled || scope.decided !== undefined ? layer : undefined };
  if (!isRequirement || scope.decided === undefined) return { ...passage, route: undefined };
  const origins = layer === undefined ? undefined : originsOf(layer);
  if (origins?.isExact === false) return { ...passage, route: undefined };
  const origin = origins?.routers.at(-1) ?? container;
  return { ...passage, route: undefined, settled: new Set([...passage.settled, origin]) };
}

/** Lets a requirement decide: for nothing else, where its place is not known. */
export function decideFor<Result>(
  ctx: ExtendableContext,
  requirement: Handler,
  next: Next,
  decide: () => Result,
): Result {
  const { scopes, calls, nexts } = stateOf(ctx);
  const running = scopes.current;
  if (nexts.has(next) || calls.has(running) || appOf(ctx).middleware.includes(requirement)) return decide();
  const result = scopes.run(new RequirementScope(running, false), decide);
  scopes.return(running);
  return result;
}

/** How a requirement goes on that was met: for the handlers after it, where its place is known. */
export function goOnFrom(ctx: ExtendableContext, requirement: Handler, next: Next): Promise<unknown> {
  const state = stateOf(ctx);
  const call = state.nexts.get(next);
  if (call !== undefined) {
    call.isRequirement = true;
    return next();
  }
  const { scopes, passages } = state;
  const running = scopes.current;
  if (state.calls.has(running) || !appOf(ctx).middleware.includes(requirement)) return next();
  // The application has handed it to Koa as it is.
  const after = new RequirementScope(running, true);
  const passage = passages.get(running);
  if (passage !== undefined) passages.set(after, passage);
  return scopes.run(after, next);
}

/** Whether a requirement is used by the application that serves the request, and not by a router or an application within. */
export function isWholeApplication(ctx: ExtendableContext, requirement: Handler, next: Next): boolean {
  const call = stateOf(ctx).nexts.get(next);
  return call === undefined
    ? appOf(ctx).middleware.includes(requirement)
    : call.place.container === appOf(ctx);
}

/** Calls what comes after middleware that was skipped, as if it had not been. */
export function runAfterSkip(ctx: ExtendableContext, outer: RequirementScope, next: Next): Promise<unknown> {
  const { scopes, passages } = stateOf(ctx);
  const after = new RequirementScope(scopes.current, outer.isInherited);
  const passage = passages.get(outer);
  if (passage !== undefined) passages.set(after, passage);
  return scopes.run(after, next);
}

const appOf = ({ app }: ExtendableContext): App => app as unknown as App;
