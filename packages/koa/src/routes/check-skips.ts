import { AuthorizationConfigError } from '@nanook/http';
import { requirementsOf, type App } from '../internals/koa-router-internals.js';

/**
 * Checks that no skip counts for the whole application.
 *
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_SKIPPED_APPLICATION`
 */
export function checkSkips({ middleware }: App): void {
  for (const requirement of requirementsOf(middleware))
    if (requirement.kind === 'skip')
      throw new AuthorizationConfigError('NANOOK_HTTP_SKIPPED_APPLICATION', { reason: requirement.reason });
}
