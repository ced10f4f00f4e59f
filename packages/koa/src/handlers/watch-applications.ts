import { copyMarks } from '@nanook/http';
import Koa from 'koa';
import { locateComposed } from '../internals/composed.js';
import { routerOf, type App } from '../internals/koa-router-internals.js';
import { followApp } from './follow-handlers.js';
import { followRouter } from './watch-routers.js';

type Method = (this: App, ...args: unknown[]) => unknown;
interface ApplicationMethods {
  use: Method;
  callback: Method;
}

/** The applications whose class is watched. */
const known = new WeakSet<object>();
const watched = new WeakSet<object>();
const listeners = new WeakMap<App, () => void>();

/** Calls a function after each call of `app.use`. */
export const afterUse = (app: App, listener: () => void): unknown => listeners.set(app, listener);

/**
 * Follows, from now on, each middleware of all applications of a class. Koa composes a copy of the middleware when it starts, so the
 * middleware is wrapped before. It is wrapped in every application, because a mounted application cannot be found from the outer one.
 *
 * @param app an application, or the prototype of its class
 */
export function watchApplications(app: object): void {
  if (known.has(app)) return;
  known.add(app);
  const methods = methodsOf(app);
  if (methods === undefined || watched.has(methods)) return;
  watched.add(methods);
  const { use, callback } = methods;
  methods.use = function watchedUse(...args) {
    locateComposed(args, watchedUse);
    const result = Reflect.apply(use, this, args);
    const added = this.middleware.at(-1);
    if (added !== undefined) copyMarks(args[0], added); // a library for tracing replaces the function
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

/** Follows the class and the routers of an application that Koa has composed already, if the class was not known. */
export function followForeign(app: App): void {
  if (known.has(app)) return;
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

/** Returns the prototype of Koa itself, and not that of a class that extends it. */
function methodsOf(app: object): ApplicationMethods | undefined {
  let found: object | undefined;
  for (let each: object | null = app; each !== null; each = Object.getPrototypeOf(each) as object | null)
    if (Object.hasOwn(each, 'callback') && Object.hasOwn(each, 'use') && Object.hasOwn(each, 'constructor'))
      found = each;
  return found as ApplicationMethods | undefined;
}
