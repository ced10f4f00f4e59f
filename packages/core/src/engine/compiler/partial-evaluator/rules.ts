import type { Goal, Predicate } from '../../../ir/goal.js';
import type { Proof } from '../../proof.js';
import type { ArgumentShape } from '../../rules/argument-shape.js';
import type { Candidate, CandidateTable } from '../../rules/candidate.js';
import type { RuleIndex } from '../../rules/rule-index.js';
import type { KnownArgument } from '../compiled-function.js';
import { shapeOfConstant } from '../known-shapes.js';
import type { Linker } from '../linker.js';
import { NotCompilable } from '../not-compilable.js';
import { isLiteral } from '../plan.js';
import type { Constant } from '../plan-facts.js';
import { maxForwarded } from '../thresholds.js';
import type { Choice, Evaluation } from './evaluation.js';
import { ambiguousLiteral, bound, identityIn, newCells, valueIn, type Cell, type Value } from './values.js';

/** One rule, applied to arguments. */
export interface Application {
  readonly candidate: Candidate;
  readonly args: readonly Cell[];
  /** The proof of the rules that forward the call to this one, if proofs are recorded. */
  readonly forwardedBy: Proof | undefined;
  /** The literals that one argument holds, if there are several. */
  readonly choice?: Choice;
  /** The same application for each of these literals. */
  readonly expanded?: readonly Application[];
}

/**
 * Returns the rules that may apply, in order. Applications of one rule that differ in one literal are merged. A rule that only forwards its
 * arguments and literals to another predicate is replaced by the rules of that predicate; most shorthand rules do that.
 */
export const applicationsOf = (
  evaluation: Evaluation,
  predicate: Predicate,
  args: readonly Cell[],
): Application[] => {
  const applications = followForwarding(evaluation, predicate, args);
  const { emptyProof, context } = evaluation.linker;
  // The first error ends the query, and merged applications would find another one first. To record which literal was equal, an equality of
  // the application would be called again.
  const keepsOrder =
    context.program.types.dialect.undecidedEndsQuery ||
    (emptyProof !== undefined && typeof context.equality === 'function');
  return keepsOrder ? applications : merge(evaluation.linker, applications);
};

/** A call, and the identity that equal calls share. */
interface Call {
  readonly predicate: Predicate;
  readonly args: readonly Cell[];
  readonly identity: string;
}

interface ForwardedCall extends Call {
  readonly known: readonly KnownArgument[];
}

/** The state of following rules that only forward a call. */
interface Forwarding {
  readonly applications: Application[];
  /** The calls so far. The rules of an open call are still being followed. */
  readonly calls: Map<string, 'open' | 'closed'>;
  /** Whether a rule with a cut, or one that depends on its own negation, forwards a call to itself. */
  isEndless: boolean;
}

/**
 * Returns the rules that a call leads to. Beyond the limit, forwarding rules are called, and their functions follow the rest. A rule that
 * forwards a call to itself, perhaps through others, proves nothing. Where questions are not remembered, it is called until the depth limit ends
 * the query, and no rule after it is ever tried.
 */
function followForwarding(
  evaluation: Evaluation,
  predicate: Predicate,
  args: readonly Cell[],
): Application[] {
  const forwarding: Forwarding = {
    applications: [],
    calls: new Map(),
    isEndless: false,
  };
  followCall(
    evaluation,
    { predicate, args, identity: identityOfCall(predicate, args) },
    evaluation.linker.emptyProof,
    forwarding,
  );
  return forwarding.applications;
}

function followCall(
  evaluation: Evaluation,
  { predicate, args, identity }: Call,
  forwardedBy: Proof | undefined,
  forwarding: Forwarding,
): void {
  const { applications, calls } = forwarding;
  const { recursion } = evaluation.linker;
  calls.set(identity, 'open');
  const candidates = candidatesOf(evaluation, predicate, args);
  const hasCut = candidates.some(({ goals }) => cuts(goals));
  for (const candidate of candidates) {
    const forwarded = hasCut ? undefined : forwardedCall(evaluation, candidate, args);
    const state = forwarded && calls.get(forwarded.identity);
    // A second proof of the same goal proves nothing new, and a goal fails in its own proof.
    if (state === 'closed' || (state === 'open' && recursion.isTabled(forwarded!.predicate))) continue;
    if (forwarded !== undefined && state === undefined && mayFollow(evaluation, forwarded, forwarding)) {
      followCall(evaluation, forwarded, forwardedBy?.withRule(candidate.rule), forwarding);
    } else {
      applications.push({ candidate, args, forwardedBy });
      if (state === 'open') forwarding.isEndless = true;
      else if (forwarded !== undefined) calls.set(forwarded.identity, 'closed');
    }
    if (forwarding.isEndless) return;
  }
  calls.set(identity, 'closed');
}

function mayFollow(
  { linker }: Evaluation,
  { predicate, known }: ForwardedCall,
  { calls }: Forwarding,
): boolean {
  // A recursive rule can reach each combination of several literals.
  const isCombination =
    known.filter(({ kind }) => kind === 'literal').length > 1 && linker.recursion.isTabled(predicate);
  if (calls.size < maxForwarded && !isCombination) return linker.followed.count(predicate, known);
  linker.followed.stopAt(predicate, known);
  return false;
}

const identityOfCall = ({ name }: Predicate, args: readonly Cell[]): string =>
  `${name}(${args.map((arg) => identityIn(arg)).join()})`;

/** Returns the call that a rule consists of, if it passes on its arguments and tests nothing. */
function forwardedCall(
  evaluation: Evaluation,
  { goals, rule, unify }: Candidate,
  args: readonly Cell[],
): ForwardedCall | undefined {
  const [only] = goals;
  if (goals.length !== 1 || only?.kind !== 'call' || only.hasKeywords || !only.predicate.isDefined)
    return undefined;
  const { predicate } = only;
  const cells = newCells(rule.slotNames.length);
  for (const i of unify) {
    const { term, takesArgument } = rule.parameters[i]!;
    if (!takesArgument || term.kind !== 'slot') return undefined;
    cells[term.slot] = args[i]!;
  }
  const passed: Cell[] = [];
  for (const term of only.args) {
    if (term.kind === 'constant' && isLiteral(term.value))
      passed.push(bound({ kind: 'constant', value: term.value }));
    else if (term.kind === 'slot' && valueIn(cells[term.slot]!) !== undefined) passed.push(cells[term.slot]!);
    else return undefined;
  }
  const known = passed.map((cell) => evaluation.knownOf(cell));
  if (!evaluation.linker.determinesRules(predicate, known)) return undefined;
  if (candidatesOf(evaluation, predicate, passed).some((called) => cuts(called.goals))) return undefined;
  return { predicate, args: passed, known, identity: identityOfCall(predicate, passed) };
}

/** Returns the rules whose heads may match the arguments, in order. */
export function candidatesOf(
  evaluation: Evaluation,
  predicate: Predicate,
  args: readonly Cell[],
): readonly Candidate[] {
  if (!predicate.isDefined) throw new NotCompilable('an undefined rule');
  if (!predicate.byArity.has(args.length)) return [];
  const { linker, facts } = evaluation;
  const index = linker.indexOf(predicate, args.length);
  const isOwn = args === evaluation.args;
  const shapes = args.map((arg, i) => shapeOf(evaluation, arg, index, i, isOwn));
  const table = tableFor(linker, index, shapes);
  facts.addTable(predicate, shapes, args.map(constantIn), table);
  return isOwn ? linker.rulesInOrder(evaluation.fn, table.candidates, shapes) : table.candidates;
}

function constantIn(arg: Cell): Constant | undefined {
  const value = valueIn(arg);
  return value?.kind === 'constant' ? value : undefined;
}

/** @throws {NotCompilable} for rules whose order depends on values */
export function tableFor(
  { meter }: Linker,
  index: RuleIndex,
  shapes: readonly ArgumentShape[],
): CandidateTable {
  meter.step();
  const table = index.tableFor(shapes, meter);
  if (table.isMoreSpecific !== undefined) throw new NotCompilable('an order that depends on values');
  return table;
}

/** @param isOwn whether the argument is one of the function itself, whose facts refer to the literals of the same rules */
export function shapeOf(
  evaluation: Evaluation,
  arg: Cell,
  index: RuleIndex,
  position: number,
  isOwn: boolean,
): ArgumentShape {
  const { typeSets } = evaluation.linker.context;
  const value = valueIn(arg);
  const unknown: ArgumentShape = { types: typeSets.unbound, literal: undefined, isOther: false };
  switch (value?.kind) {
    case undefined:
      return unknown;
    case 'constant':
      return shapeOfConstant(typeSets, value.value, index, position);
    case 'one-of':
      throw ambiguousLiteral;
    case 'local': {
      const { known } = value;
      if (known.kind === 'other') return { types: known.types, literal: undefined, isOther: isOwn };
      if (known.kind === 'types') return { types: known.types, literal: undefined, isOther: false };
      if (known.kind === 'some' && isOwn)
        return { types: known.types, literal: undefined, isOther: known.isOther };
      return unknown;
    }
  }
}

/** Applications of one rule that differ in one literal. */
interface Group {
  /** The index of the first application, whose place the merged one takes. */
  readonly at: number;
  readonly position: number;
  readonly literals: unknown[];
  readonly forwardedBy: (Proof | undefined)[];
}

/**
 * Merges applications of one rule that differ in one literal. Rules that call methods of the application are not moved past each other,
 * because a method may throw.
 */
function merge(linker: Linker, applications: readonly Application[]): Application[] {
  const merged: Application[] = [];
  const all: Group[] = [];
  const groups = new Map<string, Group>();
  for (const application of applications) {
    const { candidate, args, forwardedBy } = application;
    const callsMethods = mayCallMethods(linker, candidate);
    if (callsMethods) groups.clear();
    const position = callsMethods || cuts(candidate.goals) ? undefined : literalPosition(candidate, args);
    if (position === undefined) {
      merged.push(application);
      continue;
    }
    const others = args.map((arg, i) => (i === position ? '*' : identityIn(arg))).join();
    const key = `${candidate.rule.id}(${others})`;
    const { value } = valueIn(args[position]!) as Extract<Value, { kind: 'constant' }>;
    const group = groups.get(key);
    if (group === undefined) {
      const started = { at: merged.length, position, literals: [value], forwardedBy: [forwardedBy] };
      groups.set(key, started);
      all.push(started);
      merged.push(application);
    } else if (!group.literals.includes(value)) {
      group.literals.push(value);
      group.forwardedBy.push(forwardedBy);
    }
  }
  for (const { at, position, literals, forwardedBy } of all) {
    if (literals.length === 1) continue;
    const { candidate, args } = merged[at]!;
    const withValue = (value: Value) => args.map((arg, i) => (i === position ? bound(value) : arg));
    const withAny = withValue({ kind: 'one-of', literals });
    merged[at] = {
      candidate,
      args: withAny,
      forwardedBy: linker.emptyProof,
      choice: { kind: 'choice', cell: withAny[position]!, literals, forwardedBy },
      expanded: literals.map((value, i) => ({
        candidate,
        args: withValue({ kind: 'constant', value }),
        forwardedBy: forwardedBy[i],
      })),
    };
  }
  return merged;
}

const mayCallMethods = (linker: Linker, { rule }: Candidate): boolean =>
  rule.callsMethods || [...rule.calls].some((called) => linker.mayCallMethods(called));

/** Returns the position of the only string that a rule takes as a variable. */
function literalPosition({ rule, unify }: Candidate, args: readonly Cell[]): number | undefined {
  const positions = unify.filter((i) => {
    const value = valueIn(args[i]!);
    const { term, takesArgument } = rule.parameters[i]!;
    return (
      value?.kind === 'constant' && typeof value.value === 'string' && takesArgument && term.kind === 'slot'
    );
  });
  return positions.length === 1 ? positions[0] : undefined;
}

/** Checks whether goals contain a cut. */
export function cuts(goals: readonly Goal[]): boolean {
  return goals.some(
    (goal) =>
      goal.kind === 'cut' ||
      (goal.kind === 'or' && goal.alternatives.some(cuts)) ||
      (goal.kind === 'not' && cuts(goal.operand)),
  );
}
