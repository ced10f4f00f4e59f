import type { Span } from '../../../diagnostics/span.js';
import { notGoal, unifyGoal, type ComparisonOperator, type Goal, type NotGoal } from '../../../ir/goal.js';
import { constantTerm } from '../../../ir/term.js';
import { variableCount, type Variable } from '../../../terms/variable.js';
import { closeGoal, connected } from '../state/constraint.js';
import { GoalResult } from '../state/goal-result.js';
import type { NegationPoint, Scope, Solution } from '../state/goal-stack.js';
import type { Prover } from '../state/prover.js';
import { snapshot } from '../state/term-value.js';

/**
 * Proves `not operand`: it holds when no proof of the operand exists. A proof that requires something of a variable from outside becomes a
 * constraint on the variable: the opposite of the requirement.
 */
export function proveNot(machine: Prover, { operand, span }: NotGoal): GoalResult {
  const { frame } = machine;
  const { evaluation, keepsProofs } = machine.scope;
  const inner: Scope = {
    isNegation: true,
    cutBase: machine.choices.length + 1,
    undecided: undefined,
    evaluation,
    keepsProofs,
  };
  const negation: NegationPoint = {
    kind: 'negation',
    trailMark: machine.trail.mark(),
    constraints: machine.constraints,
    scope: machine.scope,
    path: machine.path,
    next: machine.afterCurrent(),
    span,
    frame,
    firstLocalId: variableCount(),
    inner,
    solutions: [],
    isRefuted: false,
  };
  machine.choices.push(negation);
  machine.scope = inner;
  machine.startGoals(operand, frame, {
    goals: [{ kind: 'refute', span, operand, negation }],
    index: 0,
    frame,
    next: undefined,
  });
  return GoalResult.replaced;
}

/** Handles one proof of the operand. */
export function proveRefute(machine: Prover, negation: NegationPoint): GoalResult {
  const required = requirementsOf(machine, negation);
  if (required.goals.length > 0) {
    negation.solutions.push(opposite(required, negation.span));
    return GoalResult.failed;
  }
  // The operand holds for all values of the variables: the negation fails.
  if (machine.dialect.negationsExploreAll) {
    negation.isRefuted = true;
    return GoalResult.failed;
  }
  machine.truncateChoices(machine.choices.lastIndexOf(negation));
  machine.undo(negation);
  return GoalResult.failed;
}

/** Continues after every proof of the operand was tried. Returns whether the negation may hold. */
export function endNegation(machine: Prover, negation: NegationPoint): boolean {
  const { undecided } = negation.inner;
  if (undecided !== undefined) {
    machine.noteUndecided(undecided);
    return false;
  }
  if (negation.isRefuted) return false;
  const goals: Goal[] = [];
  for (const solution of negation.solutions) {
    if ('goals' in solution) goals.push(...solution.goals);
    else machine.suspend(solution.waiting, negation.frame, solution.variables);
  }
  machine.startGoals(goals, negation.frame, negation.next);
  return true;
}

interface Requirements {
  readonly goals: readonly Goal[];
  /** The variables from outside that occur in the goals. */
  readonly variables: readonly Variable[];
}

/** Returns the requirements of the latest proof on variables from outside the negation that were aliased or constrained before. */
function requirementsOf(machine: Prover, negation: NegationPoint): Requirements {
  const { span } = negation;
  const { budget } = machine;
  const constrained = new Set<Variable>();
  const variables: Variable[] = [];
  const goals: Goal[] = [];
  for (const [variable, before] of machine.trail.changesSince(negation.trailMark, budget)) {
    if (variable.id >= negation.firstLocalId || !(before.wasAliased || before.watchers !== undefined))
      continue;
    if (variable.isBound)
      goals.push(unifyGoal(span, constantTerm(variable), constantTerm(snapshot(variable, budget))));
    else if (variable.watchers !== before.watchers) constrained.add(variable);
    else continue;
    variables.push(variable);
  }
  const constraints = connected(constrained, machine.constraintsSince(negation.constraints), budget);
  goals.push(...constraints.map((c) => closeGoal(c.goal, c.frame, budget)));
  return { goals, variables };
}

const opposites: Record<ComparisonOperator, ComparisonOperator | '='> = {
  '==': '!=',
  '!=': '=',
  '<': '>=',
  '>=': '<',
  '>': '<=',
  '<=': '>',
};

/** Returns the opposite of the requirements: goals to prove at once, or a negation that waits for the variables. */
function opposite({ goals, variables }: Requirements, span: Span): Solution {
  const [only] = goals;
  if (goals.length === 1 && only !== undefined) {
    if (only.kind === 'unify')
      return { goals: [{ kind: 'compare', span, operator: '!=', left: only.left, right: only.right }] };
    if (only.kind === 'not') return { goals: only.operand };
    if (only.kind === 'compare') {
      const operator = opposites[only.operator];
      return { goals: [operator === '=' ? unifyGoal(span, only.left, only.right) : { ...only, operator }] };
    }
  }
  return { waiting: notGoal(span, goals), variables };
}
