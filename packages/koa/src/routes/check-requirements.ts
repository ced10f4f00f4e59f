import {
  AuthorizationConfigError,
  authorizerOf,
  checkRequirements,
  requirementCall,
  requirementOf,
  type RequirementOfAuthorizer,
} from '@nanook/http';
import { routerOf, writtenIn, type App, type Handler } from '../internals/koa-router-internals.js';

/**
 * Checks that the policy can allow the requirements of an application and of its routers. It checks a requirement only where the
 * application uses `authorization` before it.
 *
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_UNGRANTABLE`; `NANOOK_HTTP_NO_AUTHORIZATION` if the application uses `authorization` only
 *   after a requirement
 */
export function checkRoutes({ middleware }: App): void {
  const usesAuthorization = middleware.some((each) => authorizerOf(each) !== undefined);
  let authorizer: RequirementOfAuthorizer['authorizer'] | undefined;
  const requirements: RequirementOfAuthorizer[] = [];
  for (const each of middleware) {
    authorizer = authorizerOf(each) ?? authorizer;
    const handlers: readonly Handler[] = [each, ...(routerOf(each)?.stack.flatMap(writtenIn) ?? [])];
    for (const handler of handlers) {
      const requirement = requirementOf(handler);
      if (requirement === undefined) continue;
      if (authorizer !== undefined) requirements.push({ requirement, authorizer });
      else if (usesAuthorization && !handlers.some((other) => authorizerOf(other) !== undefined))
        throw new AuthorizationConfigError('NANOOK_HTTP_NO_AUTHORIZATION', {
          caller: requirementCall(requirement),
        });
    }
  }
  checkRequirements(requirements);
}
