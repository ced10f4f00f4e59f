import {
  authorizerOf,
  checkRequirements,
  requirementOf,
  skippedBy,
  type RequirementOfAuthorizer,
} from '@nanook/http';
import {
  isApp,
  isRouter,
  mountedApp,
  routerOf,
  type Layer,
  type RouterInternals,
} from '../internals/express-internals.js';

type Authorizer = RequirementOfAuthorizer['authorizer'];

/**
 * Checks that the policy can allow the requirements of a router and of its nested routers. It checks a requirement only where the router
 * uses `authorization` before it.
 *
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_UNGRANTABLE`
 */
export const checkRoutes = (router: RouterInternals): void =>
  checkRequirements([...findRequirements(router, undefined, new Set())]);

function* findRequirements(
  router: RouterInternals,
  inherited: Authorizer | undefined,
  seen: Set<RouterInternals>,
): Generator<RequirementOfAuthorizer> {
  if (seen.has(router)) return;
  seen.add(router);
  let authorizer = inherited;
  for (const layer of router.stack) {
    authorizer = authorizerOf(layer.handle) ?? authorizer;
    for (const handler of handlersOf(layer)) {
      const requirement = requirementOf(handler);
      if (requirement !== undefined && authorizer !== undefined) yield { requirement, authorizer };
      const nested = isApp(handler) ? routerOf(handler) : isRouter(handler) ? handler : undefined;
      if (nested !== undefined) yield* findRequirements(nested, authorizer, seen);
    }
  }
}

function handlersOf(layer: Layer): readonly unknown[] {
  if (layer.route !== undefined) return layer.route.stack.map(({ handle }) => handle);
  return skippedBy(layer.handle)?.middleware ?? [mountedApp(layer) ?? layer.handle];
}
