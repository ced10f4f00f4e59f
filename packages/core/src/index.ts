export { Authorizer } from './authorization/authorizer.js';
export type { Fact } from './ir/link-facts.js';
export type { PolicySnapshot } from './authorization/policy-snapshot.js';
export { ActorAuthorizer, type ActorChecks } from './authorization/actor-authorizer.js';
export type { TypeReference } from './authorization/find-type.js';
export { nearNames } from './internal/near-names.js';
export { describeValue } from './internal/describe-value.js';
export { isUndecided } from './diagnostics/polar-error.js';
export type {
  AuthorizeOptions,
  AuthorizeSyncOptions,
  CheckContext,
  EnumerationOptions,
  ExplainOptions,
  ExplainQueryOptions,
  GrantableOptions,
  DraftOptions,
  MaskedOneOptions,
  OneOptions,
  RelatedOneOptions,
  QueryOptions,
  CheckOptions,
  RefusalOptions,
  WarmUpOptions,
  WhoCanOptions,
  WholeOneOptions,
} from './authorization/query-options.js';
export type {
  AuthorizerOptions,
  DecisionOptions,
  ReloadOptions,
  CheckedReloadOptions,
} from './authorization/options.js';
export type { NamedPolicy, PolicyInput } from './policy/policy-source.js';
export type { PolicyDialect } from './dialect/dialect.js';

export {
  AuthorizationError,
  ForbiddenError,
  NotFoundError,
  UnauthenticatedError,
  isAuthorizationError,
  isForbiddenError,
  isNotFoundError,
  isUnauthenticatedError,
  type RefusalDetails,
} from './authorization/authorization-error.js';
export type { DecidedFields, Decision, DecisionOutcome } from './authorization/decision.js';
export type { Identity } from './authorization/identity.js';
export type {
  ExplainedAlternatives,
  ExplainedCall,
  ExplainedCondition,
  ExplainedError,
  ExplainedFailure,
  ExplainedMismatch,
  ExplainedMiss,
  ExplainedNegation,
  ExplainedPlace,
  ExplainedUse,
  ExplainedValue,
  Explanation,
} from './explanation/explanation.js';
export type { ExplanationOptions } from './explanation/explain-query.js';
export type { Mask } from './explanation/hidden-values.js';
export { nearestCondition } from './explanation/nearest-condition.js';
export { renderExplanationPage, type PageOptions } from './explanation/render-html.js';
export { renderExplanation, type RenderOptions } from './explanation/render-text.js';
export type { PolicyProfile, ProfiledCheck, ProfiledRule } from './profile/profile.js';
export type { RuleReference } from './engine/proof.js';
export type { PolicyVocabulary, TypeVocabulary } from './authorization/vocabulary.js';
export type { RelationsOptions, RelationTree } from './authorization/relations-for.js';
export type { WhatCan, WhoCan } from './authorization/who-can.js';
export type { ExplainedRows, ExplainedRule, WhereExplanation } from './authorization/where-explanation.js';

export { nullable, oneOf, optional, secret } from './types/type-declaration.js';
export { withSecrets } from './types/with-secrets.js';
export { withRowFacts } from './types/with-row-facts.js';
export { fact, type FactArgumentInput, type RowFactInput, type RowFactOptions } from './types/row-fact.js';
export type {
  Class,
  FieldTypeInput,
  Nullable,
  OneOf,
  Optional,
  Secret,
  TypeDeclaration,
  TypeInput,
  TypesInput,
} from './types/type-declaration.js';
export {
  many,
  manyThrough,
  one,
  type KeyInput,
  type ManyColumns,
  type OneColumns,
  type RelationInput,
  type ThroughColumns,
} from './types/relation.js';
export type { ActorCondition, RowCondition } from './filter/row-condition.js';
export type {
  AnyRow,
  AnySearch,
  CountOptions,
  FieldOperators,
  FieldSearch,
  FieldValue,
  Include,
  ListOptions,
  MaskedListOptions,
  OrderBy,
  RelatedListOptions,
  RelationName,
  ResourcePage,
  RowKey,
  RowSearch,
  RowWithRelated,
  SortDirection,
  SortOrder,
  WholeListOptions,
} from './lists/list-options.js';
export type {
  FieldMask,
  FieldQuery,
  JoinedKeys,
  JoinedKeysQuery,
  MaskedRow,
  ResourceAdapter,
  ResourceQuery,
  SortKey,
} from './lists/resource-adapter.js';
export { TypeToken } from './types/declared-type.js';
export { typed } from './types/typed.js';
export type {
  ActionOf,
  ActionOrFieldActionOf,
  ActionOfSource,
  ActionOnRows,
  ActionOnType,
  AnyAction,
  GrantablePermission,
  FieldActionOf,
  FieldOf,
  ItselfOf,
  ListReference,
  ListedAction,
  ListedField,
  ListedRow,
  PolicyTypes,
  RoleOf,
  RowOf,
  TypedRow,
  TypeItself,
  TypeName,
} from './types/policy-types.js';

export { QueryVariable } from './terms/query-variable.js';
export { Expression, type ExpressionOperator } from './engine/query/expression.js';
export type { Bindings } from './engine/query/query-run.js';
export { defaultLimits, type Limits } from './engine/limits.js';
export type { Equality } from './engine/equality.js';
export type { EngineChoice } from './engine/compiled/engine-choice.js';

export { PolarError, isPolarError, type LoggedError } from './diagnostics/polar-error.js';
export { PolicyError, isPolicyError } from './diagnostics/policy-error.js';
export { renderDiagnostic, type Diagnostic, type Severity } from './diagnostics/diagnostic.js';
export type { Code, DataOf } from './diagnostics/codes.js';
export type { Span } from './diagnostics/span.js';
export type { Position, Source } from './diagnostics/source.js';
