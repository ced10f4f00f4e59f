import { PolarError } from '../diagnostics/polar-error.js';
import type { RowCondition } from '../filter/row-condition.js';
import type { TypeSets } from '../host/type-set.js';
import type { RowFilter } from '../filter/row-filter.js';
import { cursorOf, requirePosition } from '../lists/cursor.js';
import { FieldMasks } from '../lists/field-masks.js';
import type { CountOptions, ListOptions, ResourcePage } from '../lists/list-options.js';
import { ListPlanner } from '../lists/list-planner.js';
import { copyOf, listFields } from '../lists/masked-rows.js';
import type { ResourceAdapter, ResourceQuery } from '../lists/resource-adapter.js';
import type { DeclaredType } from '../types/declared-type.js';
import type { TypeTable } from '../types/type-table.js';
import { typed } from '../types/typed.js';
import { validateCountOptions, validateListOptions } from './validate-load-options.js';

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
    const all =
      masks === undefined ? wholeRows(await adapter.list(page)) : await this.#masked(adapter, page, masks);
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

  /** Lists rows that have only the fields which they show. */
  async #masked(
    adapter: ResourceAdapter,
    page: ResourceQuery,
    masks: FieldMasks,
  ): Promise<readonly FoundRow[]> {
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
  options: CountOptions,
): Promise<{ readonly condition: RowCondition; readonly masks: FieldMasks | undefined }> {
  const { condition, fields } = await find(signalOf(options), options.fields);
  const masks = fields && new FieldMasks(condition.type, options.fields!, condition.filter, fields);
  return { condition, masks };
}

const signalOf = ({ signal }: CountOptions): Pick<CountOptions, 'signal'> =>
  signal === undefined ? {} : { signal };

/** Tags a row, unless its class or its fields show its type. */
const tagged = (row: object, type: DeclaredType, typeSets: TypeSets): object =>
  typeSets.of(row).types.has(type) ? row : typed(type.name, row);
