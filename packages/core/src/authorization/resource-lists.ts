import { PolarError } from '../diagnostics/polar-error.js';
import type { RowCondition } from '../filter/row-condition.js';
import type { TypeSets } from '../host/type-set.js';
import { always } from '../filter/condition.js';
import { allRows, type RowFilter } from '../filter/row-filter.js';
import { cursorOf, requirePosition } from '../lists/cursor.js';
import { FieldMasks } from '../lists/field-masks.js';
import type { CountOptions, ListOptions, ResourcePage } from '../lists/list-options.js';
import { ListPlanner } from '../lists/list-planner.js';
import { copyOf, listFields } from '../lists/masked-rows.js';
import type { ResourceAdapter, ResourceQuery } from '../lists/resource-adapter.js';
import type { DeclaredType } from '../types/declared-type.js';
import type { TypeTable } from '../types/type-table.js';
import { typed } from '../types/typed.js';
import type { OneOptions } from './query-options.js';
import { validateCountOptions, validateListOptions, validateOneOptions } from './validate-load-options.js';

export { refusalOfRow } from './refusal.js';
export { keyRow } from '../lists/list-planner.js';

/**
 * Finds the condition of the rows of a list, and the filters of its fields if `fieldAction` is an action on them.
 */
export type FindCondition = (
  options: Pick<CountOptions, 'signal'>,
  fieldAction: string | undefined,
) => Promise<{
  readonly condition: RowCondition;
  readonly fields: ReadonlyMap<string, RowFilter> | undefined;
}>;

/** Lists and counts rows with the adapter of an authorizer. */
export class ResourceLists {
  readonly #planner: ListPlanner;

  constructor(
    readonly adapter: ResourceAdapter | undefined,
    types: TypeTable,
  ) {
    this.#planner = new ListPlanner(types, adapter);
  }

  async list(find: FindCondition, typeSets: TypeSets, options: ListOptions): Promise<ResourcePage<object>> {
    const adapter = this.#requireAdapter();
    validateListOptions(options);
    const { condition, masks } = await found(find, options);
    const query = this.#planner.query(condition, options, masks);
    const { take, orderBy, after } = query;
    if (query.condition.filter.kind === 'never' || after?.kind === 'never')
      return { rows: [], next: undefined };
    // One row more shows whether another page exists.
    const page = take === undefined ? query : { ...query, take: take + 1 };
    const all = await this.#rows(adapter, page, masks);
    const listed = all.slice(0, take);
    const rows = listed.map(({ row }) => tagged(row, condition.row.type, typeSets));
    const last = take === undefined ? undefined : listed.at(-1)?.stored;
    if (last === undefined) return { rows, next: undefined };
    // Also for the last page, so that a declaration that does not fit the rows is found with few rows.
    requirePosition(last, orderBy);
    const hasNext = all.length > rows.length;
    return { rows, next: hasNext ? await cursorOf(last, query, adapter) : undefined };
  }

  async count(find: FindCondition, options: CountOptions): Promise<number> {
    const adapter = this.#requireAdapter();
    validateCountOptions(options);
    const { condition: allowed, masks } = await found(find, options);
    const condition = this.#planner.narrow(allowed, options.where, masks);
    return condition.filter.kind === 'never' ? 0 : adapter.count(condition);
  }

  /** Returns the row that has a key, with one query; `undefined` if the condition does not hold for it, or no row has the key. */
  async one(
    find: FindCondition,
    typeSets: TypeSets,
    key: unknown,
    options: OneOptions,
  ): Promise<object | undefined> {
    const adapter = this.#requireAdapter();
    validateOneOptions(options);
    const { condition, masks } = await found(find, options);
    const where = this.#planner.whereKey(condition.row, key);
    const query = this.#planner.query(condition, { where, take: 1 }, masks);
    if (query.condition.filter.kind === 'never') return undefined;
    const [one] = await this.#rows(adapter, query, masks);
    return one === undefined ? undefined : tagged(one.row, condition.row.type, typeSets);
  }

  /** Returns whether a row has a key and satisfies a condition. */
  async has(find: FindCondition, key: unknown, options: Pick<OneOptions, 'signal'>): Promise<boolean> {
    const { condition } = await find(signalOf(options), undefined);
    const narrowed = this.#planner.narrow(condition, this.#planner.whereKey(condition.row, key), undefined);
    return narrowed.filter.kind !== 'never' && (await this.#requireAdapter().count(narrowed)) > 0;
  }

  /** Lists rows, which have only the fields that they show if the list has masks. */
  async #rows(
    adapter: ResourceAdapter,
    page: ResourceQuery,
    masks: FieldMasks | undefined,
  ): Promise<readonly FoundRow[]> {
    if (masks === undefined) return wholeRows(await adapter.list(page));
    const { shown, conditional } = masks;
    const query = { ...page, fields: shown, masks: conditional };
    const rows = await listFields(adapter, query, this.#planner.keyColumns(page.condition.row));
    return rows.map(({ row, shows, stored }) => ({
      row: copyOf(row as Record<string, unknown>, [
        ...shown,
        ...conditional.flatMap(({ fields }, i) => (shows[i] === true ? fields : [])),
      ]),
      stored,
    }));
  }

  #requireAdapter(): ResourceAdapter {
    if (this.adapter === undefined) throw new PolarError('POLAR_LIST_NO_ADAPTER', {});
    return this.adapter;
  }
}

/** A row as the list shows it, and as the adapter returned it. */
interface FoundRow {
  readonly row: object;
  readonly stored: object;
}

const wholeRows = (rows: readonly object[]): readonly FoundRow[] => rows.map((row) => ({ row, stored: row }));

/** Finds the condition of a list, and the rows that show each field if the list has the option `fields`. */
async function found(
  find: FindCondition,
  options: Pick<CountOptions, 'fields' | 'signal'>,
): Promise<{ readonly condition: RowCondition; readonly masks: FieldMasks | undefined }> {
  const { condition, fields } = await find(signalOf(options), options.fields);
  const masks = fields && new FieldMasks(condition.type, options.fields!, condition.filter, fields);
  return { condition, masks };
}

/** Returns a function that finds the condition of all rows of a type. */
export const findAnyRow =
  (find: FindCondition): FindCondition =>
  async (options) => {
    const { condition } = await find(options, undefined);
    return { condition: { ...condition, condition: always, filter: allRows }, fields: undefined };
  };

const signalOf = ({ signal }: Pick<CountOptions, 'signal'>): Pick<CountOptions, 'signal'> =>
  signal === undefined ? {} : { signal };

/** Tags a row, unless its class or its fields show its type. */
const tagged = (row: object, type: DeclaredType, typeSets: TypeSets): object =>
  typeSets.of(row).types.has(type) ? row : typed(type.name, row);
