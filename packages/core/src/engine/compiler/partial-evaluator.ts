import type { Span } from '../../diagnostics/span.js';
import type { TypeSet } from '../../host/type-set.js';
import type { CallGoal, Goal, LookupGoal, Parameter, Predicate } from '../../ir/goal.js';
import type { Term } from '../../ir/term.js';
import type { DeclaredType, FieldType } from '../../types/declared-type.js';
import type { Class } from '../../types/type-declaration.js';
import { type Candidate, groupByRules, type RuleIndex, type Shape } from '../rules/candidates.js';
import { Budget, defaultLimits } from '../limits.js';
import { termsOf } from '../machine/constraint.js';
import type { MachineContext } from '../machine/machine.js';
import { anything, type CompiledFunction, type KnownArgument } from './compiled-function.js';
import {
  anyOf,
  constant,
  fail,
  isFailure,
  isOnlyIterated,
  local,
  looped,
  simplified,
  succeed,
  type CallTest,
  type Operand,
  type Statement,
  type Test,
} from './plan.js';

/** Thrown when a rule does what only the machine can: the function hands over when it is reached. */
export class NotCompilable {
  constructor(
    readonly why: string,
    /** The goal that cannot be compiled. */
    readonly at?: Span,
  ) {}
}

/** A value while a function is built. */
type Value =
  | LocalValue
  | { readonly kind: 'constant'; readonly value: unknown }
  /** One of several literals, until something tells which. */
  | { readonly kind: 'one-of'; readonly literals: readonly unknown[] };

interface LocalValue {
  readonly kind: 'local';
  readonly local: number;
  readonly known: KnownArgument;
  /** A type that it is likely of: decides which code is tried first, never what it answers. */
  readonly likely: DeclaredType | undefined;
  /** How the field that it was read from is declared. */
  readonly field: FieldType | undefined;
}

/** A variable of a rule while a function is built: what it is bound to, or another variable that it is the same as. */
interface Cell {
  value: Value | undefined;
  same: Cell | undefined;
  /** Handed to a rule, or made the same as another variable, without a value: `:=` is a fault then. */
  isTouched: boolean;
  /** Types that it has to be of, once it is bound. */
  isa: readonly IsaGoal[];
}

type IsaGoal = Extract<Goal, { kind: 'isa' }>;
type Cells = readonly Cell[];
type Rest = () => Statement;

/** What a function is built from, and where it finds the others. */
export interface Linker {
  readonly context: MachineContext;
  indexOf(predicate: Predicate, arity: number): RuleIndex;
  functionFor(predicate: Predicate, known: readonly KnownArgument[]): CompiledFunction;
  /** What a function may be made for: no more than is known, and less where literals are combined in too many ways. */
  bounded(predicate: Predicate, known: readonly KnownArgument[]): readonly KnownArgument[];
  /** Whether what is known of the arguments decides which rules apply. */
  tellsRules(predicate: Predicate, known: readonly KnownArgument[]): boolean;
  tellsPosition(predicate: Predicate, known: readonly KnownArgument[], position: number): boolean;
  /** Whether an instance equals nothing but itself. */
  equalsOnlyItself(known: Extract<KnownArgument, { kind: 'types' }>): boolean;
  /** Whether a plain row that is read where this type is declared is of a type of the application then. */
  isTaggable(type: FieldType): boolean;
  /** All types that values may turn out to be of, where only these are compiled. */
  readonly knownTypes: readonly TypeSet[] | undefined;
  /** Whether there are more classes than a comparison of each is good for. */
  readonly hasManyClasses: boolean;
  /** Whether there are so few that functions need not share their code. */
  readonly hasFewClasses: boolean;
  /** Whether something follows for a plain row from the declaration of a field of this name. */
  mayTag(name: string): boolean;
  /** Whether an instance of a registered class may have a getter of this name. */
  runsGetter(name: string): boolean;
  /** Whether a call between rules may come back. */
  isRecursive(from: Predicate, to: Predicate): boolean;
  /** Whether it may let something hold that a rule of this predicate does not. */
  isRefuted(predicate: Predicate): boolean;
  /** Whether the rules of this predicate, or those that they call, may call methods of the application. */
  mayCallMethods(predicate: Predicate): boolean;
  /** The types of the registered classes that extend the one of this type. */
  extensionsOf(type: DeclaredType): readonly DeclaredType[];
  /** The class by whose `constructor` an instance of exactly this type is known, where that is safe. */
  exactClass(type: DeclaredType): Class | undefined;
}

export interface Plan {
  readonly params: readonly number[];
  /** How many locals there are, the parameters included. */
  readonly locals: number;
  readonly body: Statement;
}

/** One rule, applied to arguments. */
interface Application {
  readonly candidate: Candidate;
  readonly args: readonly Cell[];
  /** The arguments one by one, when one of them stands for several literals. */
  readonly expanded?: readonly (readonly Cell[])[];
}

/** Where in a rule a goal stands. */
interface Place {
  /** Whether a cut here ends the function. */
  readonly mayCut: boolean;
  /** Variables of others that have no value yet. */
  readonly outer: ReadonlySet<Cell>;
}

/** More goals than this, and the rules are the machine's: a path would have been copied again and again. */
const maxGoals = 3_000;
const maxUnfolding = 12;
/** When rules that only hand on their arguments lead to more calls than this, they are calls themselves. */
const maxForwarded = 1_000;
/** Rules of so many goals and parameters stand in place of a call to them, and so deep in each other. */
const maxInlined = 24;
const maxInlining = 3;

/** Builds the plan of a function. @throws {NotCompilable} */
export const specialise = (fn: CompiledFunction, linker: Linker): Plan => new Specialiser(fn, linker).plan();

/**
 * Runs the rules on what is known of the arguments, and writes down what is left to do. Goals whose variables all have a value
 * are tests: their first success is enough. A variable without a value is bound where it gets one, and the goals after that
 * stand inside of it.
 */
class Specialiser {
  #locals = 0;
  #goalCount = 0;
  #unfolding = 0;
  readonly #params: number[] = [];
  /** The arguments of the function itself. */
  #args: readonly Cell[] = [];
  readonly #trail: (() => void)[] = [];
  /** Variables that have to be of a type, once they have a value. */
  readonly #waiting: Cell[] = [];
  /** The predicates whose rules stand in place of calls. */
  readonly #inlining: Predicate[] = [];
  /** The goal, or parameter, at hand. */
  #at: Span | undefined = undefined;
  /** Attributes that the path at hand has read. */
  readonly #reads = new Map<string, Value>();

  constructor(
    readonly fn: CompiledFunction,
    readonly linker: Linker,
  ) {}

  plan(): Plan {
    try {
      return this.#plan();
    } catch (error) {
      throw error instanceof NotCompilable && error.at === undefined
        ? new NotCompilable(error.why, this.#at)
        : error;
    }
  }

  #plan(): Plan {
    const args = (this.#args = this.fn.known.map((known): Cell => {
      if (known.kind === 'literal') return bound({ kind: 'constant', value: known.value });
      const param = this.#fresh();
      this.#params.push(param);
      return bound({ kind: 'local', local: param, known, likely: classType(known), field: undefined });
    }));
    const applications = this.#merged(this.#applications(this.fn.predicate, args));
    const body = anyOf(applications.map((application) => this.#path(application)));
    return { params: this.#params, locals: this.#locals, body: looped(simplified(body), this.fn) };
  }

  // ── rules ──

  /**
   * The rules that may apply, in order. A rule that does nothing but call others with the same arguments and other literals is
   * replaced by what it calls: shorthand rules are mostly of this kind.
   */
  #applications(predicate: Predicate, args: readonly Cell[]): Application[] {
    return (
      this.#followed(predicate, args, new Set()) ??
      this.#candidates(predicate, args).map((candidate) => ({ candidate, args }))
    );
  }

  /** undefined where there are too many */
  #followed(predicate: Predicate, args: readonly Cell[], visited: Set<string>): Application[] | undefined {
    const key = `${predicate.name}(${args.map((arg) => identityIn(arg)).join()})`;
    // What is being proved already proves nothing new.
    if (visited.has(key)) return [];
    if (visited.size >= maxForwarded) return undefined;
    visited.add(key);
    const candidates = this.#candidates(predicate, args);
    const hasCut = candidates.some(({ goals }) => cuts(goals));
    const found: Application[] = [];
    for (const candidate of candidates) {
      const forwarded = hasCut ? undefined : this.#forwarded(candidate, args);
      const applications =
        forwarded === undefined
          ? [{ candidate, args }]
          : this.#followed(forwarded.predicate, forwarded.args, visited);
      if (applications === undefined) return undefined;
      found.push(...applications);
    }
    return found;
  }

  #candidates(predicate: Predicate, args: readonly Cell[]): readonly Candidate[] {
    if (!predicate.isDefined) throw new NotCompilable('an undefined rule');
    if (!predicate.byArity.has(args.length)) return [];
    const index = this.linker.indexOf(predicate, args.length);
    const isOwn = args === this.#args;
    const shapes = args.map((arg, i) => this.#shape(arg, index, i, isOwn));
    const table = index.tableFor(shapes, new Budget(defaultLimits, undefined));
    if (table.isMoreSpecific !== undefined) throw new NotCompilable('an order that depends on values');
    return table.candidates;
  }

  #shape(arg: Cell, index: RuleIndex, position: number, isOwn: boolean): Shape {
    const { typeSets } = this.linker.context;
    const value = valueIn(arg);
    const unknown: Shape = { types: typeSets.unbound, literal: undefined, isOther: false };
    switch (value?.kind) {
      case undefined:
        return unknown;
      case 'constant':
        return typeSets.areSettled(value.value)
          ? index.shapeOf(value.value, position, typeSets.of(value.value))
          : unknown;
      case 'one-of':
        throw oneOfUsed;
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

  /** The call that a rule consists of, when it hands on its arguments and tests nothing. */
  #forwarded(
    { goals, rule, unify }: Candidate,
    args: readonly Cell[],
  ): { readonly predicate: Predicate; readonly args: readonly Cell[] } | undefined {
    const [only] = goals;
    if (goals.length !== 1 || only?.kind !== 'call' || only.hasKeywords || !only.predicate.isDefined)
      return undefined;
    const frame = newFrame(rule.slotNames.length);
    for (const i of unify) {
      const { term, takesArgument } = rule.parameters[i]!;
      if (!takesArgument || term.kind !== 'slot') return undefined;
      frame[term.slot] = args[i]!;
    }
    const passed: Cell[] = [];
    for (const term of only.args) {
      if (term.kind === 'constant' && isLiteral(term.value))
        passed.push(bound({ kind: 'constant', value: term.value }));
      else if (term.kind === 'slot' && valueIn(frame[term.slot]!) !== undefined)
        passed.push(frame[term.slot]!);
      else return undefined;
    }
    if (
      !this.linker.tellsRules(
        only.predicate,
        passed.map((cell) => this.#knownOf(cell)),
      )
    )
      return undefined;
    if (this.#candidates(only.predicate, passed).some((called) => cuts(called.goals))) return undefined;
    return { predicate: only.predicate, args: passed };
  }

  /**
   * Applications of one rule that differ in one literal become one, for any of these literals, at the first one's place. A method of the
   * application may throw, so none is called earlier or later than in the order of the rules.
   */
  #merged(applications: readonly Application[]): Application[] {
    const merged: Application[] = [];
    interface Group {
      readonly at: number;
      readonly position: number;
      readonly literals: unknown[];
    }
    const all: Group[] = [];
    const groups = new Map<string, Group>();
    for (const application of applications) {
      const { candidate, args } = application;
      const callsMethods = this.#callsMethods(candidate);
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
        const started = { at: merged.length, position, literals: [value] };
        groups.set(key, started);
        all.push(started);
        merged.push(application);
      } else if (!group.literals.includes(value)) group.literals.push(value);
    }
    for (const { at, position, literals } of all) {
      if (literals.length === 1) continue;
      const application = merged[at]!;
      const withValue = (value: Value) =>
        application.args.map((arg, i) => (i === position ? bound(value) : arg));
      merged[at] = {
        candidate: application.candidate,
        args: withValue({ kind: 'one-of', literals }),
        expanded: literals.map((value) => withValue({ kind: 'constant', value })),
      };
    }
    return merged;
  }

  #callsMethods({ rule }: Candidate): boolean {
    return rule.callsMethods || [...rule.calls].some((called) => this.linker.mayCallMethods(called));
  }

  #path(application: Application): Statement {
    if (application.expanded === undefined) return this.#applied(application);
    try {
      return this.#applied(application);
    } catch (error) {
      if (error !== oneOfUsed) throw error;
      // A literal of several is used in a way that must know which.
      return anyOf(application.expanded.map((args) => this.#applied({ ...application, args })));
    }
  }

  #applied({ candidate, args }: Application): Statement {
    const frame = newFrame(candidate.rule.slotNames.length);
    return this.#scoped(() =>
      this.#head(candidate, args, frame, () =>
        this.#goals(candidate.goals, 0, frame, this.#success(), { mayCut: true, outer: none }),
      ),
    );
  }

  #head({ rule, unify }: Candidate, args: readonly Cell[], frame: Cell[], rest: Rest): Statement {
    const pending: (readonly [Cell, Parameter])[] = [];
    for (const i of unify) {
      const parameter = rule.parameters[i]!;
      const { term, takesArgument } = parameter;
      if (takesArgument && term.kind === 'slot') frame[term.slot] = args[i]!;
      else pending.push([args[i]!, parameter]);
    }
    const step = (i: number): Statement => {
      const next = pending[i];
      if (next === undefined) return rest();
      const [arg, { term, span }] = next;
      this.#at = span;
      return this.#unify(arg, this.#cellOf(term, frame), () => step(i + 1));
    };
    return step(0);
  }

  // ── goals ──

  #goals(goals: readonly Goal[], at: number, frame: Cells, rest: Rest, place: Place): Statement {
    const goal = goals[at];
    if (goal === undefined) return rest();
    this.#at = goal.span;
    if (++this.#goalCount > maxGoals) throw new NotCompilable('too many paths');
    const next: Rest = () => this.#goals(goals, at + 1, frame, rest, place);
    switch (goal.kind) {
      case 'call':
        return this.#call(goal, frame, next);
      case 'unify':
        return this.#unify(this.#cellOf(goal.left, frame), this.#cellOf(goal.right, frame), next);
      case 'compare':
        return this.#compare(goal, frame, next);
      case 'condition': {
        const value = this.#value(goal.term, frame);
        if (value.kind === 'constant' && typeof value.value === 'boolean') return value.value ? next() : fail;
        return this.#if({ kind: 'true', value: operandOf(value), at: goal.span }, next);
      }
      case 'isa':
        return this.#isa(goal, this.#cellOf(goal.value, frame), next);
      case 'lookup':
        return this.#lookup(goal, frame, next);
      case 'method': {
        if (goal.hasKeywords) throw new NotCompilable('keyword arguments');
        if (isRefusedName(goal.method)) throw new NotCompilable('a member that is refused');
        const base = this.#operand(goal.object, frame);
        const args = goal.args.map((arg) => this.#operand(arg, frame));
        const to = this.#fresh();
        const then = this.#bind(this.#cellOf(goal.result, frame), unknownLocal(to), next);
        return { kind: 'method', to, base, name: goal.method, args, at: goal.span, next: then };
      }
      case 'arithmetic': {
        const left = this.#operand(goal.left, frame);
        const right = this.#operand(goal.right, frame);
        const to = this.#fresh();
        const then = this.#bind(this.#cellOf(goal.result, frame), unknownLocal(to), next);
        return { kind: 'arithmetic', to, operator: goal.operator, left, right, at: goal.span, next: then };
      }
      case 'in':
        return this.#in(goal, frame, next);
      case 'or':
        return this.#or(goal.alternatives, goals.slice(at + 1), frame, next, place);
      case 'not':
        return this.#not(goal.operand, goals.slice(at + 1), frame, next, place);
      case 'cut':
        if (!place.mayCut) throw new NotCompilable('a cut in a place of its own');
        return { kind: 'cut', next: next() };
      case 'assign': {
        const cell = this.#cellOf(goal.variable, frame);
        if (valueIn(cell) !== undefined || resolved(cell).isTouched)
          throw new NotCompilable('an assignment to what is in use');
        return this.#unify(cell, this.#cellOf(goal.value, frame), next);
      }
      case 'new':
      case 'print':
      case 'debug':
        throw new NotCompilable(goal.kind);
    }
  }

  #compare(goal: Extract<Goal, { kind: 'compare' }>, frame: Cells, rest: Rest): Statement {
    const { operator } = goal;
    if (operator === '==') {
      // Of values, it is what `=` is.
      const [left, right] = [this.#cellOf(goal.left, frame), this.#cellOf(goal.right, frame)];
      if (valueIn(left) === undefined || valueIn(right) === undefined) throw new NotCompilable(unboundUsed);
      return this.#unify(left, right, rest);
    }
    if (operator === '!=')
      return this.#ifEqual(this.#value(goal.left, frame), this.#value(goal.right, frame), true, rest);
    return this.#if(
      {
        kind: 'order',
        operator,
        left: this.#operand(goal.left, frame),
        right: this.#operand(goal.right, frame),
        at: goal.span,
      },
      rest,
    );
  }

  #call(goal: CallGoal, frame: Cells, rest: Rest): Statement {
    if (goal.hasKeywords) throw new NotCompilable('keyword arguments');
    if (!goal.predicate.isDefined) throw new NotCompilable('an undefined rule');
    if (!goal.predicate.byArity.has(goal.args.length)) return fail;
    const args = goal.args.map((arg) => this.#cellOf(arg, frame));
    if (args.some((arg) => valueIn(arg) === undefined)) return this.#unfold(goal, args, rest);
    const known = args.map((arg) => this.#knownOf(arg));
    const { linker } = this;
    if (linker.tellsRules(goal.predicate, known) && this.#candidates(goal.predicate, args).length === 0)
      return fail;
    const inlined = this.#inlined(goal.predicate, args, known);
    if (inlined !== undefined)
      return isFailure(inlined) ? fail : { kind: 'check', proof: inlined, next: rest() };
    const taken = linker.bounded(goal.predicate, known);
    const passed = args.filter((_, i) => taken[i]!.kind !== 'literal').map((arg) => operandOf(valueIn(arg)!));
    const callee = linker.functionFor(goal.predicate, taken);
    return this.#if(
      { kind: 'call', callee, args: passed, likely: this.#likelyCallee(goal.predicate, args, taken) },
      rest,
    );
  }

  /** The rules themselves in place of a call, where they are few and short. */
  #inlined(
    predicate: Predicate,
    args: readonly Cell[],
    known: readonly KnownArgument[],
  ): Statement | undefined {
    const { linker } = this;
    if (this.#inlining.length >= maxInlining || this.#inlining.includes(predicate)) return undefined;
    if (!linker.tellsRules(predicate, known) || linker.isRecursive(this.fn.predicate, predicate))
      return undefined;
    if (known.some(({ kind }) => kind === 'some')) return undefined;
    const candidates = this.#candidates(predicate, args);
    const size = candidates.reduce((sum, { goals, unify }) => sum + goals.length + unify.length, 0);
    if (size > maxInlined || candidates.some(({ goals }) => cuts(goals))) return undefined;
    this.#inlining.push(predicate);
    try {
      return anyOf(
        this.#merged(this.#applications(predicate, args)).map((application) => this.#path(application)),
      );
    } finally {
      this.#inlining.pop();
    }
  }

  /** The callee for the class that an argument of unknown class is likely of. */
  #likelyCallee(
    predicate: Predicate,
    args: readonly Cell[],
    known: readonly KnownArgument[],
  ): CallTest['likely'] {
    for (const [i, arg] of args.entries()) {
      const value = valueIn(arg)!;
      if (value.kind !== 'local' || !isUnknown(value.known) || value.likely === undefined) continue;
      const exact = this.#exactly(value.likely);
      if (exact === undefined) continue;
      const better = known.map((k, j) => (j === i ? exact : k));
      if (!this.linker.tellsRules(predicate, better)) continue;
      return {
        argument: operandOf(value),
        type: value.likely,
        callee: this.linker.functionFor(predicate, better),
      };
    }
    return undefined;
  }

  #exactly(type: DeclaredType): Extract<KnownArgument, { kind: 'types' }> | undefined {
    const exact = this.linker.exactClass(type);
    if (exact === undefined) return undefined;
    return { kind: 'types', types: this.linker.context.typeSets.ofClass(exact), class: exact };
  }

  /** A call with a variable that has no value: the rules themselves, around what comes after. */
  #unfold(goal: CallGoal, args: readonly Cell[], rest: Rest): Statement {
    if (this.#unfolding >= maxUnfolding)
      throw new NotCompilable('rules that call each other with unknown arguments');
    for (const arg of args) resolved(arg).isTouched = true;
    const known = args.map((arg) => this.#knownOf(arg));
    const isTold = args.every(
      (arg, i) => valueIn(arg) === undefined || this.linker.tellsPosition(goal.predicate, known, i),
    );
    if (!isTold) return this.#unfoldLikely(goal, args, known, rest);
    return this.#unfoldRules(this.#candidates(goal.predicate, args), args, rest);
  }

  #unfoldRules(candidates: readonly Candidate[], args: readonly Cell[], rest: Rest): Statement {
    if (candidates.some(({ goals }) => cuts(goals)))
      throw new NotCompilable('a cut in a rule with unknown arguments');
    const outer = new Set(args.filter((arg) => valueIn(arg) === undefined).map(resolved));
    return anyOf(
      candidates.map((candidate) =>
        this.#scoped(() => {
          const frame = newFrame(candidate.rule.slotNames.length);
          const after: Rest = () => this.#unfoldingFrom(0, rest);
          return this.#unfoldingFrom(this.#unfolding + 1, () =>
            this.#head(candidate, args, frame, () =>
              this.#goals(candidate.goals, 0, frame, after, { mayCut: false, outer }),
            ),
          );
        }),
      ),
    );
  }

  #unfoldingFrom(depth: number, build: Rest): Statement {
    const before = this.#unfolding;
    this.#unfolding = depth;
    try {
      return build();
    } finally {
      this.#unfolding = before;
    }
  }

  /** As `#unfold`, for the class that an argument is likely of; any other is the machine's, or what all known types give. */
  #unfoldLikely(
    goal: CallGoal,
    args: readonly Cell[],
    known: readonly KnownArgument[],
    rest: Rest,
  ): Statement {
    for (const [i, arg] of args.entries()) {
      const value = valueIn(arg);
      if (value === undefined || this.linker.tellsPosition(goal.predicate, known, i)) continue;
      if (value.kind !== 'local') break;
      const otherwise = this.#byType(goal, args, known, i, rest);
      // Where nothing is left to the machine, what is likely is not enough.
      if (otherwise === undefined && this.linker.knownTypes !== undefined) break;
      const exact = value.likely && this.#exactly(value.likely);
      if (exact !== undefined)
        return {
          kind: 'exactly',
          value: operandOf(value),
          type: value.likely!,
          next: this.#scoped(() => {
            this.#set(arg, { ...value, known: exact });
            return this.#unfold(goal, args, rest);
          }),
          otherwise,
        };
      if (otherwise === undefined) break;
      return otherwise;
    }
    throw new NotCompilable('unknown arguments of unknown types');
  }

  /** By the known types for which any rule applies; undefined where types are not all that counts, or not known. */
  #byType(
    { predicate }: CallGoal,
    args: readonly Cell[],
    known: readonly KnownArgument[],
    position: number,
    rest: Rest,
  ): Statement | undefined {
    const { knownTypes } = this.linker;
    const index = this.linker.indexOf(predicate, args.length);
    if (knownTypes === undefined || index.literalsAt(position) !== undefined) return undefined;
    const areOthersTold = args.every(
      (arg, i) =>
        i === position || valueIn(arg) === undefined || this.linker.tellsPosition(predicate, known, i),
    );
    if (!areOthersTold) return undefined;
    const shapes = args.map((arg, i) => this.#shape(arg, index, i, false));
    const groups = groupByRules(knownTypes, (types) =>
      index.tableFor(
        shapes.map((shape, i) => (i === position ? { types, literal: undefined, isOther: false } : shape)),
        new Budget(defaultLimits, undefined),
      ),
    );
    const cases = groups.map(({ table, types }) => {
      if (table.isMoreSpecific !== undefined) throw new NotCompilable('an order that depends on values');
      return { types, next: this.#scoped(() => this.#unfoldRules(table.candidates, args, rest)) };
    });
    return { kind: 'by-type', value: operandOf(valueIn(args[position]!)!), cases };
  }

  #unify(left: Cell, right: Cell, rest: Rest): Statement {
    const a = resolved(left);
    const b = resolved(right);
    if (a === b) return a.value === undefined ? rest() : this.#ifEqual(a.value, a.value, false, rest);
    if (a.value === undefined && b.value === undefined) {
      const { isa } = b;
      this.#trail.push(() => {
        a.same = undefined;
        b.isa = isa;
      });
      a.same = b;
      b.isTouched = true;
      b.isa = [...isa, ...a.isa];
      return rest();
    }
    if (a.value === undefined) return this.#bind(a, b.value!, rest);
    if (b.value === undefined) return this.#bind(b, a.value, rest);
    if (a.value.kind === 'one-of') return this.#tell(a, a.value.literals, b.value, rest);
    if (b.value.kind === 'one-of') return this.#tell(b, b.value.literals, a.value, rest);
    return this.#ifEqual(a.value, b.value, false, rest);
  }

  /** Tells which of several literals it is. */
  #tell(cell: Cell, literals: readonly unknown[], value: Value, rest: Rest): Statement {
    if (value.kind === 'one-of') throw oneOfUsed;
    if (value.kind === 'constant' && !literals.includes(value.value)) return fail;
    this.#set(cell, value);
    if (value.kind === 'constant') return rest();
    return this.#if({ kind: 'one-of', value: operandOf(value), literals }, rest);
  }

  #bind(cell: Cell, value: Value, rest: Rest): Statement {
    const at = resolved(cell);
    if (at.value !== undefined) return this.#unify(at, bound(value), rest);
    this.#set(at, value);
    const step = (i: number): Statement => {
      const goal = at.isa[i];
      return goal === undefined ? rest() : this.#isa(goal, at, () => step(i + 1));
    };
    return step(0);
  }

  #ifEqual(left: Value, right: Value, negated: boolean, rest: Rest): Statement {
    if (
      left.kind === 'constant' &&
      right.kind === 'constant' &&
      isLiteral(left.value) &&
      isLiteral(right.value)
    )
      return (left.value === right.value) === negated ? fail : rest();
    const isIdentity = (value: Value) =>
      value.kind === 'local' && value.known.kind === 'types' && this.linker.equalsOnlyItself(value.known);
    const [a, b] = isIdentity(left) ? [right, left] : [left, right];
    return this.#if(
      {
        kind: 'equal',
        left: operandOf(a),
        right: operandOf(b),
        how: isIdentity(b) ? 'identity' : 'any',
        negated,
        at: this.#at!,
      },
      rest,
    );
  }

  #isa(goal: IsaGoal, cell: Cell, rest: Rest): Statement {
    const { type, union } = goal;
    const at = resolved(cell);
    const { value } = at;
    if (value === undefined) {
      if (union !== undefined || type === undefined) throw new NotCompilable('a type of what has no value');
      const before = at.isa;
      this.#trail.push(() => {
        at.isa = before;
      });
      at.isa = [...before, goal];
      this.#trail.push(() => this.#waiting.pop());
      this.#waiting.push(at);
      return rest();
    }
    if (union === undefined && type === undefined) throw new NotCompilable('an unknown class');
    const members = union === undefined ? [type!] : this.linker.context.program.unions[union];
    const types = this.#certainTypes(value);
    if (types !== undefined) return members.some((member) => types.types.has(member)) ? rest() : fail;
    if (union !== undefined) return this.#if({ kind: 'isa-union', value: operandOf(value), union }, rest);
    if (value.kind === 'local' && isUnknown(value.known)) this.#set(at, { ...value, likely: type });
    return this.#if({ kind: 'isa', value: operandOf(value), type: type! }, rest);
  }

  /** The types of a value, where nothing can add to them while the question is asked. */
  #certainTypes(value: Value): TypeSet | undefined {
    const { typeSets } = this.linker.context;
    switch (value.kind) {
      case 'constant':
        return isLiteral(value.value) && !typeSets.hasPredicates ? typeSets.of(value.value) : undefined;
      case 'one-of':
        if (typeSets.hasPredicates) throw oneOfUsed;
        return typeSets.of(value.literals[0]);
      case 'local':
        if (value.known.kind === 'other') return value.known.types;
        return value.known.kind === 'types' && value.known.class !== undefined
          ? value.known.types
          : undefined;
    }
  }

  #lookup(goal: LookupGoal, frame: Cells, rest: Rest): Statement {
    const { key } = goal;
    if (key.kind !== 'constant' || typeof key.value !== 'string') throw new NotCompilable('a computed key');
    const name = key.value;
    if (isRefusedName(name)) throw new NotCompilable('a member that is refused');
    const base = this.#value(goal.object, frame);
    const result = this.#cellOf(goal.result, frame);
    const at = `${identityOf(base)}.${name}`;
    const known = this.#reads.get(at);
    if (known !== undefined) return this.#bind(result, known, rest);
    const field = this.#fieldOf(base, name);
    const to = this.#fresh();
    const value = this.#declaredLocal(to, field);
    this.#trail.push(() => this.#reads.delete(at));
    this.#reads.set(at, value);
    const then = this.#bind(result, value, rest);
    // Elements are noted as they come by; all of them at once only where the list goes elsewhere.
    const isNoted = field?.kind !== 'list' || !isOnlyIterated(then, to);
    return {
      kind: 'read',
      to,
      base: operandOf(base),
      name,
      inPattern: goal.inPattern,
      isExact: this.#isExact(base) && !this.#isDeclaredTwice(base, name) && !this.linker.runsGetter(name),
      field: this.#tagOf(field),
      tag: isNoted ? this.#tagOf(field) : undefined,
      at: goal.span,
      next: then,
    };
  }

  #isExact(base: Value): base is LocalValue {
    return base.kind === 'local' && base.known.kind === 'types' && base.known.class !== undefined;
  }

  /** By a class and the one that it extends: what is read is of both types then. */
  #isDeclaredTwice({ known }: LocalValue, name: string): boolean {
    return known.kind === 'types' && known.types.declared.filter((type) => type.fields?.has(name)).length > 1;
  }

  /** How the field of a value is declared, as far as its type is known. */
  #fieldOf(base: Value, name: string): FieldType | undefined {
    if (base.kind !== 'local') return undefined;
    const { known, likely } = base;
    const types = known.kind === 'types' ? known.types.declared : likely === undefined ? [] : [likely];
    const [found, ...others] = types.flatMap((type) => type.fields?.get(name) ?? []);
    return others.length === 0 ? found?.type : undefined;
  }

  #declaredLocal(to: number, field: FieldType | undefined): LocalValue {
    const type = field?.kind === 'named' ? this.linker.context.program.types.find(field.name) : undefined;
    return {
      kind: 'local',
      local: to,
      known: anything,
      likely: type === undefined || type.builtIn ? undefined : type,
      field,
    };
  }

  #tagOf(field: FieldType | undefined): FieldType | undefined {
    return field !== undefined && this.linker.isTaggable(field) ? field : undefined;
  }

  #in(goal: Extract<Goal, { kind: 'in' }>, frame: Cells, rest: Rest): Statement {
    const { collection } = goal;
    if (collection.kind === 'list' && collection.rest === undefined)
      return this.#inItems(
        this.#cellOf(goal.item, frame),
        collection.items.map((item) => this.#cellOf(item, frame)),
        rest,
      );
    const list = this.#value(goal.collection, frame);
    const item = this.#cellOf(goal.item, frame);
    if (list.kind === 'constant' && this.#isLiteralList(list.value))
      return this.#inLiterals(item, list.value, rest);
    const field = list.kind === 'local' && list.field?.kind === 'list' ? list.field.of : undefined;
    const element = this.#fresh();
    const value = this.#declaredLocal(element, field);
    const each = (then: Statement): Statement => ({
      kind: 'each',
      item: element,
      list: operandOf(list),
      tag: this.#tagOf(field),
      at: goal.span,
      next: then,
    });
    const sought = valueIn(item);
    if (sought === undefined || sought.kind === 'one-of')
      return each(this.#scoped(() => this.#unify(item, bound(value), rest)));
    const proof = each(this.#scoped(() => this.#ifEqual(value, sought, false, () => succeed)));
    return { kind: 'check', proof, next: rest() };
  }

  /** Whether it is a list of literals, and the policy's own: what is in a list of the application may be something else later. */
  #isLiteralList(list: unknown): list is readonly unknown[] {
    return (
      Array.isArray(list) && list.every(isLiteral) && !this.linker.context.members.isConstant(list as object)
    );
  }

  /** In a list that the rule makes: each of its items is a case of its own. */
  #inItems(item: Cell, items: readonly Cell[], rest: Rest): Statement {
    const values = items.map(valueIn);
    if (values.includes(undefined)) throw new NotCompilable(unboundUsed);
    const literals = values.flatMap((value) =>
      value?.kind === 'constant' && isLiteral(value.value) ? [value.value] : [],
    );
    if (literals.length === items.length) return this.#inLiterals(item, literals, rest);
    const sought = valueIn(item);
    const cases = (then: Rest) =>
      anyOf(items.map((each) => this.#scoped(() => this.#unify(item, each, then))));
    if (sought === undefined || sought.kind === 'one-of') return cases(rest);
    return { kind: 'check', proof: cases(() => succeed), next: rest() };
  }

  #inLiterals(item: Cell, literals: readonly unknown[], rest: Rest): Statement {
    const value = valueIn(item);
    switch (value?.kind) {
      case undefined:
        return anyOf(
          literals.map((literal) =>
            this.#scoped(() => this.#bind(item, { kind: 'constant', value: literal }, rest)),
          ),
        );
      case 'constant':
        return literals.includes(value.value) ? rest() : fail;
      case 'one-of': {
        const left = value.literals.filter((literal) => literals.includes(literal));
        if (left.length === 0) return fail;
        this.#set(item, { kind: 'one-of', literals: left });
        return rest();
      }
      case 'local':
        return this.#if({ kind: 'one-of', value: operandOf(value), literals }, rest);
    }
  }

  #or(
    alternatives: readonly (readonly Goal[])[],
    later: readonly Goal[],
    frame: Cells,
    rest: Rest,
    place: Place,
  ): Statement {
    const open = this.#openCells(later, frame, place);
    const isTest = !this.#mentions(alternatives.flat(), frame, open);
    const paths = (then: Rest, outer: ReadonlySet<Cell>) =>
      anyOf(
        alternatives.map((goals) =>
          this.#scoped(() => this.#goals(goals, 0, frame, then, { mayCut: false, outer })),
        ),
      );
    if (!isTest) return paths(rest, open);
    const proof = paths(this.#success(), none);
    return isFailure(proof) ? fail : { kind: 'check', proof, next: rest() };
  }

  #not(operand: readonly Goal[], later: readonly Goal[], frame: Cells, rest: Rest, place: Place): Statement {
    if (this.#mentions(operand, frame, this.#openCells(later, frame, place)))
      throw new NotCompilable('a negation about what has no value');
    const proof = this.#scoped(() =>
      this.#goals(operand, 0, frame, this.#success(), { mayCut: false, outer: none }),
    );
    return { kind: 'not', proof, next: rest() };
  }

  #mentions(goals: readonly Goal[], frame: Cells, cells: ReadonlySet<Cell>): boolean {
    return slotsOf(goals).some((slot) => cells.has(resolved(frame[slot]!)));
  }

  /** The variables without one value that are of use after the goal at hand, or were before it. */
  #openCells(later: readonly Goal[], frame: Cells, place: Place): ReadonlySet<Cell> {
    const cells = [...place.outer, ...slotsOf(later).map((slot) => frame[slot]!)].map(resolved);
    return new Set(cells.filter(({ value }) => value === undefined || value.kind === 'one-of'));
  }

  // ── values ──

  #cellOf(term: Term, frame: Cells): Cell {
    switch (term.kind) {
      case 'slot':
        return frame[term.slot]!;
      case 'constant':
        return bound({ kind: 'constant', value: term.value });
      case 'list': {
        const items = term.items.map((item) => valueIn(this.#cellOf(item, frame)));
        if (term.rest !== undefined || !items.every((item) => item?.kind === 'constant'))
          throw new NotCompilable('a list that is made');
        return bound({
          kind: 'constant',
          value: items.map((item) => (item as { readonly value: unknown }).value),
        });
      }
      case 'dictionary':
        throw new NotCompilable('a dictionary that is made');
    }
  }

  /** @throws {NotCompilable} for a variable without a value */
  #value(term: Term, frame: Cells): Value {
    const value = valueIn(this.#cellOf(term, frame));
    if (value === undefined) throw new NotCompilable(unboundUsed);
    return value;
  }

  #operand(term: Term, frame: Cells): Operand {
    return operandOf(this.#value(term, frame));
  }

  #knownOf(cell: Cell): KnownArgument {
    const value = valueIn(cell);
    switch (value?.kind) {
      case undefined:
        return anything;
      case 'local':
        // No literal of this predicate may be one of another, and other types may call for other rules.
        return value.known.kind === 'types' || value.known.kind === 'literal' ? value.known : anything;
      case 'constant': {
        const { typeSets } = this.linker.context;
        if (isLiteral(value.value)) return { kind: 'literal', value: value.value };
        // What an object of the application is may be something else when the question is asked.
        return typeSets.areSettled(value.value)
          ? { kind: 'types', types: typeSets.of(value.value), class: undefined }
          : anything;
      }
      case 'one-of':
        throw oneOfUsed;
    }
  }

  /** The end of a path. A variable that is only known to be of a type is one that the machine complains of. */
  #success(): Rest {
    const mark = this.#waiting.length;
    return () => {
      if (this.#waiting.slice(mark).some((cell) => valueIn(cell) === undefined))
        throw new NotCompilable('a type of what has no value');
      return succeed;
    };
  }

  #if(test: Test, rest: Rest): Statement {
    return { kind: 'if', test, next: rest() };
  }

  #set(cell: Cell, value: Value): void {
    const at = resolved(cell);
    const before = at.value;
    this.#trail.push(() => {
      at.value = before;
    });
    at.value = value;
  }

  #fresh(): number {
    return this.#locals++;
  }

  /** What is found out while a part is built is forgotten after it. */
  #scoped(build: Rest): Statement {
    const mark = this.#trail.length;
    try {
      return build();
    } finally {
      while (this.#trail.length > mark) this.#trail.pop()!();
    }
  }
}

const none: ReadonlySet<Cell> = new Set();
const unboundUsed = 'a variable that has no value';
/** Thrown where one of several literals has to be one. */
const oneOfUsed = new NotCompilable('one of several literals');

const bound = (value: Value): Cell => ({ value, same: undefined, isTouched: true, isa: [] });
const newFrame = (size: number): Cell[] =>
  Array.from({ length: size }, () => ({ value: undefined, same: undefined, isTouched: false, isa: [] }));
const unknownLocal = (n: number): LocalValue => ({
  kind: 'local',
  local: n,
  known: anything,
  likely: undefined,
  field: undefined,
});

function resolved(cell: Cell): Cell {
  let at = cell;
  while (at.same !== undefined) at = at.same;
  return at;
}
const valueIn = (cell: Cell): Value | undefined => resolved(cell).value;

/** @throws {NotCompilable} for one of several literals */
function operandOf(value: Value): Operand {
  switch (value.kind) {
    case 'local':
      return local(value.local);
    case 'constant':
      return constant(value.value);
    case 'one-of':
      throw oneOfUsed;
  }
}

const objectIds = new WeakMap<object, number>();
let objectCount = 0;

/** Equal for what is certainly the same value. */
function identityOf(value: Value): string {
  switch (value.kind) {
    case 'local':
      return `$${value.local}`;
    case 'constant': {
      const { value: known } = value;
      if ((typeof known !== 'object' || known === null) && typeof known !== 'function')
        return `${typeof known}:${String(known)}`;
      let id = objectIds.get(known);
      if (id === undefined) objectIds.set(known, (id = objectCount++));
      return `#${id}`;
    }
    case 'one-of':
      return value.literals.map((literal) => `${typeof literal}:${String(literal)}`).join('|');
  }
}
const identityIn = (cell: Cell): string => {
  const value = valueIn(cell);
  return value === undefined ? '_' : identityOf(value);
};

const isLiteral = (value: unknown): value is string | number | boolean | null =>
  value === null ||
  typeof value === 'string' ||
  typeof value === 'boolean' ||
  (typeof value === 'number' && !Number.isNaN(value));

/** What is a fault to ask for, or special: the machine's to tell. */
const isRefusedName = (name: string): boolean => name in Object.prototype || name === 'prototype';

const isUnknown = ({ kind }: KnownArgument): boolean => kind === 'anything' || kind === 'tested';

const classType = (known: KnownArgument): DeclaredType | undefined =>
  known.kind === 'types' && known.class !== undefined ? known.types.chain[0] : undefined;

/** The position of the only string that a rule takes as a variable. */
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

function cuts(goals: readonly Goal[]): boolean {
  return goals.some(
    (goal) =>
      goal.kind === 'cut' ||
      (goal.kind === 'or' && goal.alternatives.some(cuts)) ||
      (goal.kind === 'not' && cuts(goal.operand)),
  );
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
