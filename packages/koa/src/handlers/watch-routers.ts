import { installedRouters } from '../internals/installed-routers.js';
import { locateComposed } from '../internals/composed.js';
import {
  isRouter,
  routerOf,
  writtenIn,
  type Handler,
  type Layer,
  type Router,
} from '../internals/koa-router-internals.js';
import { originsIn, recordNested, recordOwn, recordUnknown } from '../internals/layer-origins.js';
import { addWatched, isWatched } from '../internals/watched.js';
import { followDispatch, followLayer, followParameters } from './follow-handlers.js';

type Method = (this: Router, ...args: unknown[]) => unknown;
interface RouterMethods {
  register: Method;
  use: Method;
  param: Method;
  routes: Method;
  middleware: Method;
}

const listeners = new WeakMap<Router, () => void>();

/** Calls a function after each change of a router. */
export const afterChange = (router: Router, listener: () => void): unknown => listeners.set(router, listener);

/**
 * Follows the present and the later handlers of a router. If its package is another copy, it is not known to which router the application
 * added the present layers. Other routers of that copy are not followed, so that no result depends on the routers which a process has
 * followed before.
 */
export function followRouter(router: Router): void {
  if (!isWatched(router)) watch(router);
  const layers = addedTo(router, 0);
  recordUnknown(router, layers);
  layers.forEach(followLayer);
}

/** Follows the handlers that are added from now on. @param object a router, or the prototype of its class */
function watch(object: object): void {
  if (!isRouter(object) || isWatched(object)) return;
  addWatched(object);
  const methods = object as unknown as RouterMethods;
  const { register, use, param, routes, middleware } = methods;

  methods.register = function (...args) {
    const { length } = this.stack;
    const result = Reflect.apply(register, this, args);
    const layers = addedTo(this, length);
    recordOwn(this, layers);
    return changed(this, layers, result);
  };

  methods.use = function watchedUse(...args) {
    const { length } = this.stack;
    locateComposed(args, watchedUse);
    const nested = args.flatMap((each) =>
      typeof each === 'function' ? (routerOf(each as Handler) ?? []) : [],
    );
    for (const { stack } of nested) stack.forEach(writtenIn);
    const result = Reflect.apply(use, this, args);
    const layers = addedTo(this, length);
    recordNested(this, layers, nested);
    return changed(this, layers, result);
  };

  methods.param = function (...args) {
    const result = Reflect.apply(param, this, args);
    this.stack.forEach(followParameters);
    return changed(this, [], result);
  };

  methods.routes = function (...args) {
    return followDispatch(Reflect.apply(routes, this, args) as Handler);
  };
  methods.middleware = function (...args) {
    return followDispatch(Reflect.apply(middleware, this, args) as Handler);
  };
}

// Before the application creates its first router, so that the origin of each layer is known.
installedRouters().forEach(watch);

/** Returns the layers of a router from a position on whose origin was not recorded yet. */
function addedTo(router: Router, from: number): Layer[] {
  const known = originsIn(router);
  return router.stack.slice(from).filter((layer) => !known.has(layer));
}

function changed<Result>(router: Router, layers: readonly Layer[], result: Result): Result {
  layers.forEach(followLayer);
  listeners.get(router)?.();
  return result;
}
