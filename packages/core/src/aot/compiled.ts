// The entry for policies that were compiled ahead of time. It contains no parser, no policy checks and no `eval`.
export { CompiledAuthorizer, type CompiledPolicy } from './compiled-authorizer.js';
export type { PolicyModule } from '../engine/backends/module/policy-module.js';
export type { DecisionOptions } from '../authorization/options.js';
export type { AuthorizeOptions, CheckOptions } from '../authorization/query-options.js';
export {
  AuthorizationError,
  ForbiddenError,
  NotFoundError,
  isAuthorizationError,
  isForbiddenError,
  isNotFoundError,
} from '../authorization/authorization-error.js';
export { isUndecided } from '../diagnostics/polar-error.js';
export { PolarError, isPolarError } from '../diagnostics/polar-error.js';
export { typed } from '../types/typed.js';
export { optional } from '../types/type-declaration.js';
export type { TypeDeclaration, TypesInput } from '../types/type-declaration.js';
