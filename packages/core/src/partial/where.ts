import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { PolarError } from '../diagnostics/polar-error.js';
import { isStackOverflow } from '../engine/host-error.js';
import { Budget, type Limits } from '../engine/limits.js';
import type { ProgramContext } from '../engine/program-context.js';
import { and } from '../filter/condition.js';
import type { ActorCondition, FieldConditions, RowCondition } from '../filter/row-condition.js';
import type { RowFilter } from '../filter/row-filter.js';
import { toRowFilter } from '../filter/to-row-filter.js';
import { linkCall } from '../ir/link.js';
import type { CallGoal } from '../ir/goal.js';
import { Derivation, type FollowedRule } from './derivation.js';
import { Evaluator } from './evaluator.js';
import { Recursion } from './recursion.js';
import { NotLinear } from '../filter/recursive-filter.js';
import { untranslatable, type Place } from './untranslatable.js';
import { HostReader, Pending, type ValueObserver } from './host-reader.js';
import { ActorValue } from './unknown.js';

export interface WhereOptions {
  readonly limits: Limits;
  readonly signal: AbortSignal | undefined;
  /** Given if the rules that are followed are asked for. */
  readonly explanation?: { readonly observer: ValueObserver | undefined } | undefined;
}

/** A condition, and the rules that were followed to find it, if they are asked for. */
export interface DerivedCondition {
  readonly condition: RowCondition;
  /** A warning about an attribute of the actor that is missing, so that a part of the condition is undecided. */
  readonly missing: Diagnostic | undefined;
  readonly followed: readonly FollowedRule[];
}

/**
 * Finds the condition under which an actor may perform an action on a row of a type. It is exact: a row satisfies it if and only if
 * `can` returns `true` for the row.
 *
 * @throws {PolarError} `POLAR_FILTER_UNTRANSLATABLE` with the place of a construct that no query expresses; `POLAR_FILTER_NO_FIELDS`;
 *   limits and errors of the application as for a check
 */
export async function where(
  context: ProgramContext,
  actor: unknown,
  action: unknown,
  typeName: string,
  options: WhereOptions,
): Promise<DerivedCondition> {
  return new Derivations(context, actor, typeName, options).of('allow', action);
}

/**
 * Finds the condition of `where`, and for each field the filter of the rows on which the actor may perform an action on the field. All of
 * them read the same values of the application, and the limits hold for them together.
 *
 * @param fieldAction the action on the fields
 */
export async function whereWithFields(
  context: ProgramContext,
  actor: unknown,
  action: unknown,
  typeName: string,
  fieldAction: unknown,
  fields: Iterable<string>,
  options: WhereOptions,
): Promise<FieldConditions & Pick<DerivedCondition, 'missing'>> {
  const derivations = new Derivations(context, actor, typeName, options);
  const { condition, missing } = await derivations.of('allow', action);
  const found = new Map<string, RowFilter>();
  for (const field of fields)
    found.set(field, (await derivations.of('allow_field', fieldAction, field)).condition.filter);
  return { condition, missing, fields: found };
}

/** Derives conditions on the rows of a type for one actor. */
class Derivations {
  readonly #host: HostReader;
  readonly #budget: Budget;

  constructor(
    readonly context: ProgramContext,
    readonly actor: unknown,
    readonly typeName: string,
    readonly options: WhereOptions,
  ) {
    const { limits, signal, explanation } = options;
    const { program, typeSets, members } = context;
    if (program.types.find(typeName)?.fields === undefined)
      throw new PolarError('POLAR_FILTER_NO_FIELDS', { type: typeName });
    this.#budget = new Budget(limits, signal);
    this.#budget.checkStart();
    this.#host = new HostReader(typeSets, members, this.#budget, explanation?.observer);
    this.#host.handleRejections(actor);
  }

  /** Derives the condition of `allow(actor, action, row)`, or of `allow_field(actor, action, row, field)`. */
  async of(
    rule: 'allow' | 'allow_field',
    action: unknown,
    ...field: readonly string[]
  ): Promise<DerivedCondition> {
    const { actor, context, typeName } = this;
    const variables = Array.from({ length: 3 + field.length }, () => undefined);
    const goal = linkCall(rule, variables, context.program).goals[0] as CallGoal;
    const recursions: Recursion[] = [];
    for (;;) {
      // Each evaluation starts again, and keeps only the values that the application has returned.
      const derivation = this.options.explanation && new Derivation();
      const isStored = actor instanceof ActorValue;
      const evaluator = new Evaluator(context, this.#host, recursions, isStored, derivation);
      const row = evaluator.row(typeName);
      try {
        const isOfType = evaluator.ofOwnType(row, { span: goal.span, rule });
        const condition = and(isOfType, evaluator.call(goal, [actor, action, row, ...field]));
        return {
          condition: { type: typeName, row: row.scope, condition, filter: toRowFilter(condition) },
          missing: this.#host.missingAttribute,
          followed: derivation?.roots ?? [],
        };
      } catch (error) {
        await this.#recover(error, recursions, { span: goal.span, rule });
      }
    }
  }

  /** Prepares the next evaluation after one that a promise or a recursion has ended. @throws any other error */
  async #recover(error: unknown, recursions: Recursion[], at: Place): Promise<void> {
    if (error instanceof Pending) {
      await this.#host.settle(error);
      this.#budget.checkTime();
    } else if (error instanceof Recursion) recursions.push(error);
    else if (error instanceof NotLinear)
      throw untranslatable(
        'a recursion in which a row depends on two other rows',
        'let each rule call itself once, for one related row',
        at,
      );
    else if (isStackOverflow(error))
      throw new PolarError('POLAR_RUN_DEPTH_LIMIT', { limit: this.#budget.limits.maxDepth });
    else throw error;
  }
}

/**
 * Finds the condition for every actor of a type: the fields of the actor are columns of one more row.
 *
 * @throws {PolarError} as `where`; also for a value that the application can change after the condition is stored
 */
export async function whereActorIs(
  context: ProgramContext,
  actorType: string,
  action: unknown,
  typeName: string,
  options: WhereOptions,
): Promise<ActorCondition> {
  const type = context.program.types.find(actorType);
  if (type?.fields === undefined) throw new PolarError('POLAR_FILTER_NO_FIELDS', { type: actorType });
  const actor = new ActorValue({ id: -1, type });
  const { condition } = await where(context, actor, action, typeName, options);
  return {
    type: typeName,
    row: condition.row,
    actor: actor.scope,
    condition: condition.condition,
    pairs: condition.filter,
  };
}
