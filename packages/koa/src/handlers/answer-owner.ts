import type { ExtendableContext } from 'koa';
import type { Layer } from '../internals/koa-router-internals.js';
import { findFollowed, followedOf, type FollowedContext, type HandlerFrame } from './followed-context.js';

/** Records, from now on, the handler that prepares the response. */
export function watchAnswer(ctx: ExtendableContext): void {
  const followed = followedOf(ctx);
  if (followed.isAnswerWatched) return;
  followed.isAnswerWatched = true;
  watchSetter(ctx, 'body');
  watchSetter(ctx, 'status');
}

/** The setters that record the handler. */
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
  const note = name === 'body' ? noteBody : noteStatus;
  const watchedSetter = function (this: ExtendableContext['response'], value: unknown) {
    set.call(this, value);
    const followed = findFollowed(this.ctx);
    if (followed?.isAnswerWatched !== true) return;
    // Koa itself removes a body that must be empty, after all handlers have returned.
    if (!followed.isReturned || (value !== null && value !== undefined)) note(followed, this);
  };
  watchedSetters.add(watchedSetter);
  Object.defineProperty(owner, name, { configurable: true, enumerable: true, get, set: watchedSetter });
}

const ignore = (): void => {};

/** Records the handler that sets the body, which owns the response. The body of an error has no owner, because it needs no decision. */
function noteBody(followed: FollowedContext, { status }: ExtendableContext['response']): void {
  if (status < 400) noteOwner(followed);
  else followed.answer = undefined;
}

/** Records the handler that sets the status of a response without a body. */
function noteStatus(followed: FollowedContext, { status, body }: ExtendableContext['response']): void {
  if (status < 400 && (body === undefined || body === null)) noteOwner(followed);
}

/** Middleware upstream that changes the response of a handler does not own the response. */
function noteOwner(followed: FollowedContext): void {
  const owner = followed.answer?.frame;
  if (owner === undefined || !followed.isUpstreamOf(owner)) followed.answer = { frame: followed.responder };
}

/** Forgets the owner of a response that was removed. */
export function forgetAnswer(ctx: ExtendableContext): void {
  followedOf(ctx).answer = undefined;
}

/**
 * Returns whether a decision counts for the response that Koa will send: for its owner; without an owner, for the running handler.
 *
 * @param route the route that alone needs a decision; handlers after the route need none
 */
export function isAnswerSettled(followed: FollowedContext, route?: Layer): boolean {
  const { answer } = followed;
  return isSettled(answer === undefined ? followed.responder : answer.frame, route);
}

/** Returns whether a decision counts for data that is being written now: by Koa after all handlers, or by a handler that bypasses Koa. */
export const isWriterSettled = (followed: FollowedContext, route?: Layer): boolean =>
  followed.isReturned ? isAnswerSettled(followed, route) : isSettled(followed.responder, route);

const isSettled = (frame: HandlerFrame | undefined, route: Layer | undefined): boolean =>
  frame !== undefined && (frame.isSettled || (route !== undefined && isAfter(frame, route)));

/** Returns whether a handler was called after the last handler of a route had called `next`. */
function isAfter(frame: HandlerFrame, route: Layer): boolean {
  if (frame.isIn(route)) return false;
  for (let each = frame.caller; each !== undefined; each = each.caller)
    if (each.place.layer === route) return true;
  return false;
}

function accessorOf(object: object, name: string): PropertyDescriptor {
  for (let owner: unknown = object; owner !== null; owner = Object.getPrototypeOf(owner)) {
    const descriptor = Object.getOwnPropertyDescriptor(owner, name);
    if (descriptor !== undefined) return descriptor;
  }
  return {};
}
