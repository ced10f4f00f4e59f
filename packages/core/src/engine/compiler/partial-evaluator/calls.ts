import type { CallGoal, Parameter, Predicate } from '../../../ir/goal.js';
import type { Candidate } from '../../rules/candidate.js';
import { findsValues, isPassed, isUnknown, unbound, type KnownArgument } from '../compiled-function.js';
import type { Linker } from '../linker.js';
import { NotCompilable } from '../not-compilable.js';
import { anyOf, fail, type CallTest, type Statement } from '../plan.js';
import { maxInlinedSize, maxInliningDepth, maxUnfolding } from '../thresholds.js';
import { ifHolds, noCells, type Evaluation, type Rest } from './evaluation.js';
import { applicationsOf, candidatesOf, cuts, type Application } from './rules.js';
import { unify } from './unify.js';
import {
  ambiguousLiteral,
  bound,
  isTestedRow,
  newCells,
  operandOf,
  resolved,
  unknownLocal,
  valueIn,
  type Cell,
  type Cells,
} from './values.js';

/** Tries all rules that may apply to the arguments, in order. Goals after the call are not part of it. */
const proveRules = (evaluation: Evaluation, predicate: Predicate, args: readonly Cell[]): Statement =>
  anyOf(applicationsOf(evaluation, predicate, args).map((application) => proveRule(evaluation, application)));

/** Does the same for the function itself, rule by rule. */
export function* proveOwnRules(evaluation: Evaluation): Generator<void, Statement, undefined> {
  const proved: Statement[] = [];
  const { fn, args } = evaluation;
  for (const application of applicationsOf(evaluation, fn.predicate, args)) {
    if (findsValues(fn) && cuts(application.candidate.goals)) throw new NotCompilable(cutWithVariable);
    yield;
    proved.push(proveRule(evaluation, application));
  }
  return anyOf(proved);
}

function proveRule(evaluation: Evaluation, application: Application): Statement {
  const { expanded } = application;
  if (expanded === undefined) return applyRule(evaluation, application);
  try {
    return applyRule(evaluation, application);
  } catch (error) {
    if (error !== ambiguousLiteral) throw error;
    return anyOf(expanded.map((each) => applyRule(evaluation, each)));
  }
}

function applyRule(evaluation: Evaluation, { candidate, args, forwardedBy, choice }: Application): Statement {
  const cells = newCells(candidate.rule.slotNames.length);
  const isOwn = evaluation.inlining.length === 0;
  if (isOwn) evaluation.startRule();
  const outer = isOwn ? unboundIn(args) : noCells;
  return evaluation.scoped(() => {
    if (choice !== undefined) evaluation.useChoice(choice);
    evaluation.useRule(candidate.rule, forwardedBy);
    return matchHead(evaluation, candidate, args, cells, () =>
      evaluation.proveGoals(
        evaluation,
        candidate.goals,
        0,
        cells,
        isOwn ? evaluation.ownSuccess() : evaluation.success(),
        { mayCut: outer.size === 0, outer },
      ),
    );
  });
}

const cutWithVariable = 'a cut in a rule with unbound arguments';

const unboundIn = (args: readonly Cell[]): ReadonlySet<Cell> =>
  new Set(args.filter((arg) => valueIn(arg) === undefined).map(resolved));

/** Unifies the parameters of a rule with the arguments. */
function matchHead(
  evaluation: Evaluation,
  { rule, unify: positions }: Candidate,
  args: readonly Cell[],
  cells: Cell[],
  rest: Rest,
): Statement {
  const pending: (readonly [Cell, Parameter])[] = [];
  for (const i of positions) {
    const parameter = rule.parameters[i]!;
    const { term, takesArgument } = parameter;
    if (takesArgument && term.kind === 'slot') cells[term.slot] = args[i]!;
    else pending.push([args[i]!, parameter]);
  }
  const step = (i: number): Statement => {
    const next = pending[i];
    if (next === undefined) return rest();
    const [arg, { term, span }] = next;
    evaluation.at = span;
    return unify(evaluation, arg, evaluation.cellOf(term, cells), () => step(i + 1));
  };
  return step(0);
}

/** Proves a call: with the rules themselves if they are few and short, otherwise with a call of another function. */
export function proveCall(evaluation: Evaluation, goal: CallGoal, cells: Cells, rest: Rest): Statement {
  const { linker } = evaluation;
  const { predicate } = goal;
  if (goal.hasKeywords) throw new NotCompilable('keyword arguments');
  if (!predicate.isDefined) throw new NotCompilable('an undefined rule');
  if (!predicate.byArity.has(goal.args.length)) return fail;
  const args = goal.args.map((arg) => evaluation.cellOf(arg, cells));
  if (args.some((arg) => valueIn(arg) === undefined)) return unfold(evaluation, goal, args, rest);
  const known = args.map((arg) => evaluation.knownOf(arg));
  if (linker.determinesRules(predicate, known) && candidatesOf(evaluation, predicate, args).length === 0)
    return fail;
  if (mayInline(evaluation, predicate, args, known))
    return evaluation.check(() => inlineCall(evaluation, predicate, args), rest);
  const taken = linker.generalize(predicate, known);
  const call = callFor(linker, predicate, args, taken);
  return ifHolds({ kind: 'call', ...call, likely: likelyCallee(linker, predicate, args, taken) }, () =>
    evaluation.afterCall(rest),
  );
}

/** Returns the function that a call leads to, and the arguments that are passed to it. */
function callFor(
  linker: Linker,
  predicate: Predicate,
  args: readonly Cell[],
  known: readonly KnownArgument[],
): Pick<CallTest, 'callee' | 'args'> {
  const passed = args.filter((_, i) => isPassed(known[i]!));
  return {
    args: passed.map((arg) => operandOf(valueIn(arg)!)),
    callee: linker.functionFor(predicate, known),
  };
}

/** Checks that the rules are few and short enough to replace a call. */
function mayInline(
  evaluation: Evaluation,
  predicate: Predicate,
  args: readonly Cell[],
  known: readonly KnownArgument[],
): boolean {
  const { linker, inlining } = evaluation;
  if (inlining.length >= maxInliningDepth || inlining.includes(predicate)) return false;
  if (linker.dispatches(predicate, known) || linker.recursion.mayReturn(evaluation.fn.predicate, predicate))
    return false;
  if (known.some(({ kind }) => kind === 'some') || linker.followed.isStoppedAt(predicate, known))
    return false;
  const candidates = candidatesOf(evaluation, predicate, args);
  const size = candidates.reduce(
    (sum, { goals, unify: positions }) => sum + goals.length + positions.length,
    0,
  );
  return size <= maxInlinedSize && !candidates.some(({ goals }) => cuts(goals));
}

function inlineCall(evaluation: Evaluation, predicate: Predicate, args: readonly Cell[]): Statement {
  const { inlining } = evaluation;
  inlining.push(predicate);
  try {
    return proveRules(evaluation, predicate, args);
  } finally {
    inlining.pop();
  }
}

/** Returns the callee for the class that an argument of unknown class probably has. */
function likelyCallee(
  linker: Linker,
  predicate: Predicate,
  args: readonly Cell[],
  known: readonly KnownArgument[],
): CallTest['likely'] {
  for (const [i, arg] of args.entries()) {
    const value = valueIn(arg)!;
    if (value.kind !== 'local' || !isUnknown(value.known) || value.likely === undefined) continue;
    const exact = linker.exactArgument(value.likely);
    if (exact === undefined) continue;
    const better = known.map((k, j) => (j === i ? exact : k));
    if (!linker.determinesRules(predicate, better)) continue;
    return {
      argument: operandOf(value),
      type: value.likely,
      isTested: isTestedRow(linker, value, value.likely),
      callee: linker.functionFor(predicate, better),
    };
  }
  return undefined;
}

// ── calls with a variable that has no value ──

/** Proves a call with a variable that has no value: with the rules themselves, around the statements that come after it. */
function unfold(evaluation: Evaluation, goal: CallGoal, args: readonly Cell[], rest: Rest): Statement {
  const { linker } = evaluation;
  const isReturn =
    findsValues(evaluation.fn) && linker.recursion.mayReturn(evaluation.fn.predicate, goal.predicate);
  if (isReturn || evaluation.unfolding >= maxUnfolding)
    throw new NotCompilable('rules that call each other with unbound arguments');
  for (const arg of args) resolved(arg).isAliased = true;
  const known = args.map((arg) => evaluation.knownOf(arg));
  const isDetermined = args.every(
    (arg, i) => valueIn(arg) === undefined || linker.determinesPosition(goal.predicate, known, i),
  );
  if (!isDetermined) return unfoldLikely(evaluation, goal, args, known, rest);
  return unfoldRules(evaluation, candidatesOf(evaluation, goal.predicate, args), args, rest);
}

function unfoldRules(
  evaluation: Evaluation,
  candidates: readonly Candidate[],
  args: readonly Cell[],
  rest: Rest,
): Statement {
  if (candidates.some(({ goals }) => cuts(goals))) throw new NotCompilable(cutWithVariable);
  const outer = unboundIn(args);
  return anyOf(
    candidates.map((candidate) =>
      evaluation.scoped(() => {
        const cells = newCells(candidate.rule.slotNames.length);
        const after: Rest = () => atDepth(evaluation, 0, rest);
        evaluation.useRule(candidate.rule, evaluation.linker.emptyProof);
        return atDepth(evaluation, evaluation.unfolding + 1, () =>
          matchHead(evaluation, candidate, args, cells, () =>
            evaluation.proveGoals(evaluation, candidate.goals, 0, cells, after, { mayCut: false, outer }),
          ),
        );
      }),
    ),
  );
}

function atDepth(evaluation: Evaluation, depth: number, build: Rest): Statement {
  const before = evaluation.unfolding;
  evaluation.unfolding = depth;
  try {
    return build();
  } finally {
    evaluation.unfolding = before;
  }
}

/** Unfolds a call for the class that an argument probably has. Values of other classes bail out, or call a function for its answers. */
function unfoldLikely(
  evaluation: Evaluation,
  goal: CallGoal,
  args: readonly Cell[],
  known: readonly KnownArgument[],
  rest: Rest,
): Statement {
  const { linker } = evaluation;
  for (const [i, arg] of args.entries()) {
    const value = valueIn(arg);
    if (value === undefined || linker.determinesPosition(goal.predicate, known, i)) continue;
    if (value.kind !== 'local') break;
    // Ahead-of-time code cannot bail out, so it needs code for all types.
    const otherwise =
      linker.knownTypes === undefined ? undefined : proveAnswers(evaluation, goal, args, known, rest);
    const exact = value.likely && linker.exactArgument(value.likely);
    if (exact !== undefined)
      return {
        kind: 'exactly',
        value: operandOf(value),
        type: value.likely!,
        isTested: isTestedRow(linker, value, value.likely!),
        next: evaluation.scoped(() => {
          evaluation.setValue(arg, { ...value, known: exact });
          return unfold(evaluation, goal, args, rest);
        }),
        otherwise,
      };
    if (otherwise === undefined) break;
    return otherwise;
  }
  throw new NotCompilable('unbound arguments together with a value of unknown type');
}

/** Calls a function for the values of the variables without a value, and continues with each answer. */
function proveAnswers(
  evaluation: Evaluation,
  { predicate }: CallGoal,
  args: readonly Cell[],
  known: readonly KnownArgument[],
  rest: Rest,
): Statement {
  const { linker, facts } = evaluation;
  facts.areComplete = false;
  const variables = args.filter((arg) => valueIn(arg) === undefined);
  const taken = known.map((each, i) => (variables.includes(args[i]!) ? unbound : each));
  const call = callFor(linker, predicate, args, linker.generalize(predicate, taken));
  const to = variables.map(() => evaluation.newLocal());
  const step = (i: number): Statement =>
    i === to.length
      ? atDepth(evaluation, 0, rest)
      : unify(evaluation, variables[i]!, bound(unknownLocal(to[i]!)), () => step(i + 1));
  return {
    kind: 'answers',
    ...call,
    to,
    next: evaluation.scoped(() => step(0)),
  };
}
