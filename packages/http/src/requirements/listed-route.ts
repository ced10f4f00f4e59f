import { decides, describeRequirement, type RouteRequirement } from './route-requirement.js';
import { locationOf } from '../locations/source-location.js';

/** One route of an application with its requirements, as `listRoutes(app)` returns it. */
export interface ListedRoute {
  /** The HTTP method in capitals; `ALL` for a route that handles every method, `USE` for a mounted handler. */
  readonly method: string;
  /** The path as the application wrote it, with the paths at which its routers are mounted. */
  readonly path: string;
  /** The requirements that a request passes before it reaches the handler, in this order, including those of its routers. */
  readonly requirements: readonly RouteRequirement[];
  /** The name of the handler, or `anonymous`. */
  readonly handler: string;
  /** The location of the handler, `file:line`; `undefined` where it is unknown. */
  readonly location: string | undefined;
  /** For a mounted handler: whether it can pass a request on, as middleware does. */
  readonly mayPassOn?: boolean;
}

/** Options of `listRoutes`. */
export interface ListRoutesOptions {
  /** Whether a requirement that no rule of the policy can allow is an error. Default: `true`. */
  readonly check?: boolean;
}

/**
 * Creates the entry of a route for `listRoutes`.
 *
 * @internal for adapters
 */
export const listedRoute = (
  method: string,
  path: string,
  requirements: readonly RouteRequirement[],
  handler: (...args: never[]) => unknown,
): ListedRoute => ({
  method,
  path,
  requirements,
  handler: handler.name || 'anonymous',
  location: locationOf(handler),
});

/**
 * Returns whether a route has a requirement that authorizes an action, or that skips authorization with a reason.
 *
 * @example
 * test('every route is protected', () => expect(listRoutes(app).filter((route) => !isProtected(route))).toEqual([]));
 */
export const isProtected = ({ requirements }: ListedRoute): boolean => requirements.some(decides);

/**
 * Renders routes as a table of text, for a terminal.
 *
 * @example
 * console.log(routeTable(listRoutes(app)));
 */
export const routeTable = (routes: readonly ListedRoute[]): string =>
  table(
    routes.map(({ method, path, requirements, handler, location }) => [
      method,
      path,
      requirements.map(describeRequirement).join(', ') || '– no requirement –',
      location === undefined ? handler : `${handler} (${location})`,
    ]),
  );

/**
 * Aligns the columns of a table. All rows have the same number of cells.
 *
 * @internal for adapters
 */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
