import { UnregisteredClassError } from '../errors.js';
import { Expression } from '../expression.js';
import { Relation, type Filter, type FilterCondition } from '../filter.js';
import type { Class, HostTypes } from '../types.js';
import { Variable } from '../variable.js';
import { conditionsOf, type Conjunction } from './filter-conditions.js';
import { disjunctionOf } from './disjunctive-form.js';

/** No row: an empty list of alternatives could become a query without a condition. */
const never: FilterCondition = { lhs: { value: true }, cmp: 'Eq', rhs: { value: false } };

/** The number of results that a filter does not express after which no further ones are awaited: a recursive rule has results without end. */
const mostFailed = 20;

/** Builds the filter of a type from the results of `allow`: each is a constraint on the row, or a row of the application. */
export class FilterBuilder {
  readonly #found: Conjunction[] = [];
  /** The errors of the results that a filter does not express. */
  readonly #errors: unknown[] = [];

  /** @param model the name of the type */
  constructor(
    readonly model: string,
    readonly types: HostTypes,
  ) {}

  /** Adds a result. @throws the first error, once too many results are errors */
  add(result: unknown): void {
    try {
      this.#add(result);
    } catch (error) {
      if (this.#errors.push(error) > mostFailed) throw this.#errors[0];
    }
  }

  #add(result: unknown): void {
    const constraint =
      result instanceof Expression
        ? result
        : result instanceof Variable
          ? new Expression('And', [])
          : new Expression('Unify', [new Variable('_this'), result]);
    for (const atoms of disjunctionOf(constraint)) {
      const conjunction = conditionsOf(atoms, this.model, this.types);
      if (conjunction !== undefined) this.#found.push(conjunction);
    }
  }

  /**
   * Returns the filter.
   *
   * @throws {UnregisteredClassError} for a field whose class is not registered
   * @throws an error for a result that a filter does not express
   */
  build(): Filter {
    for (const { fields } of this.types.values())
      for (const field of fields.values())
        if (!(field instanceof Relation) && !this.types.has(field as Class))
          throw new UnregisteredClassError((field as Class).name);
    if (this.#errors.length > 0) throw this.#errors[0];
    const found = this.#found;
    return {
      model: this.model,
      relations: joined(found),
      conditions: found.length > 0 ? found.map(({ conditions }) => [...conditions]) : [[never]],
      types: this.types,
    };
  }
}

/** Returns each relation of the alternatives once, sources before targets. */
function joined(conjunctions: readonly Conjunction[]): Filter['relations'] {
  const byKey = new Map<string, Filter['relations'][number]>();
  for (const { relations } of conjunctions)
    for (const relation of relations) byKey.set(Object.values(relation).join(' '), relation);
  return [...byKey.values()];
}
