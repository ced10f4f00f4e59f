export { RequestAuthorization, type RequestAuthorizationOptions } from './request/request-authorization.js';
export { RequirementScope, RequirementScopes, type Decided } from './requirements/requirement-scope.js';
export {
  checkSource,
  isClass,
  type ResourceLoader,
  type ResourceSource,
} from './requirements/resource-source.js';

export {
  AuthorizationConfigError,
  isAuthorizationConfigError,
  toError,
  type ConfigErrorCode,
  type ConfigErrorData,
} from './config-errors/authorization-config-error.js';
export {
  asAuthorization,
  authorizerOf,
  checkRequirement,
  checkRequirements,
  type Demand,
} from './requirements/check-requirement.js';
export { checkOptions } from './config-errors/check-options.js';
export { refusalOptions, withStatus, type RefusalStatuses } from './refusals/refusal.js';
export { isInternalError, problemOf, type Problem } from './refusals/problem.js';
export { renderProblem, type Rendered } from './refusals/render-problem.js';

export {
  asRequirement,
  asSkipped,
  authorizeRequirement,
  checkAction,
  checkReason,
  decides,
  describeRequirement,
  requirementOf,
  skippedBy,
  type RouteRequirement,
  type Skipped,
} from './requirements/route-requirement.js';
export {
  isProtected,
  listedRoute,
  routeTable,
  table,
  type ListedRoute,
} from './requirements/listed-route.js';
export { locationOf } from './locations/source-location.js';
export type { Check, PendingChecks } from './pending-checks/pending-checks.js';
export { guardResponse, type ResponseGuard } from './response-guard/response-guard.js';
export { checkReturns, neverReturns } from './config-errors/check-returns.js';
export { checkCalled, checkHandlers, expectCall } from './config-errors/uncalled-middleware.js';
