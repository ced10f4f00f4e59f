import type { Goal } from '../../../ir/goal.js';
import type { Term } from '../../../ir/term.js';
import { termsOf } from '../../../ir/goal-terms.js';
import { NotCompilable } from '../not-compilable.js';
import { anyOf, constant, fail, type Statement } from '../plan.js';
import type { Span } from '../../../diagnostics/span.js';
import { readAttribute } from './attributes.js';
import { proveCall } from './calls.js';
import { ifHolds, noCells, type Evaluation, type Place, type Rest } from './evaluation.js';
import { proveMembership } from './lists.js';
import { bind, checkType, ifEqual, unify } from './unify.js';
import {
  isReservedMember,
  operandOf,
  resolved,
  unboundUsed,
  unknownLocal,
  valueIn,
  type Cell,
  type Cells,
} from './values.js';

/** Builds the statements that prove goals from an index on, and after them `rest`. */
export function proveGoals(
  evaluation: Evaluation,
  goals: readonly Goal[],
  at: number,
  cells: Cells,
  rest: Rest,
  place: Place,
): Statement {
  const goal = goals[at];
  if (goal === undefined) return rest();
  evaluation.at = goal.span;
  if (!evaluation.countGoal()) throw new NotCompilable('too many paths');
  const next: Rest = () => proveGoals(evaluation, goals, at + 1, cells, rest, place);
  switch (goal.kind) {
    case 'call':
      return proveCall(evaluation, goal, cells, next);
    case 'unify':
      return unify(
        evaluation,
        evaluation.cellOf(goal.left, cells),
        evaluation.cellOf(goal.right, cells),
        next,
      );
    case 'compare':
      return compare(evaluation, goal, cells, next);
    case 'condition': {
      const value = evaluation.valueOf(goal.term, cells);
      if (value.kind === 'constant' && typeof value.value === 'boolean') return value.value ? next() : fail;
      return ifHolds({ kind: 'true', value: operandOf(value), at: goal.span }, next);
    }
    case 'isa':
      return checkType(evaluation, goal, evaluation.cellOf(goal.value, cells), next);
    case 'lookup':
      return readAttribute(evaluation, goal, cells, next);
    case 'method':
      return callMethod(evaluation, goal, cells, next);
    case 'arithmetic': {
      const left = evaluation.operand(goal.left, cells);
      const right = evaluation.operand(goal.right, cells);
      const to = evaluation.newLocal();
      const then = bind(evaluation, evaluation.cellOf(goal.result, cells), unknownLocal(to), next);
      return { kind: 'arithmetic', to, operator: goal.operator, left, right, at: goal.span, next: then };
    }
    case 'in':
      return proveMembership(evaluation, goal, cells, next);
    case 'or':
      return proveAny(evaluation, goal.alternatives, goals.slice(at + 1), cells, next, place);
    case 'not':
      return negate(evaluation, goal.operand, goals.slice(at + 1), cells, next, place);
    case 'cut':
      if (!place.mayCut || goal.mark !== undefined) throw new NotCompilable('a cut within another goal');
      return { kind: 'cut', next: next() };
    case 'assign': {
      const cell = evaluation.cellOf(goal.variable, cells);
      if (valueIn(cell) !== undefined || resolved(cell).isAliased)
        throw new NotCompilable('an assignment to a variable that is in use');
      return unify(evaluation, cell, evaluation.cellOf(goal.value, cells), next);
    }
    case 'new':
    case 'print':
    case 'debug':
      throw new NotCompilable(`\`${goal.kind}\``);
  }
}

function compare(
  evaluation: Evaluation,
  goal: Extract<Goal, { kind: 'compare' }>,
  cells: Cells,
  rest: Rest,
): Statement {
  const { operator } = goal;
  // Another dialect has its own `==`, which the runtime decides.
  const isForeign = evaluation.linker.context.program.types.dialect.hasOwnOperators;
  if (operator === '==' && !isForeign) {
    // Between values, `==` means the same as `=`.
    const [left, right] = [evaluation.cellOf(goal.left, cells), evaluation.cellOf(goal.right, cells)];
    if (valueIn(left) === undefined || valueIn(right) === undefined) throw new NotCompilable(unboundUsed);
    return unify(evaluation, left, right, rest);
  }
  if (operator === '!=' && !isForeign) {
    const [left, right] = [evaluation.valueOf(goal.left, cells), evaluation.valueOf(goal.right, cells)];
    return ifEqual(evaluation, left, right, true, rest);
  }
  const [left, right] = [evaluation.operand(goal.left, cells), evaluation.operand(goal.right, cells)];
  return ifHolds({ kind: 'order', operator, left, right, at: goal.span }, rest);
}

function callMethod(
  evaluation: Evaluation,
  goal: Extract<Goal, { kind: 'method' }>,
  cells: Cells,
  rest: Rest,
): Statement {
  if (goal.hasKeywords) throw new NotCompilable('keyword arguments');
  if (isReservedMember(goal.method)) throw new NotCompilable('a reserved member');
  const base = evaluation.operand(goal.object, cells);
  const { foreign } = evaluation.linker.context.members;
  const args = goal.args
    .map((arg) => evaluation.operand(arg, cells))
    .map((arg) =>
      arg.kind === 'constant' && foreign !== undefined ? constant(foreign.convert(arg.value)) : arg,
    );
  const to = evaluation.newLocal();
  const next = bind(evaluation, evaluation.cellOf(goal.result, cells), unknownLocal(to), rest);
  return { kind: 'method', to, base, name: goal.method, args, at: goal.span, next };
}

function proveAny(
  evaluation: Evaluation,
  alternatives: readonly (readonly Goal[])[],
  later: readonly Goal[],
  cells: Cells,
  rest: Rest,
  place: Place,
): Statement {
  const open = openCells(later, cells, place);
  const paths = (then: Rest, outer: ReadonlySet<Cell>) =>
    anyOf(
      alternatives.map((goals) =>
        evaluation.scoped(() => proveGoals(evaluation, goals, 0, cells, then, { mayCut: false, outer })),
      ),
    );
  if (mentions(alternatives.flat(), cells, open)) return paths(rest, open);
  // The alternatives bind nothing that is used later, so they are a test: one success is enough.
  return evaluation.check(() => paths(evaluation.success(), noCells), rest);
}

function negate(
  evaluation: Evaluation,
  operand: readonly Goal[],
  later: readonly Goal[],
  cells: Cells,
  rest: Rest,
  place: Place,
): Statement {
  if (mentions(operand, cells, openCells(later, cells, place)))
    throw new NotCompilable('an unbound variable under `not`');
  const success = evaluation.success();
  const { negationsExploreAll } = evaluation.linker.context.program.types.dialect;
  // Another proof of the operand may end the query with an error, so the machine explores them.
  const found: Rest = () =>
    negationsExploreAll && !hasOneProof(operand) ? bailOutThen(success(), operand[0]!.span) : success();
  const proof = evaluation.unrecorded(() =>
    proveGoals(evaluation, operand, 0, cells, found, { mayCut: false, outer: noCells }),
  );
  return { kind: 'not', proof, next: rest() };
}

/** Returns a condition that no value decides, so that the compiled code bails out. */
const bailOutThen = (next: Statement, at: Span): Statement => ({
  kind: 'if',
  test: { kind: 'true', value: constant(undefined), at },
  next,
});

/** Returns whether goals have at most one proof, or only further ones that cannot be undecided. */
const hasOneProof = (goals: readonly Goal[]): boolean =>
  goals.every(({ kind }, i) => (kind === 'in' ? i === goals.length - 1 : isSimple.has(kind)));

const isSimple: ReadonlySet<Goal['kind']> = new Set([
  'unify',
  'compare',
  'condition',
  'isa',
  'lookup',
  'method',
  'arithmetic',
]);

const mentions = (goals: readonly Goal[], cells: Cells, wanted: ReadonlySet<Cell>): boolean =>
  slotsOf(goals).some((slot) => wanted.has(resolved(cells[slot]!)));

/** Returns the variables without a single value that are used after the current goal, or outside of its rule. */
function openCells(later: readonly Goal[], cells: Cells, place: Place): ReadonlySet<Cell> {
  const used = [...place.outer, ...slotsOf(later).map((slot) => cells[slot]!)].map(resolved);
  return new Set(used.filter(({ value }) => value === undefined || value.kind === 'one-of'));
}

function slotsOf(goals: readonly Goal[]): number[] {
  const slots: number[] = [];
  const visit = (term: Term): void => {
    if (term.kind === 'slot') slots.push(term.slot);
    else if (term.kind === 'list') {
      term.items.forEach(visit);
      if (term.rest !== undefined) visit(term.rest);
    } else if (term.kind === 'dictionary') term.values.forEach(visit);
  };
  goals.flatMap(termsOf).forEach(visit);
  return slots;
}
