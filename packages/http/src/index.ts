export { RequestAuthorization, type RequestAuthorizationOptions } from './request-authorization.js';
export { RequirementScope, RequirementScopes, type Decided } from './requirement-scope.js';
export { checkSource, isClass, type ResourceLoader, type ResourceSource } from './resource-source.js';

export {
  AuthorizationFault,
  isAuthorizationFault,
  toError,
  type FaultCode,
  type FaultData,
} from './authorization-fault.js';
export {
  asAuthorization,
  authorizerOf,
  checkRequirement,
  checkRequirements,
  type Demand,
} from './check-requirement.js';
export { checkOptions } from './check-options.js';
export { refusalOptions, withStatus, type RefusalStatuses } from './refusal.js';
export { isFault, problemOf, type Problem } from './problem.js';
export { renderProblem, type Rendered } from './render-problem.js';

export {
  asRule,
  asSkipped,
  authorizeRule,
  checkAction,
  checkReason,
  decides,
  describeRule,
  ruleOf,
  skippedBy,
  type Rule,
  type Skipped,
} from './rule.js';
export { isProtected, listedRoute, routeTable, table, type ListedRoute } from './listed-route.js';
export { locationOf } from './source-location.js';
export type { Check, PendingChecks } from './pending-checks.js';
export { withholdUndecided, type SafetyNet } from './safety-net.js';
export { checkReturns, neverReturns } from './check-returns.js';
export { checkCalled, checkHandlers, expectCall } from './uncalled.js';
