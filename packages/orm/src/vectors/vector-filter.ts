import {
  operandsOf,
  withoutTests,
  type Column,
  type RowCondition,
  type RowFilter,
  type Scalar,
} from '@nanook/core/filter';
import { requireCondition } from '../errors/require-condition.js';
import { NanookOrmError } from '../errors/nanook-orm-error.js';

// The points of a vector store have no schema: a field can be absent, null, or of another type. A comparison of a store is false for a
// value of another type, so it proves the type. Each negation is written as such comparisons: `!= 5` as less or more than 5.

/** Writes the parts of a filter as a store has them. */
export interface VectorStore<Filter> {
  readonly name: string;
  all(parts: readonly Filter[]): Filter;
  any(parts: readonly Filter[]): Filter;
  /** The field has one of the values, which are of one type. */
  among(field: string, values: readonly (string | number | boolean)[]): Filter;
  /** The field has a number in this order. */
  ordered(field: string, operator: Order, value: number): Filter;
  /** The field has a value other than null. */
  present(column: Column): Filter;
  /** The field reads as nil: it has null if it is declared nullable, or is absent if it is declared optional. */
  nil(column: Column): Filter;
  /** A filter that no point satisfies, or that each one does. */
  constant(holds: boolean): Filter;
  /** Whether the store can compare numbers with fractions. */
  readonly hasFractions: boolean;
}
export type Order = '<' | '<=' | '>' | '>=';

/** Prints a condition as a filter of a store. @throws {NanookOrmError} `NANOOK_ORM_VECTOR_INEXPRESSIBLE` */
export function printVectorFilter<Filter>(condition: RowCondition, store: VectorStore<Filter>): Filter {
  const { filter } = requireCondition(condition);
  const tested = withoutTests(
    filter,
    () => false,
    ({ type }) => (type === 'integer' || type === 'float' ? 'comparison' : 'equality'),
  );
  const printed = new Printer(store).print(tested);
  return typeof printed === 'boolean' ? store.constant(printed) : printed;
}

class Printer<Filter> {
  constructor(readonly store: VectorStore<Filter>) {}

  print(filter: RowFilter): Filter | boolean {
    const columns =
      'column' in filter ? [filter.column] : filter.kind === 'compare' ? operandsOf(filter) : [];
    for (const side of columns) {
      if (side.kind !== 'column') continue;
      if (side.member !== undefined) throw this.#inexpressible(`the member \`${nameOf(side)}\` of JSON`);
      if (side.derived !== undefined) throw this.#inexpressible(`the number \`${nameOf(side)}\``);
    }
    switch (filter.kind) {
      case 'always':
        return true;
      case 'never':
        return false;
      case 'and':
        return this.#all(filter.parts.map((part) => this.print(part)));
      case 'or':
        return this.#any(filter.parts.map((part) => this.print(part)));
      case 'compare': {
        const { operator, left, right } = filter;
        if (left.kind === 'column' && right.kind === 'value')
          return this.#compare(left, operator, right.value);
        if (left.kind === 'value' && right.kind === 'column')
          return this.#compare(right, mirrored[operator], left.value);
        throw this.#inexpressible('a comparison of two fields');
      }
      case 'in':
        return this.#among(filter.column, filter.values);
      case 'not-in':
        return this.#all(filter.values.map((value) => this.#compare(filter.column, '<>', value)));
      case 'null':
        return filter.column.nullable ? this.store.nil(filter.column) : false;
      case 'not-null':
        return this.#isListed(filter.column) ? this.#typed(filter.column) : this.store.present(filter.column);
      case 'readable':
        return this.#readable(filter.column);
      case 'not-nan':
        return this.#typed(filter.column);
      case 'nan':
        // JSON has no NaN.
        return false;
      case 'unreadable':
        throw this.#inexpressible(`that a field has a value of another type, \`${nameOf(filter.column)}\``);
      case 'computed':
      case 'computable':
      case 'uncomputable':
        throw this.#inexpressible('arithmetic on a field');
      case 'text':
      case 'not-text':
        throw this.#inexpressible(
          `\`${filter.test === 'lowers-to' ? 'toLowerCase' : filter.test}\` of a text`,
        );
      case 'contains':
      case 'lacks':
      case 'readable-elements':
      case 'unreadable-elements':
        throw this.#inexpressible(`\`in\` over the list \`${nameOf(filter.column)}\``);
      case 'count':
      case 'exists':
      case 'none':
        throw this.#inexpressible(`a condition about related rows, \`${filter.step.relation.name}\``);
      case 'in-set':
      case 'not-in-set':
      case 'found-before':
        throw this.#inexpressible('a rule that calls itself for a related row');
    }
  }

  #compare(column: Column, operator: '=' | '<>' | Order, value: Scalar): Filter | boolean {
    const { field, type } = column;
    if (operator === '=') return this.#among(column, [value]);
    if (type === 'integer' || type === 'float') {
      const number = this.#number(column, value);
      if (operator !== '<>') return this.store.ordered(field, operator, number);
      return this.#any([this.store.ordered(field, '<', number), this.store.ordered(field, '>', number)]);
    }
    if (operator !== '<>')
      throw this.#inexpressible(`an order of \`${nameOf(column)}\`, which is not a number`);
    return this.#among(
      column,
      this.#possible(column).filter((each) => each !== value),
    );
  }

  #among(column: Column, values: readonly Scalar[]): Filter | boolean {
    const { field, type } = column;
    const written = values.map((value) => {
      if (type === 'integer' || type === 'float') return this.#number(column, value);
      if (type === 'string' || type === 'boolean') return value as string | boolean;
      throw this.#inexpressible(`a value of the type of \`${nameOf(column)}\`, which is a ${type}`);
    });
    return written.length === 0 ? false : this.store.among(field, written);
  }

  #readable(column: Column): Filter | boolean {
    if (column.list !== undefined) throw this.#inexpressible(`the list \`${nameOf(column)}\``);
    const typed = this.#typed(column);
    return column.nullable ? this.#any([typed, this.store.nil(column)]) : typed;
  }

  /** The field has a value of its type. */
  #typed(column: Column): Filter | boolean {
    const { field, type } = column;
    if (type !== 'integer' && type !== 'float') return this.#among(column, this.#possible(column));
    this.#number(column, 0);
    return this.#any([this.store.ordered(field, '<', 0), this.store.ordered(field, '>=', 0)]);
  }

  /** Returns whether comparisons can name all values of a field. */
  #isListed({ type, values }: Column): boolean {
    return type !== 'string' || values !== undefined;
  }

  /** Returns all values that a field can have. */
  #possible(column: Column): readonly (string | boolean)[] {
    if (column.type === 'boolean') return [true, false];
    if (column.values !== undefined) return column.values;
    throw this.#inexpressible(
      `that \`${nameOf(column)}\` has another value; declare the values that it can have with oneOf(…)`,
    );
  }

  #number({ type, scope, field }: Column, value: Scalar): number {
    const isSafe = typeof value === 'number' && Number.isFinite(value);
    const isWhole = type === 'integer' && Number.isSafeInteger(value);
    if (isSafe && (isWhole || this.store.hasFractions)) return value;
    throw this.#inexpressible(
      `a comparison of \`${scope.type.name}.${field}\` with the number ${String(value)}`,
    );
  }

  #all(parts: readonly (Filter | boolean)[]): Filter | boolean {
    if (parts.includes(false)) return false;
    const kept = parts.filter((part): part is Filter & object => typeof part !== 'boolean');
    if (kept.length === 0) return true;
    return kept.length === 1 ? kept[0]! : this.store.all(kept);
  }

  #any(parts: readonly (Filter | boolean)[]): Filter | boolean {
    if (parts.includes(true)) return true;
    const kept = parts.filter((part): part is Filter & object => typeof part !== 'boolean');
    if (kept.length === 0) return false;
    return kept.length === 1 ? kept[0]! : this.store.any(kept);
  }

  #inexpressible(construct: string): NanookOrmError {
    return new NanookOrmError('NANOOK_ORM_VECTOR_INEXPRESSIBLE', { store: this.store.name, construct });
  }
}

const mirrored = { '=': '=', '<>': '<>', '<': '>', '<=': '>=' } as const;

const nameOf = ({ scope, field }: Column): string => `${scope.type.name}.${field}`;
