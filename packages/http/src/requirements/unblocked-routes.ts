import { environment } from '../platform/builtin.js';
import { isProtected, routeTable, type ListedRoute } from './listed-route.js';

/** The applications whose routes were listed. */
const listed = new WeakSet<object>();

/** The routes of an application, as the adapter of its framework knows them. */
export interface RoutesOfApp {
  /** Whether `protect` was called for the application, or for one of its routers. */
  readonly usesProtect: boolean;
  /** Lists the routes. */
  readonly list: () => readonly ListedRoute[];
}

/**
 * Creates a function that writes the routes without a requirement to the console, once for each application, if nothing blocks their
 * responses: neither `protect` nor `authorize()`. Call it with the first request, because the routes are known then.
 *
 * @returns `undefined` unless `NODE_ENV` is `development`
 * @internal for adapters
 */
export const unblockedRoutesWarning = (): ((app: object, routes: () => RoutesOfApp) => void) | undefined =>
  environment() === 'development' ? warnOnce : undefined;

function warnOnce(app: object, routesOf: () => RoutesOfApp): void {
  if (listed.has(app)) return;
  listed.add(app);
  const text = describeUnblocked(routesOf());
  // oxlint-disable-next-line no-console -- the developer reads it in development
  if (text !== undefined) console.warn(text);
}

function describeUnblocked({ usesProtect, list }: RoutesOfApp): string | undefined {
  if (usesProtect) return undefined;
  let routes: readonly ListedRoute[];
  try {
    routes = list();
  } catch (error) {
    return `[warning] routes without a requirement cannot be listed: ${error instanceof Error ? error.message : String(error)}`;
  }
  const unblocked = routes.filter((route) => !isProtected(route) && !route.requirements.some(isOfRequest));
  if (unblocked.length === 0) return undefined;
  const lines = routeTable(unblocked).replaceAll(/^/gm, '  ');
  return (
    `[warning] these routes have no requirement, and neither \`protect\` nor \`authorize()\` blocks their responses:\n${lines}\n` +
    `  Write authorize(action, …) or skipAuthorization('reason') in each route, and call \`protect\` for the application; or use ` +
    `\`authorize()\`, if handlers check themselves`
  );
}

const isOfRequest = ({ kind }: ListedRoute['requirements'][number]): boolean => kind === 'request';
