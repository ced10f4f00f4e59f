import { requirementsOf, type App } from '../internals/koa-router-internals.js';
import { skippedApplication } from '../internals/skipped-application.js';

/**
 * Checks that no skip counts for the whole application.
 *
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_SKIPPED_APPLICATION`
 */
export function checkSkips({ middleware }: App): void {
  for (const requirement of requirementsOf(middleware))
    if (requirement.kind === 'skip') throw skippedApplication(requirement.reason);
}
