import { authorizerOf, checkRequirements, requirementOf, type RequirementOfAuthorizer } from '@nanook/http';
import { routerOf, writtenIn, type App, type Handler } from '../internals/koa-router-internals.js';

/**
 * Checks that the policy can allow the requirements of an application and of its routers. It checks a requirement only where the
 * application uses `authorization` before it.
 *
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_UNGRANTABLE`
 */
export function checkRoutes({ middleware }: App): void {
  let authorizer: RequirementOfAuthorizer['authorizer'] | undefined;
  const requirements: RequirementOfAuthorizer[] = [];
  for (const each of middleware) {
    authorizer = authorizerOf(each) ?? authorizer;
    const handlers: readonly Handler[] = [each, ...(routerOf(each)?.stack.flatMap(writtenIn) ?? [])];
    for (const handler of handlers) {
      const requirement = requirementOf(handler);
      if (requirement !== undefined && authorizer !== undefined)
        requirements.push({ requirement, authorizer });
    }
  }
  checkRequirements(requirements);
}
