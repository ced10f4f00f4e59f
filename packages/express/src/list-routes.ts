import {
  AuthorizationFault,
  listedRoute,
  ruleOf,
  skippedBy,
  type ListedRoute,
  type Rule,
} from '@nanook/http';
import type { Application, Router } from 'express';
import { METHODS } from 'node:http';
import { checkRoutes } from './check-requirements.js';
import { chainOf, type Chain } from './chain.js';
import { holdsFor, type Gate } from './gate.js';
import { isApp, isMountedApp, isRouter, mountedApp, routerOf } from './inside.js';
import type { Layer, Route, RouterInside } from './inside.js';
import { mountAt, pathsOf, routeAt } from './layer-path.js';
import { checkSkips } from './protect.js';

/**
 * Lists the routes of an app or a router, and of the routers and apps within, in the order in which Express looks at them: what each
 * demands, and which function answers it. Middleware that answers by itself is no route.
 *
 * @throws {AuthorizationFault} `NANOOK_HTTP_UNSEEN_APP` for an app that was mounted on one that `protect` had not seen yet;
 * `NANOOK_HTTP_SKIPPED_APPLICATION` for a skip that would open the application; `NANOOK_HTTP_UNGRANTABLE` for actions and types that
 * the policy does not know
 */
export function listRoutes(routes: Router | Application): readonly ListedRoute[] {
  const inside: unknown = routes;
  if (!isApp(inside)) return walk(inside as RouterInside, '', [], []);
  checkSkips(inside, routerOf(inside).stack);
  checkRoutes(routerOf(inside));
  return walk(routerOf(inside), '', [], []);
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
    const rule = ruleOf(layer.handle);
    const chains = layer.route === undefined ? [] : chainsOf(layer.route);
    for (const path of pathsOf(layer)) {
      const passed = [...inherited, ...gates.filter((gate) => holdsFor(gate, path)).map((gate) => gate.rule)];
      for (const { router: within, rules } of nested)
        listed.push(...walk(within, mountAt(base, path), [...passed, ...rules], [...above, router]));
      for (const { method, rules, handler } of chains)
        if (handler !== undefined)
          listed.push(listedRoute(method, routeAt(base, path), [...passed, ...rules], handler));
      if (rule !== undefined) gates.push({ rule, path });
    }
  }
  return listed;
}

interface Nested {
  readonly router: RouterInside;
  /** The skip under which it is called, if there is one. */
  readonly rules: readonly Rule[];
}

function nestedIn(layer: Layer): readonly Nested[] {
  const skipped = skippedBy(layer.handle);
  const rules: readonly Rule[] = skipped === undefined ? [] : [{ kind: 'skip', reason: skipped.reason }];
  const within = skipped?.middleware.map(routerBehind) ?? [routerOfLayer(layer)];
  return within.flatMap((router) => (router === undefined ? [] : [{ router, rules }]));
}

function routerOfLayer(layer: Layer): RouterInside | undefined {
  const app = mountedApp(layer);
  if (app === undefined && isMountedApp(layer)) throw new AuthorizationFault('NANOOK_HTTP_UNSEEN_APP', {});
  return routerBehind(app ?? layer.handle);
}

function routerBehind(handler: unknown): RouterInside | undefined {
  if (isApp(handler)) return routerOf(handler);
  return isRouter(handler) ? handler : undefined;
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
