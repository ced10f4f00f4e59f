import type { Layer, Router } from './koa-router-internals.js';

/** The routers of a layer, from the router that runs it to the one to which the application added it. */
export interface Origins {
  readonly routers: readonly Router[];
  /** Whether the last router is the one to which the application added the layer. */
  readonly isExact: boolean;
}

/** The origins of the layers of each router. Routers of koa-router 7 share their layers, with different origins. */
const known = new WeakMap<Router, Map<Layer, Origins>>();

/** Returns the known layers of a router with their origins. */
export function originsIn(router: Router): Map<Layer, Origins> {
  let layers = known.get(router);
  if (layers === undefined) known.set(router, (layers = new Map()));
  return layers;
}

/** Records that the application added layers to a router. */
export function recordOwn(router: Router, layers: readonly Layer[]): void {
  for (const layer of layers) originsIn(router).set(layer, { routers: [router], isExact: true });
}

/**
 * Records layers that a router has received from nested routers. A router copies their layers into its own stack, where nothing distinguishes
 * them from its own.
 *
 * @param nested the nested routers, in the order of their layers
 */
export function recordNested(router: Router, layers: readonly Layer[], nested: readonly Router[]): void {
  const inner = nested.flatMap((each) => each.stack.map((layer) => originsFrom(each, layer)));
  const isClear = inner.length === layers.length;
  layers.forEach((layer, i) => {
    const { routers, isExact } = isClear ? inner[i]! : unknown;
    originsIn(router).set(layer, { routers: [router, ...routers], isExact });
  });
}

/** Records layers of a router whose origin is not known. */
export function recordUnknown(router: Router, layers: readonly Layer[]): void {
  const origins = originsIn(router);
  for (const layer of layers)
    if (!origins.has(layer)) origins.set(layer, { routers: [router], isExact: false });
}

const unknown: Origins = { routers: [], isExact: false };

const originsFrom = (router: Router, layer: Layer): Origins =>
  originsIn(router).get(layer) ?? { routers: [router], isExact: false };
