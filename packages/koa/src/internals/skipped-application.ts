import { AuthorizationConfigError } from '@nanook/http';

/** Creates the error about a skip that counts for the whole application. */
export const skippedApplication = (reason: string): AuthorizationConfigError =>
  new AuthorizationConfigError('NANOOK_HTTP_SKIPPED_APPLICATION', {
    reason,
    instead:
      `in a router that contains only such routes: router.use(skipAuthorization('${reason}')); or pass it the middleware that ` +
      `responds, such as static files: app.use(skipAuthorization('${reason}', serve('public')))`,
  });
