import { AuthorizationFault } from '@nanook/http';
import { rulesOf, type App } from './router.js';

/** @throws {AuthorizationFault} `NANOOK_HTTP_SKIPPED_APPLICATION` for a skip that would open all that follows in the application */
export function checkSkips({ middleware }: App): void {
  for (const rule of rulesOf(middleware))
    if (rule.kind === 'skip')
      throw new AuthorizationFault('NANOOK_HTTP_SKIPPED_APPLICATION', { reason: rule.reason });
}
