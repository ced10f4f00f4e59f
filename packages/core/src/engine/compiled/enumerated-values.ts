import type { TypeSet } from '../../host/type-set.js';
import { termsOf } from '../../ir/goal-terms.js';
import type { CallGoal, Goal, Predicate } from '../../ir/goal.js';
import { mentions, type Term } from '../../ir/term.js';
import { isLiteral, type Literal } from '../compiler/plan.js';
import { Budget, defaultLimits } from '../limits.js';
import type { ProgramContext } from '../program-context.js';
import type { ArgumentShape } from '../rules/argument-shape.js';
import type { Candidate } from '../rules/candidate.js';
import { indexOf } from '../rules/rule-index.js';

/** The values that an argument may have in the answers of a rule. */
export interface EnumeratedValues {
  /** The literals of the policy among them, and perhaps more. */
  readonly literals: ReadonlySet<Literal>;
  /** Whether a rule may accept any value. */
  readonly hasWildcard: boolean;
}

/**
 * Returns the values for which a rule may hold, if its rules only compare the argument with literals. Then a check for each literal
 * finds all answers, and a check for any other value tells whether every value is an answer. Returns undefined for rules that compute
 * the value, or use it before it is known.
 *
 * @param types the types of the arguments, or undefined for an argument that is not known
 * @param position the position of the argument
 * @throws {PolarError} for an unknown class
 */
export const enumeratedValues = (
  context: ProgramContext,
  predicate: Predicate,
  types: readonly (TypeSet | undefined)[],
  position: number,
): EnumeratedValues | undefined => new ValueFinder(context).valuesOf(predicate, types, position);

class ValueFinder {
  readonly #literals = new Set<Literal>();
  /** The calls whose rules were visited, and whether they may accept any value. A call within itself may. */
  readonly #visited = new Map<string, boolean>();

  constructor(readonly context: ProgramContext) {}

  valuesOf(
    predicate: Predicate,
    types: readonly (TypeSet | undefined)[],
    position: number,
  ): EnumeratedValues | undefined {
    const hasWildcard = this.#visit(predicate, types, position);
    return hasWildcard === undefined ? undefined : { literals: this.#literals, hasWildcard };
  }

  /** Adds the literals of the rules. Returns whether they may accept any value, or undefined if they do more than to compare it. */
  #visit(
    predicate: Predicate,
    types: readonly (TypeSet | undefined)[],
    position: number,
  ): boolean | undefined {
    if (!predicate.byArity.has(types.length)) return false;
    const key = `${predicate.name} ${position} ${types.map((of) => of?.id ?? '_').join()}`;
    const visited = this.#visited.get(key);
    if (visited !== undefined) return visited;
    this.#visited.set(key, true);
    const { typeSets } = this.context;
    const shapes = types.map((of): ArgumentShape => ({
      types: of ?? typeSets.unbound,
      literal: undefined,
      isOther: false,
    }));
    const index = indexOf(this.context, predicate, types.length);
    let hasWildcard = false;
    for (const candidate of index.tableFor(shapes, new Budget(defaultLimits, undefined)).candidates) {
      const accepts = this.#rule(candidate, types, position);
      if (accepts === undefined) return undefined;
      hasWildcard ||= accepts;
    }
    this.#visited.set(key, hasWildcard);
    return hasWildcard;
  }

  #rule(
    { rule, goals }: Candidate,
    types: readonly (TypeSet | undefined)[],
    position: number,
  ): boolean | undefined {
    if (rule.hasCut) return undefined;
    const { term, takesArgument, specializer, goals: tests } = rule.parameters[position]!;
    if (specializer.kind !== 'none' || tests.length > 0) return undefined;
    if (term.kind === 'constant') return this.#add([term.value]);
    if (term.kind !== 'slot' || !takesArgument) return undefined;
    const { slot } = term;
    if (rule.parameters.some((other, i) => i !== position && mentions([other.term], slot))) return undefined;
    const typeOf = (arg: Term): TypeSet | undefined => {
      const i = rule.parameters.findIndex(
        (p) => p.takesArgument && p.term.kind === 'slot' && arg.kind === 'slot' && p.term.slot === arg.slot,
      );
      return types[i];
    };
    for (const goal of goals) {
      if (!mentions(termsOf(goal), slot)) continue;
      const accepts = this.#goal(goal, slot, typeOf);
      // Once the value is known, the other goals of the rule are conditions.
      if (accepts !== true) return accepts;
    }
    return true;
  }

  /** Adds the literals that a goal gives to a variable. Returns whether the variable may have no value after it. */
  #goal(goal: Goal, slot: number, typeOf: (arg: Term) => TypeSet | undefined): boolean | undefined {
    switch (goal.kind) {
      case 'call':
        return this.#call(goal, slot, typeOf);
      case 'unify': {
        const other = isSlot(goal.left, slot) ? goal.right : goal.left;
        return other.kind === 'constant' ? this.#add([other.value]) : undefined;
      }
      case 'in': {
        const { item, collection } = goal;
        if (!isSlot(item, slot) || collection.kind !== 'list' || collection.rest !== undefined)
          return undefined;
        return this.#add(collection.items.map((each) => (each.kind === 'constant' ? each.value : undefined)));
      }
      default:
        return undefined;
    }
  }

  #call(
    { predicate, args, hasKeywords }: CallGoal,
    slot: number,
    typeOf: (arg: Term) => TypeSet | undefined,
  ): boolean | undefined {
    const position = args.findIndex((arg) => isSlot(arg, slot));
    const others = args.filter((_, i) => i !== position);
    if (position === -1 || mentions(others, slot) || hasKeywords || !predicate.isDefined) return undefined;
    return this.#visit(
      predicate,
      args.map((arg, i) => (i === position ? undefined : typeOf(arg))),
      position,
    );
  }

  /** Adds literals. Returns undefined if one of the values is something else. */
  #add(values: readonly unknown[]): false | undefined {
    if (!values.every((value) => isLiteral(value) && value !== null)) return undefined;
    for (const value of values) this.#literals.add(value as Literal);
    return false;
  }
}

const isSlot = (term: Term, slot: number): boolean => term.kind === 'slot' && term.slot === slot;
