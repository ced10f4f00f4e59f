import { PolarError } from '../diagnostics/polar-error.js';
import { entails, withoutCopies } from '../filter/entails.js';
import { allRows, type RowFilter } from '../filter/row-filter.js';
import type { FieldMask } from './resource-adapter.js';

/** The rows of a list on which the actor may perform an action on a field, for each field. */
export class FieldMasks {
  readonly #filters: ReadonlyMap<string, RowFilter>;

  /**
   * @param type the name of the type of the rows
   * @param action the action on the fields
   * @param listed the filter of the rows that the actor may use
   * @param filters the filters of the rules `allow_field`, by field
   */
  constructor(
    readonly type: string,
    readonly action: string,
    listed: RowFilter,
    filters: ReadonlyMap<string, RowFilter>,
  ) {
    this.#filters = new Map(
      Array.from(withoutCopies(filters), ([field, filter]) => [
        field,
        entails(listed, filter) ? allRows : filter,
      ]),
    );
  }

  /** Returns the filter of the listed rows that show a field. */
  of(field: string): RowFilter {
    return this.#filters.get(field)!;
  }

  /** The fields that each listed row shows. */
  get shown(): readonly string[] {
    return [...this.#filters].flatMap(([field, { kind }]) => (kind === 'always' ? [field] : []));
  }

  /** The fields that some rows show, grouped by their filter. */
  get conditional(): readonly FieldMask[] {
    const groups = new Map<RowFilter, string[]>();
    for (const [field, filter] of this.#filters) {
      if (filter.kind === 'always' || filter.kind === 'never') continue;
      const group = groups.get(filter);
      if (group === undefined) groups.set(filter, [field]);
      else group.push(field);
    }
    return Array.from(groups, ([filter, fields]) => ({ fields, filter }));
  }

  /** Checks that the rows can be narrowed by a field. @throws {PolarError} `POLAR_LIST_FIELD` for a field that no row shows */
  requireShown(field: string, option: string): void {
    if (this.of(field).kind === 'never') throw this.#hidden(field, option, 'no');
  }

  /**
   * Checks that each row shows the fields of an order, because the order of the rows and the cursor tell their values.
   *
   * @param key the fields that identify a row, which are the end of each order
   * @throws {PolarError} `POLAR_LIST_FIELD`, `POLAR_LIST_HIDDEN_KEY`
   */
  requireSortable(fields: readonly string[], key: readonly string[]): void {
    const { type, action } = this;
    for (const field of fields) {
      const { kind } = this.of(field);
      if (kind === 'always') continue;
      if (key.includes(field)) throw new PolarError('POLAR_LIST_HIDDEN_KEY', { type, field, action });
      throw this.#hidden(field, 'orderBy', kind === 'never' ? 'no' : 'not every');
    }
  }

  #hidden(field: string, option: string, rows: 'no' | 'not every'): PolarError {
    const { type, action } = this;
    return new PolarError('POLAR_LIST_FIELD', { type, field, action, option, rows });
  }
}
