import { PolarError } from '../diagnostics/polar-error.js';
import { assertNever } from '../internal/bug.js';
import type { CallGoal, Goal, InGoal, IsaGoal, LookupGoal, MethodGoal, Rule } from '../ir/goal.js';
import type { Program } from '../ir/program.js';
import type { Term } from '../ir/term.js';
import type { DeclaredType } from '../types/declared-type.js';
import { ConcreteCases, type ConcreteCase } from './abstract-value.js';
import { isPrimitiveValue, Overlap } from './overlap.js';
import {
  eitherOf,
  keyOfValues,
  literal,
  mayBeSame,
  others,
  ReadRows,
  rowsOf,
  unbound,
  type PossibleValues,
} from './possible-values.js';

/** The relations of a row to load, by their names, each with the relations of the related rows. */
export interface RelationTree {
  readonly [relation: string]: RelationTree;
}

/** The values of the variables of a rule: a number is another variable that is the same one. */
type Slots = (PossibleValues | number | undefined)[];

/** The maximum of places in one tree. No query should load more relations at once. */
const maxRelations = 1_000;

/**
 * Finds the relations that checks of a row can read. It follows the rules with the places that a variable can hold, and knows no data: a
 * relation that only some rules read for some rows is in the tree, too.
 *
 * @param depth how often a path follows one relation, because a recursive rule follows it without end
 * @param isFiltered whether relations with a `where` are followed
 */
export class RelationReader {
  readonly #overlap: Overlap;
  readonly #cases = new ConcreteCases();
  readonly #root: ReadRows;
  /** The possible arguments after a call holds; a call that is absent cannot hold. They only grow. */
  readonly #results = new Map<string, readonly PossibleValues[]>();
  #visited = new Set<string>();
  #hasNews = false;
  #places = 0;

  constructor(
    readonly program: Program,
    type: DeclaredType,
    readonly depth: number,
    readonly isFiltered: boolean,
  ) {
    this.#overlap = new Overlap(program.types, true);
    this.#root = new ReadRows(this.#places++, type, undefined, undefined);
  }

  /** Adds what `allow(_, action, row)` reads. */
  addAction(action: string): void {
    this.#add('allow', [others, literal(action), rowsOf([this.#root])]);
  }

  /** Adds what `allow_field(_, action, row, _)` reads for any field. */
  addFieldAction(action: string): void {
    this.#add('allow_field', [others, literal(action), rowsOf([this.#root]), others]);
  }

  get tree(): RelationTree {
    return treeOf(this.#root);
  }

  /** Follows the rules until nothing new is found, because a call in a recursion needs its own result. */
  #add(rule: string, args: readonly PossibleValues[]): void {
    do {
      this.#hasNews = false;
      this.#visited = new Set();
      this.#resultOf(rule, args);
    } while (this.#hasNews);
  }

  #resultOf(name: string, args: readonly PossibleValues[]): readonly PossibleValues[] | undefined {
    const key = `${name} ${args.map(keyOfValues).join(' ')}`;
    if (this.#visited.has(key)) return this.#results.get(key);
    this.#visited.add(key);
    for (const rule of this.program.predicates.get(name)?.byArity.get(args.length) ?? []) {
      const found = this.#rule(rule, args);
      if (found === undefined) continue;
      const before = this.#results.get(key);
      const after = before?.map((values, i) => eitherOf([values, found[i]!])) ?? found;
      if (before?.every((values, i) => keyOfValues(values) === keyOfValues(after[i]!)) === true) continue;
      this.#results.set(key, after);
      this.#hasNews = true;
    }
    return this.#results.get(key);
  }

  /** Returns the possible arguments after a rule holds; undefined when it cannot hold. */
  #rule(rule: Rule, args: readonly PossibleValues[]): readonly PossibleValues[] | undefined {
    const slots: Slots = Array.from({ length: rule.slotNames.length });
    for (const [i, { term, takesArgument }] of rule.parameters.entries()) {
      if (takesArgument && term.kind === 'slot') slots[term.slot] = args[i]!;
      else if (!mayBeSame(read(term, slots), args[i]!)) return undefined;
      else bind(term, args[i]!, slots);
    }
    const goals = [...rule.parameters.flatMap((parameter) => parameter.goals), ...rule.body];
    // A goal before the one that gives its variable a value is proved later.
    let isBound: number;
    do {
      isBound = countOfBound(slots);
      if (!this.#goals(goals, slots)) return undefined;
    } while (countOfBound(slots) > isBound);
    return rule.parameters.map(({ term }) => read(term, slots));
  }

  #goals(goals: readonly Goal[], slots: Slots): boolean {
    return goals.every((goal) => this.#goal(goal, slots));
  }

  /** Returns false for a goal that certainly does not hold, so that no goal after it is proved. */
  #goal(goal: Goal, slots: Slots): boolean {
    switch (goal.kind) {
      case 'call':
        return this.#call(goal, slots);
      case 'unify':
        return unify(goal.left, goal.right, slots);
      case 'assign':
        return unify(goal.variable, goal.value, slots);
      case 'compare':
        return goal.operator !== '==' || mayBeSame(read(goal.left, slots), read(goal.right, slots));
      case 'in':
        return isIn(goal, slots);
      case 'isa':
        return this.#isa(goal, slots);
      case 'lookup':
        return this.#lookup(goal, slots);
      case 'method':
        return method(goal, slots);
      case 'or':
        return this.#or(goal.alternatives, slots);
      case 'not':
        this.#goals(goal.operand, [...slots]);
        return true;
      case 'new':
      case 'arithmetic':
        bind(goal.result, others, slots);
        return true;
      case 'condition':
      case 'cut':
      case 'print':
      case 'debug':
        return true;
      default:
        return assertNever(goal);
    }
  }

  #call(goal: CallGoal, slots: Slots): boolean {
    const args = goal.args.map((arg) => read(arg, slots));
    // Without a row of the tree, a call adds nothing to it.
    const results = args.some(({ rows }) => rows.size > 0)
      ? this.#resultOf(goal.predicate.name, args)
      : args.map(() => others);
    if (results === undefined) return false;
    for (const [i, arg] of goal.args.entries()) bind(arg, results[i]!, slots);
    return true;
  }

  #isa({ value, type, union }: IsaGoal, slots: Slots): boolean {
    const types = union === undefined ? type && [type] : this.program.unions[union];
    const before = read(value, slots);
    if (types === undefined || before.isUnbound) return true;
    const mayBe = (concrete: ConcreteCase): boolean =>
      types.some((each) => this.#overlap.mayBe(concrete, each));
    // The rows of a relation to many rows can also be their list.
    const isList = (rows: ReadRows): boolean => rows.areMany && types.some(({ builtIn }) => builtIn);
    const after: PossibleValues = {
      ...before,
      rows: new Set(
        [...before.rows].filter((each) => isList(each) || mayBe(this.#cases.instance(each.type, true))),
      ),
      literals: new Set([...before.literals].filter((each) => mayBe(this.#cases.value(each)))),
    };
    if (after.rows.size === 0 && after.literals.size === 0 && !after.hasOthers) return false;
    if (value.kind === 'slot') slots[rootOf(value.slot, slots)] = after;
    return true;
  }

  #lookup({ object, key, result }: LookupGoal, slots: Slots): boolean {
    const { rows, hasOthers, isUnbound } = read(object, slots);
    if (rows.size === 0 && isUnbound) return true;
    const keys = read(key, slots);
    const names = [...rows].flatMap((each) => [...each.type.relations.keys()]);
    const isRead = (name: string): boolean => keys.hasOthers || keys.isUnbound || keys.literals.has(name);
    const related = [...new Set(names)]
      .filter(isRead)
      .flatMap((name) => [...rows].flatMap((each) => this.#related(each, name) ?? []));
    // A dictionary of the policy counts as its values, so a value of it can be one of them.
    if (hasOthers) related.push(...rows);
    const hasFields = hasOthers || keys.hasOthers || related.length < rows.size * keys.literals.size;
    bind(result, hasFields ? eitherOf([others, rowsOf(related)]) : rowsOf(related), slots);
    return true;
  }

  /** Returns the rows of a relation, or undefined when no query loads them with the row. */
  #related(from: ReadRows, name: string): ReadRows | undefined {
    const known = from.related.get(name);
    const relation = from.type.relations.get(name);
    if (known !== undefined || relation === undefined) return known;
    // A library would load all rows of the relation, and the check would read also those that do not belong to it.
    if (relation.where.size > 0 && !this.isFiltered) return undefined;
    if (from.countOf(relation) >= this.depth) return undefined;
    if (this.#places > maxRelations) throw new PolarError('POLAR_FILTER_TOO_LARGE', { limit: maxRelations });
    const type = this.program.types.find(relation.type)!;
    const related = new ReadRows(this.#places++, type, relation, from);
    from.related.set(name, related);
    this.#hasNews = true;
    return related;
  }

  #or(alternatives: readonly (readonly Goal[])[], slots: Slots): boolean {
    const ends = alternatives
      .map((goals) => ({ goals, end: [...slots] }))
      .filter(({ goals, end }) => this.#goals(goals, end))
      .map(({ end }) => end);
    if (ends.length === 0) return false;
    for (const slot of slots.keys()) {
      if (ends.every((end) => end[slot] === slots[slot])) continue;
      slots[slot] = eitherOf(ends.map((end) => valuesOf(slot, end)));
    }
    return true;
  }
}

function treeOf({ related }: ReadRows): RelationTree {
  return Object.fromEntries([...related].map(([name, rows]) => [name, treeOf(rows)]));
}

function rootOf(slot: number, slots: Slots): number {
  const values = slots[slot];
  return typeof values === 'number' ? rootOf(values, slots) : slot;
}

const valuesOf = (slot: number, slots: Slots): PossibleValues =>
  (slots[rootOf(slot, slots)] as PossibleValues | undefined) ?? unbound;

const countOfBound = (slots: Slots): number =>
  [...slots.keys()].filter((slot) => !valuesOf(slot, slots).isUnbound).length;

/** Returns the values of a term. A list and a dictionary count as their elements. */
function read(term: Term, slots: Slots): PossibleValues {
  switch (term.kind) {
    case 'slot':
      return valuesOf(term.slot, slots);
    case 'constant':
      return term.value !== null && isPrimitiveValue(term.value) ? literal(term.value) : others;
    case 'list': {
      const items = term.rest === undefined ? term.items : [...term.items, term.rest];
      return { ...eitherOf([others, ...items.map((item) => read(item, slots))]), isUnbound: false };
    }
    case 'dictionary':
      return { ...eitherOf([others, ...term.values.map((value) => read(value, slots))]), isUnbound: false };
  }
}

/** Gives values to the variables of a term that can have none yet. */
function bind(term: Term, values: PossibleValues, slots: Slots): void {
  switch (term.kind) {
    case 'slot': {
      const before = valuesOf(term.slot, slots);
      if (!before.isUnbound) return;
      const { isUnbound } = values;
      slots[rootOf(term.slot, slots)] = { ...eitherOf([before, values]), isUnbound };
      return;
    }
    case 'list':
      for (const item of term.items) bind(item, values, slots);
      if (term.rest !== undefined) bind(term.rest, values, slots);
      return;
    case 'dictionary':
      for (const value of term.values) bind(value, values, slots);
      return;
    case 'constant':
      return;
  }
}

function unify(left: Term, right: Term, slots: Slots): boolean {
  const [a, b] = [read(left, slots), read(right, slots)];
  if (left.kind === 'slot' && right.kind === 'slot' && a.isUnbound && b.isUnbound) {
    const [one, other] = [rootOf(left.slot, slots), rootOf(right.slot, slots)];
    if (one === other) return true;
    slots[other] = eitherOf([a, b]);
    slots[one] = other;
    return true;
  }
  if (!mayBeSame(a, b)) return false;
  bind(left, b, slots);
  bind(right, a, slots);
  return true;
}

function isIn({ item, collection }: InGoal, slots: Slots): boolean {
  if (collection.kind !== 'list' || collection.rest !== undefined) {
    bind(item, read(collection, slots), slots);
    return true;
  }
  const before = read(item, slots);
  const found = collection.items
    .map((element) => read(element, slots))
    .filter((each) => mayBeSame(before, each));
  if (found.length === 0) return false;
  bind(item, eitherOf(found), slots);
  return true;
}

/** A method of a list can return its elements. */
function method({ object, result }: MethodGoal, slots: Slots): boolean {
  const { rows } = read(object, slots);
  bind(result, eitherOf([others, rowsOf([...rows].filter(({ areMany }) => areMany))]), slots);
  return true;
}
