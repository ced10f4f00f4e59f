import { DecisionEngine, type DecisionContext, type OnDecided } from '../authorization/decision-engine.js';
import type { Decision } from '../authorization/decision.js';
import type { TypeReference } from '../authorization/find-type.js';
import type { LoadedPolicy } from '../authorization/loaded-policy.js';
import type {
  CheckOptions,
  EnumerationOptions,
  ExplainOptions,
  RefusalOptions,
} from '../authorization/query-options.js';
import type { WhereExplanation } from '../authorization/where-explanation.js';
import type { Arguments } from '../engine/query/query-run.js';
import type { Explanation } from '../explanation/explanation.js';
import type { FieldConditions, RowCondition } from '../filter/row-condition.js';
import { isThenable } from '../host/value.js';
import type { RollOut } from './roll-out.js';

/**
 * Decides the checks of the policy in use while there is a candidate: passes the decisions to the comparison, and the actors of the
 * roll-out to the candidate.
 */
export class CandidateEngine extends DecisionEngine {
  readonly #candidate: DecisionEngine;
  readonly #rollOut: RollOut;

  /** @param candidate the engine of the candidate, for the actors of the roll-out */
  constructor(
    loaded: LoadedPolicy,
    context: DecisionContext,
    compare: OnDecided,
    candidate: DecisionEngine,
    rollOut: RollOut,
  ) {
    super(loaded, context, compare);
    this.#candidate = candidate;
    this.#rollOut = rollOut;
  }

  override allow(
    actor: unknown,
    action: unknown,
    resource: unknown,
    options: CheckOptions | undefined,
  ): Promise<boolean> {
    return this.#serve(
      actor,
      (who) => super.allow(who, action, resource, options),
      (engine, who) => engine.allow(who, action, resource, options),
    );
  }

  override allowSync(
    actor: unknown,
    action: unknown,
    resource: unknown,
    options: CheckOptions | undefined,
  ): boolean {
    return this.#takes(actor)
      ? this.#candidate.allowSync(actor, action, resource, options)
      : super.allowSync(actor, action, resource, options);
  }

  override check(
    kind: Decision['kind'],
    args: Arguments,
    options: CheckOptions | undefined,
  ): boolean | Promise<boolean> {
    return this.#serve<boolean | Promise<boolean>>(
      args[0],
      (who) => super.check(kind, by(who, args), options),
      (engine, who) => engine.check(kind, by(who, args), options),
    );
  }

  override checkExplained(
    kind: Decision['kind'],
    args: Arguments,
    options: RefusalOptions,
  ): Promise<true | Explanation> {
    return this.#serve(
      args[0],
      (who) => super.checkExplained(kind, by(who, args), options),
      (engine, who) => engine.checkExplained(kind, by(who, args), options),
    );
  }

  override checkUnrecorded(
    kind: 'allow' | 'allow_field',
    args: Arguments,
    options: CheckOptions | undefined,
  ): boolean | Promise<boolean> {
    return this.#serve<boolean | Promise<boolean>>(
      args[0],
      (who) => super.checkUnrecorded(kind, by(who, args), options),
      (engine, who) => engine.checkUnrecorded(kind, by(who, args), options),
    );
  }

  override where(
    actor: unknown,
    action: string,
    type: TypeReference,
    options: CheckOptions,
  ): Promise<RowCondition> {
    return this.#serve(
      actor,
      (who) => super.where(who, action, type, options),
      (engine, who) => engine.where(who, action, type, options),
    );
  }

  override whereWithFields(
    actor: unknown,
    action: string,
    type: TypeReference,
    fieldAction: string,
    options: CheckOptions,
  ): Promise<FieldConditions> {
    return this.#serve(
      actor,
      (who) => super.whereWithFields(who, action, type, fieldAction, options),
      (engine, who) => engine.whereWithFields(who, action, type, fieldAction, options),
    );
  }

  override decideRow(
    actor: unknown,
    action: string,
    row: object,
    options: Pick<CheckOptions, 'context'>,
    find: () => Promise<object | undefined>,
  ): Promise<object | undefined> {
    return this.#serve(
      actor,
      (who) => super.decideRow(who, action, row, options, find),
      (engine, who) => engine.decideRow(who, action, row, options, find),
    );
  }

  override explainWhere(
    actor: unknown,
    action: string,
    type: TypeReference,
    options: CheckOptions,
  ): Promise<WhereExplanation> {
    return this.#serve(
      actor,
      (who) => super.explainWhere(who, action, type, options),
      (engine, who) => engine.explainWhere(who, action, type, options),
    );
  }

  override enumerate(
    method: string,
    variable: 'action' | 'field',
    rule: 'allow' | 'allow_field',
    args: Arguments,
    options: EnumerationOptions,
  ): Promise<Set<string>> {
    return this.#serve(
      args[0],
      (who) => super.enumerate(method, variable, rule, by(who, args), options),
      (engine, who) => engine.enumerate(method, variable, rule, by(who, args), options),
    );
  }

  override explain(kind: Decision['kind'], args: Arguments, options: ExplainOptions): Promise<Explanation> {
    return this.#serve(
      args[0],
      (who) => super.explain(kind, by(who, args), options),
      (engine, who) => engine.explain(kind, by(who, args), options),
    );
  }

  /** Runs a call on the policy in use, or on the candidate if it decides for the actor. An actor that is a promise is awaited once. */
  #serve<Result>(
    actor: unknown,
    own: (actor: unknown) => Result,
    other: (engine: DecisionEngine, actor: unknown) => Result,
  ): Result {
    if (this.#rollOut.percent === 0) return own(actor);
    const run = (who: unknown): Result => (this.#takes(who) ? other(this.#candidate, who) : own(who));
    if (!isPromise(actor)) return run(actor);
    const awaited = Promise.resolve(actor).then(
      (who) => run(who),
      // The engine reports the rejection.
      () => own(actor),
    );
    return awaited as Result;
  }

  #takes(actor: unknown): boolean {
    return !isPromise(actor) && this.#rollOut.takes(actor);
  }
}

/** Returns the arguments of a check with another value for the actor. */
const by = (actor: unknown, [, ...others]: Arguments): Arguments =>
  [actor, ...others] as unknown as Arguments;

function isPromise(value: unknown): boolean {
  try {
    return isThenable(value);
  } catch {
    // A proxy that throws: the engine reports it.
    return false;
  }
}
