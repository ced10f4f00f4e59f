import { AuthorizationFault, listedRoute, ruleOf, type ListedRoute, type Rule } from '@nanook/http';
import type { Application, Router } from 'express';
import { METHODS } from 'node:http';
import { chainOf, type Chain } from './chain.js';
import { holdsFor, mounted, type Gate } from './gate.js';
import { isApp, isMountedApp, isRouter, mountedApp, routerOf } from './inside.js';
import type { Layer, Route, RouterInside } from './inside.js';
import { mountAt, pathsOf, routeAt } from './layer-path.js';

/**
 * Lists the routes of an app or a router, and of the routers and apps within, in the order in which Express looks at them: what each
 * demands, and which function answers it. Middleware that answers by itself is no route.
 *
 * @throws {AuthorizationFault} `NANOOK_HTTP_UNSEEN_APP` for an app that was mounted on one that `protect` had not seen yet
 */
export function listRoutes(routes: Router | Application): readonly ListedRoute[] {
  const inside: unknown = routes;
  return walk(isApp(inside) ? routerOf(inside) : (inside as RouterInside), '', [], []);
}

function walk(
  router: RouterInside,
  base: string,
  inherited: readonly Rule[],
  above: readonly RouterInside[],
): readonly ListedRoute[] {
  if (above.includes(router)) return []; // mounted within itself, at any depth
  const listed: ListedRoute[] = [];
  const gates: Gate[] = [];
  for (const layer of router.stack) {
    const nested = nestedIn(layer);
    const chains = layer.route === undefined ? [] : chainsOf(layer.route);
    for (const path of pathsOf(layer)) {
      const passed = (method: string | typeof mounted): readonly Rule[] => [
        ...inherited,
        ...gates.filter((gate) => holdsFor(gate, path, method)).map(({ rule }) => rule),
      ];
      if (nested !== undefined)
        listed.push(...walk(nested, mountAt(base, path), passed(mounted), [...above, router]));
      for (const { method, rules, handler } of chains)
        if (handler !== undefined)
          listed.push(listedRoute(method, routeAt(base, path), [...passed(method), ...rules], handler));
    }
    gates.push(...gatesOf(layer, chains));
  }
  return listed;
}

function nestedIn(layer: Layer): RouterInside | undefined {
  const { handle } = layer;
  const app = isApp(handle) ? handle : mountedApp(layer);
  if (app !== undefined) return routerOf(app);
  if (isMountedApp(layer)) throw new AuthorizationFault('NANOOK_HTTP_UNSEEN_APP', {});
  return isRouter(handle) ? handle : undefined;
}

interface ListedChain extends Chain {
  /** In capitals. */
  readonly method: string;
}

function chainsOf(route: Route): readonly ListedChain[] {
  const methods = [...new Set(route.stack.map(({ method }) => method ?? 'all'))];
  const chains = methods.map((method) => ({ method: method.toUpperCase(), ...chainOf(route, method) }));
  const [first] = chains;
  // `app.all` writes the same for each method that there is.
  const isAll =
    first !== undefined &&
    chains.length >= METHODS.length &&
    chains.every(
      ({ handler, rules }) =>
        handler === first.handler &&
        rules.length === first.rules.length &&
        rules.every((rule, i) => rule === first.rules[i]),
    );
  return isAll ? [{ ...first, method: 'ALL' }] : chains;
}

/** What a layer lets pass only by its rules, for the layers behind it. */
function gatesOf(layer: Layer, chains: readonly ListedChain[]): readonly Gate[] {
  const rule = ruleOf(layer.handle);
  const gates = [
    ...(rule === undefined ? [] : [{ rule, method: 'ALL', isExact: false }]),
    ...chains
      .filter(({ handler }) => handler === undefined)
      .flatMap(({ rules, method }) => rules.map((each) => ({ rule: each, method, isExact: true }))),
  ];
  return gates.flatMap((gate) => pathsOf(layer).map((path) => ({ ...gate, path })));
}
