export { RequestAuthorization, type RequestAuthorizationOptions } from './request/request-authorization.js';
export { RequestContext, type RequestContextOptions } from './request/request-context.js';

export { shownFields } from './request/shown-fields.js';
export { checkAuthorization } from './request/authorization-arguments.js';

export {
  AuthorizationConfigError,
  isAuthorizationConfigError,
  toError,
  type ConfigErrorCode,
  type ConfigErrorData,
  type RouteData,
} from './config-errors/authorization-config-error.js';
export { isTimeout } from './config-errors/check-options.js';
export { neverReturns } from './config-errors/check-returns.js';
export { checkHandlers, expectCall } from './config-errors/uncalled-middleware.js';

export {
  asRequirement,
  asSkipped,
  authorizeRequirement,
  checkAction,
  checkReason,
  copyMarks,
  decides,
  describeRequirement,
  requirementCall,
  requirementOf,
  skippedBy,
  type RouteRequirement,
  type Skipped,
} from './requirements/route-requirement.js';
export {
  asAuthorization,
  authorizerOf,
  checkRequirement,
  checkRequirements,
  type RequirementOfAuthorizer,
} from './requirements/check-requirement.js';
export {
  callLoader,
  type CalledLoader,
  type LoaderLimits,
  type LoaderOptions,
} from './requirements/call-loader.js';
export {
  checkSource,
  isClass,
  type ResourceLoader,
  type ResourceSource,
} from './requirements/resource-source.js';
export { checkSkip, declareRequirement } from './requirements/declare-requirement.js';
export type { RequestAuthorizer } from './requirements/request-authorizer.js';
export { RequiredResource } from './request/required-resource.js';
export { haveDecision, splitHandlers, type RouteHandlers } from './requirements/route-handlers.js';
export { requirementExample } from './requirements/requirement-example.js';
export { nameOfType, rowSource, rowSourceOf } from './requirements/row-source.js';
export type { Decided, RequestDecisions } from './decisions/request-decisions.js';
export {
  isProtected,
  listedRoute,
  routeTable,
  table,
  type ListedRoute,
  type ListRoutesOptions,
} from './requirements/listed-route.js';
export { unblockedRoutesWarning, type RoutesOfApp } from './requirements/unblocked-routes.js';
export { AttachedValues } from './internal/attached-values.js';
export { CallSite } from './locations/call-site.js';
export { locationOf } from './locations/source-location.js';

export { HandlerChecks } from './pending-checks/handler-checks.js';
export type { Check } from './pending-checks/open-check.js';
export type { PendingChecks } from './pending-checks/pending-checks.js';

export { findBlockingError, isErrorStatus, type DecidedRequest } from './response-guard/blocking-error.js';
export { isOptionsHeader } from './response-guard/options-header.js';
export { routeData } from './response-guard/response-errors.js';

export {
  checkErrorOptions,
  renderError,
  type ErrorResponse,
  type ErrorResponseOptions,
} from './refusals/error-response.js';
export {
  describeRefusal,
  explainWith,
  explanationOf,
  type Explain,
  type ExplainOption,
} from './refusals/explained-refusal.js';
export { withStatus, type RefusalStatuses } from './refusals/refusal.js';
export { isInternalError, isInvalidInput, problemOf, type Problem } from './refusals/problem.js';
export { renderProblem, type Rendered } from './refusals/render-problem.js';

export { permissionsOf, type Permissions, type ResourcePermissions } from './request/permissions.js';
export {
  checkPermissionsOptions,
  maxPermissionsBytes,
  type PermissionsOptions,
  type ResourceFinder,
} from './permissions/permissions-options.js';
export { answerPermissions, type PermissionsReply } from './permissions/answer-permissions.js';
export { permissionsHandler, type PermissionsHandlerOptions } from './permissions/permissions-handler.js';
