import { copyMarks } from '@nanook/http';
import Koa from 'koa';
import { locateComposed, noteWrapper } from '../internals/composed.js';
import { routerOf, type App } from '../internals/koa-router-internals.js';
import { addWatched, isWatched } from '../internals/watched.js';
import { followApp } from './follow-handlers.js';
import { followRouter } from './watch-routers.js';

type Method = (this: App, ...args: unknown[]) => unknown;
interface ApplicationMethods {
  use: Method;
  callback: Method;
}

const listeners = new WeakMap<App, () => void>();

/** Calls a function after each call of `app.use`. */
export const afterUse = (app: App, listener: () => void): unknown => listeners.set(app, listener);

/**
 * Follows, from now on, each middleware of all applications of a class, or of one application of another copy of Koa. Other applications of
 * that copy are not followed, so that no result depends on the applications which a process has followed before.
 *
 * Koa composes a copy of the middleware when it starts, so the middleware is wrapped before. It is wrapped in every application, because a
 * mounted application cannot be found from the outer one.
 *
 * @param object an application, or the prototype of its class
 */
export function watchApplications(object: object): void {
  if (isWatched(object)) return;
  addWatched(object);
  const methods = object as ApplicationMethods;
  const { use, callback } = methods;
  methods.use = function watchedUse(...args) {
    locateComposed(args, watchedUse);
    const result = Reflect.apply(use, this, args);
    const added = this.middleware.at(-1);
    // A library for tracing replaces the function.
    if (added !== undefined && added !== args[0]) {
      copyMarks(args[0], added);
      noteWrapper(args[0], added);
    }
    followRouters(this);
    followApp(this);
    listeners.get(this)?.();
    return result;
  };
  methods.callback = function (...args) {
    followRouters(this);
    followApp(this);
    return Reflect.apply(callback, this, args);
  };
}

watchApplications(Koa.prototype);

/** Follows the routers of an application of another copy of Koa, which has composed its middleware before it could be followed. */
export function followForeign(app: App): void {
  if (isWatched(app)) return;
  watchApplications(app);
  followRouters(app);
}

/** Follows the routers of an application, which may come from another copy of their package. */
function followRouters({ middleware }: App): void {
  for (const handler of middleware) {
    const router = routerOf(handler);
    if (router !== undefined) followRouter(router);
  }
}
