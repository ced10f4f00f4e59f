import { termsOf } from '../ir/goal-terms.js';
import { assertNever } from '../internal/bug.js';
import type { CallGoal, CompareGoal, Goal, InGoal, IsaGoal, Rule } from '../ir/goal.js';
import type { Program } from '../ir/program.js';
import type { Term } from '../ir/term.js';
import { TypeToken } from '../types/declared-type.js';
import { either, type AbstractValue } from './abstract-value.js';
import type { Narrowing } from './narrowing.js';
import { isPrimitiveValue } from './overlap.js';

/** The abstract value of each variable of a rule; undefined for a variable that no goal has used, which certainly has no value. */
export type Slots = (AbstractValue | undefined)[];

/** Returns the abstract arguments after a call holds; undefined when it cannot hold. */
export type CallEvaluator = (
  goal: CallGoal,
  args: readonly AbstractValue[],
) => readonly AbstractValue[] | undefined;

/** Evaluates goals on abstract values, and returns whether they may hold. Unknown cases count as possible (over-approximation). */
export class AbstractEvaluator {
  constructor(
    readonly program: Program,
    readonly narrowing: Narrowing,
    readonly evaluateCall: CallEvaluator,
    readonly step: (cost: number) => void,
  ) {}

  /** @param slots the knowledge about the variables; the goals add to it */
  goals(goals: readonly Goal[], slots: Slots): boolean {
    return goals.every((goal) => this.#goal(goal, slots));
  }

  /** Returns the variables and the arguments of a rule after its head matches; undefined when it cannot match. */
  head(
    rule: Rule,
    args: readonly AbstractValue[],
  ): { slots: Slots; args: readonly AbstractValue[] } | undefined {
    this.step(1);
    const slots: Slots = Array.from({ length: rule.slotNames.length });
    const narrowed = [...args];
    for (const [i, { term, takesArgument }] of rule.parameters.entries()) {
      if (takesArgument && term.kind === 'slot') slots[term.slot] = args[i];
      else {
        const unified = this.narrowing.equal(args[i]!, this.#read(term, slots));
        if (unified === undefined) return undefined;
        narrowed[i] = unified.left;
        this.#narrow(term, unified.right, slots);
      }
    }
    for (const { goals } of rule.parameters) if (!this.goals(goals, slots)) return undefined;
    // The variable is the argument itself, so the head narrows both.
    for (const [i, { term, takesArgument }] of rule.parameters.entries())
      if (takesArgument) narrowed[i] = this.#read(term, slots);
    return { slots, args: narrowed };
  }

  #goal(goal: Goal, slots: Slots): boolean {
    this.step(1);
    switch (goal.kind) {
      case 'call':
        return this.#call(goal, slots);
      case 'unify':
        return this.#unify(goal.left, goal.right, slots);
      case 'assign':
        return this.#unify(goal.variable, goal.value, slots);
      case 'isa':
        return this.#isa(goal, slots);
      case 'in':
        return this.#in(goal, slots);
      case 'compare':
        this.#markAliased(goal, slots);
        return this.#mayCompare(goal, slots);
      case 'condition': {
        this.#markAliased(goal, slots);
        const value = this.#read(goal.term, slots);
        return value === 'anything' || value.some((p) => p.kind !== 'value' || p.value === true);
      }
      case 'or':
        return this.#or(goal.alternatives, slots);
      case 'lookup':
      case 'method':
      case 'new':
      case 'arithmetic':
      case 'not':
      case 'print':
      case 'cut':
      case 'debug':
        // The result may be any value, even for a declared field, because a row with its own type keeps that type.
        this.#markAliased(goal, slots);
        return true;
      default:
        return assertNever(goal);
    }
  }

  #call(goal: CallGoal, slots: Slots): boolean {
    const args = goal.args.map((arg) => this.#read(arg, slots));
    this.#markAliased(goal, slots);
    const narrowed = this.evaluateCall(goal, args);
    if (narrowed === undefined) return false;
    for (const [i, arg] of goal.args.entries()) this.#narrow(arg, narrowed[i]!, slots);
    return true;
  }

  #unify(left: Term, right: Term, slots: Slots): boolean {
    if (left.kind === 'slot' && right.kind === 'slot' && left.slot === right.slot) {
      this.#narrow(left, this.#read(left, slots), slots);
      return true;
    }
    // An unbound variable gets the value, with all its cases.
    if (isUnbound(left, slots)) {
      this.#narrow(right, this.#read(right, slots), slots);
      this.#narrow(left, this.#read(right, slots), slots);
      return true;
    }
    if (isUnbound(right, slots)) {
      this.#narrow(left, this.#read(left, slots), slots);
      this.#narrow(right, this.#read(left, slots), slots);
      return true;
    }
    const unified = this.narrowing.equal(this.#read(left, slots), this.#read(right, slots));
    if (unified === undefined) return false;
    this.#narrow(left, unified.left, slots);
    this.#narrow(right, unified.right, slots);
    return true;
  }

  #isa(goal: IsaGoal, slots: Slots): boolean {
    const types = goal.union === undefined ? goal.type && [goal.type] : this.program.unions[goal.union];
    const before = this.#read(goal.value, slots);
    // The class is not registered, so the goal narrows nothing.
    const narrowed = types === undefined ? before : this.narrowing.ofType(before, types);
    if (narrowed === undefined) return false;
    this.#narrow(goal.value, narrowed, slots);
    return true;
  }

  #in({ item, collection }: InGoal, slots: Slots): boolean {
    if (collection.kind !== 'list' || collection.rest !== undefined) {
      this.#narrow(item, this.#read(item, slots), slots);
      this.#narrow(collection, this.#read(collection, slots), slots);
      return true;
    }
    const before = isUnbound(item, slots) ? undefined : this.#read(item, slots);
    let values: AbstractValue | undefined;
    for (const element of collection.items) {
      const found = this.#read(element, slots);
      const one = before === undefined ? found : this.narrowing.equal(before, found)?.left;
      if (one !== undefined) values = values === undefined ? one : either(values, one);
    }
    if (values === undefined) return false;
    this.#narrow(collection, values, slots);
    this.#narrow(item, values, slots);
    return true;
  }

  #mayCompare({ operator, left, right }: CompareGoal, slots: Slots): boolean {
    const [a, b] = [this.#read(left, slots), this.#read(right, slots)];
    if (operator === '==') return this.narrowing.equal(a, b) !== undefined;
    return operator !== '!=' || !isSameValue(a, b);
  }

  #or(alternatives: readonly (readonly Goal[])[], slots: Slots): boolean {
    const ends: Slots[] = [];
    for (const alternative of alternatives) {
      this.step(1 + slots.length / 256);
      const end = [...slots];
      if (this.goals(alternative, end)) ends.push(end);
    }
    if (ends.length === 0) return false;
    for (let i = 0; i < slots.length; i++) {
      slots[i] = ends
        .map((end) => end[i])
        .reduce((a, b) => (a === b ? a : a === undefined || b === undefined ? 'anything' : either(a, b)));
    }
    return true;
  }

  #read(term: Term, slots: Slots): AbstractValue {
    switch (term.kind) {
      case 'slot':
        return slots[term.slot] ?? 'anything';
      case 'constant': {
        const { value } = term;
        const isKnown = isPrimitiveValue(value) || typeof value === 'function' || value instanceof TypeToken;
        return isKnown ? [this.narrowing.cases.value(value)] : 'anything';
      }
      case 'list':
        return this.#builtIn('List');
      case 'dictionary':
        return this.#builtIn('Dictionary');
    }
  }

  #builtIn(name: 'List' | 'Dictionary'): AbstractValue {
    const type = this.program.types.find(name);
    return type?.builtIn === true ? [this.narrowing.cases.instance(type, false)] : 'anything';
  }

  /** Stores the narrowed value of a variable. Variables inside a list or dictionary may have any value from now on. */
  #narrow(term: Term, value: AbstractValue, slots: Slots): void {
    if (term.kind === 'slot') slots[term.slot] = value;
    else markAliasedInside(term, slots);
  }

  #markAliased(goal: Goal, slots: Slots): void {
    for (const term of termsOf(goal)) markAliased(term, slots);
  }
}

const isUnbound = (term: Term, slots: Slots): boolean =>
  term.kind === 'slot' && slots[term.slot] === undefined;

function markAliased(term: Term, slots: Slots): void {
  if (term.kind === 'slot') slots[term.slot] ??= 'anything';
  else markAliasedInside(term, slots);
}

function markAliasedInside(term: Term, slots: Slots): void {
  if (term.kind === 'list') {
    for (const item of term.items) markAliased(item, slots);
    if (term.rest !== undefined) markAliased(term.rest, slots);
  } else if (term.kind === 'dictionary') for (const value of term.values) markAliased(value, slots);
}

/** Returns whether both are the same value and the value equals itself, which some objects and NaN do not. */
function isSameValue(left: AbstractValue, right: AbstractValue): boolean {
  if (left === 'anything' || right === 'anything' || left.length > 1 || right.length > 1) return false;
  const [only] = left;
  return (
    only === right[0] && only?.kind === 'value' && isPrimitiveValue(only.value) && !Number.isNaN(only.value)
  );
}
