import { asRequirement, checkSkip, expectCall, requirementCall, type RouteRequirement } from '@nanook/http';
import { authzOf, type Hook } from './hook.js';

/**
 * Creates the requirement of a route, or of a plugin, that needs no authorization.
 *
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_NO_REASON`; `NANOOK_HTTP_SKIPPED_APPLICATION` when the application starts, if all routes
 *   that the plugin protects would be skipped
 * @example
 * app.get('/health', { preHandler: skipAuthorization('liveness probe') }, () => ({ ok: true }));
 * app.register(async (files) => {
 *   files.addHook('preHandler', skipAuthorization('public files'));
 *   files.register(fastifyStatic, { root });
 * });
 */
export function skipAuthorization(reason: string): Hook {
  checkSkip(skipAuthorization, reason, []);
  const requirement: RouteRequirement = { kind: 'skip', reason };
  const caller = requirementCall(requirement);
  const hook: Hook = async (request) => {
    authzOf(request, caller).skip(reason);
  };
  return asRequirement(hook, requirement);
}

expectCall(skipAuthorization, "skipAuthorization('why')");
