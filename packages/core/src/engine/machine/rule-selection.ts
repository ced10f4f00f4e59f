import type { Span } from '../../diagnostics/span.js';
import type { CallGoal, Rule } from '../../ir/goal.js';
import type { Candidate, CandidateTable } from '../rules/candidate.js';
import { indexOfRules } from '../rules/rule-index.js';
import { insertionSort } from '../rules/specificity.js';
import type { Frame } from './state/frame.js';
import { GoalResult } from './state/goal-result.js';
import {
  unifyValues,
  type Continuation,
  type MachineGoal,
  type RulePoint,
  type Scope,
} from './state/goal-stack.js';
import type { Prover } from './state/prover.js';
import { TrialCalls } from './state/trial-calls.js';
import { emptySlot, valueOf } from './state/term-value.js';

/** Returns the rules that may apply to the arguments. */
export function tableFor(
  machine: Prover,
  rules: readonly Rule[],
  args: readonly unknown[],
  goal: CallGoal,
  frame: Frame,
): CandidateTable {
  try {
    return indexOfRules(machine.context, rules).find(args, machine, machine.budget);
  } catch (error) {
    throw machine.hostError(error, `the type of an argument of ${goal.predicate.name}`, goal.span, frame);
  }
}

/** Enters the first rule from the point on that fits. */
export function tryRules(machine: Prover, point: RulePoint): GoalResult {
  const { candidates, args, caller, span, next, trailMark, path } = point;
  const { length } = candidates;
  while (point.index < length) {
    const candidate = candidates[point.index++]!;
    const result = tryRule(machine, candidate, args, caller, span, next, trailMark, path);
    if (result === GoalResult.failed) continue;
    if (point.index < length) machine.choices.push(point);
    return result;
  }
  return GoalResult.failed;
}

/** Enters a rule if its head fits the arguments. */
export function tryRule(
  machine: Prover,
  candidate: Candidate,
  args: readonly unknown[],
  caller: Frame,
  callSpan: Span,
  next: Continuation | undefined,
  trailMark: number,
  previous: Frame | undefined,
): GoalResult {
  const { rule, goals } = candidate;
  const { budget } = machine;
  const { length } = rule.slotNames;
  if (length >= slotsPerStep) budget.spend(Math.floor(length / slotsPerStep));
  const frame: Frame = {
    slots: emptySlots(rule),
    cutBase: machine.choices.length,
    depth: caller.depth + 1,
    rule,
    caller,
    callSpan,
    previous,
  };
  const result = unifyHead(machine, candidate, args, frame);
  if (result !== GoalResult.proved) {
    machine.trail.undoTo(trailMark);
    machine.dropAwakened();
  }
  if (result === GoalResult.failed) {
    budget.step();
    return GoalResult.failed;
  }
  if (!candidate.isTrial) machine.enter(frame);
  machine.startGoals(goals, frame, next);
  if (result === GoalResult.waits) {
    // When the promise is settled, the arguments are unified again, by goals.
    const rest = goals.length === 0 ? next : { goals, index: 0, frame, next };
    const again = candidate.unify.map((i): MachineGoal => {
      const right = valueOf(rule.parameters[i]!.term, frame.slots, budget, rule.slotNames);
      return unifyValues(callSpan, args[i], right);
    });
    machine.startGoals(again, frame, rest);
  } else if (machine.awakened.length > 0) {
    machine.continueWith(machine.withAwakened(goals.length === 0 ? next : { goals, index: 0, frame, next }));
  }
  return GoalResult.replaced;
}

function unifyHead(
  machine: Prover,
  { unify, rule }: Candidate,
  args: readonly unknown[],
  frame: Frame,
): GoalResult {
  const { parameters, slotNames } = rule;
  for (const i of unify) {
    const { takesArgument, term, span } = parameters[i]!;
    if (takesArgument && term.kind === 'slot') {
      frame.slots[term.slot] = args[i];
      continue;
    }
    const value = valueOf(term, frame.slots, machine.budget, slotNames);
    const result = machine.unify(args[i], value, span);
    if (result !== GoalResult.proved) return result;
  }
  return GoalResult.proved;
}

/**
 * Finds the rules that apply, and sorts them. Needed for the rare heads for which specificity is not an order of all rules.
 *
 * @returns undefined when a head waits for a promise
 */
export function sortApplicable(
  machine: Prover,
  { candidates, isMoreSpecific }: CandidateTable,
  args: readonly unknown[],
  span: Span,
  caller: Frame,
): readonly Candidate[] | undefined {
  const { replay } = machine;
  const trial = machine.trial?.caller === caller ? machine.trial : new TrialCalls(caller, replay);
  machine.trial = undefined;
  machine.replay = trial;
  const applicable: number[] = [];
  try {
    for (let i = 0; i < candidates.length; i++) {
      const result = tryHead(machine, candidates[i]!, args, span, caller);
      if (result === GoalResult.waits) {
        machine.trial = trial;
        return undefined;
      }
      if (result === GoalResult.proved) applicable.push(i);
    }
  } finally {
    machine.replay = replay;
  }
  return insertionSort(applicable, isMoreSpecific!).map((i) => candidates[i]!);
}

/**
 * Returns the arguments of a call, and the rules whose heads fit them in the order in which they are tried, for a log.
 *
 * @returns undefined when an argument or a head waits for a promise
 */
export function applicableRules(
  machine: Prover,
  goal: CallGoal,
  frame: Frame,
): { readonly args: readonly unknown[]; readonly rules: readonly Rule[] } | undefined {
  const { predicate, span } = goal;
  const args = goal.args.map((term) => machine.value(term, frame));
  const rules = predicate.byArity.get(args.length);
  if (args.some((arg) => machine.waitsFor(arg, 'an argument'))) return undefined;
  if (rules === undefined) return { args, rules: [] };
  const table = tableFor(machine, rules, args, goal, frame);
  if (table.isMoreSpecific !== undefined) {
    const sorted = sortApplicable(machine, table, args, span, frame);
    return sorted && { args, rules: sorted.map(({ rule }) => rule) };
  }
  const fitting: Rule[] = [];
  for (const candidate of table.candidates.filter(({ isTrial }) => !isTrial)) {
    const result = tryHead(machine, candidate, args, span, frame);
    if (result === GoalResult.waits) return undefined;
    if (result === GoalResult.proved) fitting.push(candidate.rule);
  }
  return { args, rules: fitting };
}

/** Proves the head of a rule, and undoes all changes. */
function tryHead(
  machine: Prover,
  candidate: Candidate,
  args: readonly unknown[],
  span: Span,
  caller: Frame,
): GoalResult {
  const mark = machine.mark();
  const current: Continuation = {
    goals: machine.goals!,
    index: machine.index,
    frame: machine.frame,
    next: machine.next,
  };
  const { awakened, scope } = machine;
  const base = machine.choices.length;
  const frame: Frame = {
    slots: emptySlots(candidate.rule),
    cutBase: base,
    depth: caller.depth + 1,
    rule: candidate.rule,
    caller,
    callSpan: span,
    previous: undefined,
  };
  const trial: Scope = { ...scope, cutBase: base, undecided: undefined };
  machine.scope = trial;
  machine.awakened = [];
  let result = unifyHead(machine, candidate, args, frame);
  if (result === GoalResult.proved && candidate.head.length > 0) {
    machine.startGoals(candidate.head, frame, undefined);
    result = proveAll(machine, base);
  }
  machine.truncateChoices(base);
  machine.undo(mark);
  machine.continueWith(current);
  machine.awakened = awakened;
  machine.scope = scope;
  if (result === GoalResult.failed && trial.undecided !== undefined) machine.noteUndecided(trial.undecided);
  return result;
}

/** Proves the current goals to their end. */
function proveAll(machine: Prover, base: number): GoalResult {
  while (machine.goals !== undefined) {
    machine.budget.step();
    const result = machine.prove(machine.goals[machine.index]!, machine.frame);
    if (result === GoalResult.waits) return result;
    if (result === GoalResult.proved) machine.advance();
    else if (result === GoalResult.failed && !machine.backtrack(base)) return GoalResult.failed;
  }
  return GoalResult.proved;
}

/** Number of variables of a rule for which its entry counts as one more step: each takes memory. */
const slotsPerStep = 32;

/** Empty slots, by their number: to copy an array is faster than to fill one. */
const blanks: (unknown[] | undefined)[] = [];

function emptySlots({ slotNames: { length } }: Rule): unknown[] {
  const blank = (blanks[length] ??= Array.from({ length }, () => emptySlot));
  return blank.slice();
}
