import { PolarError } from '../diagnostics/polar-error.js';
import { inCondition } from '../filter/comparisons.js';
import { always, and, type Column, type Condition, type Scalar, type Scope } from '../filter/condition.js';
import { describeValue } from '../internal/describe-value.js';
import { readDecimal } from '../types/read-decimal.js';
import type { RowCondition } from '../filter/row-condition.js';
import { all, allRows } from '../filter/row-filter.js';
import { didYouMean } from '../internal/near-names.js';
import { Rows } from '../partial/rows.js';
import type { DeclaredType } from '../types/declared-type.js';
import type { Relation } from '../types/relation.js';
import type { TypeTable } from '../types/type-table.js';
import { typed } from '../types/typed.js';
import { positionOf } from './cursor.js';
import { rowsAfter } from './keyset-filter.js';
import { hasLinks, type LinkValues } from './link-values.js';
import type { FieldMasks } from './field-masks.js';
import type { CountOptions, ListOptions } from './list-options.js';
import type { ResourceAdapter, ResourceQuery, SortKey } from './resource-adapter.js';
import { invalidOption, isPlainObject, searchFilter } from './row-search.js';

/** Plans the queries of lists: narrows conditions by the options of the application, and adds order and position. */
export class ListPlanner {
  readonly #rows: Rows;

  constructor(
    types: TypeTable,
    readonly adapter: Pick<ResourceAdapter, 'nulls'> | undefined,
  ) {
    this.#rows = new Rows(types);
  }

  /**
   * Returns the query of a page.
   *
   * @throws {PolarError} `POLAR_LIST_NO_KEY`, `POLAR_LIST_CURSOR`; `POLAR_LIST_FIELD` for a field that the actor may not use;
   *   `POLAR_TYPE_INVALID_OPTION` for an unknown field
   */
  query(
    condition: RowCondition,
    { where, orderBy, after, take, skip }: ListOptions,
    masks: FieldMasks | undefined,
  ): ResourceQuery {
    const keys = this.#sortKeys(condition.row, orderBy ?? {});
    const fields = keys.map(({ column }) => column.field);
    masks?.requireSortable(fields, condition.row.type.key ?? []);
    const isFirst = after === undefined || after === null;
    return {
      condition: this.narrow(condition, where, masks),
      after: isFirst ? undefined : rowsAfter(keys, positionOf(after, keys)),
      orderBy: keys,
      take,
      skip,
    };
  }

  /** Returns the columns of the key of a row. @throws {PolarError} `POLAR_LIST_NO_KEY` */
  keyColumns(row: Scope): readonly Column[] {
    return this.#keyOf(row).map((field) => this.#column(row, 'orderBy', field));
  }

  /** Returns a column, or `undefined` for a field whose values no query compares. */
  findColumn(row: Scope, field: string): Column | undefined {
    return this.#rows.column(row, field);
  }

  /** Returns the column of a relation. @throws {PolarError} `POLAR_TYPE_INVALID_OPTION` for a field that no query compares */
  linkColumn(row: Scope, field: string): Column {
    return this.#column(row, 'include', field);
  }

  /** Returns the condition of the rows of a relation that have one of these keys. */
  related(row: Scope, { foreign, where }: Relation, links: readonly LinkValues[]): Condition {
    const keys = foreign.map((field) => this.linkColumn(row, field));
    const own = Array.from(where, ([field, value]) => inCondition(this.linkColumn(row, field), [value]));
    return and(...own, hasLinks(keys, links));
  }

  /** Returns the condition of all rows of a type. */
  allRows(type: DeclaredType): RowCondition {
    return { type: type.name, row: this.#rows.scope(type), condition: always, filter: allRows };
  }

  /**
   * Returns the option `where` for the row that has a key.
   *
   * @throws {PolarError} `POLAR_TYPE_INVALID_OPTION` for a value that is not a key of the type; `POLAR_LIST_NO_KEY`
   */
  whereKey(row: Scope, key: unknown): Readonly<Record<string, Scalar>> {
    const fields = this.#keyOf(row);
    const values = valuesOfKey(fields, key);
    const isWhole =
      Object.keys(values).length === fields.length && fields.every((field) => Object.hasOwn(values, field));
    if (!isWhole || !Object.values(values).every(isScalar)) {
      const expected =
        fields.length === 1
          ? `the value of \`${fields[0]}\``
          : `an object of the values of ${fields.join(', ')}`;
      throw invalidOption('key', `must be ${expected}, found ${describeValue(key)}`);
    }
    return values as Readonly<Record<string, Scalar>>;
  }

  /** Adds the option `where` of a list to a condition. */
  narrow(
    condition: RowCondition,
    where: CountOptions['where'] = {},
    masks: FieldMasks | undefined,
  ): RowCondition {
    const own = searchFilter(where, (option, field) => this.#column(condition.row, option, field), masks);
    return { ...condition, filter: all(condition.filter, own) };
  }

  #sortKeys(row: Scope, orderBy: NonNullable<ListOptions['orderBy']>): readonly SortKey[] {
    const keys = Object.entries(orderBy).map(([field, order]): SortKey => {
      const column = this.#column(row, 'orderBy', field);
      const { direction = 'asc', nulls = this.#placeOfNull(direction) } =
        typeof order === 'string' ? { direction: order } : order;
      return { column, direction, nulls };
    });
    const direction = keys.at(-1)?.direction ?? 'asc';
    const nulls = this.#placeOfNull(direction);
    for (const field of this.#keyOf(row))
      if (!keys.some(({ column }) => column.field === field))
        keys.push({ column: this.#column(row, 'orderBy', field), direction, nulls });
    return keys;
  }

  /** Returns the place that the database gives to `NULL`, which its indexes have. */
  #placeOfNull(direction: SortKey['direction']): SortKey['nulls'] {
    const isLow = this.adapter?.nulls !== 'high';
    return isLow === (direction === 'asc') ? 'first' : 'last';
  }

  /** A list without a unique last key would repeat or skip rows between pages. */
  #keyOf({ type }: Scope): readonly string[] {
    if (type.key === undefined) throw new PolarError('POLAR_LIST_NO_KEY', { type: type.name });
    return type.key;
  }

  #column(row: Scope, option: string, field: string): Column {
    const column = this.#rows.column(row, field);
    if (column !== undefined) return column;
    const { name, fields } = row.type;
    const known = [...fields!.keys()].filter((each) => this.#rows.column(row, each) !== undefined);
    throw invalidOption(
      option,
      `names \`${field}\`, which is not a column of \`${name}\`${didYouMean(field, known) || `; its columns are ${known.join(', ')}`}`,
    );
  }
}

/** Whether a value identifies a row, unlike `null`, a list and an object of operators. */
const isScalar = (value: unknown): boolean =>
  (typeof value !== 'object' && value !== undefined) ||
  value instanceof Date ||
  readDecimal(value) !== undefined;

/** Returns a row of a type that has only its key. */
export const keyRow = ({ name, key = ['id'] }: DeclaredType, value: unknown): object =>
  typed(name, { ...valuesOfKey(key, value) });

const valuesOfKey = ([first]: readonly string[], key: unknown): Readonly<Record<string, unknown>> =>
  isPlainObject(key) ? (key as Readonly<Record<string, unknown>>) : { [first!]: key };
