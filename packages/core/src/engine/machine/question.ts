import type { CallGoal, Predicate } from '../../ir/goal.js';
import { Reference } from '../../host/reference.js';
import { EngineValue } from '../../terms/engine-value.js';
import { Variable } from '../../terms/variable.js';
import type { Candidate } from '../rules/candidate.js';
import { QuestionTable } from '../tabling/question-table.js';
import { recursionOf } from '../tabling/recursion.js';
import { tryRules } from './rule-selection.js';
import type { Frame, ProofPart } from './state/frame.js';
import { GoalResult } from './state/goal-result.js';
import type { MachineEvaluation, MachineQuestion, QuestionPoint, Scope } from './state/goal-stack.js';
import type { Prover } from './state/prover.js';
import { Change } from './state/trail.js';

/**
 * Answers a call of a recursive predicate: a question that is being answered fails in its own proof, and one that was answered before is not
 * proved again. Returns undefined for a call that is proved as any other.
 */
export function proveQuestion(
  machine: Prover,
  goal: CallGoal,
  frame: Frame,
  args: readonly unknown[],
  candidates: readonly Candidate[],
): GoalResult | undefined {
  // Each repetition would count as a proof for a query that counts its proofs.
  if (machine.untabledCalls > 0 && !machine.scope.keepsProofs) {
    machine.untabledCalls--;
    return undefined;
  }
  if (
    !args.every((arg) => !(arg instanceof EngineValue) || arg instanceof Reference || arg instanceof Variable)
  )
    return undefined;
  machine.budget.step();
  const { predicate, span } = goal;
  const { scope } = machine;
  const table = (machine.questions ??= new QuestionTable(machine));
  const rules = scope.isNegation ? negatedForm(predicate) : predicate;
  const isGround = !args.some((arg) => arg instanceof Variable);
  const sharesUndecided = recursionOf(machine.context.program).sharesUndecided(predicate);
  const question = table.find(rules, args, { isGround, sharesUndecided });
  machine.asked = question;
  if (question.leavesGoals) return undefined;
  const keepsProofs = scope.keepsProofs || !isGround;
  const isOpen = question.evaluation !== undefined && (keepsProofs || question.holds !== true);
  if (isOpen || question.holds === false) {
    useAnswer(machine, question);
    return GoalResult.failed;
  }
  const point: QuestionPoint = {
    kind: 'question',
    trailMark: machine.trail.mark(),
    constraints: machine.constraints,
    scope,
    path: machine.path,
    question,
    span,
    frame,
    args,
    candidates,
    next: machine.afterCurrent(),
    keepsProofs,
    inner: undefined,
    searches: false,
  };
  if (question.holds !== true || keepsProofs) return tryQuestion(machine, point, false);
  if (question.isComplete || question.evaluation !== undefined) useAnswer(machine, question);
  // The remaining rules are tried only if what follows fails.
  else machine.choices.push(point);
  machine.path = reusedFrame(machine, frame, question.proof);
  return GoalResult.proved;
}

/**
 * Tries the rules of a question.
 *
 * @param searches whether it is known to hold, and only its undecided conditions are searched
 */
function tryQuestion(machine: Prover, point: QuestionPoint, searches: boolean): GoalResult {
  const { question, scope, frame, span, candidates, args } = point;
  if (point.keepsProofs) machine.trail.add(new EvaluationChange(question));
  const inner: Scope = {
    isNegation: scope.isNegation,
    cutBase: scope.cutBase,
    undecided: undefined,
    evaluation: machine.questions!.enter(question, scope.evaluation),
    keepsProofs: scope.keepsProofs && !searches,
  };
  point.inner = inner;
  point.searches = searches;
  machine.choices.push(point);
  machine.scope = inner;
  return tryRules(machine, {
    kind: 'rules',
    trailMark: machine.trail.mark(),
    constraints: point.constraints,
    scope: inner,
    path: point.path,
    next: { goals: [{ kind: 'answer', span, point }], index: 0, frame, next: undefined },
    candidates,
    index: 0,
    args,
    caller: frame,
    span,
  });
}

/** Handles a proof of a question. */
export function proveAnswer(machine: Prover, point: QuestionPoint): GoalResult {
  const { question, keepsProofs, searches } = point;
  // A further proof proves nothing new.
  if (searches || (question.holds === true && !keepsProofs)) return GoalResult.failed;
  if (keepsProofs) machine.trail.add(new EvaluationChange(question));
  else question.leavesGoals = machine.constraintsSince(point.constraints).length > 0;
  machine.questions!.succeed(machine.scope.evaluation!, {
    caller: point.frame,
    last: machine.path,
    before: point.path,
  });
  machine.scope = point.scope;
  machine.continueWith(point.next);
  return GoalResult.replaced;
}

/**
 * Continues after all rules of a question were tried, or after what follows a known answer has failed. Returns whether there are goals to
 * prove.
 */
export function endQuestion(machine: Prover, point: QuestionPoint): boolean {
  const { question, inner, searches } = point;
  const isNew = inner === undefined && !question.isComplete && question.evaluation === undefined;
  const repeats =
    inner === undefined ? isNew : machine.questions!.leave(inner.evaluation!, inner.undecided, undefined);
  if (repeats) return tryQuestion(machine, point, searches || question.holds === true) !== GoalResult.failed;
  useAnswer(machine, question);
  return false;
}

/** Takes over the undecided conditions of a question. */
function useAnswer(machine: Prover, question: MachineQuestion): void {
  machine.questions!.use(question, machine.scope.evaluation);
  if (question.undecided !== undefined) machine.noteUndecided(question.undecided);
}

/** The evaluation of a question was begun, or has found an answer after which the goals go on. */
class EvaluationChange extends Change {
  readonly #before: MachineEvaluation | undefined;

  constructor(readonly question: MachineQuestion) {
    super();
    this.#before = question.evaluation;
  }

  undo(): void {
    this.question.evaluation = this.#before;
  }
}

/** Returns a node for the rules of a question that was proved before. */
const reusedFrame = ({ path }: Prover, caller: Frame, reused: ProofPart | undefined): Frame => ({
  slots: [],
  cutBase: 0,
  depth: 0,
  rule: undefined,
  caller,
  callSpan: undefined,
  previous: path,
  ...(reused && { reused }),
});

const negatedForms = new WeakMap<Predicate, object>();

/** Identifies the rules of a predicate below a negation, where more conditions are undecided. */
function negatedForm(predicate: Predicate): object {
  let form = negatedForms.get(predicate);
  if (form === undefined) negatedForms.set(predicate, (form = {}));
  return form;
}
