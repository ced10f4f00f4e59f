import { Expression } from '../expression.js';
import type { Filter, FilterCondition } from '../filter.js';
import type { HostTypes } from '../types.js';
import { Variable } from '../variable.js';
import { conditionsOf, type Conjunction } from './filter-conditions.js';
import { disjunctionOf } from './disjunctive-form.js';

/** No row: an empty list of alternatives could become a query without a condition. */
const never: FilterCondition = { lhs: { value: true }, cmp: 'Eq', rhs: { value: false } };

/**
 * Builds the filter of a type from the results of `allow`: each is a constraint on the row, or a row of the application.
 *
 * @param model the name of the type
 */
export function buildFilter(results: readonly unknown[], model: string, types: HostTypes): Filter {
  const found: Conjunction[] = [];
  for (const result of results) {
    const constraint =
      result instanceof Expression
        ? result
        : result instanceof Variable
          ? new Expression('And', [])
          : new Expression('Unify', [new Variable('_this'), result]);
    for (const atoms of disjunctionOf(constraint)) {
      const conjunction = conditionsOf(atoms, model, types);
      if (conjunction !== undefined) found.push(conjunction);
    }
  }
  return {
    model,
    relations: joined(found),
    conditions: found.length > 0 ? found.map(({ conditions }) => [...conditions]) : [[never]],
    types,
  };
}

/** Returns each relation of the alternatives once, sources before targets. */
function joined(conjunctions: readonly Conjunction[]): Filter['relations'] {
  const byKey = new Map<string, Filter['relations'][number]>();
  for (const { relations } of conjunctions)
    for (const relation of relations) byKey.set(Object.values(relation).join(' '), relation);
  return [...byKey.values()];
}
