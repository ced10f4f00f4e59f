import type { Handler, Layer, Router } from './koa-router-internals.js';

/** The routers of a layer, from the router that runs it to the one to which the application added it. */
export interface Origins {
  readonly routers: readonly Router[];
  /** Whether the last router is the one to which the application added the layer. */
  readonly isExact: boolean;
}

const known = new WeakMap<Layer, Origins>();
const unknown: Origins = { routers: [], isExact: false };

/** Returns the routers of a layer. */
export const originsOf = (layer: Layer): Origins => known.get(layer) ?? unknown;

type Method = (this: Router, ...args: unknown[]) => unknown;

const watched = new WeakSet<object>();

/**
 * Records, from now on, to which router each layer is added. A router copies the layers of nested routers into its own stack, where
 * nothing distinguishes them from its own layers.
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
