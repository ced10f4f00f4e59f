export { NanookModule } from './nanook.module.js';
export type { NanookFeatureOptions } from './module/feature-module.js';
export type {
  Authenticators,
  ContextHook,
  Exclusion,
  GuardMode,
  NanookModuleOptions,
} from './nanook.options.js';

export {
  Authorize,
  AuthorizeRequest,
  SkipAuthorization,
  type InlineLoader,
  type ResourceOptions,
  type RuleSource,
} from './authorize.decorator.js';
export { AuthorizeResult, AuthorizedFields, type ResultOptions } from './authorize-result.decorator.js';
export { AuthorizedWhere } from './authorized-where.decorator.js';
export {
  authorizeField,
  type AuthorizeFieldOptions,
  type FieldAuthorization,
  type FieldContext,
} from './authorize-field.js';
export { GraphqlException } from './graphql-exception.js';
export { PolarType, type PolarTypeOptions } from './polar-type.decorator.js';
export {
  ResourceLoader,
  type LoadsMany,
  type LoadsOne,
  type ResourceLoaderOptions,
} from './resource-loader.decorator.js';
export { AuthorizedInput, type InputOptions } from './input/authorized-input.decorator.js';
export { AuthorizedResource, Authz, CurrentActor } from './parameters.decorator.js';

export { AuthorizationGuard } from './authorization.guard.js';
export { AuthorizationService } from './authorization.service.js';
export {
  NestFault,
  isNestFault,
  type AuditFinding,
  type NestFaultCode,
  type NestFaultData,
} from './nest-fault.js';

export { AuthorizationAudit } from './audit/authorization-audit.js';
export type { AuditedHandler } from './audit/audited-handler.js';
export type { Finding } from './audit/finding.js';
export type { RequestAuthorization } from '@nanook/http';
