import { AttachedValues, type RequirementScope } from '@nanook/http';
import type { ExtendableContext } from 'koa';
import { isAfterRoute, isHandlerScope, scopesOf } from './handler-scopes.js';
import type { Layer } from '../internals/koa-router-internals.js';

/** The scope of the handler that has prepared the response of a request. */
const answers = new AttachedValues<ExtendableContext, RequirementScope>();

const watched = new AttachedValues<object, true>();

/** Records, from now on, the scope of the handler that sets the body or the status. */
export function watchAnswer({ response }: ExtendableContext): void {
  if (watched.has(response)) return;
  watched.set(response, true);
  for (const name of ['body', 'status'])
    Object.defineProperty(response, name, watchedAccessor(accessorOf(response, name)));
}

type Setter = NonNullable<PropertyDescriptor['set']>;

/** The setters that record the scope, by the original setter. New setters for each response would give each one another shape. */
const watchedSetters = new WeakMap<Setter, Setter>();

// oxlint-disable-next-line typescript/unbound-method -- the functions are called with the response
function watchedAccessor({ get = ignore, set = ignore }: PropertyDescriptor): PropertyDescriptor {
  let watchedSetter = watchedSetters.get(set);
  if (watchedSetter === undefined) {
    watchedSetter = function (this: ExtendableContext['response'], value: unknown) {
      set.call(this, value);
      if (this.status < 400) noteAnswer(this.ctx);
    };
    watchedSetters.set(set, watchedSetter);
  }
  return { configurable: true, enumerable: true, get, set: watchedSetter };
}

const ignore = (): void => {};

/** Records the scope of a response. Middleware upstream that changes the response does not replace the scope of the handler. */
function noteAnswer(ctx: ExtendableContext): void {
  const scope = scopesOf(ctx).current;
  const answer = answers.get(ctx);
  if (answer === undefined || !answer.isWithin(scope)) answers.set(ctx, scope);
}

/** Forgets the scope of a response that was removed. */
export const forgetAnswer = (ctx: ExtendableContext): void => answers.delete(ctx);

/**
 * Returns whether a decision counts for the response that Koa will send: in the scope of the handler that prepared it; without a prepared
 * response, in the current scope.
 *
 * @param route the route that alone needs a decision; handlers after the route need none
 */
export const isAnswerSettled = (ctx: ExtendableContext, route?: Layer): boolean =>
  isSettled(ctx, answers.get(ctx) ?? scopesOf(ctx).current, route);

/** Returns whether a decision counts for data that is being written now, by a handler that bypasses Koa or by Koa. */
export function isWriterSettled(ctx: ExtendableContext, route?: Layer): boolean {
  const { running } = scopesOf(ctx);
  return running !== undefined && isHandlerScope(ctx, running)
    ? isSettled(ctx, running, route)
    : isAnswerSettled(ctx, route);
}

const isSettled = (ctx: ExtendableContext, scope: RequirementScope, route: Layer | undefined): boolean =>
  scope.isSettled || (route !== undefined && isAfterRoute(ctx, scope, route));

function accessorOf(object: object, name: string): PropertyDescriptor {
  for (let owner: unknown = object; owner !== null; owner = Object.getPrototypeOf(owner)) {
    const descriptor = Object.getOwnPropertyDescriptor(owner, name);
    if (descriptor !== undefined) return descriptor;
  }
  return {};
}
