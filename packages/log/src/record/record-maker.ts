import type { CheckContext, DecidedFields, Decision, Identity, Mask, RuleReference } from '@nanook/core';
import {
  schemaVersion,
  type DecisionRecord,
  type JsonValue,
  type RecordedIdentity,
} from './decision-record.js';
import { Masking } from './mask.js';
import { idText, plainData, plainText } from './plain-data.js';
import { recordId } from './record-id.js';

/** The ids of a trace and of its active span. */
export interface ActiveTrace {
  readonly traceId: string;
  readonly spanId: string;
}

/** Options for the content of records. */
export interface RecordOptions {
  /**
   * Returns the recorded part of an actor or a resource, with a type and an id. Default: the type, and the declared key or the attribute
   * `id`. A longer text than 1,000 bytes in UTF-8 is cut, and so is an object of more than 200 values, 50,000 characters, 32 entries or three levels.
   */
  readonly identify?: (
    value: unknown,
    part: 'actor' | 'resource',
    decision: Decision,
  ) => RecordedIdentity | undefined;
  /** Returns the tenant of a decision. Default: the tenant of the context of the check. */
  readonly tenant?: (decision: Decision) => string | undefined;
  /** Returns the ids of the current trace: `activeTrace` of `@nanook/log/opentelemetry`. Default: the context of the check. */
  readonly trace?: () => ActiveTrace | undefined;
  /** Returns the text that replaces a value, by its path in the record: `maskPaths(['actor.email'])`. `explain` takes the same mask. */
  readonly mask?: Mask;
}

/** Makes the record of a decision. It never throws: a function of the application that fails is reported, and its result is missing. */
export class RecordMaker {
  readonly #options: RecordOptions;
  readonly #masking: Masking | undefined;
  readonly #onError: (option: string, error: unknown) => void;

  constructor(options: RecordOptions, onError: (option: string, error: unknown) => void) {
    this.#options = options;
    this.#onError = onError;
    this.#masking = options.mask && new Masking(options.mask, (error) => onError('mask', error));
  }

  /** @param sampled the share of the allowed decisions that is logged */
  make(decision: Decision, sampled: number | undefined): DecisionRecord {
    const { kind, outcome, action, field, fields, rule, proof, policy, policyVersion, engine, durationMs } =
      decision;
    const isAllowed = outcome === 'allowed';
    const context = this.#contextOf(decision);
    const record: DecisionRecord = {
      schema: schemaVersion,
      id: recordId(),
      at: timeOf(decision.at),
      durationMs: durationMs === undefined ? undefined : Math.round(durationMs * 1_000) / 1_000,
      kind,
      outcome,
      actor: this.#identityOf(decision.actor, 'actor', decision),
      action: kind === 'allow_request' ? null : textOf(action),
      resource: this.#identityOf(decision.resource, 'resource', decision),
      field: kind === 'allow_field' && fields === undefined ? textOf(field) : undefined,
      fields: fields && mapFields(fields, (names) => names.slice(0, mostNames).map(plainText)),
      tenant: this.#tenantOf(decision, context),
      rule: rule && shortRule(rule),
      proof: isAllowed ? placesOf(proof) : undefined,
      policy,
      policyVersion,
      facts: decision.facts?.slice(0, mostNames),
      engine,
      requestId: idText(context?.requestId),
      traceId: idText(context?.traceId),
      spanId: idText(context?.spanId),
      errorCode: isAllowed ? undefined : idText(decision.errorCode),
      reason: isAllowed ? undefined : reasonIn(decision),
      sampled,
    };
    return this.#masking === undefined ? record : masked(record, this.#masking);
  }

  #identityOf(value: unknown, part: 'actor' | 'resource', decision: Decision): RecordedIdentity | null {
    const { identify } = this.#options;
    const identity = part === 'actor' ? decision.actorIdentity : decision.resourceIdentity;
    if (identify !== undefined) {
      const own = this.#try('identify', () => plainData(identify(value, part, decision)));
      if (isIdentity(own)) return withoutSecrets({ ...own, ...textsOf(own) }, identity);
    }
    return identityOf(identity, value, decision);
  }

  #tenantOf(decision: Decision, context: CheckContext | undefined): string | undefined {
    const { tenant } = this.#options;
    return idText(tenant && this.#try('tenant', () => tenant(decision))) ?? idText(context?.tenant);
  }

  /** Reads the context, whose getters may run code of the application. */
  #contextOf({ context }: Decision): CheckContext | undefined {
    const { trace } = this.#options;
    const active = trace && this.#try('trace', trace);
    if (context === undefined) return active;
    const read = this.#try('context', (): CheckContext => {
      const { requestId, traceId, spanId, tenant } = context;
      return { requestId, traceId, spanId, tenant };
    });
    return active === undefined ? read : { ...read, traceId: active.traceId, spanId: active.spanId };
  }

  #try<Result>(option: string, run: () => Result): Result | undefined {
    try {
      return run();
    } catch (error) {
      this.#onError(option, error);
      return undefined;
    }
  }
}

const isIdentity = (data: JsonValue | undefined): data is { readonly [key: string]: JsonValue } =>
  typeof data === 'object' && data !== null && !Array.isArray(data);

/** Returns the type and the id of the application's identity as texts, which filters compare. A list of keys becomes a JSON list. */
function textsOf({ type, id }: { readonly [key: string]: JsonValue | undefined }): RecordedIdentity {
  const text = (value: JsonValue | undefined): string | undefined =>
    value === undefined || value === null || typeof value === 'string'
      ? (value ?? undefined)
      : plainText(JSON.stringify(value));
  return { type: text(type), id: text(id) };
}

/** Replaces the fields that the type declares secret. */
const withoutSecrets = (own: RecordedIdentity, known: Identity | undefined): RecordedIdentity =>
  known?.secrets === undefined
    ? own
    : (Object.fromEntries(
        Object.entries(own).map(([key, value]) => [key, known.secrets!.includes(key) ? '***' : value]),
      ) as RecordedIdentity);

function identityOf(
  identity: Identity | undefined,
  value: unknown,
  { kind, resource }: Decision,
): RecordedIdentity | null {
  if (identity === undefined) return null;
  const { type, id } = identity;
  const known = id ?? (kind === 'allow_request' && value === resource ? requestLine(value) : undefined);
  return { type: type && plainText(type), id: known === undefined ? undefined : plainText(known) };
}

/** Returns the method and the path of a request, without its query, which may contain secrets. */
function requestLine(request: unknown): string | undefined {
  try {
    const { method, originalUrl, path, url } = request as Readonly<Record<string, unknown>>;
    // In a mounted router, the others are only the part below it.
    const target = [originalUrl, path, url].find((given) => typeof given === 'string');
    if (typeof method !== 'string' || typeof target !== 'string') return undefined;
    return `${method} ${target.split('?', 1)[0]}`;
  } catch {
    // A proxy that throws.
    return undefined;
  }
}

/** Returns an action or a field as text. Both are texts in a correct call. */
const textOf = (value: unknown): string => plainText(typeof value === 'string' ? value : `(${typeof value})`);

/** The number of names that a list of fields or facts keeps. */
const mostNames = 200;

const mapFields = (
  { allowed, denied, undecided }: DecidedFields,
  map: (names: readonly string[]) => readonly string[],
): DecidedFields => ({ allowed: map(allowed), denied: map(denied), undecided: map(undecided) });

/** Reads the reason of an error, which may be any value. */
const reasonIn = ({ reason }: Decision): string | undefined => reason && plainText(reason);

let lastMs = Number.NaN;
let lastTime = '';

// A store has years of four digits, and PostgreSQL has no year 0.
const firstMs = Date.parse('0001-01-01T00:00:00.000Z');
const endMs = Date.parse('9999-12-31T23:59:59.999Z');

/** Returns the text of a time. Many decisions are made in one millisecond. */
function timeOf(at: Date): string {
  const given = Number(at);
  // The clock of the application is broken: the record is kept, at the time of the system.
  const ms = given >= firstMs && given <= endMs && at instanceof Date ? given : Date.now();
  if (ms !== lastMs) {
    lastTime = new Date(ms).toISOString();
    lastMs = ms;
  }
  return lastTime;
}

// Decisions with the same proof share its frozen objects.
const shortRules = new WeakMap<RuleReference, RuleReference>();
const places = new WeakMap<readonly RuleReference[], readonly string[]>();

function shortRule(rule: RuleReference): RuleReference {
  let short = shortRules.get(rule);
  if (short === undefined)
    shortRules.set(
      rule,
      (short = Object.freeze({
        ...rule,
        text: plainText(rule.text),
        file: rule.file && plainText(rule.file),
      })),
    );
  return short;
}

function placesOf(proof: readonly RuleReference[]): readonly string[] {
  let found = places.get(proof);
  if (found === undefined) {
    found = proof.slice(0, 256).map(({ name, file, line }) => `${name} ${file ?? ''}:${line}`);
    places.set(proof, found);
  }
  return found;
}

function masked(record: DecisionRecord, masking: Masking): DecisionRecord {
  const action = masking.text('action', record.action);
  const field = masking.text('field', record.field);
  // The reason of a denial names the action and the field.
  const hidden = action !== record.action ? action : field !== record.field ? field : undefined;
  const reason = record.reason === undefined ? undefined : (hidden ?? masking.text('reason', record.reason));
  const maskedNames = (names: readonly string[]): readonly string[] =>
    names.map((name) => masking.text('field', name));
  return {
    ...record,
    ...(record.fields && { fields: mapFields(record.fields, maskedNames) }),
    actor: masking.identity('actor', record.actor),
    action,
    resource: masking.identity('resource', record.resource),
    field,
    tenant: masking.text('tenant', record.tenant),
    requestId: masking.text('requestId', record.requestId),
    reason,
  };
}
