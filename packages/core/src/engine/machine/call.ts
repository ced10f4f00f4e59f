import type { PolarError } from '../../diagnostics/polar-error.js';
import { nearNames } from '../../internal/near-names.js';
import type { CallGoal } from '../../ir/goal.js';
import { EngineValue } from '../../terms/engine-value.js';
import { isOpen } from '../../terms/partial.js';
import { Variable } from '../../terms/variable.js';
import { recursionOf } from '../tabling/recursion.js';
import { proveQuestion } from './question.js';
import { sortApplicable, tableFor, tryRule, tryRules } from './rule-selection.js';
import type { Frame } from './state/frame.js';
import { GoalResult } from './state/goal-result.js';
import type { Prover } from './state/prover.js';
import { variablesIn } from './state/term-value.js';

/** Calls a predicate: enters the first of its rules that fits, and leaves a choice point for the others. */
export function proveCall(machine: Prover, goal: CallGoal, frame: Frame): GoalResult {
  const { predicate, span } = goal;
  const { budget } = machine;
  const rules = predicate.byArity.get(goal.args.length);
  if (rules === undefined && !predicate.isDefined) throw undefinedRule(machine, goal, frame);
  if (goal.hasKeywords)
    throw machine.fault('POLAR_CHECK_KEYWORD_ARGUMENTS', { name: predicate.name }, span, frame);
  if (rules === undefined) return GoalResult.failed;
  if (frame.depth >= budget.limits.maxDepth)
    throw machine.fault('POLAR_RUN_DEPTH_LIMIT', { limit: budget.limits.maxDepth }, span, frame);
  // slice() preallocates the array.
  const args: unknown[] = goal.args.slice();
  for (let i = 0; i < goal.args.length; i++) {
    const term = goal.args[i]!;
    const arg = machine.value(term, frame);
    if (machine.waitsForTerm(term, arg, frame, 'an argument')) return GoalResult.waits;
    if (arg instanceof EngineValue) markAliased(machine, arg);
    args[i] = arg;
  }
  const table = tableFor(machine, rules, args, goal, frame);
  const candidates =
    table.isMoreSpecific === undefined ? table.candidates : sortApplicable(machine, table, args, span, frame);
  if (candidates === undefined) return GoalResult.waits;
  if (candidates.length === 0) return GoalResult.failed;
  if (recursionOf(machine.context.program).isTabled(predicate)) {
    const result = proveQuestion(machine, goal, frame, args, candidates);
    if (result !== undefined) return result;
  }
  const next = machine.afterCurrent();
  const trailMark = machine.trail.mark();
  // A single rule needs no choice point.
  if (candidates.length === 1)
    return tryRule(machine, candidates[0]!, args, frame, span, next, trailMark, machine.path);
  return tryRules(machine, {
    kind: 'rules',
    trailMark,
    constraints: machine.constraints,
    scope: machine.scope,
    path: machine.path,
    next,
    candidates,
    index: 0,
    args,
    caller: frame,
    span,
  });
}

/** Marks the unbound variables that are passed to a rule. */
function markAliased(machine: Prover, arg: EngineValue): void {
  if (arg instanceof Variable) machine.trail.markAliased(arg);
  else if (isOpen(arg))
    for (const variable of variablesIn(arg, machine.budget)) machine.trail.markAliased(variable);
}

function undefinedRule(machine: Prover, { predicate: { name }, span }: CallGoal, frame: Frame): PolarError {
  const { predicates } = machine.context.program;
  const known = [...predicates.values()].filter((p) => p.isDefined).map((p) => p.name);
  return machine.fault('POLAR_RUN_UNDEFINED_RULE', { name, known: nearNames(name, known) }, span, frame);
}
