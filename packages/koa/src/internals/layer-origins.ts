import type { Handler, Layer, Router } from './koa-router-internals.js';

/** The routers through which a layer came into the router that runs it: from that one to the one for which it was written. */
export interface Origins {
  readonly routers: readonly Router[];
  /** Whether the last of them is the one for which the layer was written. */
  readonly isExact: boolean;
}

const known = new WeakMap<Layer, Origins>();
const unknown: Origins = { routers: [], isExact: false };

export const originsOf = (layer: Layer): Origins => known.get(layer) ?? unknown;

type Method = (this: Router, ...args: unknown[]) => unknown;

const watched = new WeakSet<object>();

/**
 * Notes, from now on, for which router layers are written. A router copies the layers of those that are mounted in it among its
 * own, and keeps nothing by which they could be told apart.
 */
export function watchOrigins(router: Router): void {
  const prototype = Object.getPrototypeOf(router) as { register: Method; use: Method };
  if (watched.has(prototype)) return;
  watched.add(prototype);
  const { register, use } = prototype;
  prototype.register = function (...args) {
    const before = this.stack.length;
    const result = Reflect.apply(register, this, args);
    for (const layer of this.stack.slice(before))
      if (!known.has(layer)) known.set(layer, { routers: [this], isExact: true });
    return result;
  };
  prototype.use = function (...args) {
    const before = this.stack.length;
    const mounted = args.flat().flatMap((each) => (routerBehind(each)?.stack ?? []).map(originsIn(each)));
    const result = Reflect.apply(use, this, args);
    const copies = this.stack.slice(before).filter((layer) => !known.has(layer));
    const isClear = copies.length === mounted.length;
    copies.forEach((layer, i) => {
      const { routers, isExact } = isClear ? mounted[i]! : unknown;
      known.set(layer, { routers: [this, ...routers], isExact });
    });
    return result;
  };
}

const originsIn =
  (dispatch: unknown) =>
  (layer: Layer): Origins => {
    const origins = originsOf(layer);
    return origins === unknown ? { routers: [routerBehind(dispatch)!], isExact: false } : origins;
  };

const routerBehind = (value: unknown): Router | undefined =>
  typeof value === 'function' ? (value as Handler & { readonly router?: Router }).router : undefined;
