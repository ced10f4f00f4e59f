export { NanookModule } from './module/nanook.module.js';
export type { ContextKind } from './execution/execution.js';
export type { NanookFeatureOptions } from './module/feature-module.js';
export type {
  Authenticators,
  ContextHook,
  Exclusion,
  GuardMode,
  NanookModuleOptions,
} from './options/nanook.options.js';

export {
  Authorize,
  AuthorizeRequest,
  SkipAuthorization,
  type InlineLoader,
  type ResourceOptions,
  type RequirementSource,
} from './requirements/authorize.decorator.js';
export { rowOf } from './requirements/row-of.js';
export type { HandlerOrClass } from './requirements/requirement-decorator.js';
export {
  AuthorizeResult,
  AuthorizedFields,
  type ResultOptions,
} from './results/authorize-result.decorator.js';
export {
  sendPermissions,
  type PermissionsRequest,
  type PermissionsResponse,
} from './results/send-permissions.js';
export { AuthorizedWhere } from './results/authorized-where.decorator.js';
export type { RowType } from './results/row-type.js';
export {
  authorizeField,
  type AuthorizeFieldOptions,
  type FieldAuthorization,
  type FieldContext,
} from './results/field.middleware.js';
export { GraphqlException } from './refusals/graphql-exception.js';
export { PolarType, type PolarTypeOptions } from './resources/polar-type.decorator.js';
export {
  ResourceLoader,
  type LoadsMany,
  type LoadsOne,
  type ResourceLoaderOptions,
} from './resources/resource-loader.decorator.js';
export { AuthorizedInput, type InputOptions } from './input/authorized-input.decorator.js';
export { AuthorizedResource, Authz, CurrentActor } from './resources/parameters.decorator.js';

export { AuthorizationGuard } from './guard/authorization.guard.js';
export { AuthorizationService } from './guard/authorization.service.js';
export {
  NanookNestError,
  isNanookNestError,
  type AuditFinding,
  type NanookNestErrorCode,
  type NanookNestErrorData,
} from './errors/nanook-nest-error.js';

export { AuthorizationAudit } from './audit/authorization-audit.js';
export type { AuditedHandler } from './audit/audited-handler.js';
export type { Finding } from './audit/finding.js';
export {
  explanationOf,
  type ExplainOption,
  type LoaderOptions,
  type RequestAuthorization,
} from '@nanook/http';
