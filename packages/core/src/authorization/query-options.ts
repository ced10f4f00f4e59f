import type { Fact } from '../ir/link-facts.js';
import type { Limits } from '../engine/limits.js';
import type { ExplanationOptions } from '../explanation/explain-query.js';
import type { AnyRow, ListOptions } from '../lists/list-options.js';
import type { ResourceAdapter } from '../lists/resource-adapter.js';

/** The origin of a check. Its decision contains it, and the policy does not see it. */
export interface CheckContext {
  /** The identifier of the request that needs the check. */
  readonly requestId?: string | undefined;
  /** The trace of the request and its span, as in the header `traceparent`: 32 and 16 hexadecimal digits. */
  readonly traceId?: string | undefined;
  readonly spanId?: string | undefined;
  /** The tenant for which the application acts. */
  readonly tenant?: string | undefined;
}

/** Options of one check or query. */
export interface CheckOptions {
  readonly signal?: AbortSignal;
  /** Replaces limits of the authorizer. */
  readonly limits?: Partial<Limits>;
  /** The origin of the check, for its record. */
  readonly context?: CheckContext;
  /**
   * Facts that hold for this question only, in addition to the rules of the policy: `[['has_role', user, 'admin', organization]]`. They grant
   * like rules, so they must come from the application and never from a client.
   */
  readonly facts?: readonly Fact[];
}
export interface QueryOptions extends CheckOptions {
  /** Values for variables of the query, by name. */
  readonly bindings?: Readonly<Record<string, unknown>> | ReadonlyMap<string, unknown>;
  /** Whether an answer may contain an `Expression` for a variable without a single value. Default: this is an error. */
  readonly acceptExpression?: boolean;
}
/** Options of a check that throws when the action is refused. */
export interface RefusalOptions extends CheckOptions {
  /**
   * Whether the error has an explanation, as `error.explanation`. The check then runs on the machine, and the explanation calls no method
   * of the application again. A policy that was compiled ahead of time has no explanations. Default: `false`.
   */
  readonly explain?: boolean | ExplanationOptions;
}
export interface AuthorizeOptions extends RefusalOptions {
  /** `false`: the refusal is a `ForbiddenError` even when the actor may not read the resource. */
  readonly checkRead?: boolean;
}
/** Options of `authorizeSync`. */
export type AuthorizeSyncOptions = Omit<AuthorizeOptions, 'explain'>;
/** Options of `whoCan`. */
export interface WhoCanOptions extends CheckOptions {
  /** The field of the resource, to check the rules `allow_field`. Default: the resource as a whole, with the rules `allow`. */
  readonly field?: string;
  /** The number of checks that run at the same time. Default: 16. */
  readonly concurrency?: number;
}
/** Options of `explain` and its variants. */
export interface ExplainOptions extends CheckOptions, ExplanationOptions {}
/** Options of `policy.explainQuery`. */
export interface ExplainQueryOptions extends ExplainOptions, Pick<QueryOptions, 'bindings'> {}
export interface EnumerationOptions extends CheckOptions {
  /**
   * `true`: the result is `'*'` when a rule allows every value. Default: this is an error, because such values cannot be listed.
   */
  readonly allowWildcard?: boolean;
}

export interface GrantableOptions {
  /** The kind of resource: an instance, or the type itself, as for a *create*. Default: either. */
  readonly resource?: 'instance' | 'type';
}

export interface WarmUpOptions {
  /** The milliseconds after which other work of the process may run. Default: 10. */
  readonly sliceMs?: number;
}

/** Options of a decision about one row of the database. */
export interface OneOptions<Row extends object = AnyRow>
  extends Pick<ListOptions<Row>, 'fields' | 'include' | 'signal'>, Pick<CheckOptions, 'context'> {
  /** `false`: the refusal is a `ForbiddenError` also when the actor may not read the row. */
  readonly checkRead?: boolean;
  /** The database, if it is not the one of the authorizer: an adapter for an open transaction. */
  readonly resources?: ResourceAdapter;
}

/** Options of a decision about one row that has all of its fields, and no related rows. */
export interface WholeOneOptions<Row extends object = AnyRow> extends OneOptions<Row> {
  readonly fields?: undefined;
  readonly include?: undefined;
}

/** Options of a decision about one row that has a part of its fields, and no related rows. */
export interface MaskedOneOptions<Row extends object = AnyRow> extends OneOptions<Row> {
  readonly include?: undefined;
}

/** Options of a decision about one row that has all of its fields, with related rows. */
export interface RelatedOneOptions<Row extends object = AnyRow> extends OneOptions<Row> {
  readonly fields?: undefined;
}

/** Options of a decision about a row that is not written yet. */
export interface DraftOptions extends RefusalOptions {
  /** The database, if it is not the one of the authorizer: an adapter for an open transaction. */
  readonly resources?: ResourceAdapter;
}
