import { isPolarError, isUndecided } from '../diagnostics/polar-error.js';
import type { EngineChoice } from '../engine/compiled/engine-choice.js';
import type { Arguments } from '../engine/query/query-run.js';
import type { Proof, RuleReference } from '../engine/proof.js';
import type { TypeSets } from '../host/type-set.js';
import { isObjectOrFunction } from '../internal/is-object.js';
import { monotonicClock } from '../internal/monotonic-clock.js';
import type { PolicyVersion } from '../policy/policy-version.js';
import { denialReason } from './refusal.js';
import { identityOf, type Identity } from './identity.js';
import type { CheckContext } from './query-options.js';
import { resourceTypeOf } from './resource-type.js';

export type DecisionOutcome = 'allowed' | 'denied' | 'undecided' | 'error';

/** Returns the outcome of a check that ends in an error. */
export const outcomeOfError = (error: unknown): 'undecided' | 'error' =>
  isUndecided(error) ? 'undecided' : 'error';

/** A decision for the audit trail: the argument of `onDecision`. */
export interface Decision {
  /** The queried rule. */
  readonly kind: 'allow' | 'allow_field' | 'allow_request';
  readonly actor: unknown;
  /** The action; undefined for a request. */
  readonly action: unknown;
  /** The resource, or the request. */
  readonly resource: unknown;
  /** The field of `allow_field`; undefined for a decision about several fields. */
  readonly field: unknown;
  /** The fields of one decision about several fields of the resource: `filterFields`, and `pick` of the web adapters. */
  readonly fields: DecidedFields | undefined;
  readonly outcome: DecisionOutcome;
  /** The rule that granted the action. */
  readonly rule: RuleReference | undefined;
  /** All rules of the proof, in the order in which they were used. */
  readonly proof: readonly RuleReference[];
  /** The error of a check that failed or was undecided. */
  readonly error: unknown;
  /** The content hash of the policy that decided. */
  readonly policy: string;
  /** The label of that policy: the option `version` of `load` or `reload`. */
  readonly policyVersion: string | undefined;
  /** The names of the facts that held for this question only, one for each fact: `['has_role', 'has_role']`. */
  readonly facts?: readonly string[] | undefined;
  /** The engine that decided: `'database'` for a decision about one row of the database, which has no rule and no proof. */
  readonly engine: Exclude<EngineChoice, 'auto'> | 'database';
  /** The option `context` of the check. The web adapters set it. */
  readonly context: CheckContext | undefined;
  /** The time when the check started, by the authorizer's clock. */
  readonly at: Date;
  /** The duration of the check; undefined without the option `decisionDuration`. */
  readonly durationMs: number | undefined;
  // The following are getters, which a copy of the decision does not have.
  /** The type and the key of the actor; undefined for `null`. */
  readonly actorIdentity: Identity | undefined;
  /** The type and the key of the resource; undefined for `null`. */
  readonly resourceIdentity: Identity | undefined;
  /** The code of the error, such as `POLAR_RUN_TIMEOUT`, if it has one. */
  readonly errorCode: string | undefined;
  /** The reason why the check was not allowed, in one line. */
  readonly reason: string | undefined;
}

/** The result of a decision about several fields. */
export interface DecidedFields {
  readonly allowed: readonly string[];
  readonly denied: readonly string[];
  /** The fields whose check is undecided. They are refused, too. */
  readonly undecided: readonly string[];
}

/** The beginning of a check: its arguments and its time. */
export interface StartedCheck {
  readonly kind: Decision['kind'];
  readonly args: Arguments;
  readonly policy: PolicyVersion;
  readonly typeSets: TypeSets;
  readonly context: CheckContext | undefined;
  readonly at: Date;
  /** The reading of `performance.now()` when the check started; undefined if the check is not measured. */
  readonly startedMs: number | undefined;
}

const noRules: readonly RuleReference[] = Object.freeze([]);

/** A decision, whose getters compute what only a log needs. */
class RecordedDecision implements Decision {
  readonly #typeSets: TypeSets;

  readonly kind: Decision['kind'];
  readonly actor: unknown;
  readonly action: unknown;
  readonly resource: unknown;
  readonly field: unknown;
  readonly policy: string;
  readonly policyVersion: string | undefined;
  readonly facts: readonly string[] | undefined;
  readonly context: CheckContext | undefined;
  readonly at: Date;

  constructor(
    { kind, args, policy, typeSets, context, at }: StartedCheck,
    readonly outcome: DecisionOutcome,
    readonly rule: RuleReference | undefined,
    readonly proof: readonly RuleReference[],
    readonly error: unknown,
    readonly engine: Decision['engine'],
    readonly durationMs: number | undefined,
    readonly fields: DecidedFields | undefined,
  ) {
    const isRequest = kind === 'allow_request';
    this.#typeSets = typeSets;
    this.kind = kind;
    this.actor = args[0];
    this.action = isRequest ? undefined : args[1];
    this.resource = isRequest ? args[1] : args[2];
    this.field = args[3];
    this.policy = policy.hash;
    this.policyVersion = policy.version;
    this.facts = policy.facts;
    this.context = context;
    this.at = at;
  }

  /** Returns the types of a decision. */
  static typeSetsOf(decision: RecordedDecision): TypeSets {
    return decision.#typeSets;
  }

  get actorIdentity(): Identity | undefined {
    return identityOf(this.actor, this.#typeSets);
  }

  get resourceIdentity(): Identity | undefined {
    return identityOf(this.resource, this.#typeSets);
  }

  get errorCode(): string | undefined {
    return textIn(this.error, 'code');
  }

  get reason(): string | undefined {
    if (this.outcome === 'allowed') return undefined;
    if (this.outcome === 'denied') {
      const reason = denialReason(
        this.kind,
        this.action,
        resourceTypeOf(this.resource, this.#typeSets),
        this.field,
        this.fields?.denied.length,
      );
      return this.engine === 'database' ? `${reason}, or no row has the key` : reason;
    }
    if (this.#typeSets.types.secretNames.size > 0) return reasonWithoutValues(this.outcome, this.error);
    // Without the code frame, which the place of the rule replaces.
    const message = textIn(this.error, 'message') ?? 'the check failed';
    return message.split('\n', 1)[0];
  }
}

/** Creates the decision of a check that ends now. @param proof the proof of an allowed check */
export function decisionOf(
  check: StartedCheck,
  outcome: DecisionOutcome,
  proof: Proof | undefined,
  error: unknown,
  engine: Decision['engine'],
): Decision {
  const { startedMs } = check;
  return new RecordedDecision(
    check,
    outcome,
    proof?.decisive,
    proof === undefined ? noRules : proof.references,
    error,
    engine,
    startedMs === undefined ? undefined : monotonicClock.now() - startedMs,
    undefined,
  );
}

/** Returns the decisions about several fields of a resource as one. The first one that allows a field has the decisive rule. */
export function mergeFieldDecisions(
  decisions: readonly Decision[],
  context: CheckContext | undefined,
  durationMs: number,
): Decision {
  const all = decisions as readonly RecordedDecision[];
  const [first] = all as readonly [RecordedDecision];
  const allowed = all.filter(({ outcome }) => outcome === 'allowed');
  const deciding =
    all.find(({ outcome }) => outcome === 'error') ??
    allowed[0] ??
    all.find(({ outcome }) => outcome === 'undecided') ??
    first;
  const proof = [...new Set(allowed.flatMap((one) => one.proof))];
  const check = {
    kind: first.kind,
    args: [first.actor, first.action, first.resource, undefined] as const,
    policy: { hash: first.policy, version: first.policyVersion, facts: first.facts },
    typeSets: RecordedDecision.typeSetsOf(first),
    context,
    at: first.at,
    startedMs: undefined,
  };
  return new RecordedDecision(
    check,
    deciding.outcome,
    deciding.rule,
    deciding.outcome === 'allowed' ? Object.freeze(proof) : noRules,
    deciding.error,
    first.engine,
    first.durationMs === undefined ? undefined : durationMs,
    Object.freeze({
      allowed: fieldsOf(all, 'allowed'),
      denied: fieldsOf(all, 'denied'),
      undecided: fieldsOf(all, 'undecided'),
    }),
  );
}

const fieldsOf = (decisions: readonly Decision[], wanted: DecisionOutcome): readonly string[] =>
  Object.freeze(decisions.flatMap(({ outcome, field }) => (outcome === wanted ? [String(field)] : [])));

/** Returns the reason of a check that failed where a message can contain a value of a secret field: the place of the condition. */
function reasonWithoutValues(outcome: DecisionOutcome, error: unknown): string {
  const text = outcome === 'undecided' ? 'the data cannot decide a condition' : 'the check failed';
  if (!isPolarError(error) || error.line === undefined) return text;
  return `${text} (${error.file ?? 'policy'}:${error.line})`;
}

/** Reads a text of an error, which may be any value. */
function textIn(error: unknown, name: 'code' | 'message'): string | undefined {
  try {
    const text: unknown = isObjectOrFunction(error) ? (error as Record<string, unknown>)[name] : undefined;
    return typeof text === 'string' ? text : undefined;
  } catch {
    // A proxy that throws.
    return undefined;
  }
}
