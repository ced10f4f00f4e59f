import { describeValue } from '@nanook/core/internal';
import { AuthorizationConfigError, decides, locationOf, routeTable } from '@nanook/http';
import type { ErrorHandler } from 'hono';
import { authorizationErrors, defaultErrorHandler } from '../middleware/authorization-errors.js';
import { routesOf, skipOfAll, type HonoApp, type AppRoute } from './app-routes.js';
import { checkGrants, listed } from './list-routes.js';

/**
 * Checks that each route of an application has a requirement before its handler, `authorize(action, …)` or `skipAuthorization(reason)`, and that
 * a rule of the policy can allow it. Call it after the last route was added. It checks routes that are added later with the next request.
 *
 * If the application has no error handler, it gets `authorizationErrors()`.
 *
 * @returns its argument
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_UNPROTECTED_ROUTE`, `NANOOK_HTTP_UNGRANTABLE`, `NANOOK_HTTP_NO_AUTHORIZATION`,
 *   `NANOOK_HTTP_SKIPPED_APPLICATION`, `NANOOK_HTTP_UNCALLED`, `NANOOK_HTTP_INVALID_OPTION`
 * @example
 * export default protect(app);
 */
export function protect<Application extends HonoApp>(app: Application): Application {
  if (!Array.isArray((app as HonoApp | undefined)?.routes) || typeof app.fetch !== 'function')
    throw invalid(
      'app',
      `must be an application of Hono, got ${describeValue(app)}; \`protect\` is not middleware`,
    );
  check(app);
  const internals = app as unknown as { errorHandler: ErrorHandler };
  if (internals.errorHandler === defaultErrorHandler()) internals.errorHandler = authorizationErrors();
  let checked = app.routes.length;
  const { fetch } = app;
  app.fetch = (...args) => {
    if (app.routes.length !== checked) check(app);
    checked = app.routes.length;
    return fetch(...args);
  };
  return app;
}

function check(app: HonoApp): void {
  const routes = routesOf(app);
  if (routes.length === 0)
    throw invalid('app', 'has no routes yet; call `protect` after the last route was added');
  const reason = skipOfAll(app);
  if (reason !== undefined)
    throw new AuthorizationConfigError('NANOOK_HTTP_SKIPPED_APPLICATION', {
      reason,
      instead:
        `give it a path: app.use('/public/*', skipAuthorization('${reason}')); or pass it the middleware that responds, such as ` +
        `static files: app.use(skipAuthorization('${reason}', serveStatic({ root: './' })))`,
    });
  const unprotected = routes.filter(({ requirements }) => !requirements.some(decides));
  if (unprotected.length > 0) throw unprotectedError(unprotected);
  for (const { method, path, authorizers } of routes) {
    if (authorizers.length === 0)
      throw new AuthorizationConfigError('NANOOK_HTTP_NO_AUTHORIZATION', { caller: `${method} ${path}` });
    if (authorizers.length > 1)
      throw invalid('authorization(…)', `is used twice for ${method} ${path}; use it once`);
  }
  checkGrants(routes);
}

function unprotectedError(all: readonly AppRoute[]): AuthorizationConfigError {
  const { method, path, handler } = all[0]!;
  return new AuthorizationConfigError('NANOOK_HTTP_UNPROTECTED_ROUTE', {
    method,
    route: path,
    handler: locationOf(handler),
    // `allow_request` does not protect a route.
    atStart: routeTable(all.map((route) => listed({ ...route, requirements: [] }))).replaceAll(/^/gm, '  '),
    example:
      `.get(path, authorize(action, …), handler) or .get(path, skipAuthorization('reason'), handler); or leave out \`protect\` ` +
      `if the handlers check themselves`,
  });
}

const invalid = (option: string, reason: string): AuthorizationConfigError =>
  new AuthorizationConfigError('NANOOK_HTTP_INVALID_OPTION', { option, reason });
