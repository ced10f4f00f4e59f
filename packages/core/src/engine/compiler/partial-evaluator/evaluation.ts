import type { Span } from '../../../diagnostics/span.js';
import type { TypeSet } from '../../../host/type-set.js';
import type { Goal, Predicate, Rule } from '../../../ir/goal.js';
import type { Term } from '../../../ir/term.js';
import type { Proof } from '../../proof.js';
import {
  anything,
  findsValues,
  typesOnly,
  type CompiledFunction,
  type KnownArgument,
} from '../compiled-function.js';
import type { Linker } from '../linker.js';
import { NotCompilable } from '../not-compilable.js';
import {
  constant,
  fail,
  isFailure,
  isLiteral,
  joinParts,
  local,
  succeed,
  type Literal,
  type Operand,
  type Statement,
  type Test,
} from '../plan.js';
import type { PlanFacts } from '../plan-facts.js';
import { knownRecord, withoutRecords } from '../plan-analysis.js';
import { maxGoals, maxGoalsOfPlan } from '../thresholds.js';
import {
  ambiguousLiteral,
  bound,
  operandOf,
  resolved,
  unboundUsed,
  valueIn,
  type Cell,
  type Cells,
  type Value,
} from './values.js';

/** Builds the statements that come after the current one. */
export type Rest = () => Statement;

/** The position of a goal in its rule. */
export interface Place {
  /** Whether a cut here ends the function. */
  readonly mayCut: boolean;
  /** The callers' variables that have no value yet. */
  readonly outer: ReadonlySet<Cell>;
}

export const noCells: ReadonlySet<Cell> = new Set();

interface ProofPart {
  readonly to: number | undefined;
  readonly parts: readonly (Operand | Choice)[];
}

/** The literals that one argument of a rule may hold. The value of the argument decides which rules have forwarded the call. */
export interface Choice {
  readonly kind: 'choice';
  readonly cell: Cell;
  readonly literals: readonly unknown[];
  /** The proof of the rules that forward the call with each literal, if proofs are recorded. */
  readonly forwardedBy: readonly (Proof | undefined)[];
}

/** Builds the statements that prove goals, from an index on. */
export type ProveGoals = (
  evaluation: Evaluation,
  goals: readonly Goal[],
  at: number,
  cells: Cells,
  rest: Rest,
  place: Place,
) => Statement;

/** The state of one partial evaluation. Changes to variables are undone by `scoped`. */
export class Evaluation {
  /** The number of locals so far. */
  locals = 0;
  #goals = 0;
  /** The number of goals before the current rule of the function. */
  #goalsBefore = 0;
  /** The depth of rules that are unfolded around the current goal. */
  unfolding = 0;
  /** The arguments of the function itself. */
  args: readonly Cell[] = [];
  /** The predicates whose rules currently replace calls. */
  readonly inlining: Predicate[] = [];
  /** The current goal or parameter. */
  at: Span | undefined = undefined;
  /** The attributes that were read on the current path, by the identity of the object and the name. */
  readonly reads = new Map<string, Value>();
  /** The recorded part of a proof that is being built. Undefined if no proof is recorded, and under negations. */
  #part: ProofPart | undefined;
  /** Variables that must have a type once they have a value. */
  readonly #waiting: Cell[] = [];
  readonly #trail: (() => void)[] = [];

  /** @param proveGoals proves the body of a rule that a call leads to */
  constructor(
    readonly fn: CompiledFunction,
    readonly linker: Linker,
    readonly facts: PlanFacts,
    readonly proveGoals: ProveGoals,
  ) {
    this.#part = linker.emptyProof && { to: undefined, parts: [constant(linker.emptyProof)] };
  }

  /** Begins with a rule of the function itself. */
  startRule(): void {
    this.#goalsBefore = this.#goals;
  }

  /** Counts a goal. Returns `false` for too many. */
  countGoal(): boolean {
    this.linker.meter.step();
    return ++this.#goals <= maxGoalsOfPlan && this.#goals - this.#goalsBefore <= maxGoals;
  }

  newLocal(): number {
    return this.locals++;
  }

  // ── undo ──

  /** Builds statements. Afterwards, changes to variables and reads are undone. */
  scoped(build: Rest): Statement {
    const mark = this.#trail.length;
    try {
      return build();
    } finally {
      while (this.#trail.length > mark) this.#trail.pop()!();
    }
  }

  /** Registers an action that undoes a change when the current scope ends. */
  onUndo(undo: () => void): void {
    this.#trail.push(undo);
  }

  setValue(cell: Cell, value: Value): void {
    const at = resolved(cell);
    const before = at.value;
    this.onUndo(() => {
      at.value = before;
    });
    at.value = value;
  }

  /** Adds a variable whose type is checked once it has a value. */
  addWaiting(cell: Cell): void {
    this.onUndo(() => this.#waiting.pop());
    this.#waiting.push(cell);
  }

  /** Returns the end of a path. The machine reports an error if a variable has a required type but no value. */
  success(): Rest {
    const mark = this.#waiting.length;
    return () => {
      if (this.#waiting.slice(mark).some((cell) => valueIn(cell) === undefined))
        throw new NotCompilable('a type test of an unbound variable');
      return this.#part === undefined ? succeed : recordOf(this.#part);
    };
  }

  /** Returns the end of a path of the function itself: it also passes the values of unbound arguments on. */
  ownSuccess(): Rest {
    const success = this.success();
    if (!findsValues(this.fn)) return success;
    const variables = this.args.filter((_, i) => this.fn.known[i]!.kind === 'unbound');
    return () => {
      success();
      const values = variables.map((cell) => {
        const value = valueIn(cell);
        if (value === undefined) throw new NotCompilable('a rule that leaves an argument unbound');
        return operandOf(value);
      });
      return { kind: 'answer', values };
    };
  }

  // ── the recorded proof ──

  /** Adds a rule to the proof. @param before the proof of the rules that forward a call to it, if proofs are recorded */
  useRule(rule: Rule, before: Proof | undefined): void {
    if (this.#part !== undefined && before !== undefined) this.#continuePart(constant(before.withRule(rule)));
  }

  /** Adds the rules that forward a call with one of several literals. */
  useChoice(choice: Choice): void {
    if (this.#part !== undefined) this.#continuePart(choice);
  }

  /** Builds the statements after a call, whose proof continues the proof of the function. */
  afterCall(rest: Rest): Statement {
    if (this.#part === undefined) return rest();
    const to = this.newLocal();
    return this.scoped(() => {
      this.#continuePart(local(to));
      return { kind: 'receive', to, next: rest() };
    });
  }

  /** Builds a proof that the statements after it need only once. */
  check(build: Rest, rest: Rest): Statement {
    const { emptyProof } = this.linker;
    const outer = this.#part;
    if (outer === undefined || emptyProof === undefined) {
      const proof = build();
      return isFailure(proof) ? fail : { kind: 'check', proof, records: undefined, next: rest() };
    }
    const to = this.newLocal();
    const proof = this.scoped(() => {
      this.#setPart({ to, parts: [constant(emptyProof)] });
      return build();
    });
    if (isFailure(proof)) return fail;
    return this.scoped(() => {
      const known = knownRecord(proof, to);
      this.#continuePart(known ?? local(to));
      return known === undefined
        ? { kind: 'check', proof, records: to, next: rest() }
        : { kind: 'check', proof: withoutRecords(proof, to), records: undefined, next: rest() };
    });
  }

  /** Builds a proof whose rules are not recorded. */
  unrecorded(build: Rest): Statement {
    return this.scoped(() => {
      this.#setPart(undefined);
      return build();
    });
  }

  #continuePart(next: Operand | Choice): void {
    const { to, parts } = this.#part!;
    this.#setPart({ to, parts: [...parts, next] });
  }

  #setPart(part: ProofPart | undefined): void {
    const before = this.#part;
    this.onUndo(() => {
      this.#part = before;
    });
    this.#part = part;
  }

  // ── terms ──

  cellOf(term: Term, cells: Cells): Cell {
    switch (term.kind) {
      case 'slot':
        return cells[term.slot]!;
      case 'constant':
        return bound({ kind: 'constant', value: term.value });
      case 'list': {
        const items = term.items.map((item) => valueIn(this.cellOf(item, cells)));
        if (term.rest !== undefined || !items.every((item) => item?.kind === 'constant'))
          throw new NotCompilable('a list with variables');
        return bound({
          kind: 'constant',
          value: items.map((item) => (item as { readonly value: unknown }).value),
        });
      }
      case 'dictionary':
        throw new NotCompilable('a dictionary in a rule');
    }
  }

  /** @throws {NotCompilable} for a variable without a value */
  valueOf(term: Term, cells: Cells): Value {
    const value = valueIn(this.cellOf(term, cells));
    if (value === undefined) throw new NotCompilable(unboundUsed);
    return value;
  }

  operand(term: Term, cells: Cells): Operand {
    return operandOf(this.valueOf(term, cells));
  }

  // ── facts ──

  /** Returns the facts about a value that a callee may be specialized for. */
  knownOf(cell: Cell): KnownArgument {
    const value = valueIn(cell);
    switch (value?.kind) {
      case undefined:
        return anything;
      case 'local':
        // Other facts hold for this predicate only: another predicate has other literals and distinguishes other types.
        return value.known.kind === 'types' || value.known.kind === 'literal' ? value.known : anything;
      case 'constant': {
        const { typeSets } = this.linker.context;
        if (isLiteral(value.value)) return { kind: 'literal', value: value.value };
        // The types of an object of the application may change before the query runs.
        return typeSets.areSettled(value.value) ? typesOnly(typeSets.of(value.value)) : anything;
      }
      case 'one-of':
        throw ambiguousLiteral;
    }
  }

  /** Returns the types of a value if they cannot change before or during the query. */
  certainTypes(value: Value): TypeSet | undefined {
    const { typeSets } = this.linker.context;
    switch (value.kind) {
      case 'constant':
        return isLiteral(value.value) && !typeSets.hasPredicates ? typeSets.of(value.value) : undefined;
      case 'one-of':
        if (typeSets.hasPredicates) throw ambiguousLiteral;
        return typeSets.of(value.literals[0]);
      case 'local':
        if (value.known.kind === 'other') return value.known.types;
        return value.known.kind === 'types' ? value.known.types : undefined;
    }
  }
}

/** Records a proof at the end of a path. The value of each choice decides which proof it is. */
function recordOf({ to, parts }: ProofPart): Statement {
  const choice = parts.find((part) => part.kind === 'choice');
  if (choice === undefined)
    return { kind: 'record', to, parts: joinParts(parts as readonly Operand[]), next: succeed };
  const { cell, literals, forwardedBy } = choice;
  const recordFor = (i: number): Statement =>
    recordOf({ to, parts: parts.map((part) => (part === choice ? constant(forwardedBy[i]) : part)) });
  const value = valueIn(cell)!;
  if (value.kind === 'local') {
    const cases = literals.map((literal, i) => ({ literal: literal as Literal, next: recordFor(i) }));
    return { kind: 'switch', value: local(value.local), cases };
  }
  // A rule that does not test the argument holds for each of its literals.
  return recordFor(literals.indexOf(value.kind === 'constant' ? value.value : value.literals[0]));
}

export const ifHolds = (test: Test, rest: Rest): Statement => ({ kind: 'if', test, next: rest() });
