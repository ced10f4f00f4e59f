import { PolarError } from '../diagnostics/polar-error.js';
import { isStackOverflow } from '../engine/host-error.js';
import { Budget, type Limits } from '../engine/limits.js';
import type { ProgramContext } from '../engine/program-context.js';
import { and } from '../filter/condition.js';
import type { ActorCondition, RowCondition } from '../filter/row-condition.js';
import { toRowFilter } from '../filter/to-row-filter.js';
import { handleRejections } from '../host/handle-rejections.js';
import { linkCall } from '../ir/link.js';
import type { CallGoal } from '../ir/goal.js';
import type { FollowedRule } from './derivation.js';
import { Evaluator } from './evaluator.js';
import { Recursion } from './recursion.js';
import { NotLinear } from '../filter/recursive-filter.js';
import { untranslatable } from './untranslatable.js';
import { HostReader, Pending, type ValueObserver } from './host-reader.js';
import { ActorValue } from './unknown.js';

export interface WhereOptions {
  readonly limits: Limits;
  readonly signal: AbortSignal | undefined;
  readonly observer?: ValueObserver | undefined;
}

/** A condition, and the rules that were followed to find it. */
export interface DerivedCondition {
  readonly condition: RowCondition;
  readonly followed: readonly FollowedRule[];
}

/**
 * Finds the condition under which an actor may perform an action on a row of a type. It is exact: a row satisfies it if and only if
 * `isAllowed` is true for the row.
 *
 * @throws {PolarError} `POLAR_FILTER_UNTRANSLATABLE` with the place of a construct that no query expresses; `POLAR_FILTER_NO_FIELDS`;
 *   limits and errors of the application as for a check
 */
export async function where(
  context: ProgramContext,
  actor: unknown,
  action: unknown,
  typeName: string,
  { limits, signal, observer }: WhereOptions,
): Promise<DerivedCondition> {
  const { program, typeSets, members } = context;
  if (program.types.find(typeName)?.fields === undefined)
    throw new PolarError('POLAR_FILTER_NO_FIELDS', { type: typeName });
  const budget = new Budget(limits, signal);
  budget.checkStart();
  handleRejections(actor);
  const host = new HostReader(typeSets, members, budget, observer);
  const { goals } = linkCall('allow', [undefined, undefined, undefined], program);
  const goal = goals[0] as CallGoal;
  const recursions: Recursion[] = [];
  for (;;) {
    // Each evaluation starts again, and keeps only the values that the application has returned.
    const evaluator = new Evaluator(context, host, recursions, actor instanceof ActorValue);
    const row = evaluator.row(typeName);
    try {
      const isOfType = evaluator.ofOwnType(row, { span: goal.span, rule: 'allow' });
      const condition = and(isOfType, evaluator.call(goal, [actor, action, row]));
      return {
        condition: { type: typeName, row: row.scope, condition, filter: toRowFilter(condition) },
        followed: evaluator.followed,
      };
    } catch (error) {
      if (error instanceof Pending) {
        await host.settle(error);
        budget.checkTime();
      } else if (error instanceof Recursion) recursions.push(error);
      else if (error instanceof NotLinear)
        throw untranslatable(
          'a recursion in which a row depends on two other rows',
          'let each rule call itself once, for one related row',
          { span: goal.span, rule: 'allow' },
        );
      else if (isStackOverflow(error))
        throw new PolarError('POLAR_RUN_DEPTH_LIMIT', { limit: limits.maxDepth });
      else throw error;
    }
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
