// The entry for policies that were compiled ahead: no parser, no checks, no `eval`.
export { CompiledAuthorizer } from './compiled-authorizer.js';
export type { PolicyModule } from '../engine/ahead/policy-module.js';
export type { DecisionOptions } from '../options.js';
export type { AuthorizeSettings, QuestionSettings } from '../question-settings.js';
export {
  AuthorizationError,
  ForbiddenError,
  NotFoundError,
  isAuthorizationError,
  isForbiddenError,
  isNotFoundError,
} from '../authorization/authorization-error.js';
export { isUndecided } from '../authorization/undecided.js';
export { PolarError, isPolarError } from '../diagnostics/polar-error.js';
export { typed } from '../types/typed.js';
export { optional } from '../types/type-declaration.js';
export type { TypeDeclaration, TypesInput } from '../types/type-declaration.js';
