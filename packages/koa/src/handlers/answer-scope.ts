import type { RequirementScope } from '@nanook/http';
import type { ExtendableContext } from 'koa';
import { findState, isAfterRoute, isHandlerScope, scopesOf, stateOf } from './handler-scopes.js';
import type { Layer } from '../internals/koa-router-internals.js';

/** Records, from now on, the scope of the handler that sets the body or the status. */
export function watchAnswer(ctx: ExtendableContext): void {
  const state = stateOf(ctx);
  if (state.isAnswerWatched) return;
  state.isAnswerWatched = true;
  watchSetter(ctx, 'body');
  watchSetter(ctx, 'status');
}

/** The setters that record the scope. */
const watchedSetters = new WeakSet<object>();

/**
 * Replaces a setter of the response: for all responses of the application at once, because a property of each response would take longer;
 * for one response, where another library has given it a property of its own.
 */
function watchSetter({ app, response }: ExtendableContext, name: 'body' | 'status'): void {
  const isShared = Object.getPrototypeOf(response) === app.response && !Object.hasOwn(response, name);
  const owner = isShared ? app.response : response;
  // oxlint-disable-next-line typescript/unbound-method -- the functions are called with the response
  const { get = ignore, set = ignore } = accessorOf(owner, name);
  if (watchedSetters.has(set)) return;
  const watchedSetter = function (this: ExtendableContext['response'], value: unknown) {
    set.call(this, value);
    if (this.status < 400) noteAnswer(this.ctx);
  };
  watchedSetters.add(watchedSetter);
  Object.defineProperty(owner, name, { configurable: true, enumerable: true, get, set: watchedSetter });
}

const ignore = (): void => {};

/** Records the scope of a response. Middleware upstream that changes the response does not replace the scope of the handler. */
function noteAnswer(ctx: ExtendableContext): void {
  const state = findState(ctx);
  if (state?.isAnswerWatched !== true) return;
  const scope = state.scopes.current;
  if (state.answer?.isWithin(scope) !== true) state.answer = scope;
}

/** Forgets the scope of a response that was removed. */
export function forgetAnswer(ctx: ExtendableContext): void {
  stateOf(ctx).answer = undefined;
}

/**
 * Returns whether a decision counts for the response that Koa will send: in the scope of the handler that prepared it; without a prepared
 * response, in the current scope.
 *
 * @param route the route that alone needs a decision; handlers after the route need none
 * @param current the current scope, where the asynchronous context does not have it
 */
export function isAnswerSettled(ctx: ExtendableContext, route?: Layer, current?: RequirementScope): boolean {
  const { answer, scopes } = stateOf(ctx);
  return isSettled(answer ?? current ?? scopes.current, route);
}

/** Returns whether a decision counts for data that is being written now, by a handler that bypasses Koa or by Koa. */
export function isWriterSettled(ctx: ExtendableContext, route?: Layer): boolean {
  const { running } = scopesOf(ctx);
  return running !== undefined && isHandlerScope(running)
    ? isSettled(running, route)
    : isAnswerSettled(ctx, route);
}

const isSettled = (scope: RequirementScope, route: Layer | undefined): boolean =>
  scope.isSettled || (route !== undefined && isAfterRoute(scope, route));

function accessorOf(object: object, name: string): PropertyDescriptor {
  for (let owner: unknown = object; owner !== null; owner = Object.getPrototypeOf(owner)) {
    const descriptor = Object.getOwnPropertyDescriptor(owner, name);
    if (descriptor !== undefined) return descriptor;
  }
  return {};
}
