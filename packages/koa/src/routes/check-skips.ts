import { AuthorizationConfigError } from '@nanook/http';
import { requirementsOf, type App } from '../internals/koa-router-internals.js';

/** @throws {AuthorizationConfigError} `NANOOK_HTTP_SKIPPED_APPLICATION` for a skip that would open all that follows in the application */
export function checkSkips({ middleware }: App): void {
  for (const requirement of requirementsOf(middleware))
    if (requirement.kind === 'skip')
      throw new AuthorizationConfigError('NANOOK_HTTP_SKIPPED_APPLICATION', { reason: requirement.reason });
}
