import type { Span } from '../../diagnostics/span.js';
import { Variable } from '../../host/value.js';
import type { Goal, NotGoal } from '../../ir/goal.js';
import { notGoal, unifyGoal } from '../../ir/goal.js';
import { constantTerm } from '../../ir/term.js';
import type { ComparisonOperator } from '../../ir/goal.js';
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
  const constrained = new Set<Variable>();
  const variables: Variable[] = [];
  const goals: Goal[] = [];
  for (const [variable, before] of machine.trail.changesSince(negation.trailMark)) {
    if (variable.id >= negation.firstLocalId || !(before.touched || before.watchers !== undefined)) continue;
    if (variable.isBound)
      goals.push(unifyGoal(span, constantTerm(variable), constantTerm(snapshot(variable))));
    else if (variable.watchers !== before.watchers) constrained.add(variable);
    else continue;
    variables.push(variable);
  }
  const constraints = connected(constrained, machine.constraintsSince(negation.constraints));
  goals.push(...constraints.map((c) => closeGoal(c.goal, c.frame.slots)));
  return { goals, variables };
}

/** The constraints that say something about these variables, directly or through variables they share. */
export function connected(
  variables: ReadonlySet<Variable>,
  constraints: readonly Constraint[],
): Constraint[] {
  const reached = new Set(variables);
  const found = new Set<Constraint>();
  for (let size = -1; size !== found.size;) {
    size = found.size;
    for (const constraint of constraints) {
      const own = variablesOf(constraint);
      if (found.has(constraint) || !own.some((v) => reached.has(v))) continue;
      found.add(constraint);
      for (const variable of own) reached.add(variable);
    }
  }
  return constraints.filter((constraint) => found.has(constraint));
}

export const variablesOf = (constraint: Constraint): Variable[] => [
  ...new Set(
    termsOf(constraint.goal).flatMap((term) => [...variablesIn(valueOf(term, constraint.frame.slots))]),
  ),
];

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
