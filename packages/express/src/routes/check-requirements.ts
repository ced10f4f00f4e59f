import {
  AuthorizationConfigError,
  authorizerOf,
  checkRequirements,
  requirementCall,
  requirementOf,
  skippedBy,
  type RequirementOfAuthorizer,
  type RouteRequirement,
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
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_UNGRANTABLE`; `NANOOK_HTTP_NO_AUTHORIZATION` if the router uses `authorization` only after
 *   a requirement
 */
export function checkRoutes(router: RouterInternals): void {
  const requirements = [...findRequirements(router, undefined, new Set())];
  const early = requirements.find(({ authorizer }) => authorizer === undefined);
  if (early !== undefined && router.stack.some(({ handle }) => authorizerOf(handle) !== undefined))
    throw new AuthorizationConfigError('NANOOK_HTTP_NO_AUTHORIZATION', {
      caller: requirementCall(early.requirement),
    });
  checkRequirements(requirements.filter(hasAuthorizer));
}

interface FoundRequirement {
  readonly requirement: RouteRequirement;
  /** The authorizer of the last `authorization` before the requirement. */
  readonly authorizer: Authorizer | undefined;
}

const hasAuthorizer = (found: FoundRequirement): found is RequirementOfAuthorizer =>
  found.authorizer !== undefined;

function* findRequirements(
  router: RouterInternals,
  inherited: Authorizer | undefined,
  seen: Set<RouterInternals>,
): Generator<FoundRequirement> {
  if (seen.has(router)) return;
  seen.add(router);
  let authorizer = inherited;
  for (const layer of router.stack) {
    authorizer = authorizerOf(layer.handle) ?? authorizer;
    for (const handler of handlersOf(layer)) {
      const requirement = requirementOf(handler);
      if (requirement !== undefined) yield { requirement, authorizer };
      const nested = isApp(handler) ? routerOf(handler) : isRouter(handler) ? handler : undefined;
      if (nested !== undefined) yield* findRequirements(nested, authorizer, seen);
    }
  }
}

function handlersOf(layer: Layer): readonly unknown[] {
  if (layer.route !== undefined) return layer.route.stack.map(({ handle }) => handle);
  return skippedBy(layer.handle)?.middleware ?? [mountedApp(layer) ?? layer.handle];
}
