import Koa from 'koa';
import { followApp } from './follow-handlers.js';
import type { App } from '../internals/koa-router-internals.js';

type Method = (this: App, ...args: unknown[]) => unknown;
interface ApplicationMethods {
  use: Method;
  callback: Method;
}

/** The applications whose class is watched. */
const known = new WeakSet<object>();
const watched = new WeakSet<object>();

/**
 * Runs, from now on, each middleware of every application in a separate scope. Koa composes a copy of the middleware when it starts, so the
 * middleware is wrapped before. It is wrapped in every application, because a mounted application cannot be found from the outer one.
 *
 * @param app an application of the class to watch; by default, the class of the `koa` that this package imports
 */
export function watchApplications(app: object = Koa.prototype): void {
  if (known.has(app)) return;
  known.add(app);
  const prototype = methodsOf(app);
  if (prototype === undefined || watched.has(prototype)) return;
  watched.add(prototype);
  const { use, callback } = prototype;
  prototype.use = function (...args) {
    const result = Reflect.apply(use, this, args);
    followApp(this);
    return result;
  };
  prototype.callback = function (...args) {
    followApp(this);
    return Reflect.apply(callback, this, args);
  };
}

/** Returns the prototype of Koa itself, and not that of a class that extends it. */
function methodsOf(app: object): ApplicationMethods | undefined {
  let found: object | undefined;
  for (let each: object | null = app; each !== null; each = Object.getPrototypeOf(each) as object | null)
    if (Object.hasOwn(each, 'callback') && Object.hasOwn(each, 'use') && Object.hasOwn(each, 'constructor'))
      found = each;
  return found as ApplicationMethods | undefined;
}
