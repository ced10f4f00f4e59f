import type { Limits } from '../engine/limits.js';

/** Options of one check or query. */
export interface CheckOptions {
  readonly signal?: AbortSignal;
  /** Overrides the authorizer's limits. */
  readonly limits?: Partial<Limits>;
}
export interface QueryOptions extends CheckOptions {
  /** Values for variables of the query, by name. */
  readonly bindings?: Readonly<Record<string, unknown>> | ReadonlyMap<string, unknown>;
  /** Whether an answer may hold an `Expression` for a variable that has no single value. Default: that is an error. */
  readonly acceptExpression?: boolean;
}
export interface AuthorizeOptions extends CheckOptions {
  /** `false`: a refusal is a `ForbiddenError` even when the actor may not read the resource. */
  readonly checkRead?: boolean;
}
export interface EnumerationOptions extends CheckOptions {
  /** A rule that allows everything gives `'*'`. Default: it is an error, since it cannot be listed. */
  readonly allowWildcard?: boolean;
}

export interface GrantableOptions {
  /** What the resource is: an instance, or the type itself, as for a *create*. Default: either. */
  readonly resource?: 'instance' | 'type';
}
