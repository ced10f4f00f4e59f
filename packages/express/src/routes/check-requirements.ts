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

/**
 * Checks that the policy can allow what the routes of a router demand, as far as `authorization` is mounted before them in it.
 *
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_UNGRANTABLE`
 */
export const checkRoutes = (router: RouterInternals): void =>
  checkRequirements([...demandsOf(router, undefined, new Set())]);

function* demandsOf(
  router: RouterInternals,
  inherited: RequirementOfAuthorizer['authorizer'] | undefined,
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
      const within = isApp(handler) ? routerOf(handler) : isRouter(handler) ? handler : undefined;
      if (within !== undefined) yield* demandsOf(within, authorizer, seen);
    }
  }
}

function handlersOf(layer: Layer): readonly unknown[] {
  if (layer.route !== undefined) return layer.route.stack.map(({ handle }) => handle);
  return skippedBy(layer.handle)?.middleware ?? [mountedApp(layer) ?? layer.handle];
}
