import type { DecidedFields, Decision, DecisionOutcome, RuleReference } from '@nanook/core';

/** The version of the shape of a record. It rises when the meaning of a field changes; a new field does not change it. */
export const schemaVersion = 1;

/** A value that JSON can express. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** The actor or the resource of a record: its type, its id, and the further data that the option `identify` returns. */
export interface RecordedIdentity {
  readonly type?: string | undefined;
  readonly id?: string | undefined;
  readonly [key: string]: JsonValue | undefined;
}

/** One decision of a policy, as every sink stores it: plain data, which `JSON.stringify` turns into one line. */
export interface DecisionRecord {
  /** The version of this shape: 1. */
  readonly schema: typeof schemaVersion;
  /** A UUID, version 7, in the order of time. Two records with the same id are the same decision, delivered twice. */
  readonly id: string;
  /** The time of the decision by the clock of the authorizer, in UTC with milliseconds, such as `2026-01-31T09:30:00.000Z`. */
  readonly at: string;
  /** The duration of the check; missing if the authorizer does not have the option `decisionDuration`. */
  readonly durationMs?: number | undefined;
  /** The queried rule. */
  readonly kind: Decision['kind'];
  readonly outcome: DecisionOutcome;
  /** The actor; `null` for an anonymous actor. */
  readonly actor: RecordedIdentity | null;
  /** The action; `null` for a request. */
  readonly action: string | null;
  /** The resource, or the request; `null` for none. */
  readonly resource: RecordedIdentity | null;
  /** The field of `allow_field`; missing in a decision about several fields. */
  readonly field?: string | undefined;
  /** The fields of one decision about several fields of the resource, such as that of `pick`. At most 200 names of each list are kept. */
  readonly fields?: DecidedFields | undefined;
  readonly tenant?: string | undefined;
  /** The rule that granted the action. */
  readonly rule?: RuleReference | undefined;
  /** All rules of the proof, as `name file:line`. */
  readonly proof?: readonly string[] | undefined;
  /** The content hash of the policy. */
  readonly policy: string;
  /** The label of the policy. */
  readonly policyVersion?: string | undefined;
  /** The names of the facts that held for this question only, one for each fact. At most 200 are kept. */
  readonly facts?: readonly string[] | undefined;
  readonly engine: Decision['engine'];
  readonly requestId?: string | undefined;
  readonly traceId?: string | undefined;
  readonly spanId?: string | undefined;
  /** The code of the error of an undecided or failed check. */
  readonly errorCode?: string | undefined;
  /** The reason why the check was not allowed. */
  readonly reason?: string | undefined;
  /** The share of allowed decisions that are logged, if it is below 1. Each record then represents `1 / sampled` decisions. */
  readonly sampled?: number | undefined;
  /** The number of records that were dropped before this one, because the queue of its sink was full. */
  readonly droppedBefore?: number | undefined;
}
