import { decides, describeRequirement, type RouteRequirement } from './route-requirement.js';
import { locationOf } from '../locations/source-location.js';

/** One route of an application, and what it demands: what `listRoutes(app)` of each framework gives. */
export interface ListedRoute {
  /** In capitals; `ALL` for a route that answers every method. */
  readonly method: string;
  /** As it was written, below where its routers are mounted. */
  readonly path: string;
  /** The requirements that a request passes before it reaches the handler, in that order; those of its routers included. */
  readonly requirements: readonly RouteRequirement[];
  /** The function that answers: its name, or `anonymous`. */
  readonly handler: string;
  /** Where that function was written, `file:line`; `undefined` where the runtime does not tell. */
  readonly location: string | undefined;
}

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

/** Whether something is decided before the handler runs, or skipped with a reason. */
export const isProtected = ({ requirements }: ListedRoute): boolean => requirements.some(decides);

/** The routes as a table of text, for a terminal. */
export const routeTable = (routes: readonly ListedRoute[]): string =>
  table(
    routes.map(({ method, path, requirements, handler, location }) => [
      method,
      path,
      requirements.map(describeRequirement).join(', ') || '– no requirement –',
      location === undefined ? handler : `${handler} (${location})`,
    ]),
  );

/** Columns as wide as what is in them. Rows have the same number of cells. */
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
