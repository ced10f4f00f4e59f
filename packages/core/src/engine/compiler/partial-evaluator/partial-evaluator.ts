import type { DeclaredType } from '../../../types/declared-type.js';
import type { CompiledFunction, KnownArgument } from '../compiled-function.js';
import type { Linker } from '../linker.js';
import { NotCompilable } from '../not-compilable.js';
import type { Plan } from '../plan.js';
import type { PlanFacts } from '../plan-facts.js';
import { proveOwnRules } from './calls.js';
import { Evaluation } from './evaluation.js';
import { proveGoals } from './goals.js';
import { bound, type Cell } from './values.js';

/**
 * Runs the rules of a function on the facts about its arguments, and writes down the work that is left as a plan. Goals whose variables
 * all have a value are tests: one success is enough. A variable without a value is bound where it gets one, and the later goals are
 * nested inside. Each step tries one rule.
 *
 * @param facts receives the facts about rules and types on which the plan depends
 * @throws {NotCompilable}
 */
export function* partiallyEvaluate(
  fn: CompiledFunction,
  linker: Linker,
  facts: PlanFacts,
): Generator<void, Plan, undefined> {
  const evaluation = new Evaluation(fn, linker, facts, proveGoals);
  try {
    return yield* evaluate(evaluation);
  } catch (error) {
    throw error instanceof NotCompilable && error.at === undefined
      ? new NotCompilable(error.why, evaluation.at)
      : error;
  }
}

function* evaluate(evaluation: Evaluation): Generator<void, Plan, undefined> {
  const { fn } = evaluation;
  const params: number[] = [];
  evaluation.args = fn.known.map((known): Cell => {
    if (known.kind === 'literal') return bound({ kind: 'constant', value: known.value });
    if (known.kind === 'unbound') return { value: undefined, same: undefined, isAliased: true, isa: [] };
    const param = evaluation.newLocal();
    params.push(param);
    return bound({
      kind: 'local',
      local: param,
      known,
      likely: classType(known),
      field: undefined,
      of: undefined,
    });
  });
  const body = yield* proveOwnRules(evaluation);
  return { params, locals: evaluation.locals, body };
}

const classType = (known: KnownArgument): DeclaredType | undefined =>
  known.kind === 'types' && known.class !== undefined ? known.types.chain[0] : undefined;
