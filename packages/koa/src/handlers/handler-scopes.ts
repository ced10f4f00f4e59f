import { AttachedValues, RequirementScope, RequirementScopes } from '@nanook/http';
import type { ExtendableContext, Next } from 'koa';
import type { App, Handler, Layer, Router } from '../internals/koa-router-internals.js';
import { isRoute } from '../internals/koa-router-internals.js';
import { originsOf } from '../internals/layer-origins.js';
import { isKoaToRespond } from '../internals/respond.js';

/** The place of a handler in a router or an application. */
export interface Place {
  readonly container: Router | App;
  /** The layer of the router. */
  readonly layer?: Layer;
  /** The index of the layer in its router, and of the handler in its layer. */
  readonly position: readonly [number, number];
}

/** The way of a request through a router or an application, with the decisions that were made in it. */
interface Passage {
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
  /** Whether the handler is a requirement, or calls one with its own `next`, so that the decision counts for later handlers. */
  isRequirement: boolean;
}

/** The state that this package keeps for a request. Its maps end with the request; weak maps would cost the garbage collector more. */
interface ContextState {
  readonly scopes: RequirementScopes;
  readonly passages: Map<RequirementScope, Passage>;
  readonly calls: Map<RequirementScope, HandlerCall>;
  readonly nexts: Map<Next, HandlerCall>;
  /** The calls that have called `next`, by the scope of the code that follows. */
  readonly left: Map<RequirementScope, HandlerCall>;
}

const states = new AttachedValues<ExtendableContext, ContextState>();

function stateOf(ctx: ExtendableContext): ContextState {
  let state = states.get(ctx);
  if (state === undefined) {
    state = {
      scopes: new RequirementScopes(),
      passages: new Map(),
      calls: new Map(),
      nexts: new Map(),
      left: new Map(),
    };
    states.set(ctx, state);
  }
  return state;
}

/** The scopes of the handlers of a request. */
export const scopesOf = (ctx: ExtendableContext): RequirementScopes => stateOf(ctx).scopes;

/** Returns whether a scope belongs to a handler whose place is known. */
export const isHandlerScope = (ctx: ExtendableContext, scope: RequirementScope): boolean =>
  stateOf(ctx).calls.has(scope);

/** Returns whether a scope belongs to code that runs after the last handler of a route has called `next`. */
export function isAfterRoute(ctx: ExtendableContext, scope: RequirementScope, route: Layer): boolean {
  const { calls, left } = stateOf(ctx);
  for (let each: RequirementScope | undefined = scope; each !== undefined; each = each.parent) {
    if (calls.get(each)?.place.layer === route) return false;
    if (left.get(each)?.place.layer === route) return true;
  }
  return false;
}

/**
 * Calls a handler in its scope. The code after it gets a separate scope, in which only decisions of its router and its route count. For a
 * handler whose place is not known, only decisions before the router count.
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
    // If Koa does not respond, code that has lost its asynchronous context may still respond later.
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
    // A decision of code whose place is not known counts for that code alone.
    isInherited: calls.has(running) ? running.isSettled : running.isInherited,
    settled: new Set(),
    route: undefined,
    outer,
  };
}

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
  if (layer !== undefined && isRoute(layer))
    return { ...passage, route: isRouteSettled || scope.decided !== undefined ? layer : undefined };
  if (!isRequirement || scope.decided === undefined) return { ...passage, route: undefined };
  const origins = layer === undefined ? undefined : originsOf(layer);
  if (origins?.isExact === false) return { ...passage, route: undefined };
  const origin = origins?.routers.at(-1) ?? container;
  return { ...passage, route: undefined, settled: new Set([...passage.settled, origin]) };
}

/** Runs the decision of a requirement. Where the place of the requirement is not known, the decision counts for nothing else. */
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

/** Calls `next` after the decision of a requirement, which counts for the handlers after it where its place is known. */
export function continueAfter(ctx: ExtendableContext, requirement: Handler, next: Next): Promise<unknown> {
  const state = stateOf(ctx);
  const call = state.nexts.get(next);
  if (call !== undefined) {
    call.isRequirement = true;
    return next();
  }
  const { scopes, passages } = state;
  const running = scopes.current;
  if (state.calls.has(running) || !appOf(ctx).middleware.includes(requirement)) return next();
  // Koa composed the requirement before the application was followed.
  const after = new RequirementScope(running, true);
  const passage = passages.get(running);
  if (passage !== undefined) passages.set(after, passage);
  return scopes.run(after, next);
}

/** Returns whether the application that serves the request uses a requirement, and not a router or a mounted application. */
export function isWholeApplication(ctx: ExtendableContext, requirement: Handler, next: Next): boolean {
  const call = stateOf(ctx).nexts.get(next);
  return call === undefined
    ? appOf(ctx).middleware.includes(requirement)
    : call.place.container === appOf(ctx);
}

/** Calls the handlers after skipped middleware, for which the skip does not count. */
export function runAfterSkip(ctx: ExtendableContext, outer: RequirementScope, next: Next): Promise<unknown> {
  const { scopes, passages } = stateOf(ctx);
  const after = new RequirementScope(scopes.current, outer.isInherited);
  const passage = passages.get(outer);
  if (passage !== undefined) passages.set(after, passage);
  return scopes.run(after, next);
}

const appOf = ({ app }: ExtendableContext): App => app as unknown as App;
