import type { Span } from '../../diagnostics/span.js';
import { Variable } from '../terms/variable.js';
import type { Goal, NotGoal } from '../../ir/goal.js';
import { notGoal, unifyGoal } from '../../ir/goal.js';
import { constantTerm } from '../../ir/term.js';
import type { ComparisonOperator } from '../../ir/goal.js';
import type { Meter } from '../../host/meter.js';
import { closeGoal, snapshot, termsOf, valueOf, variablesIn, type Constraint } from './constraint.js';
import type { NegationPoint, Solution } from './goal-stack.js';
import { Outcome } from './outcome.js';
import type { Prover } from './prover.js';

/**
 * `not operand`: holds when nothing proves the operand. A proof that first narrows down a variable from outside turns into a
 * constraint on that variable: the opposite of what the proof required.
 */
export function negate(machine: Prover, goal: NotGoal): Outcome {
  return machine.beginNegation(goal.operand, goal.span);
}

/** The operand has been proved once more. */
export function proveRefute(machine: Prover, negation: NegationPoint): Outcome {
  const required = requirementsOf(machine, negation);
  if (required.goals.length === 0) return machine.failNegation(negation);
  negation.solutions.push(opposite(required, negation.span));
  return Outcome.failed;
}

interface Requirements {
  readonly goals: readonly Goal[];
  /** The variables from outside that the goals are about. */
  readonly variables: readonly Variable[];
}

/** What the latest proof requires of variables from outside the negation that something was already known about. */
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
  goals.push(...constraints.map((c) => closeGoal(c.goal, c.frame.slots, budget)));
  return { goals, variables };
}

/** The constraints that say something about these variables, directly or through variables they share. */
export function connected(
  variables: ReadonlySet<Variable>,
  constraints: readonly Constraint[],
  meter: Meter,
): Constraint[] {
  if (variables.size === 0 || constraints.length === 0) return [];
  // Each constraint is looked at once, however long the chains are that they form.
  const variablesBy = new Map<Constraint, readonly Variable[]>();
  const constraintsOn = new Map<Variable, Constraint[]>();
  for (const constraint of constraints) {
    const own = variablesOf(constraint, meter);
    variablesBy.set(constraint, own);
    for (const variable of own) {
      const others = constraintsOn.get(variable);
      if (others === undefined) constraintsOn.set(variable, [constraint]);
      else others.push(constraint);
    }
  }
  const reached = new Set(variables);
  const found = new Set<Constraint>();
  // A set gives what is added while it is gone through, too.
  for (const variable of reached) {
    for (const constraint of constraintsOn.get(variable) ?? []) {
      if (found.has(constraint)) continue;
      found.add(constraint);
      for (const other of variablesBy.get(constraint)!) reached.add(other);
    }
  }
  return constraints.filter((constraint) => found.has(constraint));
}

export function variablesOf({ goal, frame }: Constraint, meter: Meter): Variable[] {
  const terms = termsOf(goal);
  meter.spend(terms.length + 1);
  const found = new Set<Variable>();
  for (const term of terms) variablesIn(valueOf(term, frame.slots, meter), meter, found);
  return [...found];
}

const opposites: Record<ComparisonOperator, ComparisonOperator | '='> = {
  '==': '!=',
  '!=': '=',
  '<': '>=',
  '>=': '<',
  '>': '<=',
  '<=': '>',
};

/** What holds when not all of the required goals do: goals to prove at once, or a negation that waits for the variables. */
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
